"""When order is kept: the schedule asks it, and the page tells it."""

from datetime import datetime, time, timedelta

# In UTC, the schedule’s zone: first what is old goes, then what is left is looked at.
RETENTION = time(2, 20)
CHECK = time(3, 5)


def following(hour: time, at: datetime) -> datetime:
    """The next moment after ``at`` at which the clock of its zone shows ``hour``."""
    today = at.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return today if today > at else today + timedelta(days=1)
