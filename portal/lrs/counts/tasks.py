"""Thin wrappers for the workers."""

from celery import shared_task

from portal.core.clock import now
from portal.lrs.counts import actions


@shared_task
def count_statements() -> None:
    actions.count_new_statements(at=now())
