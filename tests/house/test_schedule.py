"""Work that nobody asks for is done by the schedule: a sweep that is not in the table never runs, and nobody notices."""

import inspect

from portal.config.celery import app
from portal.config.schedule import SCHEDULE

OURS = ("portal.", "courses.", "campaign.", "certificates.")


def periodic():
    """Our tasks that take nothing: there is no fact whose id would start them."""
    app.loader.import_default_modules()
    return {
        name for name, task in app.tasks.items() if name.startswith(OURS) and not inspect.signature(task.run).parameters
    }


def test_every_periodic_task_is_in_the_schedule_and_nothing_else():
    assert periodic() == {entry["task"] for entry in SCHEDULE.values()}
