"""Bytes that are not JSON, or JSON that no store should take."""

import json
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.lrs.errors import InvalidError
from portal.lrs.models import Statement
from portal.lrs.parsing import DEPTH_LIMIT, check_values, json_path, read_json
from tests.portal.lrs.samples import ANNA, statement


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 01}',
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\\ud800"}',
        b'{"a": "\t"}',
        b'{"a": 1} {"b": 2}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_fault_1_not_json(body):
    with pytest.raises(InvalidError, match="JSON"):
        read_json(body)


@pytest.mark.parametrize(
    "body", [b'{"a": 1, "a": 2}', b'[{"x": {"a": 1, "b": 2, "\\u0061": 1}}]', b'{"a": 1, "a" : "\\u003A"}']
)
def test_a_key_that_stands_twice(body):
    with pytest.raises(InvalidError, match='"a" stands twice'):
        read_json(body)


def test_depth_is_bounded():
    check_values(read_json(b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT), ())
    for levels in (DEPTH_LIMIT + 1, 300, 1000, 2000):
        with pytest.raises(InvalidError, match=r"deep|depth"):
            check_values(read_json(b"[" * levels + b"]" * levels), ())


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 10_000 + b"1" * (10 * 1024 * 1024 - 70_000) + b"}" * 10_000,
        b"[" * (5 * 1024 * 1024) + b"]" * (5 * 1024 * 1024),
        b"[" + b"[" * 1000 + b"]" * 1000 + b"]",
        b'"' + b"\\u0000" * 1_700_000 + b'"',
        b"1" * (10 * 1024 * 1024),
    ],
    ids=["objects", "arrays", "a thousand", "escapes", "digits"],  # the bodies would be names of tests
)
def test_fault_1_ten_megabytes_of_depth_are_refused_in_bounded_time_and_memory(lms, body):
    tracemalloc.start()
    started = time.perf_counter()
    answer = lms.post(body)
    took = time.perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert took < 5
    assert peak < 20 * len(body) + 10_000_000


@pytest.mark.parametrize(
    "build",
    [
        lambda: {**statement(), **{f"k{n}": 1 for n in range(100_000)}},
        lambda: statement(actor={"objectType": "Group", "member": [{"x": 1}] * 100_000}),
        lambda: statement(result={"extensions": {f"k{n}": 1 for n in range(100_000)}}),
        lambda: statement(context={"contextActivities": {"parent": [[]] * 100_000}}),
        lambda: [1] * 999,
    ],
)
def test_fault_1_a_hundred_thousand_faults_are_answered_with_the_first(lms, build):
    body = json.dumps(build(), separators=(",", ":")).encode()
    tracemalloc.start()
    answer = lms.post(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 400
    assert len(answer.content) < 1000
    assert peak < 60 * len(body) + 10_000_000


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (statement(actor={**ANNA, "name": "a\0"}), "actor.name"),
        ([statement(), statement(result={"response": "\0"})], "[1].result.response"),
        (
            statement(result={"extensions": {"https://e.org/e": {"deep": ["\0"]}}}),
            'result.extensions["https://e.org/e"].deep[0]',
        ),
        (statement(result={"extensions": {"https://e.org/\0": 1}}), "result.extensions"),
    ],
)
def test_fault_11_the_nul_character_is_refused_with_its_place(lms, body, path):
    answer = lms.post(body)
    assert answer.status_code == 400
    assert "U+0000" in answer.json()["error"]
    assert answer.json()["path"] == path


@pytest.mark.parametrize("escape", [b"\\ud800", b"\\udfff", b"\\ud800\\u0041"])
def test_fault_11_lone_surrogates_are_refused(lms, escape):
    body = json.dumps(statement(actor={**ANNA, "name": "@@"})).encode().replace(b"@@", escape)
    assert lms.post(body).status_code == 400


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(alphabet=st.characters(), max_size=20)
    | st.sampled_from(["Agent", "Group", "SubStatement", "StatementRef", "Activity", "\0", "mailto:a@b", "en"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "actor",
                    "verb",
                    "object",
                    "objectType",
                    "member",
                    "mbox",
                    "account",
                    "name",
                    "definition",
                    "result",
                    "context",
                    "contextActivities",
                    "extensions",
                    "score",
                    "raw",
                    "https://e.org/x",
                    "choices",
                    "attachments",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
FUZZ = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(body=st.binary(max_size=200))
def test_fault_1_bytes_never_break_the_door(lms, body):
    assert lms.post(body).status_code == 400


@FUZZ
@given(value=JSON)
@example(value=[])
def test_fault_1_json_never_breaks_the_door(lms, value):
    assert lms.post(json.dumps(value).encode()).status_code in ({200} if value == [] else {400})


@FUZZ
@given(name=st.sampled_from([*sorted(statement()), "result", "context", "attachments", "id", "timestamp"]), value=JSON)
def test_fault_1_a_statement_with_one_property_of_anything_is_stored_or_refused(lms, name, value):
    before = Statement.objects.count()
    answer = lms.post(json.dumps([statement(**{name: value})]).encode())
    assert answer.status_code in {200, 400}
    assert Statement.objects.count() == before + (answer.status_code == 200)


@FUZZ
@given(text=st.text(alphabet=st.characters(), max_size=50))
def test_fault_11_every_text_is_kept_as_it_is_or_refused(lms, text):
    answer = lms.post(
        json.dumps(statement(result={"response": text, "extensions": {"https://e.org/e": text}})).encode()
    )
    storable = "\0" not in text and not any(0xD800 <= ord(each) <= 0xDFFF for each in text)
    assert answer.status_code == (200 if storable else 400)
    if storable:
        found = lms.get(statementId=answer.json()[0]).json()
        assert found["result"] == {"response": text, "extensions": {"https://e.org/e": text}}


@FUZZ
@given(
    name=st.sampled_from(["agent", "verb", "activity", "registration", "since", "until", "limit", "format", "more"])
    | st.text(max_size=10),
    value=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40),
)
def test_fault_1_parameters_never_break_the_door(lms, name, value):
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    assert lms.get(**{name: value}).status_code in {200, 400}


def test_a_path_reads_like_code():
    assert json_path((3, "actor", "mbox")) == "[3].actor.mbox"
    assert json_path(("result", "extensions", "https://e.org/e", 0)) == 'result.extensions["https://e.org/e"][0]'
    assert json_path(()) == ""
