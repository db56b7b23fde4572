"""Scripts of other origins: every resource and method, asked before and asked for, answered well and refused."""

import pytest
import time_machine

from tests.factories import NOON
from tests.portal.lrs.samples import ANNA, BEN, XapiClient, new_id, statement
from tests.portal.lrs.shelves import HIKE, each_version

ORIGINS = ["https://course.example", "http://localhost:8000", "null"]
DOCUMENT = {
    "activities/state": {"activityId": HIKE, "agent": ANNA, "stateId": "x"},
    "activities/profile": {"activityId": HIKE, "profileId": "x"},
    "agents/profile": {"agent": ANNA, "profileId": "x"},
}
FIRST = {"If-None-Match": "*"}
# Resource, method, and how it is asked rightly.
REQUESTS = [
    ("statements", "GET", {}),
    ("statements", "HEAD", {}),
    ("statements", "POST", {"body": statement()}),
    ("statements", "PUT", {"body": statement(), "statementId": new_id()}),
    ("activities", "GET", {"activityId": HIKE}),
    ("activities", "HEAD", {"activityId": HIKE}),
    ("agents", "GET", {"agent": ANNA}),
    ("agents", "HEAD", {"agent": ANNA}),
    ("about", "GET", {}),
    ("about", "HEAD", {}),
    *((resource, "PUT", {"body": {}, "headers": FIRST, **place}) for resource, place in DOCUMENT.items()),
    *((resource, "POST", {"body": {}, **place}) for resource, place in DOCUMENT.items()),
    *((resource, "DELETE", place) for resource, place in DOCUMENT.items()),
    *(
        (resource, "GET", {key: place[key] for key in place if not key.endswith("eId")})
        for resource, place in DOCUMENT.items()
    ),
]
each_request = pytest.mark.parametrize(
    ("resource", "method", "how"), REQUESTS, ids=[f"{m} {r}" for r, m, _ in REQUESTS]
)
SENT = "authorization, x-experience-api-version, content-type, if-match, if-none-match"


def check_readable(answer):
    """A script of any origin may read it, with all its headers, and no cookie is asked for."""
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    shown = {each.strip().lower() for each in answer["Access-Control-Expose-Headers"].split(",")}
    safe = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"}
    for header in ("ETag", "Last-Modified", "X-Experience-API-Version", "X-Experience-API-Consistent-Through"):
        assert header.lower() in shown
    for header in ("ETag", "WWW-Authenticate", "Retry-After", "Date"):
        assert header not in answer or header.lower() in shown | safe


@each_version
@pytest.mark.parametrize("origin", ORIGINS)
@each_request
def test_a_request_of_another_origin(credential_for, version, resource, method, how, origin):
    client = credential_for(version=version)
    how = {
        **how,
        "headers": {
            **how.get("headers", {}),
            "Origin": origin,
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "cors",
        },
    }
    before = client.client.options(
        f"/xapi/{resource}",
        headers={"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": SENT},
    )
    assert (before.status_code, before.content) == (204, b"")
    check_readable(before)
    assert method in before["Access-Control-Allow-Methods"].split(", ")
    assert set(SENT.split(", ")) <= set(before["Access-Control-Allow-Headers"].lower().replace(" ", "").split(","))
    answer = client.send(method, resource, **how)
    assert answer.status_code in {200, 204}
    check_readable(answer)


@each_request
def test_without_a_credential_the_refusal_is_readable(db, client, resource, method, how):
    for basic in (None, "Basic x", "Bearer x"):
        speaker = XapiClient(client)
        speaker.basic = basic
        answer = speaker.send(method, resource, **{**how, "headers": {"Origin": ORIGINS[0]}})
        assert answer.status_code == (200 if resource == "about" else 401)
        check_readable(answer)


@time_machine.travel(NOON, tick=False)
def test_every_kind_of_refusal_is_readable(lms, credential_for, settings, monkeypatch):
    state = DOCUMENT["activities/state"]
    lms.send("PUT", "activities/state", {}, **state)
    uuid = new_id()
    lms.post(statement(id=uuid))
    reader = credential_for(BEN, scopes=["statements/read"])
    monkeypatch.setattr(settings, "XAPI_BATCH_LIMIT", 2)
    answers = {
        400: lms.get(nonsense="1"),
        403: reader.post(statement()),
        404: lms.get(statementId=new_id()),
        405: lms.send("PATCH", "statements"),
        409: lms.post(statement(id=uuid, actor=BEN)),
        412: lms.send("PUT", "activities/state", {}, headers={"If-Match": '"x"'}, **state),
        413: lms.post([statement()] * 3),
    }
    slow = credential_for(rate=1)
    answers[429] = [slow.get() for _ in range(3)][-1]
    assert {status: answer.status_code for status, answer in answers.items()} == {status: status for status in answers}
    for answer in answers.values():
        check_readable(answer)


def test_a_form_of_another_site_is_refused_readably(lms):
    headers = {"Origin": ORIGINS[0], "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    answer = lms.send("POST", "statements", statement(), "text/plain", headers=headers)
    assert answer.status_code == 403
    check_readable(answer)
