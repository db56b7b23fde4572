"""The addresses that are made for one version, and what scripts of other origins may do."""

import pytest

from tests.portal.lrs.samples import ANNA, XapiClient, new_id, statement
from tests.portal.lrs.shelves import HIKE

NEW = {"If-None-Match": "*"}
BOTH = [("1.0.3", "2.0.0"), ("2.0.0", "1.0.3")]
RESOURCES = {
    "statements": "GET, HEAD, POST, PUT, OPTIONS",
    "activities": "GET, HEAD, OPTIONS",
    "activities/state": "GET, HEAD, PUT, POST, DELETE, OPTIONS",
    "activities/profile": "GET, HEAD, PUT, POST, DELETE, OPTIONS",
    "agents": "GET, HEAD, OPTIONS",
    "agents/profile": "GET, HEAD, PUT, POST, DELETE, OPTIONS",
    "about": "GET, HEAD, OPTIONS",
}


@pytest.mark.parametrize(("base", "another"), BOTH)
def test_without_a_header_the_address_says_the_version(lms, base, another):
    lms.version = None
    requests = [
        lms.send("GET", f"{base}/statements"),
        lms.send("POST", f"{base}/statements", statement()),
        lms.send("PUT", f"{base}/activities/state", {}, activityId=HIKE, agent=ANNA, stateId="x"),
        lms.send("GET", f"{base}/activities/state", activityId=HIKE, agent=ANNA, stateId="x"),
        lms.send("PUT", f"{base}/activities/profile", {}, activityId=HIKE, profileId="x", headers=NEW),
        lms.send("GET", f"{base}/activities", activityId=HIKE),
        lms.send("GET", f"{base}/agents", agent=ANNA),
        lms.send("GET", f"{base}/agents/profile", agent=ANNA),
        lms.send("GET", f"{base}/about"),
        lms.send("GET", f"{base}/statements", nonsense="1"),
    ]
    assert [each.status_code // 100 for each in requests[:4]] == [2, 2, 2, 2]
    assert {each["X-Experience-API-Version"] for each in requests} == {base}
    assert lms.send("GET", "statements").status_code == 400


@pytest.mark.parametrize(("base", "another"), BOTH)
def test_a_header_that_says_another_version_than_the_address(lms, base, another):
    for asked, status in ((base, 200), (base[:3], 200), (another, 400), ("1.1.0", 400), ("", 400)):
        answer = lms.send("GET", f"{base}/statements", headers={"X-Experience-API-Version": asked})
        assert answer.status_code == status, asked
        assert status == 200 or answer.json()["path"] == "X-Experience-API-Version"
    answer = lms.send("GET", f"{base}/about", headers={"X-Experience-API-Version": another})
    assert (answer.status_code, answer.json()) == (200, {"version": ["2.0.0", "1.0.3"]})


def test_the_rules_are_those_of_the_address(lms):
    lms.version = None
    there = {"activityId": HIKE, "profileId": "x"}
    assert lms.send("PUT", "1.0.3/activities/profile", {}, **there).status_code == 400
    assert lms.send("PUT", "2.0.0/activities/profile", {}, **there).status_code == 204
    assert lms.send("GET", "1.0.3/activities/profile", **there).status_code == 200, "it is one store"


@pytest.mark.parametrize("base", ["1.0.3", "2.0.0"])
def test_more_stays_on_the_address(lms, base):
    lms.post([statement() for _ in range(3)])
    lms.version = None
    more = lms.send("GET", f"{base}/statements", limit="2").json()["more"]
    assert more.startswith(f"/xapi/{base}/statements?more=")
    assert len(lms.get(more).json()["statements"]) == 1


@pytest.mark.parametrize("base", ["", "1.0.3/", "2.0.0/"])
@pytest.mark.parametrize("resource", RESOURCES)
def test_a_preflight_is_answered_without_a_credential(client, base, resource):
    answer = client.options(
        f"/xapi/{base}{resource}",
        headers={
            "Origin": "https://course.example",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization,x-experience-api-version,if-match",
        },
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Allow"] == answer["Access-Control-Allow-Methods"] == RESOURCES[resource]
    allowed = {each.strip().lower() for each in answer["Access-Control-Allow-Headers"].split(",")}
    assert allowed >= {"authorization", "x-experience-api-version", "content-type", "if-match", "if-none-match"}
    assert int(answer["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in answer


def test_every_answer_is_readable_from_another_origin(lms, client):
    answers = [
        lms.get(),
        lms.get(nonsense="1"),
        lms.get(statementId=new_id()),
        lms.send("PATCH", "statements"),
        lms.send("PUT", "activities/state", {}, activityId=HIKE, agent=ANNA, stateId="x"),
        lms.send("GET", "activities/state", activityId=HIKE, agent=ANNA, stateId="x"),
        XapiClient(client).get(),
        lms.send("GET", "statements", headers={"X-Experience-API-Version": "0.95"}),
        client.get("/xapi/about"),
    ]
    assert [each.status_code for each in answers] == [200, 400, 404, 405, 204, 200, 401, 400, 200]
    for answer in answers:
        assert answer["Access-Control-Allow-Origin"] == "*"
        shown = {each.strip() for each in answer["Access-Control-Expose-Headers"].split(",")}
        assert shown >= {"ETag", "Last-Modified", "X-Experience-API-Version", "X-Experience-API-Consistent-Through"}


def test_a_cookie_of_the_portal_opens_nothing_from_another_origin(alice, client):
    client.force_login(alice)
    answer = client.get(
        "/xapi/statements", headers={"Origin": "https://course.example", "X-Experience-API-Version": "2.0.0"}
    )
    assert answer.status_code == 401
