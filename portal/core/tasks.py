"""Handing work to the workers, and the tasks of this floor."""

import shutil
from datetime import timedelta
from typing import Any

import structlog
from celery import Task, shared_task
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from post_office.models import STATUS, Email
from post_office.settings import get_max_retries, get_retry_timedelta

log = structlog.get_logger(__name__)


def enqueue(task: Task[Any, Any], *args: str | int) -> None:
    """Give ``task`` to a worker once the transaction has committed.

    With the broker away the fact stays a row and the sweep of its app finishes it: nothing is lost, only later. So an
    absent broker is logged and never reaches the person who is waiting for a page.
    """

    def publish() -> None:
        try:
            task.apply_async(args=args, ignore_result=True)
        except (OperationalError, OSError) as error:
            log.warning("broker away, the sweep will do it", task=task.name, error=type(error).__name__)

    transaction.on_commit(publish)


def deliver_waiting_mail(*, limit: int = 200) -> int:
    """Send the mail that waits, each message at most once; the number sent.

    A message is claimed by one conditional update before it leaves, so two workers never send the same one and a
    worker killed in the middle leaves it marked failed, to be looked at, instead of sending it twice. A refusal by the
    mail server puts it back with a growing delay, ``MAX_RETRIES`` times.
    """
    now = timezone.now()
    waiting = Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued]).exclude(scheduled_time__gt=now)
    sent = 0
    for pk in list(waiting.order_by("created").values_list("pk", flat=True)[:limit]):
        claimed = Email.objects.filter(pk=pk, status__in=[STATUS.queued, STATUS.requeued]).update(status=STATUS.failed)
        if not claimed:
            continue
        email = Email.objects.get(pk=pk)
        if email.dispatch() == STATUS.sent:
            sent += 1
        elif (email.number_of_retries or 0) < get_max_retries():
            email.number_of_retries = (email.number_of_retries or 0) + 1
            email.scheduled_time = now + get_retry_timedelta() * email.number_of_retries
            email.status = STATUS.requeued
            email.save(update_fields=["number_of_retries", "scheduled_time", "status"])
    return sent


def hold_waiting_mail() -> int:
    """Mark what waits as failed, so that nobody gets it a second time; how many messages that are."""
    waiting = Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued])
    return int(waiting.update(status=STATUS.failed))


@shared_task
def send_mail() -> None:
    """Send what waits in the outbox."""
    deliver_waiting_mail()


@shared_task
def watch_disks() -> None:
    """An alarm in the log while there is still room for what is under way."""
    disks = {folder.stat().st_dev: folder for folder in (settings.VAR, settings.MEDIA_ROOT, settings.PRIVATE_ROOT)}
    for folder in disks.values():
        usage = shutil.disk_usage(folder)
        percent = round(100 * usage.used / max(usage.used + usage.free, 1))
        if percent >= settings.DISK_ALARM_PERCENT:
            log.error("disk almost full: make room", folder=str(folder), percent=percent)


@shared_task
def forget_mail() -> None:
    """Delete messages after 14 days: they hold addresses and one-time links."""
    Email.objects.filter(created__lt=timezone.now() - timedelta(days=14)).delete()


@shared_task
def forget_sessions() -> None:
    """Delete sessions that have expired."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
