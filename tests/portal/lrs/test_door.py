"""POST and PUT of statements, through HTTP as a client sends them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from portal.audit.models import Entry
from portal.core.clock import now
from portal.lrs import actions, gates
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.errors import ForbiddenError
from portal.lrs.middleware import HEADERS
from portal.lrs.models import Statement
from portal.lrs.signals import statements_stored
from tests.factories import NOON
from tests.portal.lrs.samples import ANNA, BEN, XapiClient, new_id, statement


def kept(uuid):
    return orjson.loads(Statement.objects.get(uuid=uuid).body)


def test_what_the_store_sets_and_what_it_leaves(lms):
    sent = statement(
        authority=ANNA,
        stored="1999-01-01T00:00:00Z",
        timestamp="2026-11-24T13:00:00.1234+01:00",
        context={"contextActivities": {"parent": {"id": "https://example.org/week"}}},
        object={
            "objectType": "SubStatement",
            **statement(context={"contextActivities": {"other": {"id": "https://example.org/day"}}}),
        },
        result={"extensions": {"https://example.org/e": [None, 1.50, "ä", {}]}},
    )
    answer = lms.post(sent)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    [uuid] = answer.json()
    body = kept(uuid)
    assert body["id"] == uuid
    assert body["authority"] == lms.credential.authority
    assert body["version"] == "1.0.0"
    assert body["timestamp"] == "2026-11-24T12:00:00.1234Z"
    assert body["stored"] != sent["stored"]
    assert body["context"]["contextActivities"]["parent"] == [{"id": "https://example.org/week"}]
    assert body["object"]["context"]["contextActivities"]["other"] == [{"id": "https://example.org/day"}]
    assert body["result"] == sent["result"]
    assert body["actor"] == sent["actor"]


def test_without_a_timestamp_the_time_of_storing_stands_in(lms):
    [uuid] = lms.post(statement()).json()
    assert kept(uuid)["timestamp"] == kept(uuid)["stored"]


def test_2_0_takes_timestamps_with_small_letters(credential_for):
    newer = credential_for(version="2.0.0")
    for moment in ("2026-11-24t12:00:00.123z", "2026-11-24t12:00:00.123Z", "2026-11-24t13:00:00.123+01:00"):
        sent = statement(id=new_id(), timestamp=moment)
        inner = statement(id=new_id(), object={"objectType": "SubStatement", **statement(timestamp=moment)})
        assert newer.post([sent, inner]).status_code == 200
        assert newer.post([sent, inner]).status_code == 200
        assert kept(sent["id"])["timestamp"] == kept(inner["id"])["object"]["timestamp"] == "2026-11-24T12:00:00.123Z"


def test_the_version_a_statement_came_with_stays(lms, credential_for):
    [old] = lms.post(statement(version="1.0.2")).json()
    newer = credential_for(version="2.0.0")
    [none, given] = newer.post([statement(), statement(version="2.0.0")]).json()
    assert [kept(each)["version"] for each in (old, none, given)] == ["1.0.2", "2.0.0", "2.0.0"]


def test_a_batch_is_answered_with_its_ids_in_order(lms):
    ids = [new_id() for _ in range(5)]
    answer = lms.post([statement(id=each) for each in ids])
    assert answer.json() == ids
    assert lms.ids(ascending="true") == ids
    assert lms.post([]).json() == []


def test_put_stores_under_the_id_of_the_address(lms):
    uuid = new_id()
    assert lms.put(statement(), statementId=uuid).status_code == 204
    assert lms.put(statement(id=uuid.upper()), statementId=uuid).status_code == 204
    assert Statement.objects.count() == 1
    assert kept(uuid)["id"] == uuid


@pytest.mark.parametrize(
    ("body", "parameters", "path"),
    [
        (statement(), {}, "statementId"),
        (statement(), {"statementId": "1"}, "statementId"),
        (statement(id=new_id()), {"statementId": new_id()}, "id"),
        (statement(id=7), {"statementId": new_id()}, "id"),
        (statement(verb={}), {"statementId": new_id()}, "verb.id"),
        ([statement()], {"statementId": new_id()}, ""),
        (statement(), {"statementId": new_id(), "statementid": "x"}, "statementid"),
    ],
)
def test_put_refuses(lms, body, parameters, path):
    answer = lms.put(body, **parameters)
    assert answer.status_code == 400
    assert answer.json()["path"] == path
    assert not Statement.objects.exists()


def test_post_takes_no_parameters(lms):
    assert lms.post(statement(), path="/xapi/statements?statementId=" + new_id()).status_code == 400


def test_fault_2_the_same_statement_twice_is_stored_once(lms):
    uuid = new_id()
    sent = statement(id=uuid, timestamp="2026-11-24T12:00:00Z")
    assert lms.post(sent).json() == [uuid]
    first = Statement.objects.get()
    assert lms.post(sent).json() == [uuid]
    assert lms.put(sent, statementId=uuid).status_code == 204
    assert lms.post([statement(), sent]).status_code == 200
    assert Statement.objects.count() == 2
    first_again = Statement.objects.get(uuid=uuid)
    assert (first_again.body, first_again.stored) == (first.body, first.stored)


def test_a_statement_fetched_and_sent_again_is_the_same(lms):
    [uuid] = lms.post(statement(timestamp="2026-11-24T12:00:00+01:00")).json()
    assert lms.post(kept(uuid)).status_code == 200
    assert Statement.objects.count() == 1


def test_fault_3_another_statement_under_the_same_id_is_a_conflict_and_the_first_stays(lms, other):
    uuid = new_id()
    lms.post(statement(id=uuid))
    before = Statement.objects.get().body
    for client in (lms, other):
        answer = client.post([statement(), statement(id=uuid, actor=BEN)])
        assert answer.status_code == 409
        assert answer.json()["path"] == "[1].id"
        assert client.put(statement(actor=BEN), statementId=uuid).status_code == 409
    assert Statement.objects.get().body == before


def test_the_same_id_twice_in_one_batch_is_refused(lms):
    uuid = new_id()
    answer = lms.post([statement(id=uuid), statement(id=uuid.upper())])
    assert answer.status_code == 400
    assert answer.json()["path"] == "[1].id"
    assert not Statement.objects.exists()


def test_fault_4_a_learner_tells_of_nobody_else(alice, bob, credential_for):
    def account(user):
        return {"account": {"homePage": settings.PUBLIC_URL, "name": str(user.uuid)}}

    learner = credential_for(account(alice), scopes=["statements/write"])
    assert learner.post(statement(actor=account(alice))).status_code == 200
    for actor in (account(bob), ANNA, {"objectType": "Group", "member": [account(alice)]}):
        answer = learner.post([statement(actor=account(alice)), statement(actor=actor)])
        assert answer.status_code == 403
        assert answer.json()["path"] == "[1].actor"
    assert Statement.objects.count() == 1
    entries = Entry.objects.filter(verb="refused statements")
    assert entries.count() == 3
    assert entries[0].target_id == str(learner.credential.pk)
    assert entries[0].data["path"] == "[1].actor"
    assert "anna" not in str([each.data for each in entries])


def test_fault_5_what_comes_from_outside_is_a_claim_and_never_the_portals_own(lms):
    claim = statement(
        authority=local_authority().agent,
        verb={"id": "http://adlnet.gov/expapi/verbs/passed"},
        result={"success": True, "score": {"scaled": 1.0}},
    )
    [uuid] = lms.post(claim).json()
    store_statements([statement()], authority=local_authority(), at=now(), own=True)
    assert Statement.objects.count() == 2
    assert str(Statement.objects.own().get().uuid) != uuid
    assert kept(uuid)["authority"] == lms.credential.authority


@pytest.mark.parametrize("place", [0, 250, 499])
def test_fault_6_one_bad_statement_refuses_the_batch_of_500(lms, place):
    batch = [statement(id=new_id()) for _ in range(500)]
    batch[place]["actor"] = {"mbox": "anna"}
    answer = lms.post(batch)
    assert answer.status_code == 400
    assert answer.json()["path"] == f"[{place}].actor.mbox"
    assert not Statement.objects.exists()


@pytest.mark.parametrize("years", [-10, 10])
def test_fault_7_stored_is_the_servers_time_whatever_the_client_says(lms, years):
    moment = datetime.now(UTC) + timedelta(days=365 * years)
    [uuid] = lms.post(statement(timestamp=moment.isoformat(), stored=moment.isoformat())).json()
    row = Statement.objects.get(uuid=uuid)
    assert abs(row.stored - datetime.now(UTC)) < timedelta(minutes=1)
    assert datetime.fromisoformat(orjson.loads(row.body)["stored"]) == row.stored
    assert row.timestamp == moment


def test_own_code_goes_through_the_same_checks(db):
    with pytest.raises(actions.InvalidError) as caught:
        store_statements([statement(actor={})], authority=local_authority(), at=now(), own=True)
    assert caught.value.path == "[0].actor"
    given = statement()
    store_statements([given], authority=local_authority(), at=now(), own=True)
    assert given == statement(), "what the caller gave is not changed"


def test_what_is_stored_is_announced_after_commit(lms, django_capture_on_commit_callbacks):
    heard = []

    def listen(uuids, authority, **_):
        heard.append((uuids, authority.credential_id))

    statements_stored.connect(listen)
    try:
        known = new_id()
        with django_capture_on_commit_callbacks(execute=True):
            lms.post(statement(id=known))
            assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            [_, fresh] = lms.post([statement(id=known), statement()]).json()
        with django_capture_on_commit_callbacks(execute=True):
            lms.post(statement(id=known))
    finally:
        statements_stored.disconnect(listen)
    assert heard == [([UUID(known)], lms.credential.pk), ([UUID(fresh)], lms.credential.pk)]


def test_a_gate_of_an_upper_floor_refuses_what_comes_from_outside_only(lms, monkeypatch):
    def closed(statements, authority, at):
        raise ForbiddenError("this sign-in has ended", "[0]")

    monkeypatch.setattr(gates, "_gates", [*gates._gates])
    gates.register_gate(closed)
    gates.register_gate(closed)
    assert gates._gates.count(closed) == 1
    answer = lms.post(statement())
    assert (answer.status_code, answer.json()["error"]) == (403, "this sign-in has ended")
    store_statements([statement()], authority=local_authority(), at=now(), own=True)
    assert Statement.objects.count() == 1


def queries_of(lms, batch):
    with CaptureQueriesContext(connection) as queries:
        assert lms.post(batch).status_code == 200
    return len(queries)


def rich(**changes):
    return statement(
        id=new_id(),
        actor={"objectType": "Group", "member": [ANNA, BEN]},
        context={"contextActivities": {"parent": [{"id": "https://example.org/week"}]}, "instructor": ANNA},
        **changes,
    )


def test_the_number_of_queries_does_not_grow_with_the_batch(lms):
    few, many = queries_of(lms, [rich() for _ in range(2)]), queries_of(lms, [rich() for _ in range(100)])
    # PostgreSQL gets the rows of a few statements in one message; SQLite takes 999 parameters in one query.
    assert many <= few + (1 if connection.vendor == "postgresql" else 6)
    assert few <= 11


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/json; charset=latin-1", ""])
def test_another_media_type_is_refused(lms, content_type):
    answer = lms.post(orjson.dumps(statement()), content_type=content_type)
    assert answer.status_code == 400
    assert answer.json()["path"] == "Content-Type"


def test_fault_13_an_attachment_with_a_wrong_hash_is_refused(lms):
    attachment = {
        "usageType": "https://example.org/u",
        "display": {"en": "x"},
        "contentType": "text/plain",
        "length": 1,
        "sha2": "abc",
        "fileUrl": "https://example.org/x",
    }
    answer = lms.post(statement(attachments=[attachment]))
    assert (answer.status_code, answer.json()["path"]) == (400, "attachments[0].sha2")
    assert lms.post(statement(attachments=[{**attachment, "sha2": "A" * 64}])).status_code == 200


def test_limits_of_size_and_number(lms, settings):
    settings.XAPI_BATCH_LIMIT = 3
    assert lms.post([statement()] * 4).status_code == 413
    assert lms.post([statement(), statement()]).status_code == 200
    settings.XAPI_BODY_LIMIT = 1000
    assert lms.post(statement(result={"response": "x" * 1000})).status_code == 413
    assert lms.post(statement(result={"response": "x" * 100})).status_code == 200


def test_a_body_larger_than_djangos_own_limit_is_taken(lms):
    assert lms.post(statement(result={"response": "x" * (6 * 1024 * 1024)})).status_code == 200


@time_machine.travel(NOON, tick=False)  # so that no window of the limit ends meanwhile
def test_too_many_requests(lms, monkeypatch):
    monkeypatch.setattr("portal.lrs.resource.RATE", 2)
    assert [lms.get().status_code for _ in range(3)] == [200, 200, 429]
    answer = lms.get()
    assert answer["Retry-After"] == "60"
    assert answer["X-Experience-API-Version"] == "1.0.3"


def test_every_answer_carries_the_headers(lms, client):
    for answer in (
        lms.get(),
        lms.get(nonsense="1"),
        lms.post(b"{"),
        lms.get(statementId=new_id()),
        XapiClient(client).get(),
        lms.client.delete("/xapi/statements", headers=lms.headers()),
    ):
        assert answer["X-Experience-API-Version"] == "1.0.3"
        assert datetime.fromisoformat(answer["X-Experience-API-Consistent-Through"]).tzinfo == UTC
        assert answer["Date"].endswith("GMT")
        assert answer["Content-Type"] == "application/json"
        assert "no-store" in answer["Cache-Control"]
        if answer.status_code >= 400:
            assert answer.json().keys() == {"error", "path"}


@pytest.mark.parametrize(
    ("version", "answered"), [(None, "0.95"), ("0.95", "2.0.0"), ("1.1.0", "1.0.3"), ("3.0.0", "2.0.0"), ("x", "2.0.0")]
)
def test_a_version_that_is_not_served(lms, version, answered):
    lms.version = version
    for answer in (lms.get(), lms.post(statement()), lms.put(statement(), statementId=new_id())):
        assert answer.status_code == 400
        assert answer["X-Experience-API-Version"] == answered
    assert not Statement.objects.exists()


def test_about_is_open_to_all_and_lists_the_versions(client):
    answer = client.get("/xapi/about")
    assert answer.status_code == 200
    assert answer.json() == {"version": ["2.0.0", "1.0.3"]}
    assert (
        client.get("/xapi/about", headers={"X-Experience-API-Version": "1.0.1"})["X-Experience-API-Version"] == "1.0.3"
    )
    assert client.get("/xapi/about?x=1").status_code == 400
    assert client.post("/xapi/about").status_code == 405


def test_with_the_database_away_the_answer_says_when_to_come_back(lms, monkeypatch):
    def away(*_, **__):
        raise OperationalError

    monkeypatch.setattr("portal.lrs.views.store_statements", away)
    answer = lms.post(statement())
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert answer["X-Experience-API-Version"] == "1.0.3"


def test_a_long_iri_is_stored_and_found(lms):
    iri = "https://example.org/" + "ü" * 3000
    [uuid] = lms.post(
        statement(
            verb={"id": iri},
            object={"id": iri},
            actor={"account": {"homePage": iri, "name": "名" * 3000}},
            context={"contextActivities": {"other": [{"id": iri}]}},
        )
    ).json()
    assert lms.ids(verb=iri) == lms.ids(activity=iri, related_activities="true") == [uuid]
    assert lms.ids(verb=iri + "u") == []


def test_the_clock_of_one_request_is_read_once(lms):
    with time_machine.travel(datetime(2027, 1, 1, 12, tzinfo=UTC), tick=True):
        ids = lms.post([statement() for _ in range(20)]).json()
    assert len(set(Statement.objects.filter(uuid__in=ids).values_list("stored", flat=True))) == 1


def test_a_fault_of_the_store_itself_is_told_as_json(lms, monkeypatch):
    monkeypatch.setattr("portal.lrs.views.store_statements", None)
    lms.client.raise_request_exception = False
    answer = lms.post(statement())
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/json")
    assert "NoneType" not in answer.content.decode()
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_host_that_is_not_ours_is_refused_with_every_protection(lms):
    answer = lms.client.get("/xapi/about", headers={"Host": "evil.example.org"})
    assert (answer.status_code, answer.headers["X-Frame-Options"]) == (400, "DENY")


@pytest.mark.parametrize("address", ["/xapi/about", "/xapi/1.0.3/about", "/xapi/statements"])
def test_the_store_answers_without_the_middleware_of_pages(lms, address):
    """Its policy is the one of the short way; that of pages would stand here if a request went through their middleware."""
    assert lms.get(address).headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
