"""A small closed-loop client: so many threads, one kept-alive connection each, for so many seconds."""

import http.client
import itertools
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.support.live import free_port


@dataclass(frozen=True)
class Figure:
    """Requests a second, the 95th percentile in milliseconds, and answers that were not as expected."""

    rate: float
    p95: float
    errors: int


Request = tuple[str, str, dict[str, str], str]
Plan = Callable[[int], Iterator[Request]]


def measure(url: str, plan: Plan, *, clients: int, seconds: float, expected: tuple[int, ...] = (200,)) -> Figure:
    """``plan(client)`` yields (method, path, headers, body) without end, or until that client has no more work."""
    host = urlsplit(url).netloc
    times: list[float] = []
    errors = 0
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def run(client: int) -> None:
        nonlocal errors
        link = http.client.HTTPConnection(host, timeout=30)
        mine, wrong = [], 0
        for method, path, headers, body in plan(client):
            begun = time.perf_counter()
            link.request(method, path, body or None, headers)
            answer = link.getresponse()
            answer.read()
            mine.append(time.perf_counter() - begun)
            wrong += answer.status not in expected
            if time.monotonic() > end:
                break
        link.close()
        with lock:
            times.extend(mine)
            errors += wrong

    begun = time.monotonic()
    threads = [threading.Thread(target=run, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    times.sort()
    return Figure(len(times) / took, 1000 * times[int(len(times) * 0.95)] if times else 0.0, errors)


def listens(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@contextmanager
def bare_view(workers: int = 1) -> Iterator[str]:
    """A view that does nothing behind the same server; where it answers."""
    address = f"127.0.0.1:{free_port()}"
    bare = ["tests.bench.bare:app", "--bind", address, "--threads", "8", "--workers", str(workers)]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *bare], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while process.poll() is None and not listens(address):
            time.sleep(0.1)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(10)


def pages(*paths: str, cookie: str = "") -> Plan:
    """These addresses in turn, without end."""
    headers = {"Cookie": cookie} if cookie else {}

    def plan(client: int) -> Iterator[Request]:
        return (("GET", path, headers, "") for path in itertools.cycle(paths))

    return plan


def show(
    name: str, clients: int, figure: Figure, bare: Figure, beside: str = "the bare view", verdict: str = ""
) -> None:
    print(
        f"  {name:<28} {clients} clients {figure.rate:8.1f}/s  p95 {figure.p95:7.1f} ms  errors {figure.errors}"
        f"   {figure.rate / bare.rate:5.2f} of {beside} ({bare.rate:.1f}/s, p95 {bare.p95:.1f} ms){verdict}",
        flush=True,
    )


def below(figure: Figure, goal: float) -> str:
    """What is printed behind a figure: its goal, and whether it is missed."""
    return f"  (goal {goal:g}/s)" + ("  BELOW THE GOAL" if figure.rate < goal or figure.errors else "")
