"""Thin wrappers for the workers."""

from datetime import timedelta

import structlog
from celery import shared_task

from certificates.issuing import actions
from certificates.issuing.models import Certificate
from courses.learning.models import Completion
from portal.core.clock import now

log = structlog.get_logger(__name__)
GRACE = timedelta(seconds=30)  # a worker may be at it right now


@shared_task
def issue_certificate(completion_id: int) -> None:
    completion = Completion.objects.select_related("enrolment__user").get(pk=completion_id)
    actions.issue(completion=completion, at=now())


@shared_task
def sweep() -> None:
    """Issue what a crash or an absent broker left: completions without certificate, certificates without file."""
    before = now() - GRACE
    waiting = Completion.objects.filter(certificate=None, completed_at__lt=before) | Completion.objects.filter(
        certificate__in=Certificate.objects.unfinished().filter(created_at__lt=before)
    )
    for completion in waiting.select_related("enrolment__user").order_by("pk")[:500]:
        try:
            actions.issue(completion=completion, at=now())
        except Exception:
            log.exception("certificate not issued, the next sweep tries again", completion=completion.pk)


@shared_task
def check_files() -> None:
    """Nightly: every issued file is there and unchanged."""
    actions.report_damage(certificates=actions.damaged_files(), at=now())
