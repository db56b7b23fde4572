"""How long a reviewer of an accrediting body may look at a course, and what became of her access (pure)."""

from datetime import date
from enum import StrEnum

from certificates.issuing.rules import months_later

USUAL_MONTHS = 3
LONGEST_MONTHS = 12
MOST_AT_ONCE = 20


class State(StrEnum):
    """What became of an access, or of the link to it."""

    OPEN = "open"
    EARLY = "early"
    OVER = "over"
    ENDED = "ended"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


def state_of(*, starts_on: date, ends_on: date, ended: bool, on: date) -> State:
    """On that day in the portal's zone; what the organiser did says more than the calendar."""
    if ended:
        return State.ENDED
    if on > ends_on:
        return State.OVER
    return State.EARLY if on < starts_on else State.OPEN


def usual_end(starts_on: date) -> date:
    """About three months: as long as an evaluation takes."""
    return months_later(starts_on, USUAL_MONTHS)


def latest_end(on: date) -> date:
    """The last day that an access given on that day may have."""
    return months_later(on, LONGEST_MONTHS)


def days_left(ends_on: date, on: date) -> int:
    """Today is one of them; 0 when it is over."""
    return max(0, (ends_on - on).days + 1)
