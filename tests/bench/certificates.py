"""Certificates: how many a worker signs a second, alone and beside a busy web process, its memory, and the page that verifies.

``python -m tests.bench.certificates COUNT`` measures the memory over so many certificates: 5,000 before a release.
"""

import itertools
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.load import Figure, Plan, Request, bare_view, below, measure, pages, show
from tests.bench.workers import together
from tests.support.live import LivePortal

SECONDS = 6.0
EACH = 60
RATIO, BESIDE_WEB, VERIFIED = 0.85, 10, 300  # goals: of the bare calls, certificates a second, pages a second
PROCESSES = 2  # of the web
COUNT, EVERY = 2000, 500  # 5,000 would take longer than everything else together
FLAT = 10 * 2**20  # bytes that a worker may grow by after its first certificates


def told(live: LivePortal, call: str):
    printed = live.python(f"from tests.bench import inside; inside.{call}", seconds=7200)
    return json.loads(printed.strip().splitlines()[-1])


def figure_of(seconds: list[float]) -> Figure:
    """By the median: the few that another process of the machine held up say nothing of the work."""
    ordered = sorted(seconds)
    return Figure(1 / ordered[len(ordered) // 2], 1000 * ordered[int(len(ordered) * 0.95)], 0)


def against_bare_calls(live: LivePortal) -> None:
    times = told(live, f"compare({told(live, f'finish({EACH})')})")
    issued, alone = map(figure_of, times)
    verdict = f"  ({sum(times[1]) / sum(times[0]):.2f} by the mean, goal {RATIO})" + (
        "  BELOW THE GOAL" if issued.rate / alone.rate < RATIO else ""
    )
    show("certificate, one worker", 1, issued, alone, "bare WeasyPrint and pyHanko", verdict)


@contextmanager
def busy(live: LivePortal, clients: int) -> Iterator[list[Figure]]:
    """So many visitors read pages without a pause; afterwards the list holds how they fared."""
    done, found = threading.Event(), []

    def until_done(client: int) -> Iterator[Request]:
        return itertools.takewhile(lambda _: not done.is_set(), pages("/en/courses/", "/en/call-for-action/")(client))

    visitors = threading.Thread(
        target=lambda: found.append(measure(live.url, until_done, clients=clients, seconds=3600))
    )
    visitors.start()
    try:
        yield found
    finally:
        done.set()
        visitors.join()


def beside_a_busy_web_process(live: LivePortal, clients: int) -> None:
    """One worker beside one web process that never rests: one visitor takes nearly all that it can give, with two one waits."""
    completions = told(live, f"finish({EACH})")
    undisturbed = measure(live.url, pages("/en/courses/", "/en/call-for-action/"), clients=clients, seconds=SECONDS)
    with busy(live, clients) as found:
        issued = together(live, [f"inside.issue_all({completions})"])
    (web,) = found
    print(
        f"  {'certificate, web beside it':<28} {clients} visitors {issued.rate:8.1f}/s  p95 {issued.p95:7.1f} ms"
        f"  errors {issued.errors}   pages meanwhile {web.rate:.1f}/s, p95 {web.p95:.1f} ms"
        f" (without it {undisturbed.rate:.1f}/s, p95 {undisturbed.p95:.1f} ms){below(issued, BESIDE_WEB)}",
        flush=True,
    )


def from_everywhere(paths: list[str]) -> Plan:
    """Each request from another address, as a proxy tells it: one address may ask once a second only."""
    numbers = itertools.count()

    def plan(client: int) -> Iterator[Request]:
        for path in itertools.cycle(paths[client:] + paths[:client]):
            number = next(numbers)
            caller = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            yield "GET", path, {"X-Forwarded-For": caller}, ""

    return plan


def verification(live: LivePortal) -> None:
    paths = told(live, "addresses()")
    for clients in (1, 8):
        with bare_view(PROCESSES) as url:
            measure(url, pages("/"), clients=clients, seconds=1)
            bare = measure(url, pages("/"), clients=clients, seconds=SECONDS)
        measure(live.url, from_everywhere(paths), clients=clients, seconds=1)
        figure = measure(live.url, from_everywhere(paths), clients=clients, seconds=SECONDS)
        show("verification page", clients, figure, bare, verdict=below(figure, VERIFIED) if clients > 1 else "")


def memory(live: LivePortal, count: int) -> None:
    sizes = told(live, f"grow({count}, {EVERY})")
    grown = sizes[-1] - sizes[1]
    print(
        f"  {'memory of the worker':<28} {sizes[1] / 2**20:.0f} MB after {EVERY} certificates,"
        f" {sizes[-1] / 2**20:.0f} MB after {count}{'' if grown < FLAT else '  GROWS'}",
        flush=True,
    )


def run(engines: str, count: int = 0) -> None:
    print(f"\ncertificates, {engines}", flush=True)
    live = LivePortal(engines)
    live.environment["LOG_LEVEL"] = "ERROR"
    try:
        live.prepare()
        against_bare_calls(live)
        live.start("web", WEB_CONCURRENCY="1")
        for clients in (1, 2):
            beside_a_busy_web_process(live, clients)
        live.kill("web")
        live.start("web", WEB_CONCURRENCY=str(PROCESSES), PROXY_COUNT="1")
        verification(live)
        live.kill("web")
        if count:
            memory(live, count)
    finally:
        live.stop()


def both(count: int = COUNT) -> None:
    run("embedded")
    run("services", count)


if __name__ == "__main__":
    both(int(sys.argv[1]) if sys.argv[1:] else COUNT)
