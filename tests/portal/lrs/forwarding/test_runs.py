"""Who sends, and when; and how a connection is tried out."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from portal.core.clock import now
from portal.lrs.forwarding import client, sender
from portal.lrs.forwarding.actions import (
    Begin,
    pause,
    resume,
)
from portal.lrs.forwarding.sender import forward
from portal.lrs.forwarding.tasks import forward_to, known, sweep, wake_all
from portal.lrs.forwarding.trial import Outcome, try_out
from portal.lrs.models import Delivery
from tests.factories import NOON
from tests.portal.lrs.forwarding.hands import send_many, state
from tests.portal.lrs.samples import new_id


def test_one_sender_at_a_time_and_a_killed_one_is_followed(lms, store, receiver):
    ids = send_many(lms, 2)
    with time_machine.travel(NOON, tick=False) as clock:
        assert Delivery.objects.take_lease(receiver.pk, now())  # and its process is killed
        forward(receiver.pk)
        assert store.ids == []
        clock.shift(sender.LEASE)
        forward(receiver.pk)
    assert store.ids == ids


def test_a_sender_that_lost_its_lease_sends_nothing_more(lms, store, receiver, monkeypatch):
    ids = send_many(lms, 150)

    send = client.StoreClient.send

    def send_and_lose(self, *batch):
        answer = send(self, *batch)
        Delivery.objects.filter(receiver=receiver).update(lease=new_id())
        return answer

    monkeypatch.setattr(client.StoreClient, "send", send_and_lose)
    assert forward(receiver.pk) is False
    assert (store.ids, state(receiver).watermark) == (ids[:100], 0)


def test_a_run_is_bounded_and_the_next_goes_on(lms, store, receiver):
    ids = send_many(lms, 3)
    assert forward(receiver.pk, seconds=0) is True
    assert (store.ids, state(receiver).lease) == ([], None)
    assert forward(receiver.pk) is False
    assert store.ids == ids


def test_paused_nothing_goes_and_resumed_nothing_is_missing(lms, store, receiver):
    ids = send_many(lms, 2)
    pause(receiver=receiver, at=now())
    forward(receiver.pk)
    assert store.ids == []
    resume(receiver=receiver, at=now())
    forward(receiver.pk)
    assert store.ids == ids


def queued(monkeypatch):
    told = []
    monkeypatch.setattr(forward_to, "apply_async", lambda args, **_: told.append(args[0]))
    return told


def test_stored_statements_wake_each_receiver_once(
    lms, store, receiver, monkeypatch, django_capture_on_commit_callbacks
):
    told = queued(monkeypatch)
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            send_many(lms, 1)
    assert told == [receiver.pk]
    forward_to(receiver.pk)
    assert len(store.ids) == 3
    with django_capture_on_commit_callbacks(execute=True):
        send_many(lms, 1)
    assert told == [receiver.pk] * 2


def test_without_receivers_storing_asks_nothing(db, django_assert_num_queries):
    known.forget()
    wake_all()
    with django_assert_num_queries(0):
        wake_all()


def test_the_sweep_wakes_those_that_may_be_tried(
    lms, store, receiver_for, monkeypatch, django_capture_on_commit_callbacks
):
    told = queued(monkeypatch)
    idle = receiver_for(begin=Begin.NEW)
    with time_machine.travel(NOON, tick=False) as clock:
        send_many(lms, 1)
        waiting, paused, failing, halted = receiver_for(), receiver_for(paused=True), receiver_for(), receiver_for()
        Delivery.objects.filter(receiver=idle).update(watermark=state(idle).watermark + 1)
        Delivery.objects.filter(receiver=failing).update(next_try_at=NOON + timedelta(minutes=5), failures=1)
        Delivery.objects.filter(receiver=halted).update(halted=True)
        cache.clear()
        with django_capture_on_commit_callbacks(execute=True):
            sweep()
        assert told == [waiting.pk]
        clock.shift(timedelta(minutes=5))
        with django_capture_on_commit_callbacks(execute=True):
            sweep()
        assert sorted(told[1:]) == [waiting.pk, failing.pk]
    assert paused.pk not in told


@pytest.mark.parametrize(
    ("outcome", "changes"),
    [
        (Outcome.GOOD, {}),
        (Outcome.CLOSED, {"secret": "wrong"}),
        (Outcome.UNREACHABLE, {"endpoint": "http://127.0.0.1:1/xapi"}),
    ],
)
def test_trying_a_receiver_out(receiver_for, store, outcome, changes):
    assert try_out(receiver_for(**changes)) is outcome
    assert store.batches == []


def test_trying_out_what_speaks_another_version_or_is_no_store(receiver_for, store):
    store.versions = ["2.0.0"]
    assert try_out(receiver_for(version="1.0.3")) is Outcome.VERSION
    assert try_out(receiver_for(version="2.0.0")) is Outcome.GOOD
    assert try_out(receiver_for(endpoint=store.address.replace("xapi", "other"))) is Outcome.STRANGE
