"""What becomes of a certificate after it is issued: a corrected one takes its place, or its holder is erased."""

from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from certificates.issuing import rules
from certificates.issuing.editions import files_of
from certificates.issuing.models import Certificate, Credential, Design
from portal.accounts.models import User
from portal.audit.actions import record

# Of the facts printed, what a corrected certificate takes over; everything else belongs to one certificate alone.
TAKEN_OVER = (
    "completion",
    "holder_name",
    "course_title",
    "course_code",
    "course_version",
    "learning_minutes",
    "completed_on",
    "expires_on",
    "language",
    "issuer",
    "scheme_code",
    "scheme_name",
    "credits",
    "credits_maximum",
    "credits_unit",
    "credits_wording",
    "accreditation_number",
    "accredited_from",
    "accredited_to",
)


class NotReplaceableError(Exception):
    """No corrected certificate can take the place of this one: it is not issued, has ended, or is being replaced already."""


@transaction.atomic
def reissue(*, certificate: Certificate, holder_name: str, course_title: str, at: datetime) -> Certificate:
    """A corrected certificate with a number of its own; the old one holds until the new one is issued.

    Asked for the same correction again, it gives the same row. Whoever calls this gives it to a worker, and the sweep does
    so otherwise.

    Raises:
        NotReplaceableError: the old one cannot be replaced.
    """
    locked = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    begun = Certificate.objects.filter(replaces=locked, holder_name=holder_name, course_title=course_title).first()
    if begun:
        return begun
    if not locked.is_replaceable:
        raise NotReplaceableError(certificate.number)
    facts = {name: getattr(locked, name) for name in TAKEN_OVER}
    corrected = Certificate.objects.create(
        **{**facts, "holder_name": holder_name, "course_title": course_title},
        number=rules.new_number(),
        replaces=locked,
        design=Design.objects.for_course(locked.completion.enrolment.course_key),
        created_at=at,
    )
    record(
        "began corrected certificate",
        corrected,
        at=at,
        number=corrected.number,
        replaces=locked.number,
        name_changed=holder_name != locked.holder_name,
        title_changed=course_title != locked.course_title,
    )
    return corrected


def successor_shown(certificate: Certificate) -> Certificate | None:
    """The one that took its place, if it may be told to a stranger: a changed name is nobody's business."""
    newer: Certificate | None = getattr(certificate, "replaced_by", None)
    if newer is None or newer.issued_at is None or newer.erased_at or certificate.erased_at:
        return None
    return newer if newer.holder_name == certificate.holder_name else None


def erase_person(*, person: User, at: datetime) -> Mapping[str, int]:
    """Take her name and the files from all her certificates; number and digests stay. Done twice it finds nothing more."""
    count = sum(
        erase(certificate=certificate, at=at)
        for certificate in Certificate.objects.of(person).filter(erased_at=None).order_by("pk")
    )
    return {"certificates_erased": count}


def erase(*, certificate: Certificate, at: datetime) -> bool:
    """From now on verification says: issued, holder erased. Whether this call did it.

    The files go first: broken off in between, they are gone and the next call finishes the row. The copy of the credential
    in the PDF goes with its file, the two kept forms with the row; its place in the status lists stays.
    """
    with transaction.atomic():
        locked = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
        if locked.erased_at is not None:
            return False
        for each in files_of(locked):
            if each.file:
                each.file.storage.delete(str(each.file.name))
        locked.holder_name = locked.held_because = locked.held_for = ""
        locked.erased_at = at
        locked.save(update_fields=["holder_name", "held_because", "held_for", "erased_at"])
        Credential.objects.filter(certificate=locked).update(document="", token="")
        record("erased holder of certificate", locked, at=at, number=locked.number)
        return True


def forget_old(*, on: date, at: datetime, limit: int = 500) -> int:
    """Erase the holders of certificates that were completed longer ago than the operator keeps them; how many.

    ``CERTIFICATES_KEPT_YEARS`` of 0 keeps them for ever.
    """
    if not settings.CERTIFICATES_KEPT_YEARS:
        return 0
    since = rules.months_later(on, -12 * settings.CERTIFICATES_KEPT_YEARS)
    old = Certificate.objects.issued().filter(erased_at=None, completed_on__lt=since).order_by("pk")[:limit]
    return sum(erase(certificate=certificate, at=at) for certificate in old)
