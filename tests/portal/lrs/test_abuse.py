"""What is sent to confuse the door: told twice, told in headers, told in other alphabets. It answers, and stores nothing."""

import gzip
import json

import pytest

from portal.lrs.models import Document, Statement
from tests.portal.lrs.samples import ANNA, DID, new_id, statement
from tests.portal.lrs.shelves import HIKE, each_version

ONE, OTHER = "5a0a4a4e-5b0e-4a0e-9a3d-0d3b1f6c2a01", "5a0a4a4e-5b0e-4a0e-9a3d-0d3b1f6c2a02"
TEXT = json.dumps(statement(id="8f87ccde-bb56-4c2e-ab83-44982ef22df0"))
STATE = {"activityId": HIKE, "agent": ANNA, "stateId": "x"}
VERSION = "X-Experience-API-Version"


def within(value):
    """A statement with the JSON text ``value`` in an extension."""
    return f'{TEXT[:-1]}, "result": {{"extensions": {{"https://example.org/e": {value}}}}}}}'


BODIES = {
    "utf-16": TEXT.encode("utf-16"),
    "utf-32": TEXT.encode("utf-32-le"),
    "latin-1": TEXT.replace("hike", "höhe").encode("latin-1"),
    "byte order mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "overlong": within('"@"').encode().replace(b"@", b"\xc0\xaf"),
    "cut off": within('"@"').encode().replace(b"@", b"\xe2\x82"),
    "surrogate in utf-8": within('"@"').encode().replace(b"@", b"\xed\xa0\x80"),
    "beyond unicode": within('"@"').encode().replace(b"@", b"\xf4\x90\x80\x80"),
    "lone surrogate": within(r'"\ud800"').encode(),
    "turned surrogates": within(r'"\udc00\ud800"').encode(),
    "nul": within(r'"a\u0000b"').encode(),
    "nul as a key": within(r'{"\u0000": 1}').encode(),
    "a bare nul": within('"@"').encode().replace(b"@", b"\0"),
    "a line break in a text": within('"@"').encode().replace(b"@", b"\n"),
    "compressed": gzip.compress(TEXT.encode()),
    "two values": TEXT.encode() * 2,
    "nothing": b"",
    "space": b" \r\n\t",
    "a form": b"statementId=1",
    "XML": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>",
    "NaN": within("NaN").encode(),
    "Infinity": within("-Infinity").encode(),
    "a number beyond floats": within("1e400").encode(),
    "an integer of 5000 digits": within("9" * 5000).encode(),
    "a leading zero": within("01").encode(),
    "hexadecimal": within("0x10").encode(),
    "a comment": within("1 /* one */").encode(),
    "a trailing comma": within("[1,]").encode(),
    "single quotes": TEXT.replace('"', "'").encode(),
    "a key twice": TEXT.replace('"actor"', '"verb": {"id": "https://example.org/x"}, "actor"').encode(),
    "a key twice, escaped": TEXT.replace('"verb"', r'"verb": {"id": "https://example.org/x"}, "\u0076erb"').encode(),
    "a key twice, far inside": within('[[{"a": [{"b": 1, "b": 1}]}]]').encode(),
    "depth": within("[" * 500 + "]" * 500).encode(),
    "depth of objects": within('{"a":' * 500 + "1" + "}" * 500).encode(),
    "a prototype": TEXT.replace('"actor"', '"__proto__": {"own": true}, "actor"').encode(),
}


@each_version
@pytest.mark.parametrize("kind", BODIES)
def test_fault_01_and_11_bodies_that_are_no_statement(credential_for, version, kind):
    client = credential_for(version=version)
    for wrapped in (BODIES[kind], b"[" + BODIES[kind] + b"]") if kind not in {"nothing", "space"} else (BODIES[kind],):
        answer = client.post(wrapped)
        assert answer.status_code == 400, wrapped[:200]
        assert answer.json().keys() == {"error", "path"}
        assert len(answer.content) < 500, "the answer does not repeat what was sent"
        put = client.send("PUT", "statements", wrapped, statementId="8f87ccde-bb56-4c2e-ab83-44982ef22df0")
        assert put.status_code == 400
    assert not Statement.objects.exists()


def test_numbers_at_the_edge_are_kept(lms):
    for number in (
        "1e308",
        "-1e-308",
        "1e-400",
        str(2**63),
        str(-(2**63)),
        str(2**64),
        "0.1000000000000000055511151231257827",
        "-0.0",
    ):
        [uuid] = lms.post(within(number).replace("8f87ccde-bb56-4c2e-ab83-44982ef22df0", new_id()).encode()).json()
        kept = lms.get(statementId=uuid).json()["result"]["extensions"]["https://example.org/e"]
        assert kept == json.loads(number)


POLLUTED = [
    "limit=1&limit=1",
    "limit=1&limit=2",
    "limit[]=1",
    "limit=1;limit=2",
    "Limit=1",
    "limit%00=1",
    "%6cimit=1&limit=1",
    "agent={}&agent={}",
    f"statementId={ONE}&statementId={OTHER}",
    f"statementId={ONE}&statementID={OTHER}",
    "format=ids&format=exact",
    "verb=" + DID + "%00",
    "verb=" + DID + "%0d%0aX-Injected:%20yes",
    "verb=%ff",
    "verb=%ed%a0%80",
    "%ff=1",
    "since=2026-01-01T00:00:00Z&since=2026-01-01T00:00:00Z",
    "more=x&limit=1",
    "method=GET",
    "&".join(f"x{n}=1" for n in range(2000)),
    "agent=" + "%5B" * 5000,
    "agent=" + "%7B%22a%22:" * 5000,
]


@each_version
@pytest.mark.parametrize("query", POLLUTED, ids=lambda query: query[:30])
def test_parameters_told_twice_or_strangely(credential_for, version, query):
    client = credential_for(version=version)
    answer = client.client.get("/xapi/statements?" + query, headers=client.headers())
    assert answer.status_code == 400
    assert "X-Injected" not in answer


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("name", ["activityId", "agent", "stateId", "registration"])
def test_a_place_told_twice_is_none(lms, method, name):
    values = {**STATE, "agent": json.dumps(ANNA), "registration": new_id()}
    twice = {**values, name: [values[name], values[name]]}
    assert lms.send(method, "activities/state", b"{}", **twice).status_code == 400
    assert not Document.objects.exists()


LINES = ["a\r\nX-Injected: yes", "a\nX-Injected: yes", "a\rX-Injected: yes", "a\x00b", "a\x7fb", "a\tb\x0bc"]


@pytest.mark.parametrize("text", LINES)
def test_no_text_of_a_client_becomes_a_header(lms, text):
    """The places of a request from which an answer takes its headers: types of documents, types of attachments, more."""
    typed = lms.send("PUT", "activities/state", b"x", content_type=text, **STATE)
    assert typed.status_code == 400
    named = lms.send("PUT", "activities/state", b"x", content_type="text/plain", **{**STATE, "stateId": text})
    assert named.status_code == (400 if "\x00" in text else 204)
    attached = {
        "usageType": "https://example.org/u",
        "display": {"en": text},
        "contentType": f"text/plain;{text}",
        "length": 1,
        "sha2": "a" * 64,
        "fileUrl": "https://example.org/x",
    }
    assert lms.post(statement(attachments=[attached])).status_code == 400
    for answer in (typed, named, lms.send("GET", "activities/state", **{**STATE, "stateId": text})):
        assert "X-Injected" not in answer
    assert lms.get(format=text)["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "header", ["Authorization", VERSION, "If-Match", "If-None-Match", "Accept-Language", "Content-Type"]
)
@pytest.mark.parametrize("value", ["", " ", "*" * 5000, ",;=" * 2000, "é", "\t", '"' * 999, "1.0.3\t", "x" * 100_000])
def test_headers_of_any_kind_are_answered(lms, header, value):
    for method, resource, place in (
        ("POST", "statements", {}),
        ("GET", "statements", {}),
        ("PUT", "activities/state", STATE),
    ):
        answer = lms.send(method, resource, statement(), headers={header: value}, **place)
        assert answer.status_code in {200, 204, 400, 401, 412}
        assert value not in {"*" * 5000, "x" * 100_000} or value.encode() not in answer.content
        assert answer[VERSION] in {"1.0.3", "2.0.0", "0.95"}


UNKNOWN = "0.9|1.1.0|1.0.|1.0.3.4|2.1.0|10.0|1.0.3, 2.0.0|1.0.x|v1.0.3|²|-1|1.0.99999999999"
ASKED = {"statements": {}, "activities/state": STATE, "activities": {"activityId": HIKE}, "agents": {"agent": ANNA}}


@pytest.mark.parametrize("version", UNKNOWN.split("|"))
def test_unknown_versions(credential_for, version):
    client = credential_for(version=version)
    for resource, place in ASKED.items():
        answer = client.send("GET", resource, **place)
        assert (answer.status_code, answer.json()["path"]) == (400, VERSION)
    assert client.post(statement()).status_code == 400
    assert client.send("PUT", "activities/state", {}, **STATE).status_code == 400
    assert not Statement.objects.exists()
    assert not Document.objects.exists()
