"""Thin wrappers for the workers."""

from celery import shared_task

from portal.core.clock import now
from portal.core.files import forget_drafts
from portal.core.tasks import enqueue
from portal.lrs.exports import actions


# Less than the hour after which a broker hands the same task to another worker.
@shared_task(soft_time_limit=3000, time_limit=3300)
def write_export(export_id: int) -> None:
    actions.write(export_id=export_id, at=now())


@shared_task
def sweep() -> None:
    """Begin what the broker missed, and begin again what a worker left when it was killed."""
    at = now()
    actions.give_up(at=at)
    for export_id in actions.take_back(at=at):
        enqueue(write_export, export_id)


@shared_task
def forget_exports() -> None:
    """Delete files after their week."""
    at = now()
    actions.expire(at=at)
    forget_drafts(at=at)
