"""Voiding: who may take back what, in which order it comes."""

import orjson
import pytest

from portal.audit.models import Entry
from portal.core.clock import now
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.models import Statement
from tests.portal.lrs.samples import new_id, statement, voiding


def kept(uuid):
    return orjson.loads(Statement.objects.get(uuid=uuid).body)


def test_fault_8_voiding_what_another_authority_asserted_is_forbidden(lms, other):
    uuid = new_id()
    lms.post(statement(id=uuid))
    answer = other.post([statement(), voiding(uuid)])
    assert answer.status_code == 403
    assert answer.json()["path"] == "[1].object.id"
    assert Statement.objects.count() == 1
    assert not Statement.objects.get().voided
    assert Entry.objects.filter(verb="refused statements", data__path="[1].object.id").count() == 1


def test_fault_8_nobody_outside_voids_what_the_portal_tells(lms):
    [uuid] = store_statements([statement()], authority=local_authority(), at=now(), own=True)
    assert lms.post(voiding(uuid)).status_code == 403
    assert not Statement.objects.own().get().voided


@pytest.mark.parametrize("order", ["before", "after", "together", "together turned"])
def test_voiding_in_either_order_of_arrival(lms, order):
    target, void = new_id(), new_id()
    pair = [statement(id=target), voiding(target, id=void)]
    match order:
        case "before":
            batches = [[pair[0]], [pair[1]]]
        case "after":
            batches = [[pair[1]], [pair[0]]]
        case "together":
            batches = [pair]
        case _:
            batches = [pair[::-1]]
    for batch in batches:
        assert lms.post(batch).status_code == 200
    assert Statement.objects.get(uuid=target).voided
    assert not Statement.objects.get(uuid=void).voided
    assert lms.get(statementId=target).status_code == 404
    assert lms.get(voidedStatementId=target).json()["id"] == target
    assert lms.get(voidedStatementId=void).status_code == 404
    assert lms.ids() == [void]


def test_a_voiding_statement_that_came_first_voids_only_what_its_authority_asserts(lms, other):
    uuid = new_id()
    assert other.post(voiding(uuid)).status_code == 200
    lms.post(statement(id=uuid))
    assert not Statement.objects.get(uuid=uuid).voided


def test_the_portal_voids_what_it_told_and_what_others_told(lms):
    [uuid] = lms.post(statement()).json()
    [own] = store_statements([statement()], authority=local_authority(), at=now(), own=True)
    store_statements([voiding(uuid), voiding(own)], authority=local_authority(), at=now(), own=True)
    assert Statement.objects.filter(voided=True).count() == 2


def test_a_voiding_statement_cannot_be_voided(lms):
    [target] = lms.post(statement()).json()
    [void] = lms.post(voiding(target)).json()
    for batch in ([voiding(void)], [statement(id=(a := new_id())), voiding(a, id=(b := new_id())), voiding(b)]):
        answer = lms.post(batch)
        assert answer.status_code == 400
        assert "cannot be voided" in answer.json()["error"]
    late, early = new_id(), new_id()
    lms.post(voiding(late, id=early))
    lms.post(voiding(target, id=late))
    assert not Statement.objects.get(uuid=late).voided


def test_the_same_voiding_statement_again_changes_nothing(lms):
    [target] = lms.post(statement()).json()
    void = voiding(target, id=new_id())
    assert lms.post(void).status_code == lms.post(void).status_code == 200
    assert Statement.objects.count() == 2
