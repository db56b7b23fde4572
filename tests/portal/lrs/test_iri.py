"""The small formats: what is one, what is not."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.lrs import iri


@pytest.mark.parametrize(
    "text",
    [
        "http://example.org",
        "urn:uuid:2c8e9d4e-0000-4000-8000-000000000000",
        "https://example.org/فعل/خواندن",
        "mailto:a@b",
        "a+b.c-d:x",
        "http://example.org/%20?q#f",
    ],
)
def test_iri(text):
    assert iri.is_iri(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "/path",
        "http:",
        "ab=c://no.scheme",
        "1http://x",
        "http://a b",
        "http://a\nb",
        "http://a\n",
        "http://a<b>",
        "http://a%2",
        "http://a%zz",
        "http://a|b",
        'http://"',
        "http://\x00",
    ],
)
def test_not_an_iri(text):
    assert not iri.is_iri(text)


@pytest.mark.parametrize("text", ["mailto:anna@example.org", "mailto:a+b@localhost", "mailto:jörg@müller.example"])
def test_mailto(text):
    assert iri.is_mailto(text)


@pytest.mark.parametrize(
    "text", ["anna@example.org", "MAILTO:a@b", "mailto:anna", "mailto:@b", "mailto:a@", "mailto:a b@c", "mailto:a@b@c"]
)
def test_not_a_mailto(text):
    assert not iri.is_mailto(text)


@pytest.mark.parametrize(
    "tag",
    ["en", "en-US", "zh-Hant-TW", "de-CH-1901", "sl-rozaj-biske", "x-house", "i-klingon", "en-a-bbb-x-a", "es-419"],
)
def test_language_tag(tag):
    assert iri.is_language_tag(tag)


@pytest.mark.parametrize(
    "tag", ["", "a", "en_US", "en-", "en-US-USA", "something", "s-x1", "en-a", "12", "en\n", "a12345678"]
)
def test_not_a_language_tag(tag):
    assert not iri.is_language_tag(tag)


@pytest.mark.parametrize(
    "text", ["P4W", "P3Y", "PT4H35M59.14S", "PT16559,14S", "P3Y1M29DT4H35M59.14S", "P1.5Y", "PT0S", "P0.5W", "PT1.5H"]
)
def test_duration(text):
    assert iri.is_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "P4W1D",
        "P1S",
        "PT1D",
        "PT1.5H3M",
        "P1.5DT3H",
        "-PT1S",
        "+P1D",
        "pt1s",
        "PT1S\n",
        "1",
        "PT.5S",
    ],
)
def test_not_a_duration(text):
    assert not iri.is_duration(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T12:00:00Z", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("2026-11-24T12:00:00.123456789+02:00", datetime(2026, 11, 24, 10, 0, 0, 123456, tzinfo=UTC)),
        ("20261124T120000,5Z", datetime(2026, 11, 24, 12, 0, 0, 500000, tzinfo=UTC)),
        ("2026-11-24T12:00", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("2026-11-24T12:00:00-0130", datetime(2026, 11, 24, 13, 30, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_timestamp(text, moment):
    assert iri.read_timestamp(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-24",
        "2026-11-24 12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-11-24T24:01:00Z",
        "2026-11-24T12:60:00Z",
        "2026-11-24T12:00:60Z",
        "2008-09-15T15:53:00.601-00",
        "2008-09-15T15:53:00.601-0000",
        "2008-09-15T15:53:00.601-00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "0000-01-01T00:00:00Z",
        "01/011/2015",
        "2026-11-24T12:00:00Z\n",
        "٢٠٢٦-11-24T12:00:00Z",
    ],
)
def test_not_a_timestamp(text):
    with pytest.raises(ValueError, match=r"."):
        iri.read_timestamp(text)


@pytest.mark.parametrize(
    "text", ["2026-11-24T12:00:00", "20261124T120000Z", "2026-11-24T12:00Z", "2026-11-24T12:00:00+02"]
)
def test_2_0_takes_rfc_3339_only(text):
    iri.read_timestamp(text)
    with pytest.raises(ValueError, match="timestamp"):
        iri.read_timestamp(text, strict=True)


@pytest.mark.parametrize("text", ["2026-11-24t12:00:00.123z", "2026-11-24T12:00:00.123z", "2026-11-24t12:00:00.123Z"])
def test_small_letters_of_rfc_3339_are_told_in_capitals(text):
    iri.read_timestamp(text, strict=True)
    assert iri.utc_text(text) == "2026-11-24T12:00:00.123Z"


@given(st.datetimes(), st.integers(-14 * 60, 14 * 60))
def test_what_python_writes_is_read_as_the_same_moment(naive, minutes):
    assume(2 < naive.year < 9998)
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert iri.read_timestamp(moment.isoformat()) == moment
    assert iri.read_timestamp(moment.isoformat(), strict=True) == moment
    told = iri.utc_text(moment.isoformat())
    assert told.endswith("Z")
    assert iri.read_timestamp(told, strict=True) == moment


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("2026-11-24T12:00:00.1234567Z", "2026-11-24T12:00:00.1234567Z"),
        ("2026-11-24T12:00:00+02:00", "2026-11-24T10:00:00.000Z"),
        ("2026-11-24T12:00:00.1+02:00", "2026-11-24T10:00:00.100Z"),
        ("2016-12-31T23:59:60.500Z", "2017-01-01T00:00:00.500Z"),
    ],
)
def test_the_fraction_of_a_timestamp_keeps_its_digits(sent, told):
    assert iri.utc_text(sent) == told


@given(st.text())
def test_the_checks_answer_whatever_they_are_asked(text):
    for check in (iri.is_iri, iri.is_mailto, iri.is_language_tag, iri.is_duration, iri.is_uuid, iri.is_media_type):
        assert check(text) in {True, False}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=0, max_size=2000))
def test_an_index_key_fits_its_column_and_tells_texts_apart(text):
    key = iri.index_key(text)
    assert len(key) <= 500
    assert len(key.encode()) <= 1000
    assert iri.index_key(text + "x") != key
