"""What a receiver gets."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from allauth.account.models import EmailAddress

from portal.core.clock import now
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.forwarding.actions import (
    Begin,
)
from portal.lrs.forwarding.sender import forward
from portal.lrs.models import Statement
from tests.factories import NOON
from tests.portal.lrs.forwarding.hands import send_many, state
from tests.portal.lrs.parts import MIXED, TEXT, attachment, data_piece, json_piece, mixed
from tests.portal.lrs.samples import ANNA, BEN, new_id, statement, voiding

DONE = "http://adlnet.gov/expapi/verbs/completed"
HIKE, SWIM = ({"id": f"https://example.org/activities/{name}"} for name in ("hike", "swim"))


def test_everything_goes_once_in_order_and_as_it_was(lms, store, receiver):
    ids = send_many(lms, 250)
    forward(receiver.pk)
    assert store.ids == ids
    assert store.batches == [100, 100, 50]
    sent, ours = store.kept[ids[0]], json.loads(Statement.objects.get(uuid=ids[0]).body)
    assert sent == {name: value for name, value in ours.items() if name not in {"stored", "authority"}}
    delivery = state(receiver)
    assert (delivery.delivered, delivery.fault, delivery.lease) == (250, "", None)
    assert delivery.watermark == Statement.objects.latest("pk").pk
    more = send_many(lms, 3)
    forward(receiver.pk)
    assert store.ids == ids + more
    assert store.batches == [100, 100, 50, 3]


@pytest.mark.parametrize("begin", list(Begin))
def test_from_the_beginning_from_now_or_from_a_day(lms, store, receiver_for, begin):
    with time_machine.travel(NOON - timedelta(days=9), tick=False):
        old = send_many(lms, 2)
    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        recent = send_many(lms, 2)
    made = receiver_for(begin=begin, since=NOON - timedelta(days=2))
    new = send_many(lms, 2)
    forward(made.pk)
    assert store.ids == {Begin.ALL: old + recent + new, Begin.DAY: recent + new, Begin.NEW: new}[begin]


def test_verbs_activities_and_related_ones_are_chosen(lms, store, receiver_for):
    lms.post(statement(object=SWIM))
    [direct] = send_many(lms, 1, verb={"id": DONE}, object=HIKE)
    [around] = send_many(lms, 1, verb={"id": DONE}, object=SWIM, context={"contextActivities": {"parent": [HIKE]}})
    [swum] = send_many(lms, 1, verb={"id": DONE}, object=SWIM)
    for found, filters in (
        ([direct, around, swum], {"verbs": [DONE]}),
        ([direct], {"verbs": [DONE], "activities": [HIKE["id"]]}),
        ([direct, around], {"verbs": [DONE], "activities": [HIKE["id"]], "related": True}),
        ([], {"verbs": ["https://example.org/verbs/none"]}),
    ):
        store.kept.clear()
        made = receiver_for(**filters)
        forward(made.pk)
        assert store.ids == found
        assert state(made).watermark == Statement.objects.latest("pk").pk


def test_a_customers_receiver_gets_the_customers_statements_only(credential_for, store, receiver_for):
    clinic = credential_for({"account": {"homePage": "https://clinic.example", "name": "a"}}, tenant="clinic")
    rival = credential_for({"account": {"homePage": "https://rival.example", "name": "b"}}, tenant="rival")
    ids = send_many(clinic, 2)
    [theirs] = send_many(rival, 1)
    rival.post([voiding(theirs), voiding(new_id())])
    last = new_id()
    clinic.post(voiding(ids[0], id=last))
    forward(receiver_for(tenant="clinic").pk)
    assert store.ids == [*ids, last]


def test_a_voiding_statement_goes_where_its_target_went(lms, store, receiver_for):
    [chosen] = send_many(lms, 1, verb={"id": DONE})
    [other] = send_many(lms, 1)
    mine = new_id()
    lms.post([voiding(other), voiding(chosen, id=mine)])
    forward(receiver_for(verbs=[DONE]).pk)
    assert store.ids == [chosen, mine]
    store.kept.clear()
    forward(receiver_for(verbs=["https://example.org/verbs/none"]).pk)
    assert store.ids == []


def test_a_voiding_statement_without_effect_here_goes_nowhere(credential_for, store, receiver_for):
    clinic = credential_for({"account": {"homePage": "https://clinic.example", "name": "a"}}, tenant="clinic")
    rival = credential_for({"account": {"homePage": "https://rival.example", "name": "b"}}, tenant="rival")
    [theirs] = send_many(clinic, 1, verb={"id": DONE})
    assert rival.post(voiding(theirs)).status_code == 200
    for filters in ({}, {"verbs": [DONE]}, {"tenant": "clinic"}):
        store.kept.clear()
        forward(receiver_for(**filters).pk)
        assert store.ids == [theirs]
    store.kept.clear()
    forward(receiver_for(tenant="rival").pk)
    assert store.ids == []


def test_what_the_portal_voids_is_voided_everywhere(lms, store, receiver):
    [theirs] = send_many(lms, 1)
    mine = new_id()
    store_statements([voiding(theirs, id=mine)], authority=local_authority(), at=now(), own=True)
    forward(receiver.pk)
    assert store.ids == [theirs, mine]


def test_attachments_go_with_their_data(lms, store, receiver):
    first, second = new_id(), new_id()
    sent = [statement(id=first, attachments=[attachment()]), statement(id=second)]
    assert lms.post(mixed(json_piece(sent), data_piece()), MIXED).status_code == 200
    forward(receiver.pk)
    assert store.ids == [first, second]
    assert store.data == {sha256(TEXT).hexdigest(): TEXT}


def test_pseudonymised_statements_go_without_people_and_data(lms, store, receiver_for):
    sent = statement(actor={**ANNA, "name": "Anna Huber"}, attachments=[attachment()])
    lms.post(mixed(json_piece(sent), data_piece()), MIXED)
    lms.post([statement(actor=ANNA), statement(actor=BEN)])
    forward(receiver_for(pseudonymise=True).pk)
    [first, second, third] = store.kept.values()
    assert "anna" not in json.dumps([first, second]).lower()
    assert "attachments" not in first
    assert store.data == {}
    assert first["actor"] == second["actor"] != third["actor"]
    assert first["actor"]["account"]["homePage"].endswith("/pseudonym")
    store.kept.clear()
    forward(receiver_for(pseudonymise=True).pk)
    assert store.kept[second["id"]]["actor"] != second["actor"]


def test_a_pseudonymised_statement_keeps_no_other_address_of_its_people(lms, store, receiver_for, alice, settings):
    EmailAddress.objects.create(user=alice, email="alice.private@example.net", verified=True)
    here = {"account": {"homePage": settings.PUBLIC_URL, "name": str(alice.uuid)}}
    response = f"Write to {alice.email} or Alice.Private@example.net"
    lms.post([statement(actor=here, result={"response": response}), statement(actor=BEN)])
    lms.post(statement(actor={"mbox": f"mailto:{alice.email}"}, result={"response": f"I am {alice.uuid}"}))
    forward(receiver_for(pseudonymise=True).pk)
    first, _, last = store.kept.values()
    digest = first["actor"]["account"]["name"]
    assert first["result"]["response"] == f"Write to {digest} or {digest}"
    assert last["result"]["response"] == f"I am {last['actor']['account']['name']}"


def test_a_store_of_1_0_3_gets_no_mark_of_2_0(credential_for, store, receiver_for):
    ids = send_many(credential_for(version="2.0.0"), 1)
    forward(receiver_for(version="1.0.3").pk)
    assert "version" not in store.kept[ids[0]]
    store.kept.clear()
    forward(receiver_for(version="2.0.0").pk)
    assert store.kept[ids[0]]["version"] == "2.0.0"
