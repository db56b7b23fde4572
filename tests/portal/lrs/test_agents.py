"""GET of /agents."""

import pytest

from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.samples import ANNA, BEN, statement, voiding
from tests.portal.lrs.shelves import each_version


def person(client, agent):
    answer = client.send("GET", "agents", agent=agent)
    assert answer.status_code == 200, answer.content
    return answer.json()


@each_version
@pytest.mark.parametrize(
    "agent",
    [
        ANNA,
        BEN,
        {"mbox_sha1sum": "a" * 40},
        {"openid": "https://example.org/anna"},
    ],
)
def test_an_unknown_agent_is_a_person_of_what_was_asked(credential_for, version, agent):
    [identifier] = agent.keys() - {"objectType"}
    expected = {"objectType": "Person", "name": ["Nobody"], identifier: [agent[identifier]]}
    assert person(credential_for(version=version), {**agent, "name": "Nobody"}) == expected


@each_version
def test_the_names_that_statements_give(credential_for, version):
    client = credential_for(version=version)
    client.post(statement(actor={**ANNA, "name": "Anna"}))
    client.post(statement(object={**ANNA, "name": "Anna B."}))
    [voided] = client.post(statement(actor={**ANNA, "name": "Wrong"})).json()
    client.post(voiding(voided))
    client.post(statement(actor={**BEN, "name": "Ben"}))
    assert person(client, ANNA) == {"objectType": "Person", "name": ["Anna B.", "Anna"], "mbox": [ANNA["mbox"]]}
    answer = client.send("GET", "agents", agent=ANNA)
    head = client.send("HEAD", "agents", agent=ANNA)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", answer["ETag"])


def test_names_are_known_only_from_statements_that_one_may_read(credential_for, other):
    other.post(statement(actor={**ANNA, "name": "Secret"}))
    for scope in ("statements/read/mine", "statements/write", "state"):
        assert "name" not in person(credential_for(LMS, [scope]), ANNA)
    assert person(credential_for(LMS, ["statements/read"]), ANNA)["name"] == ["Secret"]


@each_version
@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({}, "agent"),
        ({"agent": "anna"}, "agent"),
        ({"agent": ""}, "agent"),
        ({"agent": "[]"}, "agent"),
        ({"agent": {}}, "agent"),
        ({"agent": {"name": "Anna"}}, "agent"),
        ({"agent": {"mbox": "anna@example.org"}}, "agent.mbox"),
        ({"agent": {"mbox": [ANNA["mbox"]]}}, "agent.mbox"),
        ({"agent": {**ANNA, "name": None}}, "agent.name"),
        ({"agent": {**ANNA, "openid": "https://example.org"}}, "agent"),
        ({"agent": {**ANNA, "objectType": "Person"}}, "agent.objectType"),
        ({"agent": {**ANNA, "objectType": "Group"}}, "agent.objectType"),
        ({"agent": {**ANNA, "x": 1}}, "agent.x"),
        ({"agent": {"account": {"name": "x"}}}, "agent.account.homePage"),
        ({"Agent": ANNA}, "Agent"),
        ({"agent": ANNA, "activityId": "https://example.org"}, "activityId"),
    ],
)
def test_parameters_are_judged(credential_for, version, parameters, path):
    answer = credential_for(version=version).send("GET", "agents", **parameters)
    assert (answer.status_code, answer.json()["path"]) == (400, path)


def test_only_get(lms):
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        answer = lms.send(method, "agents", b"{}", agent=ANNA)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_fixed_number_of_queries(lms, django_assert_max_num_queries):
    lms.post([statement(actor={**ANNA, "name": str(n)}) for n in range(60)])
    with django_assert_max_num_queries(4):
        assert len(person(lms, ANNA)["name"]) == 60
