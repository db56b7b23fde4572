"""What the answers of a receiver do."""

import json
from datetime import timedelta

import pytest
import time_machine

from portal.core.clock import now
from portal.lrs.forwarding import client
from portal.lrs.forwarding.actions import (
    change_receiver,
    dismiss_parked,
    retry_now,
    retry_parked,
)
from portal.lrs.forwarding.sender import REFUSED_LIMIT, forward
from portal.lrs.forwarding.trial import Outcome, try_out
from portal.lrs.models import Receiver
from tests.factories import NOON
from tests.portal.lrs.forwarding.hands import send_many, state
from tests.portal.lrs.forwarding.outside import SECRET, hang_up, trickle
from tests.portal.lrs.samples import statement

DONE = "http://adlnet.gov/expapi/verbs/completed"


def test_fault_2_a_lost_acknowledgement_is_made_good_by_the_same_again(lms, store, receiver):
    ids = send_many(lms, 3)
    store.next_answers = [hang_up]
    forward(receiver.pk)
    assert store.ids == ids
    assert (state(receiver).fault, state(receiver).delivered) == ("unreachable", 0)
    retry_now(receiver=receiver, at=now())
    forward(receiver.pk)
    assert (store.ids, store.batches) == (ids, [3, 3])
    assert (state(receiver).fault, state(receiver).delivered) == ("", 3)


def test_a_409_for_what_it_holds_counts_as_delivered(lms, store, receiver):
    ids = send_many(lms, 4)
    store.next_answers = [hang_up]
    forward(receiver.pk)
    store.strict_replay = True
    retry_now(receiver=receiver, at=now())
    forward(receiver.pk)
    assert store.ids == ids
    assert (state(receiver).delivered, receiver.parked.count()) == (4, 0)


def test_fault_3_a_409_for_another_statement_under_the_id_is_parked(lms, store, receiver):
    ids = send_many(lms, 5)
    store.kept[ids[2]] = other = statement(id=ids[2], verb={"id": DONE})
    forward(receiver.pk)
    assert store.kept[ids[2]] == other
    assert set(store.ids) == set(ids)
    assert [str(each.uuid) for each in receiver.parked.all()] == [ids[2]]
    assert receiver.parked.get().status == 409
    assert state(receiver).delivered == 4


def test_one_poisoned_statement_does_not_stop_the_others(lms, store, receiver):
    ids = send_many(lms, 60)
    store.refuses = lambda each: each["id"] == ids[37]
    forward(receiver.pk)
    assert store.ids == ids[:37] + ids[38:]
    parked = receiver.parked.get()
    assert (str(parked.uuid), parked.status) == (ids[37], 400)
    assert parked.reason.startswith("not wanted")
    assert "anna" not in parked.reason
    assert state(receiver).delivered == 59


def test_parked_ones_are_sent_again_or_given_up(lms, store, receiver):
    ids = send_many(lms, 3)
    store.refuses = lambda each: each["id"] in ids[:2]
    forward(receiver.pk)
    first, second = receiver.parked.all()
    retry_parked(receiver=receiver, parked=[first.pk], at=now())
    forward(receiver.pk)
    first.refresh_from_db()
    assert (first.retry, first.status) == (False, 400)
    store.refuses = lambda _: False
    retry_parked(receiver=receiver, parked=[first.pk], at=now())
    forward(receiver.pk)
    dismiss_parked(receiver=receiver, parked=[second.pk], at=now())
    assert set(store.ids) == {ids[0], ids[2]}
    assert receiver.parked.count() == 0
    assert state(receiver).delivered == 2


def test_a_receiver_that_takes_nothing_is_not_given_the_whole_store(lms, store, receiver):
    ids = send_many(lms, REFUSED_LIMIT + 10)
    store.refuses = lambda _: True
    forward(receiver.pk)
    assert (state(receiver).fault, state(receiver).halted) == ("choosy", True)
    assert [str(each.uuid) for each in receiver.parked.all()] == ids[:REFUSED_LIMIT]


def test_a_403_is_of_the_statement_and_does_not_stop_the_others(lms, store, receiver):
    ids = send_many(lms, 20)
    store.refuses, store.refusal = (lambda each: each["id"] == ids[7]), 403
    forward(receiver.pk)
    assert store.ids == ids[:7] + ids[8:]
    assert [(str(each.uuid), each.status) for each in receiver.parked.all()] == [(ids[7], 403)]
    assert (state(receiver).delivered, state(receiver).halted) == (19, False)


def test_a_key_that_may_not_write_stops_after_some(lms, store, receiver):
    send_many(lms, REFUSED_LIMIT + 10)
    store.refuses, store.refusal = (lambda _: True), 403
    forward(receiver.pk)
    assert (state(receiver).fault, state(receiver).fault_status, state(receiver).halted) == ("choosy", 403, True)
    assert receiver.parked.count() == REFUSED_LIMIT


def test_a_refused_key_stops_until_somebody_changes_it(lms, store, receiver):
    ids = send_many(lms, 2)
    store.next_answers = [(401, {}, b"")]
    forward(receiver.pk)
    assert (state(receiver).fault, state(receiver).fault_status, state(receiver).halted) == ("closed", 401, True)
    with time_machine.travel(now() + timedelta(days=3)):
        forward(receiver.pk)
        assert store.ids == []
        change_receiver(receiver=receiver, secret=SECRET, changed=["secret"], at=now())
        forward(receiver.pk)
    assert store.ids == ids
    assert state(receiver).fault == ""


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_kept(lms, store, receiver, status, form):
    ids = send_many(lms, 2)
    with time_machine.travel(NOON, tick=False) as clock:
        told = "7200" if form == "seconds" else "Tue, 24 Nov 2026 14:00:00 GMT"
        store.next_answers = [(status, {"Retry_After": told}, b"")]
        forward(receiver.pk)
        assert state(receiver).fault == "busy"
        assert state(receiver).next_try_at == NOON + timedelta(hours=2)
        clock.shift(timedelta(hours=2, seconds=-1))
        forward(receiver.pk)
        assert store.ids == []
        clock.shift(timedelta(seconds=1))
        forward(receiver.pk)
    assert store.ids == ids


def test_errors_of_its_own_are_tried_again_ever_later_up_to_an_hour(lms, store, receiver):
    ids = send_many(lms, 2)
    waits = []
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(12):
            store.next_answers = [(500, {}, b"oops")]
            forward(receiver.pk)
            waits.append((state(receiver).next_try_at - now()).total_seconds())
            clock.move_to(state(receiver).next_try_at + timedelta(milliseconds=1))  # the clock tells whole ones
        assert state(receiver).failures == 12
        forward(receiver.pk)
    assert store.ids == ids
    assert state(receiver).failures == 0
    assert waits[0] <= 15
    assert all(min(1800, 7.5 * 2**n) <= wait <= min(3600, 15 * 2**n) for n, wait in enumerate(waits))


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ((200, {}, b"<html>Welcome to the guest network</html>"), "strange"),
        ((200, {}, b"[]"), "strange"),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), "strange"),
        ((404, {}, b""), "strange"),
        ((502, {}, b""), "broken"),
        ((200, {}, b" " * (client.ANSWER_BYTES + 1)), "strange"),
    ],
)
def test_what_is_no_acknowledgement_counts_as_none(lms, store, receiver, answer, fault):
    ids = send_many(lms, 2)
    store.next_answers = [answer]
    forward(receiver.pk)
    assert (state(receiver).fault, state(receiver).watermark) == (fault, 0)
    assert store.asked == []  # no redirect is followed
    retry_now(receiver=receiver, at=now())
    forward(receiver.pk)
    assert store.ids == ids


def test_204_is_an_acknowledgement_too(lms, store, receiver):
    send_many(lms, 2)
    store.next_answers = [(204, {}, b"")]
    forward(receiver.pk)
    assert state(receiver).delivered == 2


def test_413_halves_the_batch_and_parks_what_is_too_large_alone(lms, store, receiver):
    ids = send_many(lms, 20, result={"response": "x" * 1000})
    [large] = send_many(lms, 1, result={"response": "x" * 9000})
    after = send_many(lms, 2)
    store.limit = 8000
    forward(receiver.pk)
    assert store.ids == ids + after
    assert max(store.batches) <= 7
    assert [(str(each.uuid), each.status) for each in receiver.parked.all()] == [(large, 413)]
    assert state(receiver).batch < 20


def test_an_answer_that_never_ends_is_cut(lms, store, receiver, monkeypatch):
    send_many(lms, 1)
    monkeypatch.setattr(client.StoreClient.__init__, "__kwdefaults__", {"total": 0.5})
    store.next_answers = [trickle]
    forward(receiver.pk)
    assert (state(receiver).fault, state(receiver).failures) == ("slow", 1)


def test_nobody_there(lms, receiver_for):
    made = receiver_for(endpoint="http://127.0.0.1:1/xapi")
    send_many(lms, 1)
    forward(made.pk)
    assert state(made).fault == "unreachable"


def test_a_secret_of_another_portal_key_stops_and_says_so(lms, store, receiver, settings):
    send_many(lms, 1)
    settings.SECRET_KEY = "another key of the portal, after a restore without its secrets"
    forward(receiver.pk)
    assert (state(receiver).fault, state(receiver).halted) == ("secret", True)
    assert store.batches == []
    assert try_out(receiver) is Outcome.SECRET


def test_the_secret_is_neither_kept_readable_nor_logged(lms, store, receiver, caplog):
    store.is_open = False
    send_many(lms, 1)
    forward(receiver.pk)
    row = Receiver.objects.filter(pk=receiver.pk).values().get()
    assert SECRET not in json.dumps(row, default=str)
    assert SECRET not in caplog.text
