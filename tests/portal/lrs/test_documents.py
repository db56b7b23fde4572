"""What state and both profiles share."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.utils.http import http_date

from portal.lrs import documents
from portal.lrs.models import Document
from tests.factories import NOON
from tests.portal.lrs.samples import ANNA
from tests.portal.lrs.shelves import STATE, Shelf, each_place, each_version
from tests.portal.lrs.test_merging import BAD

NOT_JSON = "application/octet-stream"


@pytest.fixture
def shelf(credential_for, request):
    """A client of the version and at the place that the test is asked with."""
    callspec = request.node.callspec.params
    return Shelf(credential_for(version=callspec.get("version", "1.0.3")), callspec.get("place", STATE))


@each_place
@each_version
def test_put_get_delete(shelf, place, version):
    assert shelf.get("x").status_code == 404
    assert shelf.put("x", {"a": 1}).status_code == 204
    answer = shelf.get("x")
    assert (answer.status_code, answer.json()) == (200, {"a": 1})
    answer = shelf.delete("x")
    assert (answer.status_code, answer.content) == (204, b"")
    answer = shelf.get("x")
    assert (answer.status_code, answer.json()["path"]) == (404, place.id_name)
    assert shelf.delete("x").status_code == 204, "what is not there is deleted already"


@each_place
@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "text/plain"),
        (bytes(range(256)) * 3, NOT_JSON),
        (b'{ "a":1.50,\r\n"a": 2 }', "application/json"),
        ("\ufeff<p>ä</p>".encode(), 'text/html; charset="utf-8"; x=Y'),
        (b"\x00\xff", "made/up+type"),
    ],
)
def test_content_and_its_type_come_back_byte_by_byte(shelf, place, content, content_type):
    assert shelf.put("x", content, content_type=content_type).status_code == 204
    answer = shelf.get("x")
    assert (answer.content, answer["Content-Type"]) == (content, content_type)
    assert answer["ETag"] == f'"{hashlib.sha1(content).hexdigest()}"'
    assert answer["Content-Disposition"] == "attachment"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_without_a_content_type_it_is_bytes(lms):
    shelf = Shelf(lms, STATE)
    assert shelf.put("x", b"abc", content_type="").status_code == 204
    assert shelf.get("x")["Content-Type"] == NOT_JSON


@pytest.mark.parametrize("content_type", ["text/" + "x" * 300, "text/\x00plain"])
def test_a_content_type_that_cannot_be_told_again(lms, content_type):
    answer = Shelf(lms, STATE).put("x", b"", content_type=content_type)
    assert (answer.status_code, answer.json()["path"]) == (400, "Content-Type")


@each_place
def test_documents_of_other_places_names_and_customers_are_others(shelf, place, other):
    shelf.put("x", b"here")
    for elsewhere in (shelf.at(**each) for each in place.elsewhere):
        assert elsewhere.get("x").status_code == 404
        assert elsewhere.names() == []
        elsewhere.put("x", b"elsewhere")
        elsewhere.delete("x")
    foreign = shelf.by(other)
    assert foreign.get("x").status_code == foreign.get("X").status_code == 404
    assert foreign.names() == []
    assert foreign.put("x", b"foreign").status_code == foreign.delete("x").status_code == 204
    assert shelf.get("X").status_code == 404
    assert shelf.content("x") == b"here"


def test_the_credentials_of_one_customer_share_documents_whoever_they_speak_for(credential_for):
    first, second, third = (
        Shelf(credential_for(agent, tenant=tenant), STATE)
        for agent, tenant in [
            (ANNA, "North clinic"),
            ({"mbox": "mailto:lms@north.example"}, "North clinic"),
            (ANNA, "South clinic"),
        ]
    )
    first.put("x", b"north")
    assert second.content("x") == b"north"
    assert third.get("x").status_code == Shelf(credential_for(ANNA), STATE).get("x").status_code == 404


@each_place
@each_version
def test_the_list_of_names(shelf, place, version):
    answer = shelf.send("GET")
    assert (answer.status_code, answer.json()) == (200, [])
    assert "Last-Modified" not in answer
    with time_machine.travel(NOON, tick=False):
        shelf.put("ä / ?&", b"1")
    with time_machine.travel(NOON + timedelta(seconds=10), tick=False):
        shelf.put("2", b"2")
    answer = shelf.send("GET")
    assert answer.json() == ["ä / ?&", "2"]
    assert answer["Content-Type"] == "application/json"
    assert answer["Last-Modified"] == http_date((NOON + timedelta(seconds=10)).timestamp())
    assert answer["ETag"] == f'"{hashlib.sha1(answer.content).hexdigest()}"'


@each_place
def test_since_is_after(shelf, place):
    start = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for n in range(3):
        with time_machine.travel(start + timedelta(seconds=n), tick=False):
            shelf.put(str(n), b"x")
    assert shelf.names(since="2026-11-24T12:00:00Z") == ["1", "2"]
    assert shelf.names(since="2026-11-24T13:00:01.999+01:00") == ["2"]
    with time_machine.travel(start + timedelta(minutes=1), tick=False):
        shelf.replace("0", b"changed", shelf.get("0")["ETag"])
    assert shelf.names(since="2026-11-24T12:00:02Z") == ["0"]


@each_place
def test_last_modified_moves_with_each_change_and_never_back(shelf, place):
    moments = []
    for n, seconds in enumerate((0, 5, 2)):
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            assert shelf.post("x", {"n": n}).status_code == 204
            moments.append(shelf.get("x")["Last-Modified"])
    later = http_date((NOON + timedelta(seconds=5)).timestamp())
    assert moments == [http_date(NOON.timestamp()), later, later]


@each_place
def test_head_is_get_without_the_body(shelf, place):
    shelf.put("x", b"abc", content_type="text/plain")
    for name in ("x", "y", None, ""):
        get, head = shelf.send("GET", name), shelf.send("HEAD", name)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head["Content-Length"] == str(len(get.content))
        for header in ("ETag", "Last-Modified", "Content-Type"):
            assert head.get(header) == get.get(header)


# --- preconditions


@each_place
@each_version
def test_if_match_on_every_method(shelf, place, version):
    shelf.put("x", {"n": 1})
    tag = shelf.get("x")["ETag"]
    for method in ("PUT", "POST", "DELETE"):
        answer = shelf.send(method, "x", {"n": 2}, headers={"If-Match": f'"{"1" * 40}"'})
        assert (answer.status_code, answer.json()["path"]) == (412, "If-Match")
        assert shelf.send(method, "none", {"n": 2}, headers={"If-Match": tag}).status_code == 412
    assert json.loads(shelf.content("x")) == {"n": 1}
    assert shelf.names() == ["x"]
    for method in ("PUT", "POST", "DELETE"):
        assert shelf.send(method, "x", {"n": method}, headers={"If-Match": shelf.get("x")["ETag"]}).status_code == 204
    assert shelf.names() == []


@each_place
@each_version
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_if_none_match_is_for_the_first_writer(shelf, place, version, method):
    assert shelf.send(method, "x", {"n": 1}, headers={"If-None-Match": "*"}).status_code == 204
    answer = shelf.send(method, "x", {"n": 2}, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.json()["path"]) == (412, "If-None-Match")
    assert json.loads(shelf.content("x")) == {"n": 1}


@each_place
@each_version
def test_put_without_either_header(shelf, place, version):
    """1.0.3 leaves state free and asks a header of every PUT of a profile; 2.0 asks one where a document stands."""
    first = shelf.put("x", {"n": 1}, headers={})
    if version == "1.0.3" and not place.is_state:
        assert (first.status_code, first.json()["path"]) == (400, "If-Match")
        assert shelf.names() == []
        shelf.put("x", {"n": 1})
    else:
        assert first.status_code == 204
    second = shelf.put("x", {"n": 2}, headers={})
    if version == "1.0.3" and place.is_state:
        assert second.status_code == 204
    else:
        assert second.status_code == 409
        assert "If-Match" in second.json()["error"]
        assert "ETag" in second.json()["error"]
        assert json.loads(shelf.content("x")) == {"n": 1}


@each_place
@each_version
def test_post_and_delete_need_no_header(shelf, place, version):
    assert [shelf.post("x", {"n": n}).status_code for n in range(2)] == [204, 204]
    assert shelf.delete("x").status_code == 204


def test_a_tag_that_a_proxy_weakened_still_counts(lms):
    shelf = Shelf(lms, STATE)
    text = b"a long text that a page would get compressed " * 20
    shelf.put("x", text, content_type="text/plain")
    answer = shelf.get("x", headers={"Accept-Encoding": "gzip"})
    assert answer["ETag"] == f'"{hashlib.sha1(text).hexdigest()}"'
    assert shelf.replace("x", b"short", f"W/{answer['ETag']}").status_code == 204


# --- merging


@each_place
@each_version
def test_post_merges_one_level_deep(shelf, place, version):
    assert shelf.post("x", {"car": {"make": "Ford", "model": "Escape"}, "driver": "Dale"}).status_code == 204
    assert (
        shelf.post(
            "x", {"car": {"make": "Dodge"}, "z": None}, content_type="application/json; charset=utf-8"
        ).status_code
        == 204
    )
    assert json.loads(shelf.content("x")) == {"car": {"make": "Dodge"}, "driver": "Dale", "z": None}
    answer = shelf.get("x")
    assert answer["ETag"] == f'"{hashlib.sha1(answer.content).hexdigest()}"'


@each_place
def test_post_where_nothing_stands_stores_as_put_does(shelf, place):
    sent = b'{ "a": 1.50 }'
    assert shelf.post("x", sent).status_code == 204
    assert shelf.content("x") == sent
    assert shelf.post("y", b"abc", content_type="text/plain").status_code == 204
    assert shelf.content("y") == b"abc"


@each_place
@each_version
@pytest.mark.parametrize(
    ("kept", "kept_type", "sent", "sent_type"),
    [
        (b'{"a": 1}', "application/json", b"abcdefg", NOT_JSON),
        (b'{"a": 1}', "application/json", b'{"b": 1}', "not/json"),
        (b'{"a": 1}', NOT_JSON, b'{"b": 1}', "application/json"),
        (b"abc", NOT_JSON, b"abc", NOT_JSON),
        (b'{"a": 1}', "application/json", b"abcdefg", "application/json"),
        (b'{"a": 1}', "application/json", b'["a"]', "application/json"),
        (b"abc", "application/json", b'{"b": 1}', "application/json"),
        (b"[1]", "application/json", b'{"b": 1}', "application/json"),
        (b'{"a": 1}', "application/jsonp", b'{"b": 1}', "application/json"),
    ],
)
def test_what_cannot_be_merged_changes_nothing(shelf, place, version, kept, kept_type, sent, sent_type):
    shelf.put("x", kept, content_type=kept_type)
    assert shelf.post("x", sent, content_type=sent_type).status_code == 400
    answer = shelf.get("x")
    assert (answer.content, answer["Content-Type"]) == (kept, kept_type)


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_fault_1_and_11_bad_json_is_refused_and_nothing_stored(lms, text):
    shelf = Shelf(lms, STATE)
    assert shelf.post("new", text).status_code == 400
    shelf.put("x", {"a": 1})
    assert shelf.post("x", text).status_code == 400
    assert shelf.names() == ["x"]
    assert json.loads(shelf.content("x")) == {"a": 1}


# --- limits


@each_place
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_document_longer_than_the_limit(shelf, place, method, settings):
    settings.XAPI_BODY_LIMIT = 100
    how = {"content_type": "text/plain", "headers": {"If-None-Match": "*"}}
    assert shelf.send(method, "x", b"x" * 101, **how).status_code == 413
    assert shelf.names() == []
    assert shelf.send(method, "x", b"x" * 100, **how).status_code == 204


def test_a_merged_document_longer_than_the_limit(lms, settings):
    settings.XAPI_BODY_LIMIT = 100
    shelf = Shelf(lms, STATE)
    assert shelf.post("x", {"a": "x" * 60}).status_code == 204
    assert shelf.post("x", {"b": "x" * 60}).status_code == 413
    assert json.loads(shelf.content("x")) == {"a": "x" * 60}


def test_a_document_larger_than_djangos_own_limit_is_taken(lms):
    shelf = Shelf(lms, STATE)
    assert shelf.put("x", b"x" * (6 * 1024 * 1024), content_type=NOT_JSON).status_code == 204


def test_a_full_place_takes_no_new_document_but_changes_of_its_own(lms, monkeypatch):
    monkeypatch.setattr(documents, "SHELF_LIMIT", 2)
    shelf = Shelf(lms, STATE)
    answers = [shelf.put(name, b"1", headers={}).status_code for name in ("a", "b", "c", "a")]
    assert answers == [204, 204, 413, 204]
    assert shelf.at(activityId="https://example.org/other").put("c", b"1").status_code == 204


def test_names_and_addresses_longer_than_an_index_takes(lms):
    shelf = Shelf(lms, STATE, activityId="https://example.org/" + "ü" * 3000)
    names = ["名" * 1000, "名" * 999]
    for name in names:
        assert shelf.put(name, name.encode()).status_code == 204
    assert shelf.content(names[0]) == names[0].encode()
    assert shelf.names() == names


# --- what is refused


# --- who may


# --- faults beneath


def test_fault_9_the_second_of_two_first_writers_looks_again(lms, monkeypatch):
    shelf = Shelf(lms, STATE)
    create, calls = Document.objects.create, []

    def late(**columns):
        calls.append(columns)
        if len(calls) == 1:
            raise IntegrityError
        return create(**columns)

    monkeypatch.setattr("portal.lrs.documents.Document.objects.create", late)
    assert shelf.put("x", b"second").status_code == 204
    assert (len(calls), shelf.content("x")) == (2, b"second")


def test_a_document_that_others_change_all_the_time_is_a_conflict_and_no_fault(lms, monkeypatch):
    def taken(**columns):
        raise IntegrityError

    monkeypatch.setattr("portal.lrs.documents.Document.objects.create", taken)
    assert Shelf(lms, STATE).put("x", b"1").status_code == 409


@each_place
def test_every_change_takes_a_fixed_number_of_queries(shelf, place, django_assert_max_num_queries):
    for n in range(30):
        shelf.put(str(n), b"1")
    with django_assert_max_num_queries(8):
        assert len(shelf.names()) == 30
    with django_assert_max_num_queries(10):
        assert shelf.post("0", b"{}").status_code == 400
    with django_assert_max_num_queries(10):
        assert shelf.put("new", b"1").status_code == 204
