"""Two JSON objects made one."""

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.lrs.errors import InvalidError
from portal.lrs.merging import check_object, properties_of
from portal.lrs.merging import merge as merge_properties
from portal.lrs.parsing import DEPTH_LIMIT

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=4)
STYLES = st.sampled_from([{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def merge(kept, sent):
    return merge_properties(kept, properties_of(sent))


@given(OBJECTS, OBJECTS, STYLES, STYLES)
@example({"a": 1}, {"a": {"b": []}}, {"indent": 2}, {})
def test_every_property_sent_replaces_the_one_that_stood(kept, sent, style, other):
    merged = merge(json.dumps(kept, **style).encode(), json.dumps(sent, **other).encode())
    assert json.loads(merged) == {**kept, **sent}
    check_object(merged)


@given(OBJECTS, STYLES)
def test_merging_twice_is_merging_once(sent, style):
    text = json.dumps(sent, **style).encode()
    once = merge(b"{}", text)
    assert merge(once, text) == merge(text, b"{ }") == once


@given(st.binary(max_size=40))
def test_fault_11_any_bytes_are_merged_or_refused(sent):
    with suppress(InvalidError):
        assert json.loads(merge(b'{"a": 1}', sent))


def test_only_one_level_deep():
    kept = b'{"car": {"make": "Ford", "model": "Escape"}, "driver": "Dale"}'
    assert json.loads(merge(kept, b'{"car": {"make": "Dodge"}}')) == {"car": {"make": "Dodge"}, "driver": "Dale"}


def test_no_number_loses_a_digit():
    kept = b'{"a": 1.500, "b": 123456789012345678901234567890, "c": 1E2, "d": -0}'
    digits = b"9" * 5000
    merged = merge(kept, b'{"e": 0.10000000000000000001, "f": ' + digits[:300] + b"}")
    assert merged == (
        b'{"a":1.500,"b":123456789012345678901234567890,"c":1E2,"d":-0,"e":0.10000000000000000001,"f":'
        + digits[:300]
        + b"}"
    )


def test_the_same_name_written_two_ways_is_one_property():
    assert merge(b'{"\\u0061": 1}', b'{"a": 2}') == b'{"a":2}'


BAD = [
    b"",
    b"abc",
    b"[]",
    b'"x"',
    b"null",
    b'{"a": 1',
    b'{"a": NaN}',
    b'{"a": 1, "a": 2}',
    b'{"x": {"a": 1, "a": 2}}',
    b'{"a": "\xff"}',
    b'{"a": "\xed\xa0\x80"}',
    b'{"a": "\\ud800"}',
    b'{"\\udc00": 1}',
    b'{"a": "\\u0000"}',
    b'{"a\\u0000": 1}',
    b'{"a":' * (DEPTH_LIMIT + 1) + b"1" + b"}" * (DEPTH_LIMIT + 1),
    b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
]


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_fault_1_and_11_what_is_no_object_to_merge(text):
    with pytest.raises(InvalidError):
        merge(b"{}", text)
    with pytest.raises(InvalidError, match="the stored document cannot be merged"):
        merge(text, b"{}")
