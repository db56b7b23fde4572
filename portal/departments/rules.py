"""Days where an organisation is (pure)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def day_in(moment: datetime, zone: str) -> date:
    """The calendar day of ``moment`` in ``zone``."""
    return moment.astimezone(ZoneInfo(zone)).date()
