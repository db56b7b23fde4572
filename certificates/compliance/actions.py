"""Evidence comes and goes with certificates."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from certificates.compliance.board import duties_of
from certificates.compliance.models import Evidence, Reminder
from certificates.compliance.reminders import due
from certificates.issuing.models import Certificate
from courses.catalogue.editions import Edition, editions_of, preferred
from courses.catalogue.models import CoursePage
from courses.learning.permissions import repeat_from
from portal.audit.actions import record
from portal.core.emails import send
from portal.core.failpoints import failpoint
from portal.departments.rules import day_in


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
                    "withdrawn_at": certificate.revoked_at or certificate.superseded_at,
                },
            )
            return evidence
    except IntegrityError:
        return Evidence.objects.get(certificate=certificate)


def withdraw_evidence(*, certificate: Certificate, at: datetime) -> bool:
    """A certificate that is revoked or replaced is evidence no longer; whether this call changed it."""
    return bool(Evidence.objects.filter(certificate=certificate, withdrawn_at=None).update(withdrawn_at=at))


def remind(*, certificate: Certificate, at: datetime) -> Reminder | None:
    """Tell its holder that it expires, if one of ``EXPIRY_REMINDER_DAYS`` has come; None where nobody was told.

    The row and the message are one transaction, and there is one row for each of the days, so she is told once.
    """
    on = day_in(at, settings.TIME_ZONE)
    try:
        with transaction.atomic():
            locked = (
                Certificate.objects.expiring(on, date.max)
                .last_of_course()
                .select_for_update(of=("self",))
                .select_related("completion__enrolment__user")
                .filter(pk=certificate.pk)
                .first()
            )
            days = _due(locked, on) if locked else None
            if locked is None or days is None:
                return None
            reminder = Reminder.objects.create(certificate=locked, days_before=days, told_at=at)
            record("told holder that certificate expires", locked, at=at, days=days)
            failpoint("reminder.after_row")
            _send_reminder(locked, at)
            return reminder
    except IntegrityError:  # a second worker was faster
        return None


def _due(certificate: Certificate, on: date) -> int | None:
    if certificate.expires_on is None:
        return None
    # Of the completion: a corrected certificate has the same days.
    told = list(
        Reminder.objects.filter(certificate__completion=certificate.completion_id).values_list("days_before", flat=True)
    )
    return due(
        completed_on=certificate.completed_on,
        expires_on=certificate.expires_on,
        days=settings.EXPIRY_REMINDER_DAYS,
        told=told,
        on=on,
    )


def _send_reminder(certificate: Certificate, at: datetime) -> None:
    enrolment = certificate.completion.enrolment
    user, on = enrolment.user, day_in(at, settings.TIME_ZONE)
    edition = _offered(enrolment.course_key, user.language)
    opens_on = repeat_from(user, edition.page) if edition else None
    duties = [line for line in duties_of(user, at) if line.requirement.course.translation_key == enrolment.course_key]
    send(
        "certificate_expires",
        to=user.email,
        language=user.language,
        context={
            "certificate": certificate,
            "page": edition.page if edition else None,
            "opens_on": opens_on if opens_on and opens_on > on else None,
            "asked_by": duties[0].requirement.organisation.name if duties else "",
        },
    )


def _offered(course_key: UUID, language: str) -> Edition | None:
    """The course as its holder can take it again; None where nobody can."""
    pages = CoursePage.objects.live().filter(translation_key=course_key).select_related("locale").order_by("pk")
    edition = preferred(editions_of(pages), language)
    return edition if edition and edition.is_open else None
