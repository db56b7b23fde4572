"""statementId and voidedStatementId with everything beside them, and every way in which a statement comes to be voided."""

from urllib.parse import urlencode

import pytest

from portal.lrs.models import Statement
from portal.lrs.vocabulary import VOIDED
from tests.portal.lrs.samples import ANNA, BEN, DID, new_id, statement, voiding
from tests.portal.lrs.shelves import HIKE, each_version

NAMES = ["statementId", "voidedStatementId"]
# What is found under each of the names.
FOUND = {
    ("statementId", "plain"): 200,
    ("statementId", "voided"): 404,
    ("statementId", "voiding"): 200,
    ("statementId", "referring"): 200,
    ("statementId", "unknown"): 404,
    ("voidedStatementId", "plain"): 404,
    ("voidedStatementId", "voided"): 200,
    ("voidedStatementId", "voiding"): 404,
    ("voidedStatementId", "referring"): 404,
    ("voidedStatementId", "unknown"): 404,
}
BESIDE = [
    {},
    {"format": "exact"},
    {"format": "ids"},
    {"format": "canonical"},
    {"attachments": "true"},
    {"attachments": "false"},
    {"attachments": "true", "format": "ids"},
    {"attachments": "false", "format": "canonical"},
]
# Right by themselves, and wrong beside one of the names.
OF_LISTS = {
    "agent": ANNA,
    "verb": DID,
    "activity": HIKE,
    "registration": new_id(),
    "related_activities": "true",
    "related_agents": "false",
    "since": "2020-01-01T00:00:00Z",
    "until": "2030-01-01T00:00:00Z",
    "limit": "1",
    "ascending": "true",
}


@pytest.fixture
def lrs(credential_for, version):
    return credential_for(version=version)


@pytest.fixture
def kinds(lrs):
    """An id of each kind."""
    plain, voided, void, referring = new_id(), new_id(), new_id(), new_id()
    reference = {"objectType": "StatementRef", "id": voided}
    answer = lrs.post(
        [
            statement(id=plain),
            statement(id=voided, actor=BEN),
            voiding(voided, id=void),
            statement(id=referring, object=reference),
        ]
    )
    assert answer.status_code == 200
    return {"plain": plain, "voided": voided, "voiding": void, "referring": referring, "unknown": new_id()}


@each_version
@pytest.mark.parametrize("beside", BESIDE, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_each_kind_under_each_name(lrs, kinds, name, beside):
    for kind, uuid in kinds.items():
        for told in (uuid, uuid.upper()):
            answer = lrs.get(**{name: told}, **beside)
            assert answer.status_code == FOUND[name, kind], kind
            assert lrs.head(**{name: told}, **beside).status_code == answer.status_code
        if answer.status_code == 200:
            assert uuid.encode() in answer.getvalue()
            assert answer["Content-Type"].startswith(
                "multipart/mixed" if beside.get("attachments") == "true" else "application/json"
            )
        else:
            assert answer.json().keys() == {"error", "path"}
        assert "X-Experience-API-Consistent-Through" in answer


@each_version
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", OF_LISTS)
def test_a_parameter_of_lists_beside_a_name_is_refused_whatever_is_found(lrs, kinds, name, other):
    assert lrs.get(**{other: OF_LISTS[other]}).status_code == 200, "by itself it is right"
    for uuid in kinds.values():
        for beside in ({}, {"format": "exact"}, {"attachments": "true"}):
            answer = lrs.get(**{name: uuid, other: OF_LISTS[other]}, **beside)
            assert (answer.status_code, answer.json()["path"]) == (400, other)


@each_version
def test_both_names_at_once_are_refused_for_any_pair_of_kinds(lrs, kinds):
    for first in kinds.values():
        for second in kinds.values():
            answer = lrs.get(statementId=first, voidedStatementId=second)
            assert (answer.status_code, answer.json()["path"]) == (400, "voidedStatementId")


@each_version
@pytest.mark.parametrize("name", NAMES)
def test_names_and_values_that_are_none(lrs, kinds, name):
    uuid = kinds["voided"]
    for value in (
        "",
        "1",
        uuid[:-1],
        uuid.replace("-", ""),
        f"{{{uuid}}}",
        f"urn:uuid:{uuid}",
        f"{uuid} ",
        uuid + "\x00",
    ):
        answer = lrs.get(**{name: value})
        assert (answer.status_code, answer.json()["path"]) == (400, name), value
    for wrong in (name.lower(), name.upper(), name + "s", f"{name}[]", f" {name}"):
        assert lrs.get(**{wrong: uuid}).status_code == 400, wrong
    assert lrs.get(**{name: [uuid, uuid]}).status_code == 400
    for beside in ({"format": "Ids"}, {"attachments": "1"}, {"unknown": "1"}, {"more": "x"}):
        assert lrs.get(**{name: uuid}, **beside).status_code == 400


@pytest.mark.parametrize("version", ["1.0.3"])
@pytest.mark.parametrize("name", NAMES)
def test_in_a_form_as_in_the_address(lrs, kinds, name):
    for kind, uuid in kinds.items():
        form = urlencode({name: uuid}).encode()
        answer = lrs.send("POST", "statements?method=GET", form, "application/x-www-form-urlencoded")
        assert answer.status_code == FOUND[name, kind]


@each_version
def test_lists_hold_what_is_not_voided(lrs, kinds):
    shown = [kinds[each] for each in ("plain", "voiding", "referring")]
    assert lrs.ids(ascending="true") == shown
    assert lrs.ids(agent=BEN, ascending="true") == shown[1:], "those that point at a match match"
    assert lrs.ids(verb=VOIDED) == [kinds["voiding"]]


@each_version
@pytest.mark.parametrize("name", NAMES)
def test_who_may_read_only_ones_own_finds_nothing_of_others(lrs, kinds, credential_for, version, name):
    mine = credential_for(BEN, scopes=["statements/write", "statements/read/mine"], version=version)
    assert [mine.get(**{name: uuid}).status_code for uuid in kinds.values()] == [404] * 5
    writer = credential_for(BEN, scopes=["statements/write"], version=version)
    assert [writer.get(**{name: uuid}).status_code for uuid in kinds.values()] == [403] * 5


ORDERS = {
    "before": lambda target, void: [[target], [void]],
    "after": lambda target, void: [[void], [target]],
    "together": lambda target, void: [[target, void]],
    "together turned": lambda target, void: [[void, target]],
    "among others": lambda target, void: [[statement(), target, statement()], [statement(), void]],
    "twice": lambda target, void: [[target], [void], [void], [target], [void, target]],
    "by two": lambda target, void: [[voiding(target["id"])], [target], [void]],
}


@each_version
@pytest.mark.parametrize("order", ORDERS)
def test_voided_in_whatever_order_they_come(lrs, order):
    target, void = statement(id=new_id(), actor=BEN), voiding(new_id(), id=new_id())
    void["object"]["id"] = target["id"]
    for batch in ORDERS[order](target, void):
        assert lrs.post(batch).status_code == 200
    assert lrs.get(statementId=target["id"]).status_code == 404
    assert lrs.get(voidedStatementId=target["id"]).json()["actor"] == BEN
    assert lrs.get(statementId=void["id"]).status_code == 200
    assert lrs.get(voidedStatementId=void["id"]).status_code == 404
    assert lrs.put({**target, "actor": ANNA}, statementId=target["id"]).status_code == 409, "its id stays taken"


@each_version
@pytest.mark.parametrize("method", ["put", "post"])
def test_until_it_comes_a_voided_statement_is_unknown(lrs, method):
    uuid = new_id()
    assert lrs.post(voiding(uuid.upper())).status_code == 200
    assert [lrs.get(**{name: uuid}).status_code for name in NAMES] == [404, 404]
    answer = lrs.put(statement(), statementId=uuid) if method == "put" else lrs.post(statement(id=uuid))
    assert answer.status_code in {200, 204}
    assert [lrs.get(**{name: uuid}).status_code for name in NAMES] == [404, 200]


def test_a_statement_of_one_version_is_voided_in_the_other(credential_for):
    old, new = credential_for(version="1.0.3"), credential_for(version="2.0.0")
    for first, second in ((old, new), (new, old)):
        uuid = new_id()
        assert first.post(statement(id=uuid)).status_code == 200
        assert second.post(voiding(uuid)).status_code == 200
        assert {each.get(voidedStatementId=uuid).status_code for each in (old, new)} == {200}


@each_version
def test_what_only_looks_like_voiding_voids_nothing(lrs, kinds):
    reference = {"objectType": "StatementRef", "id": kinds["plain"]}
    inner = {"objectType": "SubStatement", **voiding(kinds["plain"])}
    like = [
        statement(object=inner),
        statement(object=inner, verb={"id": "https://example.org/planned"}),
        statement(context={"statement": reference}),
        statement(object=reference),
        statement(object=reference, verb={"id": "http://adlnet.gov/expapi/verbs/Voided"}),
        statement(object=reference, verb={"id": "https://example.org/voided", "display": {"en": "voided"}}),
    ]
    assert lrs.post(like).status_code == 200
    assert lrs.get(statementId=kinds["plain"]).status_code == 200
    assert lrs.get(voidedStatementId=kinds["plain"]).status_code == 404


@each_version
@pytest.mark.parametrize(
    "what", [{"id": HIKE}, BEN, {"objectType": "SubStatement", **statement()}], ids=["a", "b", "c"]
)
def test_voiding_points_at_a_statement(lrs, what):
    assert lrs.post(voiding(new_id(), object=what)).status_code == 400
    assert not Statement.objects.exists()


@each_version
def test_voiding_statements_are_never_voided(lrs, kinds):
    itself = new_id()
    first, second = new_id(), new_id()
    for batch in (
        [voiding(kinds["voiding"])],
        [voiding(itself, id=itself)],
        [voiding(first, id=second), voiding(second, id=first)],
        [statement(), voiding(kinds["voiding"].upper())],
    ):
        assert lrs.post(batch).status_code == 400
    assert Statement.objects.count() == 4
    late = new_id()
    assert lrs.post(voiding(late)).status_code == 200, "nobody knows yet what it will be"
    assert lrs.post(voiding(kinds["plain"], id=late)).status_code == 200
    assert lrs.get(statementId=late).status_code == 200
    assert lrs.get(voidedStatementId=kinds["plain"]).status_code == 200
