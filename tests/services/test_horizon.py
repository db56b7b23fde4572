"""The horizon while somebody stores slowly, on PostgreSQL: neither readers nor other writers wait for long."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from portal.core.clock import now
from portal.lrs import horizon
from portal.lrs.forwarding.actions import Begin, set_up_receiver
from portal.lrs.horizon import newest, settled
from portal.lrs.look import look
from portal.lrs.models import Delivery, Receiver
from tests.portal.lrs.conftest import credential_for, desk, dora, lms  # noqa: F401  fixtures
from tests.portal.lrs.samples import statement

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

LONGEST_SECONDS = 3


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch):
    monkeypatch.setattr(horizon, "_last_known", 0)


@contextmanager
def slow_writer():
    """Somebody in another connection who is storing all the while."""
    begun, over = threading.Event(), threading.Event()

    def write():
        try:
            with transaction.atomic():
                look([], count=0, alone=False)
                begun.set()
                over.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        try:
            assert begun.wait(10)
            yield
        finally:
            over.set()
            writer.result()


def test_beside_a_slow_writer_the_last_horizon_is_told_soon(lms):  # noqa: F811
    lms.post([statement() for _ in range(3)])
    known = settled()
    lms.post(statement())
    with slow_writer():
        begin = time.monotonic()
        assert settled() == known
        assert time.monotonic() - begin < LONGEST_SECONDS
        assert newest() == known + 1
    assert settled() == known + 1


def test_beside_a_slow_writer_who_never_knew_a_horizon_waits_for_the_next_time(lms):  # noqa: F811
    lms.post(statement())
    with slow_writer():
        assert settled() == 0


def test_beside_a_slow_writer_others_store_soon(lms):  # noqa: F811
    def ask():
        try:
            return settled()
        finally:
            connection.close()

    with slow_writer(), ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask)
        time.sleep(0.3)  # until it stands in the queue
        begin = time.monotonic()
        assert lms.post(statement()).status_code == 200
        assert time.monotonic() - begin < LONGEST_SECONDS
        assert asked.result() == 0


def test_a_receiver_of_new_statements_set_up_beside_a_slow_writer_gets_no_old_ones(lms):  # noqa: F811
    lms.post(statement())
    receiver = Receiver(name="Group", endpoint="https://lrs.example.org/xapi", key="k")
    with slow_writer():
        set_up_receiver(receiver=receiver, secret="s", begin=Begin.NEW, since=None, paused=True, at=now())
    assert Delivery.objects.get().watermark == newest()


def test_the_pages_of_receivers_do_not_wait(desk):  # noqa: F811
    with slow_writer():
        begin = time.monotonic()
        assert desk.get("/records/delivery/").status_code == 200
        assert time.monotonic() - begin < LONGEST_SECONDS
