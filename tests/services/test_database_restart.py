"""PostgreSQL stops, crashes and comes back while people and clients are at it: a server of this test's own."""

import itertools
import json
import re
import threading
import time
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.portal.lrs.samples import statement
from tests.support.cluster import Cluster
from tests.support.live import LivePortal

pytestmark = pytest.mark.services

CLIENTS, EACH, BATCH = 50, 100, 10
STORED = """
import json
from portal.lrs.models import Statement
print(json.dumps([str(uuid) for uuid in Statement.objects.filter(own=False).values_list("uuid", flat=True)]))
"""


@pytest.fixture(scope="module")
def cluster():
    made = Cluster()
    try:
        made.start()
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="module")
def live(cluster):
    portal = LivePortal("services", postgres=cluster.url)
    try:
        portal.prepare(demo=False)
        portal.python("from tests.pages import make_course, make_site; make_course(make_site())")
        yield portal
    finally:
        for name in list(portal.processes):
            portal.kill(name)
        portal.stop()


@pytest.fixture
def pool():
    return "true"


@pytest.fixture
def web(live, pool):
    live.start("web", DATABASE_POOL=pool)
    yield live
    live.kill("web")


def processes_of(portal):
    return {child.pid for child in psutil.Process(portal.processes["web"].pid).children(recursive=True)}


@pytest.mark.parametrize(("mode", "pool"), [("immediate", "true"), ("fast", "false")])
def test_fault_73_pages_say_so_and_come_back_without_a_restart(web, cluster, mode):
    client = httpx.Client(base_url=web.url, timeout=30)
    assert client.get("/en/").status_code == 200
    before = processes_of(web)
    cluster.stop(mode)
    try:
        for path in ("/en/", "/en/", "/xapi/statements", "/en/courses/course-j/"):
            begun = time.monotonic()
            headers = {"X-Experience-API-Version": "1.0.3", "Authorization": "Basic YTpi"}
            answer = client.get(path, headers=headers if path.startswith("/xapi") else {})
            assert time.monotonic() - begun < 6, path
            assert answer.status_code == 503, path
            assert answer.headers["Retry-After"] == "15"
            for secret in ("Traceback", "psycopg", "OperationalError", str(cluster.port)):
                assert secret not in answer.text
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").json()["database"] == "away"
    finally:
        cluster.start()
    web.wait_until(lambda: client.get("/en/").status_code == 200, "pages are back", seconds=20)
    assert client.get("/en/courses/course-j/").status_code == 200
    assert client.get("/readyz").json()["database"] == "ok"
    assert processes_of(web) == before


class Sender(threading.Thread):
    """A client that keeps its statements until the store has acknowledged them, as the standard asks."""

    def __init__(self, url, basic, number, gate, end):
        super().__init__(daemon=True)
        self.client = httpx.Client(base_url=url, auth=basic, headers={"X-Experience-API-Version": "1.0.3"}, timeout=30)
        sentences = [statement(id=str(uuid4()), result={"response": f"{number}-{n}"}) for n in range(EACH)]
        if number % 2:
            self.waiting = [sentences[n : n + BATCH] for n in range(0, EACH, BATCH)]
        else:
            self.waiting = list(sentences)
        self.acknowledged, self.answers, self.faults = [], [], []
        self.gate, self.end = gate, end

    def run(self):
        self.gate.wait()
        for body in self.waiting:
            for _ in itertools.count():
                if time.monotonic() > self.end:
                    self.faults.append("too late")
                    return
                try:
                    answer = self.client.post("/xapi/statements", json=body)
                except httpx.HTTPError as error:
                    self.faults.append(repr(error))
                    time.sleep(0.5)
                    continue
                self.answers.append(answer.status_code)
                if answer.status_code == 200:
                    self.acknowledged += answer.json()
                    break
                if answer.status_code != 503 or answer.headers.get("Retry-After") != "15":
                    self.faults.append(f"{answer.status_code} {answer.text[:300]}")
                    return
                time.sleep(0.5)  # less than it says, to be done in time


def test_fault_12_what_was_acknowledged_is_there_exactly_once(web, cluster):
    """50 clients x 100 statements, single and in batches, while the server crashes and comes back."""
    printed = web.manage(
        "lrs_credential", "create", f"load-{uuid4()}", "--mbox", "mailto:load@example.org", "--scope", "all"
    )
    basic = tuple(re.search(rf"{name} +(\S+)", printed)[1] for name in ("key", "secret"))
    before = set(json.loads(web.python(STORED).splitlines()[-1]))
    gate = threading.Event()
    senders = [Sender(web.url, basic, n, gate, time.monotonic() + 120) for n in range(CLIENTS)]
    for sender in senders:
        sender.start()
    gate.set()
    web.wait_until(lambda: sum(len(sender.acknowledged) for sender in senders) >= 40, "some are stored", seconds=20)
    cluster.stop("immediate")
    in_between = sum(len(sender.acknowledged) for sender in senders)
    time.sleep(2)
    cluster.start()
    for sender in senders:
        sender.join(130)
    assert [fault for sender in senders for fault in sender.faults] == []
    sent = {
        each["id"]
        for sender in senders
        for body in sender.waiting
        for each in (body if isinstance(body, list) else [body])
    }
    acknowledged = [uuid for sender in senders for uuid in sender.acknowledged]
    answers = [status for sender in senders for status in sender.answers]
    stored = json.loads(web.python(STORED).splitlines()[-1])
    assert set(answers) == {200, 503}, "the server was away for some of them"
    assert in_between < CLIENTS * EACH
    assert len(acknowledged) == len(set(acknowledged)) == CLIENTS * EACH
    assert len(stored) == len(set(stored))
    assert set(stored) - before == set(acknowledged) == sent
