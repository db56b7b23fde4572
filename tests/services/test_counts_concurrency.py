"""Counting while many store, on PostgreSQL, each in a thread with its own connection."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import Client

from portal.core.clock import now
from portal.lrs.counts import actions
from portal.lrs.counts.actions import count_new_statements
from portal.lrs.counts.rebuild import differences
from portal.lrs.credentials import create_credential
from portal.lrs.models import DailyCount, Statement
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.samples import XapiClient, statement

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

WRITERS, COUNTERS, ROUNDS = 4, 3, 10


def test_many_counters_beside_many_writers_count_every_statement_once(monkeypatch):
    """Ids of a transaction that commits late lie below those of others: none is passed over."""
    monkeypatch.setattr(actions, "BATCH", 7)
    credential, secret = create_credential(name="load", authority=LMS, scopes=["all"], at=now())
    writing = threading.Event()
    writing.set()

    def write(number):
        try:
            client = XapiClient(Client(), credential.key, secret)
            for n in range(ROUNDS):
                what = {"id": f"https://example.org/{number}/{n % 3}"}
                assert client.post([statement(object=what) for _ in range(5)]).status_code == 200
        finally:
            connection.close()

    def count():
        counted = 0
        try:
            while writing.is_set():
                counted += count_new_statements(at=now(), batches=3)
        finally:
            connection.close()
        return counted

    with ThreadPoolExecutor(WRITERS + COUNTERS) as pool:
        counters = [pool.submit(count) for _ in range(COUNTERS)]
        writers = [pool.submit(write, n) for n in range(WRITERS)]
        for each in writers:
            each.result()
        writing.clear()
        counted = sum(each.result() for each in counters)
    counted += count_new_statements(at=now())
    assert counted == Statement.objects.count() == WRITERS * ROUNDS * 5
    assert DailyCount.objects.aggregate(Sum("statements"))["statements__sum"] == counted
    assert differences() == []
