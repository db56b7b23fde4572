import pytest

from portal.lrs.versions import UnknownVersionError, negotiate


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("1.0", "1.0.3"),
        ("1.0.0", "1.0.3"),
        ("1.0.99", "1.0.3"),
        ("2.0", "2.0.0"),
        ("2.0.0", "2.0.0"),
        (" 2.0.1 ", "2.0.0"),
    ],
)
def test_the_latest_of_the_family_asked(asked, served):
    assert negotiate(asked) == served


@pytest.mark.parametrize("asked", ["", "1", "1.1", "1.1.0", "0.95", "2", "2.1.0", "3.0", "1.0.x", "1.0.0\n1", "١.0"])
def test_other_versions_are_refused(asked):
    with pytest.raises(UnknownVersionError):
        negotiate(asked)


def test_a_request_without_a_version_is_an_ancient_one():
    with pytest.raises(UnknownVersionError) as caught:
        negotiate(None)
    assert caught.value.answered == "0.95"
