"""What the store does by itself."""

from celery import shared_task

from portal.core.clock import now
from portal.lrs import partitions


@shared_task
def keep_partitions_ahead() -> None:
    """Lay partitions for the months to come; with SQLite there is nothing to lay."""
    if partitions.is_partitioned():
        partitions.keep_ahead(now())
