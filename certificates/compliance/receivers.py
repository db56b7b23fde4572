"""A certificate is issued, replaced or revoked: the department's page follows."""

from typing import Any

from django.dispatch import receiver

from certificates.compliance.tasks import follow_certificate
from certificates.issuing.signals import certificate_issued, certificate_revoked, certificate_superseded
from portal.core.tasks import enqueue


@receiver([certificate_issued, certificate_revoked, certificate_superseded])
def follow_soon(certificate_id: int, **_: Any) -> None:
    enqueue(follow_certificate, certificate_id)
