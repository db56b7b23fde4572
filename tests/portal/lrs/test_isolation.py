"""Two organisations that call everything by the same names: nothing of one reaches the other, by no resource and parameter."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from portal.lrs.models import Statement
from portal.lrs.vocabulary import VOIDED
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.crossing import DONAU, ISAR, LISTS, WEEK, rich
from tests.portal.lrs.parts import MIXED, TEXT, attachment, data_piece, json_piece, mixed, parts_of
from tests.portal.lrs.samples import ANNA, new_id, statement, voiding
from tests.portal.lrs.shelves import HIKE, Shelf, each_place, each_version

# What ``XapiClient.list`` can read.
QUERIES = [each for each in LISTS if "attachments" not in each]


@pytest.fixture
def donau(credential_for):
    """Everything is allowed to both, and both write as the same authority."""
    return credential_for(LMS, ["all"], tenant=DONAU)


@pytest.fixture
def isar(credential_for):
    return credential_for(LMS, ["all"], tenant=ISAR)


def test_lists_hold_ones_own_only_whatever_is_asked(donau, isar):
    [theirs] = donau.post(rich()).json()
    for query in QUERIES:
        assert isar.list(**query) == [], query
    [ours] = isar.post(rich()).json()
    for query in QUERIES:
        for client, uuid in ((isar, ours), (donau, theirs)):
            assert client.ids(**query) == [uuid], query


@pytest.mark.parametrize("scope", ["all", "all/read", "statements/read", "statements/read/mine"])
def test_no_scope_reaches_further(donau, credential_for, scope):
    [theirs] = donau.post(rich()).json()
    reader = credential_for(LMS, [scope], tenant=ISAR)
    assert reader.list() == []
    assert reader.get(statementId=theirs).status_code == 404


def test_the_portal_sees_the_whole_store(donau, isar, lms):
    uuids = [client.post(rich()).json()[0] for client in (donau, isar, lms)]
    assert set(lms.ids(activity=HIKE)) == set(uuids)
    assert [lms.get(statementId=each).status_code for each in uuids] == [200, 200, 200]


@each_version
def test_one_statement_by_its_id(donau, isar, version):
    donau.version = isar.version = version
    [kept, gone] = donau.post([rich(id=new_id()), rich(id=new_id())]).json()
    assert donau.post(voiding(gone)).status_code == 200
    assert donau.get(statementId=kept).status_code == donau.get(voidedStatementId=gone).status_code == 200
    for more in ({}, {"format": "ids"}, {"format": "canonical"}, {"attachments": "true"}):
        nothing = [isar.get(**{name: new_id(), **more}) for name in ("statementId", "voidedStatementId")]
        for name, unknown in zip(("statementId", "voidedStatementId"), nothing, strict=True):
            for uuid in (kept, gone):
                answer = isar.get(**{name: uuid, **more})
                assert (answer.status_code, answer.content) == (404, unknown.content)


def test_the_more_of_another(donau, isar):
    theirs = {donau.post(rich()).json()[0] for _ in range(3)}
    ours = {isar.post(rich()).json()[0] for _ in range(3)}
    more = donau.get(limit="1", activity=HIKE).json()["more"]
    address = urlsplit(more)
    answer = isar.get(address.path, **dict(parse_qsl(address.query)))
    found = {each["id"] for each in answer.json()["statements"]}
    assert not found & theirs
    assert found <= ours


def test_a_reference_to_a_statement_of_another_finds_nothing(donau, isar):
    """Who refers to a statement matches where it matches: only within one's own."""
    [theirs] = donau.post(rich()).json()
    plain = {"actor": {"mbox": "mailto:x@isar.example"}, "verb": {"id": "https://isar.example/saw"}}
    isar.post(statement(**plain, object={"objectType": "StatementRef", "id": theirs}))
    for query in QUERIES:
        if query.keys() & {"agent", "verb", "activity", "registration"} and query.get("agent") != LMS:
            assert isar.list(**query) == [], query
    [ours] = isar.post(rich()).json()
    referring = {"objectType": "StatementRef", "id": ours}
    [referrer] = isar.post(statement(**plain, object=referring)).json()
    assert set(isar.ids(activity=HIKE)) == {ours, referrer}, "within one's own it is found"


def test_attachments_come_with_ones_own_statements_only(donau, isar):
    sent = mixed(json_piece(rich(attachments=[attachment()])), data_piece())
    [theirs] = donau.post(sent, MIXED).json()
    assert isar.get(statementId=theirs, attachments="true").status_code == 404
    [(_, content)] = parts_of(isar.get(attachments="true"))
    assert b'"statements":[]' in content
    assert isar.post(rich(attachments=[attachment()])).status_code == 400, "to know a hash is not to have the data"
    assert [content for _, content in parts_of(donau.get(attachments="true"))][1:] == [TEXT]


@each_version
def test_fault_3_the_id_of_another_is_taken_and_nothing_more_is_told(donau, isar, version):
    donau.version = isar.version = version
    uuid = new_id()
    [theirs] = donau.post(rich(id=uuid)).json()
    answers = [isar.post([sent]) for sent in (rich(id=uuid), statement(id=uuid), donau.get(statementId=uuid).json())]
    assert {(each.status_code, each.content) for each in answers} == {(409, answers[0].content)}
    assert isar.put(rich(), statementId=uuid).status_code == 409
    assert isar.list() == []
    assert donau.ids() == [theirs]


@pytest.mark.parametrize("authority", [LMS, {"mbox": "mailto:isar@example.org"}], ids=["same", "other"])
def test_fault_8_voiding_reaches_ones_own_only_and_tells_nothing(donau, credential_for, authority):
    isar = credential_for(authority, ["all"], tenant=ISAR)
    [theirs] = donau.post(rich()).json()
    answers = [isar.post(voiding(target)) for target in (theirs, new_id())]
    assert [each.status_code for each in answers] == [200, 200], "as for an id that nobody has"
    assert donau.get(statementId=theirs).status_code == 200
    assert donau.get(voidedStatementId=theirs).status_code == 404
    late = new_id()
    assert isar.post(voiding(late)).status_code == 200
    assert donau.post(rich(id=late)).status_code == 200
    assert donau.get(statementId=late).status_code == 200, "nor what comes after"


def test_fault_8_a_voiding_statement_of_another_is_an_unknown_one(donau, isar):
    [theirs] = donau.post(rich()).json()
    [void] = donau.post(voiding(theirs)).json()
    assert isar.post(voiding(void)).status_code == 200
    assert donau.get(statementId=void).status_code == 200
    assert donau.ids(verb=VOIDED) == [void]
    assert Statement.objects.filter(voided=True).count() == 1


def test_what_is_known_of_an_activity(donau, isar):
    donau.post(rich())
    for iri in (HIKE, WEEK):
        assert isar.get("/xapi/activities", activityId=iri).json() == {"objectType": "Activity", "id": iri}
        assert "definition" in donau.get("/xapi/activities", activityId=iri).json()
    isar.post(rich(object={"id": HIKE, "definition": {"name": {"en": "Ours"}}}))
    assert isar.get("/xapi/activities", activityId=HIKE).json()["definition"] == {"name": {"en": "Ours"}}
    assert donau.get("/xapi/activities", activityId=HIKE).json()["definition"]["name"] == {"en": "Secret hike"}


def test_what_is_known_of_a_person(donau, isar):
    donau.post(rich())
    assert "name" not in isar.get("/xapi/agents", agent=ANNA).json()
    assert donau.get("/xapi/agents", agent=ANNA).json()["name"] == ["Anna Secret"]


@each_place
@each_version
def test_documents(donau, isar, place, version):
    donau.version = isar.version = version
    theirs, ours = Shelf(donau, place), Shelf(isar, place)
    tag = '"da39a3ee5e6b4b0d3255bfef95601890afd80709"'
    assert theirs.put("x", {"a": 1}).status_code == 204
    kept = theirs.get("x")
    assert ours.get("x").status_code == 404
    assert ours.names() == ours.names(since="2020-01-01T00:00:00Z") == []
    assert ours.replace("x", {"b": 1}, kept["ETag"]).status_code == 412, "as where nothing stands"
    assert ours.replace("x", {"b": 1}, tag).status_code == 412
    assert ours.post("x", {"b": 1}).status_code == 204
    assert ours.get("x").json() == {"b": 1}, "merged with nothing of theirs"
    assert ours.delete("x").status_code == 204
    assert ours.put("y", {"b": 1}).status_code == 204, "If-None-Match: * holds where only they have one"
    if place.is_state:
        assert ours.delete().status_code == 204
    assert theirs.names() == ["x"]
    assert (theirs.get("x").content, theirs.get("x")["ETag"]) == (kept.content, kept["ETag"])


@each_place
def test_documents_of_the_portal_are_of_nobody_else(donau, lms, place):
    """A credential of the portal sees every statement, but no document of a customer, and no customer sees its."""
    Shelf(donau, place).put("x", b"theirs")
    Shelf(lms, place).put("y", b"ours")
    assert Shelf(donau, place).names() == ["x"]
    assert Shelf(lms, place).names() == ["y"]
