"""Evidence comes and goes with certificates."""

from datetime import datetime

from django.db import IntegrityError, transaction

from certificates.compliance.models import Evidence
from certificates.issuing.models import Certificate


def enter_evidence(*, certificate: Certificate, at: datetime) -> Evidence:
    """The evidence that an issued certificate gives; one a certificate, however often this is called."""
    enrolment = certificate.completion.enrolment
    try:
        with transaction.atomic():
            evidence, _ = Evidence.objects.get_or_create(
                certificate=certificate,
                defaults={
                    "user": enrolment.user,
                    "course_key": enrolment.course_key,
                    "completed_at": certificate.completion.completed_at,
                    "withdrawn_at": certificate.revoked_at,
                },
            )
            return evidence
    except IntegrityError:
        return Evidence.objects.get(certificate=certificate)


def withdraw_evidence(*, certificate: Certificate, at: datetime) -> bool:
    """A revoked certificate is evidence no longer; whether this call changed it."""
    return bool(Evidence.objects.filter(certificate=certificate, withdrawn_at=None).update(withdrawn_at=at))
