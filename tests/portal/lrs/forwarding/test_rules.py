"""When a receiver is tried again, where statements may be sent, and what is told of a refusal."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.lrs.forwarding.rules import FIRST_DELAY, LONGEST_DELAY, asked_delay, delay, is_endpoint, safe_reason
from tests.factories import NOON
from tests.portal.lrs.samples import ANNA, BEN, statement


@given(some.integers(1, 10_000), some.floats(0, 1))
def test_waiting_grows_to_an_hour_and_is_never_less_than_half(failures, chance):
    whole = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(failures - 1, 30))
    assert whole / 2 <= delay(failures, chance=chance) <= whole
    assert delay(failures + 1, chance=chance) >= delay(failures, chance=chance)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999", 86400),
        ("Tue, 24 Nov 2026 12:05:00 GMT", 300),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("1.5", 0),
    ],
)
def test_retry_after(header, seconds):
    assert asked_delay(header, NOON) == timedelta(seconds=seconds)


@given(some.text(max_size=60))
def test_any_retry_after_is_between_nothing_and_a_day(header):
    assert timedelta() <= asked_delay(header, datetime(2026, 1, 1, tzinfo=UTC)) <= timedelta(days=1)


@pytest.mark.parametrize(
    ("address", "good", "good_here"),
    [
        ("https://lrs.example.org/xapi", True, True),
        ("https://10.0.0.5:8443/xapi", True, True),  # a hospital's own network
        ("http://lrs.example.org/xapi", False, False),
        ("http://localhost:8000/xapi", False, True),
        ("http://127.0.0.1/xapi", False, True),
        ("http://[::1]:80/xapi", False, True),
        ("http://localhost.example.org/xapi", False, False),
        ("http://localhost@example.org/xapi", False, False),
        ("https://user:secret@lrs.example.org/xapi", False, False),
        ("https://lrs.example.org/xapi?x=1", False, False),
        ("https://lrs.example.org/xapi#x", False, False),
        ("https://lrs.example.org:99999/", False, False),
        ("https://lrs.example.org/x\r\nHost: y", False, False),
        ("https://", False, False),
        ("file:///etc/passwd", False, False),
        ("gopher://localhost/", False, False),
        ("https://[::1", False, False),
        ("", False, False),
    ],
)
def test_where_statements_may_be_sent(address, good, good_here):
    assert is_endpoint(address, plain_local=False) is good
    assert is_endpoint(address, plain_local=True) is good_here


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("the verb is not known", "the verb is not known"),
        ("mailto:anna@example.org is not allowed", "… is not allowed"),
        ("ask admin@store.example\n\tplease\0", "ask … please"),
        ("account ben-huber and Ben Huber unknown", "account … and … unknown"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_what_is_kept_of_a_reason_names_nobody(told, kept):
    ben = {**BEN, "name": "Ben Huber", "account": {**BEN["account"], "name": "ben-huber"}}
    assert safe_reason(told, statement(actor=ANNA, context={"instructor": ben})) == kept
