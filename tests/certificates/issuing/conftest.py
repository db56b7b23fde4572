"""A completion and its certificate, those of a transcript, and a time-stamp service on this machine."""

import pytest
import time_machine

from certificates.issuing import actions
from tests.certificates.factories import make_completion
from tests.certificates.transcripts import issued, with_credits, years_ago
from tests.factories import NOON
from tests.support.timestamping import StampService


@pytest.fixture
def completion(alice):
    return make_completion(alice)


@pytest.fixture
def certificate(completion):
    return actions.issue(completion=completion, at=NOON)


@pytest.fixture
def at_noon():
    """The clock stands."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def hers(alice):
    """Four certificates of Alice in two years, of two bodies and of none."""
    return {
        "ecmec": issued(alice, **with_credits("ecmec", "2.00")),
        "board": issued(alice, of={"course_title": "Dose"}, **with_credits("board", "1.50", "hours")),
        "old": issued(alice, years_ago(1), of={"course_title": "Optimisation"}, **with_credits("ecmec", "1.00")),
        "bare": issued(alice, years_ago(1), of={"course_title": "Safety"}),
    }


@pytest.fixture(scope="session")
def _stamp_service():
    service = StampService()
    yield service
    service.stop()


@pytest.fixture
def stamps(_stamp_service, settings, tmp_path):
    """The service, set in the settings and well; its ``mood`` may be changed."""
    authorities = tmp_path / "stamp-authorities.pem"
    authorities.write_text(_stamp_service.authority)
    settings.TIMESTAMP_URL, settings.TIMESTAMP_CERTIFICATES = _stamp_service.url, str(authorities)
    settings.TIMESTAMP_SECONDS = 20
    _stamp_service.mood, _stamp_service.asked = "good", 0
    return _stamp_service
