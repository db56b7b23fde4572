"""With Redis away pages work, nothing raises, and only signing in closes."""

import os
import subprocess
import sys

import pytest
import time_machine
from django.core.cache import caches

from portal.core import ratelimit
from tests.factories import NOON, PASSWORD
from tests.support.live import ROOT, free_port


@pytest.fixture
def closed_port():
    return free_port()


@pytest.fixture
def away(settings, closed_port):
    """The portal's cache and rate limits at a port where nobody listens."""
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.core.cache.ForgivingRedisCache",
            "LOCATION": f"redis://127.0.0.1:{closed_port}/0",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
    settings.RATE_LIMIT_STORAGE = f"redis://127.0.0.1:{closed_port}/0"
    ratelimit._limiter.cache_clear()
    yield caches["default"]
    ratelimit._limiter.cache_clear()


def test_fault_74_a_cache_that_is_away_is_an_empty_cache(away):
    assert away.get("key") is None
    assert away.get("key", "default") == "default"
    assert away.set("key", "value") is None
    assert away.get_many(["a", "b"]) == {}
    assert away.set_many({"a": 1}) == []
    assert away.has_key("a") is False
    assert "a" not in away
    assert away.delete("a") is False
    assert away.delete_many(["a"]) is None
    assert away.touch("a") is False
    assert away.incr("a") == 1
    assert away.get_or_set("a", lambda: 7) == 7
    assert away.add("lock", 1) is False, "no lock is given that nobody keeps"


def test_fault_74_calls_are_allowed_while_their_counter_is_away(away):
    assert all(ratelimit.allowed("1/minute", "export", "alice") for _ in range(5))


@time_machine.travel(NOON, tick=False)  # so that no window of the limit ends meanwhile
def test_calls_are_counted_by_what_and_who():
    assert [ratelimit.allowed("2/minute", "export", "alice") for _ in range(3)] == [True, True, False]
    assert ratelimit.allowed("2/minute", "export", "bob")
    assert ratelimit.allowed("2/minute", "import", "alice")


@pytest.mark.usefixtures("away", "home")
def test_fault_74_pages_work_and_only_signing_in_closes(client, elsewhere, alice):
    elsewhere.force_login(alice)
    assert client.get("/en/").status_code == 200
    assert client.get("/account/login/").status_code == 200
    assert elsewhere.get("/start/").status_code == 200
    answer = client.post("/account/login/", {"login": alice.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert client.get("/account/email/").status_code == 302


HAND_OVER = """
import time
from portal.core.tasks import enqueue, send_mail
start = time.monotonic()
enqueue(send_mail)
print(time.monotonic() - start)
"""


def test_fault_74_an_absent_broker_is_logged_and_nobody_waits_for_it(closed_port, tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", HAND_OVER],
        cwd=ROOT,
        env={
            **os.environ,
            "VAR_DIR": str(tmp_path),
            "DATABASE_URL": "",
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{closed_port}/0",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 3
    assert "broker away, the sweep will do it" in done.stderr
