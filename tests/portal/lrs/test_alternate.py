"""Requests in a form, as xAPI 1.0.3 has them and 2.0 has not."""

import json
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lrs.alternate import unquoted
from portal.lrs.models import Document, Statement
from tests.portal.lrs.samples import ANNA, new_id, statement
from tests.portal.lrs.shelves import HIKE

FORM = "application/x-www-form-urlencoded"
VERSION = "X-Experience-API-Version"
STATE = {"activityId": HIKE, "agent": json.dumps(ANNA), "stateId": "x"}


@pytest.fixture
def send(lms, client):
    """Send a form with nothing in the headers."""

    def post(method, resource="statements", form=(), content_type=FORM, **fields):
        fields = {"Authorization": lms.basic, VERSION: "1.0.3", **fields}
        body = form or urlencode({name: value for name, value in fields.items() if value is not None})
        return client.generic("POST", f"/xapi/{resource}?method={method}", body, content_type=content_type)

    return post


def test_all_of_a_request_in_the_form(send, lms):
    uuid = new_id()
    sent = json.dumps(statement(result={"response": "ä & = + %20"}), ensure_ascii=False)
    assert send("PUT", statementId=uuid, content=sent, **{"Content-Type": "application/json"}).status_code == 204
    answer = send("GET", statementId=uuid)
    assert answer.json()["result"] == {"response": "ä & = + %20"}
    assert answer[VERSION] == "1.0.3"
    assert len(send("GET", limit="1").json()["statements"]) == 1
    [other] = send("POST", content=sent).json()
    assert lms.get(statementId=other).status_code == 200


def test_headers_of_the_request_count_too_and_the_form_goes_before(lms):
    def post(**fields):
        return lms.send("POST", "statements?method=GET", urlencode(fields).encode(), FORM)

    assert post(limit="1").status_code == 200
    assert post(**{VERSION: "0.8"}).status_code == 400
    assert post(Authorization="Basic x").status_code == 401
    lms.basic = "Basic x"
    assert post().status_code == 401


def test_documents(send, lms):
    assert send("PUT", "activities/state", **STATE, content="é", **{"Content-Type": "text/plain"}).status_code == 204
    answer = send("GET", "activities/state", **STATE)
    assert (answer.content, answer["Content-Type"]) == ("é".encode(), "text/plain")
    stale = send("PUT", "activities/state", **STATE, content="e", **{"If-Match": '"1"', "Content-Length": "9"})
    assert stale.status_code == 412
    assert send("PUT", "activities/state", **STATE, content="e", **{"If-None-Match": "*"}).status_code == 412
    fresh = send("PUT", "activities/state", **STATE, content="[]", **{"If-Match": answer["ETag"]})
    assert fresh.status_code == 204
    kept = Document.objects.get()
    assert (bytes(kept.content), kept.content_type) == (b"[]", "application/json")
    head = send("HEAD", "activities/state", **STATE)
    assert (head.status_code, head.content) == (200, b"")
    assert send("DELETE", "activities/state", **STATE).status_code == 204
    assert not Document.objects.exists()
    profile = {"agent": json.dumps(ANNA), "profileId": "x"}
    assert send("POST", "agents/profile", **profile, content='{"a": 1}').status_code == 204
    assert send("GET", "agents/profile", agent=json.dumps(ANNA)).json() == ["x"]
    assert send("GET", "activities", activityId=HIKE).json()["id"] == HIKE
    assert send("GET", "agents", agent=json.dumps(ANNA)).json()["objectType"] == "Person"
    assert send("GET", "about").json() == {"version": ["2.0.0", "1.0.3"]}


@pytest.mark.parametrize("content_type", ["", "text/plain", "text/plain;charset=UTF-8", FORM + "; charset=utf-8"])
def test_old_browsers_name_another_media_type(send, content_type):
    assert send("GET", content_type=content_type).status_code == 200


@pytest.mark.parametrize(
    ("address", "fields", "path"),
    [
        ("?method=PUT&statementId=8f87ccde-bb56-4c2e-ab83-44982ef22df0", {"content": "{}"}, "statementId"),
        ("?method=PUT", {"statementId": new_id()}, "content"),
        ("?method=POST", {}, "content"),
        ("?method=put", {"content": "{}"}, "method"),
        ("?method=PATCH", {"content": "{}"}, "method"),
        ("?method=", {}, "method"),
        ("?Method=GET", {}, "Method"),
        ("?method=GET", {"foo": "1"}, "foo"),
        ("?method=GET", {"content": "{}", "statementid": "1"}, "statementid"),
        ("?method=GET", {"If-Match": "ä"}, "If-Match"),
        ("?method=GET", {"If-Match": "a\r\nb"}, "If-Match"),
        ("?method=GET", [("limit", "1"), ("limit", "2")], "limit"),
        ("?method=GET", [(f"p{n}", "1") for n in range(200)], ""),
        ("?method=PUT", {"statementId": new_id(), "content": "{"}, ""),
        ("?method=PUT", {"statementId": new_id(), "content": "{}", "Content-Type": "text/html"}, "Content-Type"),
    ],
)
def test_what_is_no_such_form(lms, address, fields, path):
    answer = lms.send("POST", "statements" + address, urlencode(fields).encode(), FORM)
    assert (answer.status_code, answer.json()["path"]) == (400, path)
    assert answer[VERSION] == "1.0.3"


@pytest.mark.parametrize("form", [b"\xff", b"a=%ff", b"content=%ed%a0%80", b'{"content": "x"}'])
def test_fault_11_a_form_that_is_not_utf_8(lms, form):
    assert lms.send("POST", "statements?method=PUT", form, FORM).status_code == 400


def test_a_form_of_another_media_type_and_one_too_long(lms, settings):
    answer = lms.send("POST", "statements?method=GET", b"limit=1", "multipart/form-data; boundary=x")
    assert (answer.status_code, answer.json()["path"]) == (400, "Content-Type")
    settings.XAPI_BODY_LIMIT = 100
    assert lms.send("POST", "statements?method=PUT", b"content=" + b"x" * 100, FORM).status_code == 413


def test_only_a_post_stands_for_another_request(lms):
    for method in ("GET", "PUT"):
        answer = lms.send(method, "statements?method=POST", urlencode({"content": "{}"}).encode(), FORM)
        assert (answer.status_code, answer.json()["path"]) == (400, "method")


def test_the_version_may_stand_in_the_address(lms, client):
    form = urlencode({"Authorization": lms.basic})
    answers = [
        client.generic("POST", f"/xapi/{base}statements?method=GET", form, content_type=FORM)
        for base in ("1.0.3/", "2.0.0/", "")
    ]
    assert [each.status_code for each in answers] == [200, 400, 400]
    assert [each[VERSION] for each in answers] == ["1.0.3", "2.0.0", "0.95"]


def test_a_body_of_a_page_larger_than_djangos_own_limit_is_taken(send):
    sent = json.dumps(statement(result={"response": "x" * (6 * 1024 * 1024)}))
    assert send("PUT", statementId=new_id(), content=sent).status_code == 204


def test_in_2_0_there_is_no_such_thing(send, credential_for):
    newer = credential_for(version="2.0.0")
    form = {"statementId": new_id(), "content": json.dumps(statement())}
    answers = [
        newer.send("POST", "statements?method=PUT", urlencode(form).encode(), FORM),
        newer.send("POST", "statements?method=GET", b"", FORM),
        newer.send("POST", "statements?method=PUT", statement()),
        newer.send("PUT", "statements?method=POST", b""),
        send("PUT", **form, **{VERSION: "2.0.0"}),
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert answer[VERSION] == "2.0.0"
    assert not Statement.objects.exists()


def test_head_in_a_form_announces_no_body(send, lms):
    stored = new_id()
    assert lms.put(statement(), statementId=stored).status_code == 204
    answer = send("HEAD", statementId=stored)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.get("Content-Length", "0") == "0"


@given(content=st.binary(max_size=200).map(lambda each: each * 500))
def test_content_comes_out_of_a_form_as_it_went_in(content):
    assert unquoted(quote_plus(content).encode()) == content
    assert unquoted("".join(f"%{byte:02x}" for byte in content).encode()) == content


@pytest.mark.parametrize("charset", ["rot13", "undefined", "iso-8859-1"])
def test_the_charset_of_the_body_says_nothing_of_the_address(send, lms, charset):
    kind = f"text/plain; charset={charset}"
    answer = send("PUT", "activities/state", content="x", **{**STATE, "stateId": "ä", "Content-Type": kind})
    assert answer.status_code in {204, 400}
    assert set(Document.objects.values_list("name", flat=True)) <= {"ä"}


@pytest.mark.parametrize("mode", ["navigate", "no-cors"])
def test_forms_of_other_sites_write_nothing(lms, client, mode):
    form = urlencode({"Authorization": lms.basic, VERSION: "1.0.3", **STATE, "content": "{}"})
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
    address = "/xapi/activities/state?method=PUT"
    assert client.post(address, form, content_type=FORM, headers=headers).status_code == 403
    assert not Document.objects.exists()
    headers["Sec-Fetch-Mode"] = "cors"  # a script, which holds the credential itself
    assert client.post(address, form, content_type=FORM, headers=headers).status_code == 204
