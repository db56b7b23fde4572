"""Documents: the parameters of each resource, and who may ask for what."""

import json
from urllib.parse import urlencode

import pytest
from django.conf import settings as portal_settings

from portal.audit.models import Entry
from portal.lrs.models import Document
from tests.portal.lrs.samples import XapiClient
from tests.portal.lrs.shelves import ACTIVITY_PROFILE, AGENT_PROFILE, PLACES, STATE, Shelf, each_place, each_version


@pytest.fixture
def shelf(credential_for, request):
    """A client of the version and at the place that the test is asked with."""
    callspec = request.node.callspec.params
    return Shelf(credential_for(version=callspec.get("version", "1.0.3")), callspec.get("place", STATE))


@each_place
@each_version
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_every_parameter_is_needed_and_no_other_taken(shelf, place, version, method):
    for name in place.parameters:
        fewer = {key: value for key, value in place.parameters.items() if key != name}
        answer = shelf.client.send(method, place.resource, b"{}", **fewer, **{place.id_name: "x"})
        assert answer.status_code == 400
        assert method == "HEAD" or answer.json() == {"error": "is missing", "path": name}
    taken = {*place.parameters, place.id_name, *(["registration"] if place.is_state else [])}
    others = {"stateId", "profileId", "registration", "activityId", "agent", "statementId", "foo"}
    for name in {*others, *(each.lower() for each in taken), *(each.capitalize() for each in taken)} - taken:
        answer = shelf.send(method, "x", b"{}", **{name: "x"})
        assert answer.status_code == 400, name
        assert method == "HEAD" or answer.json() == {
            "error": "is not a parameter of this request",
            "path": name,
        }
    assert not Document.objects.exists()


@each_place
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_writing_needs_the_name_of_the_document(shelf, place, method):
    if method == "DELETE" and place.is_state:
        return
    answer = shelf.send(method, None, b"{}")
    assert (answer.status_code, answer.json()) == (400, {"error": "is missing", "path": place.id_name})


@each_place
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("name", ["", "x" * 1001, "a\0b"])
def test_names_that_are_none(shelf, place, method, name):
    answer = shelf.send(method, name, b"{}")
    assert (answer.status_code, answer.json()["path"]) == (400, place.id_name)


@each_place
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_since_is_for_lists_only(shelf, place, method):
    for answer in (
        shelf.send(method, "x", b"{}", since="2026-11-24T12:00:00Z"),
        shelf.get("x", since="2026-11-24T12:00:00Z"),
    ):
        assert (answer.status_code, answer.json()["path"]) == (400, "since")
    answer = shelf.send("GET", since="yesterday")
    assert (answer.status_code, answer.json()["path"]) == (400, "since")


WRONG = {
    "activityId": ["hike", "", "{}", "true", "https://example.org/a b", "https://example.org/\0"],
    "agent": [
        "",
        "anna",
        "true",
        "[]",
        "{}",
        '{"mbox": "anna"}',
        '{"mbox": "mailto:a@example.org", "mbox": "mailto:b@example.org"}',
        '{"mbox": "mailto:a@example.org", "openid": "https://example.org"}',
        '{"objectType": "Group", "mbox": "mailto:a@example.org"}',
        '{"objectType": "Person", "mbox": "mailto:a@example.org"}',
        '{"account": {"homePage": "https://example.org", "name": "\\u0000"}}',
        '{"account": {"homePage": "https://example.org", "name": "\\ud800"}}',
        '{"name":' + "[" * 2000 + "]" * 2000 + "}",
    ],
    "registration": ["", "1", "{}", "f47ac10b58cc4372a5670e02b2c3d479"],
}


WRONG_VALUES = [
    (place, name, value)
    for place in PLACES
    for name in (*place.parameters, *(["registration"] if place.is_state else []))
    for value in WRONG[name]
]


@pytest.mark.parametrize(("place", "name", "value"), WRONG_VALUES, ids=range(len(WRONG_VALUES)))
def test_parameters_are_judged_like_the_same_in_a_statement(shelf, place, name, value):
    for method in ("GET", "PUT", "POST", "DELETE"):
        answer = shelf.send(method, "x", b"{}", **{name: value})
        assert answer.status_code == 400
        assert answer.json()["path"].startswith(name)
        assert answer.json()["error"]
    assert not Document.objects.exists()


@each_place
def test_an_address_that_is_no_utf_8_or_says_a_thing_twice(shelf, place):
    shelf.put("x", b"x")
    given = {name: value if isinstance(value, str) else json.dumps(value) for name, value in place.parameters.items()}
    query = f"?{urlencode(given)}&{place.id_name}="
    assert shelf.client.send("GET", place.resource + query + "x").status_code == 200
    for address, error in (
        (query + "%ff", "UTF-8"),
        (query + "a%ed%a0%80", "UTF-8"),
        (query + f"x&{place.id_name}=y", "more than once"),
    ):
        answer = shelf.client.send("GET", place.resource + address)
        assert (answer.status_code, error in answer.json()["error"]) == (400, True), address


@each_place
def test_other_methods_are_refused_with_what_there_is(shelf, place):
    answer = shelf.send("PATCH", "x")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, PUT, POST, DELETE, OPTIONS"
    assert answer.json()["error"]


@each_place
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_fault_10_without_a_good_credential_nothing_opens(shelf, place, method, client):
    assert shelf.by(XapiClient(client)).send(method, "x", b"{}").status_code == 401
    assert shelf.by(XapiClient(client, "nobody", "nothing")).send(method, "x", b"{}").status_code == 401


@each_place
@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [
        ("all", True, True),
        ("all/read", True, False),
        ("state", "stateId", "stateId"),
        ("profile", "profileId", "profileId"),
        ("statements/read", False, False),
        ("statements/write", False, False),
    ],
)
def test_scopes(credential_for, place, scope, reads, writes):
    Shelf(credential_for(), place).put("x", {"a": 1})
    shelf = Shelf(credential_for(scopes=[scope]), place)
    allowed = {True: True, False: False}
    may_read, may_write = (allowed.get(each, each == place.id_name) for each in (reads, writes))
    assert shelf.get("x").status_code == shelf.send("GET").status_code == (200 if may_read else 403)
    for method in ("POST", "DELETE"):
        assert shelf.send(method, "x", {"b": 1}).status_code == (204 if may_write else 403)
    assert shelf.put("y", b"1").status_code == (204 if may_write else 403)


def test_fault_4_a_learner_reaches_documents_of_nobody_else(alice, bob, credential_for):
    def account(user):
        return {"account": {"homePage": portal_settings.PUBLIC_URL, "name": str(user.uuid)}}

    learner = credential_for(account(alice), tenant="Clinic")
    teacher = credential_for(tenant="Clinic")
    for place in (STATE, AGENT_PROFILE):
        own, foreign = (Shelf(learner, place, agent=account(user)) for user in (alice, bob))
        assert own.put("x", b"1").status_code == 204
        assert own.content("x") == foreign.by(teacher).at(agent=account(alice)).content("x") == b"1"
        for method in ("GET", "PUT", "POST", "DELETE"):
            answer = foreign.send(method, "x", b"{}")
            assert (answer.status_code, answer.json()["path"]) == (403, "agent")
    shared = Shelf(teacher, ACTIVITY_PROFILE)
    shared.put("x", b"of all")
    assert shared.by(learner).content("x") == b"of all"
    for method in ("PUT", "POST", "DELETE"):
        assert shared.by(learner).send(method, "x", b"{}").status_code == 403
    entries = Entry.objects.filter(verb="refused document")
    assert entries.count() == 9, "only what would have been changed is noted"
    assert {each.target_id for each in entries} == {str(learner.credential.pk)}
    assert str(bob.uuid) not in str([each.data for each in entries])
