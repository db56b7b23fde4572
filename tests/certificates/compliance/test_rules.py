"""Standing by the calendar, by properties and at its edges."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from certificates.compliance.rules import DONE, DUE, MISSING, OVERDUE, add_months, standing

days = st.dates(date(2000, 1, 1), date(2090, 1, 1))
months = st.integers(1, 240)


@given(days, months)
def test_a_period_of_months_ends_in_the_right_month(day, count):
    end = add_months(day, count)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == count
    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)


@given(days, months, st.integers(0, 365), days)
def test_states_follow_each_other_in_order(completed, count, soon, on):
    order = [MISSING, DONE, DUE, OVERDUE]
    today, tomorrow = (standing(completed, count, soon, each).state for each in (on, on + timedelta(days=1)))
    assert order.index(today) <= order.index(tomorrow)


@given(days, months, st.integers(0, 365))
def test_the_last_day_still_counts(completed, count, soon):
    found = standing(completed, count, soon, completed)
    assert standing(completed, count, soon, found.until).state == DUE
    assert standing(completed, count, soon, found.until + timedelta(days=1)).state == OVERDUE


@given(days, days)
def test_once_is_enough_where_nothing_repeats(completed, on):
    assert standing(completed, None, 90, on).state == (DONE if on >= completed else MISSING)


def test_fault_78_twenty_ninth_of_february_and_five_years():
    found = standing(date(2024, 2, 29), 60, 90, date(2029, 2, 28))
    assert (found.state, found.until) == (DUE, date(2029, 2, 28))
    assert standing(date(2024, 2, 29), 60, 90, date(2029, 3, 1)).state == OVERDUE


def test_fault_78_dates_are_calendar_days_in_the_departments_zone():
    """Both clock changes of 2026 in Vienna: the day is the day there, whatever the hour in UTC."""
    zone = ZoneInfo("Europe/Vienna")
    for moment, day in (
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 26)),
    ):
        assert moment.astimezone(zone).date() == day
    assert standing(date(2026, 3, 29), 12, 0, date(2027, 3, 29)).state == DUE
