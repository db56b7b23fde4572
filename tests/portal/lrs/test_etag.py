"""If-Match and If-None-Match."""

import pytest

from portal.lrs.etag import read_preconditions, tag_of

HERE, OTHER = tag_of(b"here"), tag_of(b"other")


def test_the_tag_is_the_sha_1_in_lower_case():
    assert tag_of(b"abc") == "a9993e364706816aba3e25717850c26c9cd0d89d"


@pytest.mark.parametrize(
    ("match", "none_match", "over_it", "over_nothing"),
    [
        (None, None, True, True),
        (f'"{HERE}"', None, True, False),
        (HERE, None, True, False),
        (f'W/"{HERE}"', None, True, False),
        (f'"{OTHER}" , "{HERE}"', None, True, False),
        (f'"{OTHER}"', None, False, False),
        ("*", None, True, False),
        ('"*"', None, False, False),
        ("", None, False, False),
        (HERE.upper(), None, False, False),
        (None, "*", False, True),
        (None, f'"{HERE}"', False, True),
        (None, f'"{OTHER}"', True, True),
        (f'"{HERE}"', "*", False, False),
        (f'"{HERE}"', f'"{OTHER}"', True, False),
    ],
)
def test_preconditions(match, none_match, over_it, over_nothing):
    asked = read_preconditions(match, none_match)
    assert (asked.hold(HERE), asked.hold(None)) == (over_it, over_nothing)
    assert asked.is_given == (match is not None or none_match is not None)
