"""Forwarding from one real portal to another that is down, slow, too late, refuses, loses answers and is killed: all once, in order."""

import json
import re
from contextlib import contextmanager

import httpx
import pytest

from tests.portal.lrs.samples import new_id, statement
from tests.support.live import LivePortal
from tests.support.lossy import LATE_SECONDS, lossy_proxy

pytestmark = pytest.mark.services

SET_UP = """
from portal.core.clock import now
from portal.lrs.forwarding.actions import Begin, set_up_receiver
from portal.lrs.models import Receiver
receiver = Receiver(name="Group", endpoint={endpoint!r}, key={key!r}, version="2.0.0")
set_up_receiver(receiver=receiver, secret={secret!r}, begin=Begin.ALL, since=None, paused=False, at=now())
"""
STATE = """
import json
from portal.lrs.horizon import settled
from portal.lrs.models import Delivery
delivery = Delivery.objects.get()
print(json.dumps([settled() - delivery.watermark, delivery.fault, delivery.delivered, bool(delivery.lease)]))
"""
AGAIN = "from portal.lrs.models import Delivery\nDelivery.objects.update(next_try_at=None)\n"
SWEEP = "from portal.lrs.forwarding.tasks import sweep\nsweep()"
RETRY = """
from portal.core.clock import now
from portal.lrs.forwarding.actions import retry_now
from portal.lrs.models import Receiver
retry_now(receiver=Receiver.objects.get(), at=now())
"""
NEW_KEY = """
from portal.core.clock import now
from portal.lrs.forwarding.actions import change_receiver
from portal.lrs.models import Receiver
receiver = Receiver.objects.get()
receiver.key = {key!r}
change_receiver(receiver=receiver, secret={secret!r}, changed=["key", "secret"], at=now())
"""
IMPATIENT = """
from unittest.mock import patch
from portal.lrs.forwarding import client, sender
from portal.lrs.models import Receiver
with patch.object(client, "READ_SECONDS", {seconds}):
    sender.forward(Receiver.objects.get().pk)
"""
LATER = """
from portal.core.clock import now
from portal.lrs.models import Delivery
Delivery.objects.update(leased_until=now())
"""


def credential(portal):
    printed = portal.manage("lrs_credential", "create", "other", "--mbox", "mailto:other@example.org", "--scope", "all")
    return re.fullmatch(r"key +(\S+)\nsecret +(\S+)\n", printed).groups()


class Pair:
    """A portal that forwards, ``here``, and the one that it forwards to, ``there``, behind a proxy."""

    def __init__(self, here, there, proxy):
        self.here, self.there, self.proxy = here, there, proxy
        self.here_key, self.there_key = credential(here), credential(there)
        endpoint = f"http://127.0.0.1:{proxy.server_port}/xapi"
        key, secret = self.there_key
        here.ask(SET_UP.format(endpoint=endpoint, key=key, secret=secret))

    def store(self, count, batch=10):
        """Store statements here, through the door."""
        with self.client(self.here, self.here_key) as client:
            for _ in range(count // batch):
                sent = [statement(id=new_id(), version="2.0.0") for _ in range(batch)]
                assert client.post("/xapi/statements", json=sent).status_code == 200

    def client(self, portal, key):
        return httpx.Client(base_url=portal.url, auth=key, headers={"X-Experience-API-Version": "2.0.0"}, timeout=60)

    def ids(self, portal, key):
        """What it holds, in the order of storing."""
        found, path = [], "/xapi/statements?ascending=true"
        with self.client(portal, key) as client:
            while path:
                page = client.get(path).json()
                found += [each["id"] for each in page["statements"]]
                path = page["more"]
        return found

    def state(self):
        return json.loads(self.here.ask(STATE).strip().splitlines()[-1])

    def wait_for_fault(self, *faults):
        self.here.wait_until(lambda: self.state()[1] in faults and not self.state()[3], f"the delivery says {faults}")

    def wait_for_all(self):
        """Until nothing waits; then both hold the same, in the same order, and it was counted once."""
        self.here.wait_until(lambda: self.state()[:2] == [0, ""], "everything is delivered", seconds=120)
        held = self.ids(self.here, self.here_key)
        assert self.ids(self.there, self.there_key) == held
        assert self.state()[2] == len(held) == len(set(held))


@contextmanager
def portal_of(engines):
    portal = LivePortal(engines)
    try:
        yield portal.prepare(demo=False)
    finally:
        portal.stop()


@pytest.fixture(scope="module")
def pair():
    with portal_of("services") as here, portal_of("embedded") as there, lossy_proxy(there.port) as proxy:
        for name in ("web", "worker"):
            here.start(name)
        yield Pair(here, there, proxy)


@pytest.fixture(autouse=True)
def _undisturbed(pair):
    """Both portals run and the line is good when a test begins."""
    pair.proxy.mode = "pass"
    for portal, name in ((pair.here, "worker"), (pair.there, "web")):
        if name not in portal.processes:
            portal.start(name)


def test_a_receiver_that_is_down_gets_everything_once_it_is_back(pair):
    pair.there.kill("web")
    pair.store(250)
    pair.wait_for_fault("unreachable")
    pair.store(50)
    pair.there.start("web")
    pair.here.ask(RETRY)
    pair.wait_for_all()


def test_fault_2_lost_acknowledgements_store_nothing_twice(pair):
    pair.proxy.mode, before = "lost", pair.proxy.posts
    pair.store(120)
    pair.wait_for_fault("unreachable")
    assert pair.proxy.posts > before  # it went through
    pair.proxy.mode = "pass"
    pair.here.ask(RETRY)
    pair.wait_for_all()


def test_fault_2_a_receiver_that_stores_and_answers_too_late_stores_nothing_twice(pair):
    """Each try is stored there, and the sender, who waits for less long than it takes to answer, hears of none."""
    pair.here.kill("worker")
    pair.proxy.mode, before = "late", pair.proxy.posts
    pair.store(120)
    for tried in (1, 2):
        pair.here.ask(AGAIN + IMPATIENT.format(seconds=LATE_SECONDS / 3))
        pair.here.wait_until(lambda tried=tried: pair.proxy.posts == before + tried, "it went through")
        assert pair.state() == [120, "slow", pair.state()[2], False]
    assert pair.ids(pair.there, pair.there_key)[-1] in pair.ids(pair.here, pair.here_key)[-120:]
    pair.proxy.mode = "pass"
    pair.here.start("worker")
    pair.here.ask(RETRY)
    pair.wait_for_all()


def test_fault_76_a_sender_killed_on_a_slow_line_is_followed_by_the_next(pair):
    pair.proxy.mode = "slow"
    pair.store(300, batch=100)
    pair.here.wait_until(lambda: 0 < pair.state()[0] < 300, "part of it is delivered")
    pair.here.kill("worker")
    held = pair.state()
    assert held[0] > 0
    pair.here.start("worker")
    pair.here.ask(LATER if held[3] else "")  # the killed one's lease ends
    pair.here.ask(SWEEP)
    pair.wait_for_all()


def test_a_receiver_killed_while_it_stores_gets_the_rest_later(pair):
    pair.proxy.mode = "slow"
    pair.store(300, batch=100)
    pair.here.wait_until(lambda: 0 < pair.state()[0] < 300, "part of it is delivered")
    pair.there.kill("web")
    pair.wait_for_fault("unreachable")
    pair.proxy.mode = "pass"
    pair.there.start("web")
    pair.here.ask(RETRY)
    pair.wait_for_all()


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_receiver_is_left_alone_and_then_gets_everything(pair, status):
    pair.proxy.mode = status
    pair.store(40)
    pair.wait_for_fault("busy")
    pair.proxy.mode = "pass"

    def swept():
        pair.here.ask(SWEEP)
        return pair.state()[:2] == [0, ""]

    pair.here.wait_until(swept, "it is tried again by itself")
    pair.wait_for_all()


def test_a_revoked_key_stops_until_there_is_a_new_one(pair):
    pair.there.manage("lrs_credential", "revoke", pair.there_key[0])
    with pair.client(pair.there, pair.there_key) as client:  # a cache of one process lets it in for some seconds yet
        pair.there.wait_until(lambda: client.get("/xapi/statements").status_code == 401, "the key is refused")
    pair.store(40)
    pair.wait_for_fault("closed")
    pair.here.ask(SWEEP)
    pair.store(10)
    assert pair.state()[0] == 50
    pair.there_key = key, secret = credential(pair.there)
    pair.here.ask(NEW_KEY.format(key=key, secret=secret))
    pair.wait_for_all()
