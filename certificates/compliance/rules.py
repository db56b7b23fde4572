"""Standing: does a person meet a requirement on a day? (pure)"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

DONE, DUE, OVERDUE, MISSING = "done", "due", "overdue", "missing"


@dataclass(frozen=True)
class Standing:
    """``state`` on the day asked; ``until`` is the last day on which the latest completion counts (None: for ever)."""

    state: str
    completed_on: date | None = None
    until: date | None = None


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months later; the last of the month where that day does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def standing(completed_on: date | None, every_months: int | None, due_soon_days: int, on: date) -> Standing:
    """Where somebody stands.

    Args:
        completed_on: the latest completion that counts, None for none.
        every_months: after how many calendar months it must be repeated; None: once is enough.
        due_soon_days: from how many days before the end it is "due".
        on: the day asked, in the organisation's zone.
    """
    if completed_on is None or completed_on > on:
        return Standing(MISSING)
    if every_months is None:
        return Standing(DONE, completed_on)
    until = add_months(completed_on, every_months)
    if on > until:
        return Standing(OVERDUE, completed_on, until)
    soon = on >= until - timedelta(days=due_soon_days)
    return Standing(DUE if soon else DONE, completed_on, until)
