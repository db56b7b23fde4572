"""Thin wrappers for the workers."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings

from certificates.compliance import actions
from certificates.issuing.models import Certificate
from portal.core.clock import now
from portal.departments.rules import day_in

log = structlog.get_logger(__name__)


@shared_task
def follow_certificate(certificate_id: int) -> None:
    """Enter the evidence of a certificate, or withdraw that of one that is revoked or replaced."""
    certificate = Certificate.objects.select_related("completion__enrolment__user").get(pk=certificate_id)
    actions.enter_evidence(certificate=certificate, at=now())
    if certificate.revoked_at or certificate.superseded_at:
        actions.withdraw_evidence(certificate=certificate, at=now())


@shared_task
def sweep() -> None:
    """Certificates whose evidence is missing, and revoked or replaced ones whose evidence still stands."""
    issued = Certificate.objects.issued()
    ended = issued.exclude(revoked_at=None) | issued.exclude(superseded_at=None)
    behind = issued.filter(evidence=None) | ended.filter(evidence__withdrawn_at=None)
    for pk in behind.order_by("pk").values_list("pk", flat=True)[:1000]:
        follow_certificate(pk)


@shared_task
def remind() -> None:
    """Tell holders whose certificates expire; a crash or a day off leaves them to the next call."""
    at = now()
    on = day_in(at, settings.TIME_ZONE)
    ahead = on + timedelta(days=max(settings.EXPIRY_REMINDER_DAYS, default=0))
    for certificate in Certificate.objects.expiring(on, ahead).last_of_course().order_by("pk").iterator(chunk_size=500):
        try:
            actions.remind(certificate=certificate, at=at)
        except Exception:
            log.exception("holder not told that it expires, the next sweep tries again", number=certificate.number)
