"""FAULT 75: the log says so before a disk is full."""

import pytest

from portal.config.schedule import SCHEDULE
from portal.core.tasks import watch_disks


@pytest.mark.parametrize(("percent", "alarms"), [(0, 1), (101, 0)])
def test_fault_75_the_alarm_comes_at_the_percentage_of_the_settings(settings, caplog, percent, alarms):
    """0: every disk is fuller than that; one alarm a disk, though three folders lie on it."""
    settings.DISK_ALARM_PERCENT = percent
    watch_disks()
    assert caplog.text.count("disk almost full") == alarms


def test_fault_75_the_alarm_is_asked_for_before_90_percent_and_often(settings):
    assert settings.DISK_ALARM_PERCENT < 90
    (job,) = [job for job in SCHEDULE.values() if job["task"] == watch_disks.name]
    assert job["schedule"].run_every.total_seconds() <= 600
