"""Many clients at one moment, on PostgreSQL, each in a thread with its own connection."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from portal.core.clock import now
from portal.lrs.credentials import create_credential
from portal.lrs.models import Attachment, AttachmentData, Statement, StatementId
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.parts import MIXED, attachment, data_piece, json_piece, mixed
from tests.portal.lrs.samples import BEN, XapiClient, new_id, statement, voiding

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

CLIENTS = 8


@pytest.fixture
def at_once():
    """Run a request for each body at the same moment; the answers in order."""
    assert settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    credential, secret = create_credential(name="load", authority=LMS, scopes=["all"], at=now())

    def run(bodies, content_type="application/json"):
        gate = threading.Barrier(len(bodies))

        def one(body):
            try:
                client = XapiClient(Client(), credential.key, secret)
                gate.wait(timeout=30)
                return client.post(body, content_type)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(bodies)) as pool:
            return list(pool.map(one, bodies))

    return run


def test_fault_2_the_same_statement_at_the_same_moment_is_stored_once(at_once):
    for _ in range(15):
        sent = statement(id=new_id(), actor=BEN)
        answers = at_once([sent] * CLIENTS)
        assert [(each.status_code, each.json()) for each in answers] == [(200, [sent["id"]])] * CLIENTS
    assert Statement.objects.count() == 15
    assert StatementId.objects.count() == 15


def test_fault_3_different_statements_under_one_id_at_the_same_moment(at_once):
    for _ in range(10):
        uuid = new_id()
        bodies = [statement(id=uuid, result={"response": str(n)}) for n in range(CLIENTS)]
        answers = at_once(bodies)
        assert sorted(each.status_code for each in answers) == [200] + [409] * (CLIENTS - 1)
        winner = next(n for n, each in enumerate(answers) if each.status_code == 200)
        assert f'"response":"{winner}"' in Statement.objects.get(uuid=uuid).body


def test_batches_with_the_same_ids_in_turned_order_do_not_stop_each_other(at_once):
    for _ in range(3):
        batch = [statement(id=new_id()) for _ in range(40)]
        answers = at_once([batch, batch[::-1], batch[20:] + batch[:20], batch[::2] + batch[1::2]])
        assert {each.status_code for each in answers} == {200}
    assert Statement.objects.count() == 120


def test_a_voiding_statement_and_its_target_at_the_same_moment_find_each_other(at_once):
    targets = []
    for _ in range(25):
        target = new_id()
        answers = at_once([statement(id=target), voiding(target), statement(id=new_id()), voiding(new_id())])
        assert {each.status_code for each in answers} == {200}
        targets.append(target)
    assert Statement.objects.filter(uuid__in=targets, voided=True).count() == 25


def test_batches_about_the_same_people_and_activities_do_not_stop_each_other(at_once):
    around = {"contextActivities": {"parent": [{"id": f"https://example.org/a{n}"} for n in range(10)]}}
    answers = at_once([[statement(actor=BEN, context=around) for _ in range(100)] for _ in range(CLIENTS)])
    assert {each.status_code for each in answers} == {200}
    assert Statement.objects.count() == 100 * CLIENTS


def with_data(contents, **changes):
    sent = [statement(attachments=[attachment(each)], **changes) for each in contents]
    return mixed(json_piece(sent), *map(data_piece, contents))


def test_fault_2_the_same_data_at_the_same_moment_are_stored_once(at_once):
    for n in range(10):
        answers = at_once([with_data([b"text %d" % n])] * CLIENTS, MIXED)
        assert {each.status_code for each in answers} == {200}
    assert (AttachmentData.objects.count(), Attachment.objects.count()) == (10, 10 * CLIENTS)


def test_fault_2_the_same_statement_with_data_at_the_same_moment(at_once):
    for n in range(10):
        uuid = new_id()
        answers = at_once([with_data([b"text %d" % n], id=uuid)] * CLIENTS, MIXED)
        assert [(each.status_code, each.json()) for each in answers] == [(200, [uuid])] * CLIENTS
    assert Statement.objects.count() == AttachmentData.objects.count() == Attachment.objects.count() == 10


def test_batches_with_the_same_data_in_turned_order_do_not_stop_each_other(at_once):
    contents = [b"%d" % n * 5000 for n in range(30)]
    for turn in range(3):
        fresh = [b"%d" % turn + each for each in contents]
        bodies = [with_data(each) for each in (fresh, fresh[::-1], fresh[15:] + fresh[:15], fresh[::2] + fresh[1::2])]
        assert {each.status_code for each in at_once(bodies, MIXED)} == {200}
    assert (AttachmentData.objects.count(), Attachment.objects.count()) == (90, 360)
