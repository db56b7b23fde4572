"""What a process keeps in its own memory ends when another process says so, on a real Redis."""

import threading
import time
from contextlib import suppress

import pytest
from redis import Redis

from portal.core import nearby
from portal.core.nearby import Ear, Nearby
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


def test_many_threads_share_one_memory(here, there):
    keys = [f"key {n}" for n in range(50)]
    stop = threading.Event()

    def use():
        while not stop.is_set():
            for key in keys:
                value, since = here.get(key)
                if value is None:
                    here.keep(key, key, since=since)
                else:
                    assert value == key

    users = [threading.Thread(target=use) for _ in range(8)]
    for each in users:
        each.start()
    with suppress(AssertionError):
        soon(lambda: all(here.get(key)[0] for key in keys))
    for key in keys:
        there.end(key)
    stop.set()
    for each in users:
        each.join()
    kept(here, "afterwards")


def test_fault_10_a_key_that_all_workers_know_is_refused_by_all_at_once():
    live = LivePortal("services")
    try:
        live.prepare(demo=False)
        live.start("web", WEB_CONCURRENCY="2")
        client = Bench(live)
        ask = client.get("limit=1")
        for _ in range(2):  # the second time from their own memory
            assert drive(live.url, [iter([ask] * 50) for _ in range(16)], seconds=60).errors == 0
        live.python(
            "from portal.lrs.models import Credential; from portal.lrs.credentials import revoke_credential;"
            "from portal.core.clock import now; revoke_credential(credential=Credential.objects.get(), at=now())"
        )
        assert drive(live.url, [iter([ask] * 5) for _ in range(16)], seconds=60, expected=401).errors == 0
    finally:
        live.stop()
