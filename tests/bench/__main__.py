"""``make bench``: figures of this machine and this run, each beside a baseline of the same run.

The load client is a few Python threads with ``http.client`` on the same cores, so rates are lower bounds.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.bench import certificates, store
from tests.bench.load import Plan, Request, bare_view, measure, pages, show
from tests.bench.weights import weights
from tests.support.live import ROOT, LivePortal

SECONDS = 4.0
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TOKEN = "a" * 32


def answers(desks: list[dict]) -> Plan:
    def plan(client: int) -> Iterator[Request]:
        desk = desks[client]
        headers = {**FORM, "Cookie": f"sessionid={desk['session']}; csrftoken={TOKEN}", "Referer": "http://localhost/"}
        for position, choice in desk["answers"]:
            path = f"/learn/justification/quiz/{desk['attempt']}/{position}/answer/"
            yield "POST", path, headers, f"csrfmiddlewaretoken={TOKEN}&choice={choice}"

    return plan


def second_start(live: LivePortal) -> float:
    """Seconds until ``run_portal`` says that it is ready, where database and demo are there already."""
    start = [sys.executable, "manage.py", "run_portal"]
    environment = {**live.environment, "PORT": str(live.port), "PYTHONUNBUFFERED": "1"}
    begun = time.monotonic()
    process = subprocess.Popen(
        start, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    told = ""
    try:
        for line in process.stdout:
            told += line
            if "is ready at" in line:
                return time.monotonic() - begun
        raise RuntimeError(f"run_portal ended before it was ready: {told}")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def bench(engines: str) -> None:
    print(f"\n{engines}", flush=True)
    live = LivePortal(engines)
    live.environment["LOG_LEVEL"] = "ERROR"
    try:
        live.prepare()
        live.start("web")
        desks = json.loads(live.python("from tests.bench.inside import seat; seat(18)").strip().splitlines()[-1])
        with bare_view() as url:
            baseline = {n: measure(url, pages("/"), clients=n, seconds=SECONDS) for n in (1, 8)}
        signed_in = f"sessionid={desks[0]['session']}"
        lesson = "/learn/justification/why-justify/net-benefit/"
        plans = {
            "catalogue, anonymous": pages("/en/courses/"),
            "campaign page, anonymous": pages("/en/call-for-action/"),
            "lesson, signed in": pages(lesson, cookie=signed_in),
        }
        for name, plan in plans.items():
            for clients in (1, 8):
                show(name, clients, measure(live.url, plan, clients=clients, seconds=SECONDS), baseline[clients])
        for clients, seats in ((1, desks[:1]), (8, desks[1:9])):
            figure = measure(live.url, answers(seats), clients=clients, seconds=SECONDS, expected=(302,))
            show("quiz answer", clients, figure, baseline[clients])
        live.kill("web")
        print(f"  {'second start of run_portal':<28} {second_start(live):11.1f} s until it is ready", flush=True)
    finally:
        live.stop()


PARTS = {
    "embedded": lambda: bench("embedded"),
    "services": lambda: bench("services"),
    "store": store.both,
    "certificates": certificates.both,
    "weights": weights,
}

if __name__ == "__main__":
    for each in sys.argv[1:] or PARTS:
        PARTS[each]()
