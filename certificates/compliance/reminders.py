"""Who is to be told what today: that a certificate expires (pure)."""

from collections.abc import Collection
from datetime import date, timedelta


def due(*, completed_on: date, expires_on: date, days: Collection[int], told: Collection[int], on: date) -> int | None:
    """Of which of ``days`` before the end its holder is to be told on that day; None: of none.

    Each is told once, and after a nearer one no farther one: who was not told in time, because the portal was off, gets the
    nearest only. A certificate that was valid for less is not told of on the day on which it was earned.

    Args:
        completed_on: its first day.
        expires_on: its last day.
        days: before the last day.
        told: those of which she was told.
        on: in the zone in which certificates tell days.
    """
    if on > expires_on:
        return None
    reached = [
        each for each in days if each <= (expires_on - completed_on).days - 1 and on >= expires_on - timedelta(each)
    ]
    nearest = min(reached, default=None)
    return None if nearest is None or any(each <= nearest for each in told) else nearest
