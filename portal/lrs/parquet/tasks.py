"""Thin wrappers for the workers."""

from celery import shared_task

from portal.core.clock import now
from portal.core.tasks import enqueue
from portal.lrs.parquet import actions


@shared_task
def write_finished_days() -> None:
    """Nightly; after some minutes it makes room for other work, and goes on after that."""
    if actions.write_finished_days(at=now()):
        enqueue(write_finished_days)
