"""Thin wrappers for the workers."""

from celery import shared_task

from certificates.compliance import actions
from certificates.issuing.models import Certificate
from portal.core.clock import now


@shared_task
def follow_certificate(certificate_id: int) -> None:
    """Enter the evidence of a certificate, or withdraw that of a revoked one."""
    certificate = Certificate.objects.select_related("completion__enrolment__user").get(pk=certificate_id)
    actions.enter_evidence(certificate=certificate, at=now())
    if certificate.revoked_at:
        actions.withdraw_evidence(certificate=certificate, at=now())


@shared_task
def sweep() -> None:
    """Certificates whose evidence is missing, and revoked ones whose evidence still stands."""
    behind = Certificate.objects.issued().filter(evidence=None) | Certificate.objects.issued().filter(
        revoked_at__isnull=False, evidence__withdrawn_at=None
    )
    for pk in behind.order_by("pk").values_list("pk", flat=True)[:1000]:
        follow_certificate(pk)
