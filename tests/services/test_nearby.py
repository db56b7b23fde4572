"""What a process keeps in its own memory ends when another process says so, on a real Redis."""

import os
import threading
import time

import pytest
from redis import Redis

from portal.core import nearby
from portal.core.nearby import Ear, Nearby
from portal.lrs import auth
from tests.bench.store import Bench
from tests.bench.wire import drive
from tests.support.live import REDIS, LivePortal

pytestmark = pytest.mark.services

NAME = "of-this-test"


@pytest.fixture
def here():
    return listening()


@pytest.fixture
def there():
    return listening()


def listening():
    """One process's memory, once it hears."""
    one = Nearby(NAME, seconds=60, heard_by=Ear(REDIS))
    kept(one, "is it there")
    return one


def kept(one, key, value="value"):
    """Keep it, as soon as the process hears: Redis confirms a subscription by a message."""
    end = time.monotonic() + 10
    while one.get(key)[0] is None:
        assert time.monotonic() < end
        one.keep(key, value, since=one.get(key)[1])


def soon(true):
    end = time.monotonic() + 1
    while not true():
        assert time.monotonic() < end, "not within a second"


def test_what_another_process_ends_is_forgotten_and_the_rest_stays(here, there):
    kept(here, "a")
    kept(here, "b")
    there.end("a")
    soon(lambda: here.get("a")[0] is None)
    assert here.get("b")[0] == "value"


def test_everything_of_one_name_is_ended_and_nothing_of_another(here, there):
    other = Nearby("another", seconds=60, heard_by=here.ear)
    kept(here, "a")
    kept(other, "a")
    there.end_all()
    soon(lambda: here.get("a")[0] is None)
    assert other.get("a")[0] == "value"


def test_what_was_looked_up_before_the_end_is_not_kept_after_it(here, there):
    _, since = here.get("a")
    there.end("a")
    soon(lambda: here.get("a")[1] != since)
    here.keep("a", "looked up before", since=since)
    assert here.get("a")[0] is None


def test_what_is_ended_here_is_forgotten_without_redis_having_told(here):
    kept(here, "a")
    _, since = here.get("b")
    here.end("a")
    assert here.get("a")[0] is None
    here.keep("b", "looked up before", since=since)
    assert here.get("b")[0] is None


def test_fault_74_who_lost_the_line_believes_nothing_and_hears_again_later(here, there, monkeypatch):
    monkeypatch.setattr(nearby, "_DEAF_SECONDS", 0.2)
    kept(here, "a")
    Redis.from_url(REDIS).client_kill_filter(_type="pubsub")
    assert here.get("a")[0] is None, "it may have been ended meanwhile"
    here.keep("a", "value", since=here.get("a")[1])
    assert here.get("a")[0] is None, "it does not hear yet"
    time.sleep(0.3)
    kept(here, "a")
    there.end("a")
    soon(lambda: here.get("a")[0] is None)


def test_a_value_is_believed_for_its_seconds(here):
    here.seconds = 0.1
    kept(here, "a")
    time.sleep(0.15)
    assert here.get("a")[0] is None


def test_fault_74_without_redis_nothing_is_kept_and_nothing_fails():
    for url in ("", "redis://127.0.0.1:1/0"):
        alone = Nearby(NAME, seconds=60, heard_by=Ear(url))
        alone.keep("a", "value", since=alone.get("a")[1])
        assert alone.get("a")[0] is None
        alone.end("a")


def test_threads_never_see_for_long_what_was_ended(here, there):
    """What all share is a number that grows; who looks it up keeps it, and whoever changes it says so."""
    truth, told = {"a": 0}, {"a": 0}
    stop, stale = threading.Event(), []

    def use():
        while not stop.is_set():
            ended = told["a"]
            end = time.monotonic() + 1
            while True:
                value, since = here.get("a")
                if value is None:
                    here.keep("a", truth["a"], since=since)
                elif value >= ended:
                    break
                if time.monotonic() > end:
                    stale.append((value, ended))
                    return

    users = [threading.Thread(target=use) for _ in range(6)]
    for each in users:
        each.start()
    for number in range(1, 200):
        truth["a"] = number
        there.end("a")
        told["a"] = number
    stop.set()
    for each in users:
        each.join()
    assert not stale
    soon(lambda: here.get("a")[0] in {None, 199})


def test_a_memory_that_is_full_begins_anew(here, monkeypatch):
    monkeypatch.setattr(nearby, "_MOST", 3)
    for key in "abcdef":
        kept(here, key)
    assert sum(here.get(key)[0] is not None for key in "abcdef") <= 3


@pytest.mark.parametrize("said", [b"\xff\xfe", b"", b"nobody", b"a b c"])
def test_what_cannot_be_read_ends_more_rather_than_less_and_fails_nowhere(here, said):
    kept(here, "a")
    Redis.from_url(REDIS).publish(nearby.CHANNEL, said)
    if said != b"a b c":
        soon(lambda: here.get("a")[0] is None)
    kept(here, "b")


def test_a_redis_that_lets_nobody_listen_is_as_good_as_none():
    redis = Redis.from_url(REDIS)
    redis.acl_setuser("deaf", enabled=True, passwords=["+secret"], keys=["*"], commands=["+@all"], reset_channels=True)
    try:
        alone = Nearby(NAME, seconds=60, heard_by=Ear(REDIS.replace("://", "://deaf:secret@")))
        for _ in range(20):
            alone.keep("a", "value", since=alone.get("a")[1])
        assert alone.get("a")[0] is None
        alone.end("a")
    finally:
        redis.acl_deluser("deaf")


def test_a_forked_child_hears_for_itself_and_takes_nothing_from_its_parent(here, there):
    kept(here, "a")
    child = os.fork()
    if child == 0:
        try:
            here.ear.start_anew()  # as it is told for the ear of the process
            known = here.get("a")[0]
            for _ in range(100):
                here.get("a")
                time.sleep(0.01)
            os._exit(0 if known is None else 1)
        finally:
            os._exit(2)
    time.sleep(0.3)
    there.end("a")
    soon(lambda: here.get("a")[0] is None)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_fault_10_a_key_that_all_workers_know_is_refused_by_all_at_once():
    live = LivePortal("services")
    try:
        live.prepare(demo=False)
        live.start("web", WEB_CONCURRENCY="2")
        client = Bench(live)
        ask = client.get("limit=1")
        live.ask("pass")  # so that it is open, and the revocation comes before any memory has ended by itself
        for _ in range(2):  # the second time from their own memory
            assert drive(live.url, [iter([ask] * 50) for _ in range(16)], seconds=60).errors == 0
        begun = time.monotonic()
        live.ask(
            "from portal.lrs.models import Credential; from portal.lrs.credentials import revoke_credential;"
            "from portal.core.clock import now; revoke_credential(credential=Credential.objects.get(), at=now())"
        )
        assert drive(live.url, [iter([ask] * 5) for _ in range(16)], seconds=60, expected=401).errors == 0
        assert time.monotonic() - begun < auth.CACHE_SECONDS / 2, "else it says nothing"
    finally:
        live.stop()
