"""Issuing, releasing and revoking certificates, and watching over their files."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.mail import mail_admins
from django.db import IntegrityError, transaction

from certificates.issuing import rules
from certificates.issuing.models import Certificate, file_name
from certificates.issuing.pdf import UnfitError, covered, render, verification_url
from certificates.issuing.signals import certificate_issued, certificate_revoked
from courses.learning.models import Completion
from portal.audit.actions import record
from portal.audit.models import Entry
from portal.core import brand
from portal.core.emails import send
from portal.core.failpoints import failpoint
from portal.departments.rules import day_in

log = structlog.get_logger(__name__)
DAMAGED = "found certificate file damaged"
TELL_AGAIN = timedelta(hours=20)  # less than a day: the next night tells again


class DamagedError(Exception):
    """The file of an issued certificate is lost, or is no longer the one issued."""


def issue(*, completion: Completion, at: datetime) -> Certificate:
    """The certificate of ``completion``: row first, then the file, then its announcement.

    Every step finds what an earlier, interrupted or concurrent call has done: there is one row, one number, one file
    and one mail, however often this is called. A name or title that cannot be printed holds the certificate for an
    administrator (``held_for``, ``held_because``) instead of printing empty boxes.
    """
    certificate = _row(completion, at)
    failpoint("certificate.after_row")
    if certificate.issued_at is not None or certificate.held_because:
        return certificate
    for cause, text in (
        (Certificate.Hold.NAME, certificate.holder_name),
        (Certificate.Hold.TITLE, certificate.course_title),
    ):
        missing = rules.missing_glyphs(text, covered())
        if missing:
            signs = rules.named_signs(missing)
            return _hold(certificate, cause, f"No shipped font has these characters of the {cause}: {signs}", at)
    try:
        data = render(certificate)
    except UnfitError as error:
        return _hold(certificate, Certificate.Hold.FIT, str(error), at)
    failpoint("certificate.after_render")
    _finish(certificate, data, at)
    failpoint("certificate.after_issue")
    certificate.refresh_from_db()
    return certificate


def _row(completion: Completion, at: datetime) -> Certificate:
    existing = Certificate.objects.filter(completion=completion).first()
    if existing:
        return existing
    user = completion.enrolment.user
    try:
        with transaction.atomic():
            certificate = Certificate.objects.create(
                number=rules.new_number(),
                completion=completion,
                holder_name=user.name,
                course_title=completion.course_title,
                course_code=completion.course_code,
                course_version=completion.course_version,
                learning_minutes=completion.learning_minutes,
                completed_on=day_in(completion.completed_at, settings.TIME_ZONE),
                language=user.language,
                issuer=brand.current().issuer,
                created_at=at,
            )
            record("began certificate", certificate, at=at, number=certificate.number)
            return certificate
    except IntegrityError:  # a second worker was faster
        return Certificate.objects.get(completion=completion)


def _hold(certificate: Certificate, cause: str, reason: str, at: datetime) -> Certificate:
    reason = reason[:300]
    with transaction.atomic():
        held = Certificate.objects.filter(pk=certificate.pk, held_because="").update(
            held_because=reason, held_for=cause
        )
        if held:
            record("held certificate", certificate, at=at, cause=cause)
            mail_admins(f"Certificate {certificate.number} waits for you", reason, fail_silently=True)
    certificate.refresh_from_db()
    return certificate


def _finish(certificate: Certificate, data: bytes, at: datetime) -> None:
    """File, hash, audit entry and mail become true together, under the row's lock: a second worker adds nothing.

    A file that an interrupted worker left under this name was never announced, so it is replaced.
    """
    with transaction.atomic():
        locked = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
        if locked.issued_at is not None:
            return
        storage, name = locked.file.storage, file_name(locked, "")
        if storage.exists(name):
            storage.delete(name)
        try:
            locked.file.name = storage.save(name, ContentFile(data))
        except OSError:  # a full disk: what came of it takes no room from others, and the sweep tries again
            storage.delete(name)
            raise
        failpoint("certificate.after_file")
        locked.sha256 = hashlib.sha256(data).hexdigest()
        locked.issued_at = locked.mailed_at = at
        locked.save(update_fields=["file", "sha256", "issued_at", "mailed_at"])
        user = certificate.completion.enrolment.user
        record("issued certificate", locked, at=at, number=locked.number)
        send(
            "certificate_ready",
            to=user.email,
            language=user.language,
            context={"certificate": locked, "verify_url": verification_url(locked)},
        )
        transaction.on_commit(partial(certificate_issued.send_robust, sender=Certificate, certificate_id=locked.pk))


@transaction.atomic
def release(*, certificate: Certificate, holder_name: str, course_title: str, at: datetime) -> Certificate:
    """An administrator gives name and title as they can be printed; the sweep then issues. Others are left alone."""
    changed = (
        Certificate.objects.filter(pk=certificate.pk, issued_at=None)
        .exclude(held_because="")
        .update(holder_name=holder_name, course_title=course_title, held_because="", held_for="")
    )
    if changed:
        record(
            "released certificate",
            certificate,
            at=at,
            name_changed=holder_name != certificate.holder_name,
            title_changed=course_title != certificate.course_title,
        )
    certificate.refresh_from_db()
    return certificate


@transaction.atomic
def revoke(*, certificate: Certificate, reason: str, at: datetime) -> Certificate:
    """From now on verification says revoked; the second time nothing changes."""
    first = Certificate.objects.filter(pk=certificate.pk, revoked_at=None).update(revoked_at=at, revoked_reason=reason)
    if first:
        record("revoked certificate", certificate, at=at, reason=reason)
        transaction.on_commit(
            partial(certificate_revoked.send_robust, sender=Certificate, certificate_id=certificate.pk)
        )
    certificate.refresh_from_db()
    return certificate


def damaged_files() -> list[Certificate]:
    """Issued certificates whose file is lost or no longer has its hash; each is an alarm, none is made anew.

    A file that the storage does not give out just now says nothing of itself; the log says how many those are.
    """
    damaged, away = [], 0
    for certificate in Certificate.objects.issued().order_by("pk").iterator(chunk_size=500):
        try:
            original(certificate)
        except DamagedError:
            damaged.append(certificate)
        except Exception:  # noqa: BLE001  whatever a storage's library raises when the storage is away
            away += 1
    if away:
        log.error("certificate storage away", files=away)
    return damaged


def original(certificate: Certificate) -> bytes:
    """The file as it was issued.

    Raises:
        DamagedError: it is lost or is no longer the one issued.
    """
    try:
        with certificate.file.open("rb") as file:
            data: bytes = file.read()
    except OSError as error:
        raise DamagedError(certificate.number) from error
    if hashlib.sha256(data).hexdigest() != certificate.sha256:
        raise DamagedError(certificate.number)
    return data


@transaction.atomic
def report_damage(*, certificates: Iterable[Certificate], at: datetime) -> list[Certificate]:
    """Tell the operator of damaged files in one mail, of each once a day; those that were told of now."""
    told = set(
        Entry.objects.filter(verb=DAMAGED, target_type=Certificate._meta.label_lower, at__gt=at - TELL_AGAIN)
        .order_by()
        .values_list("target_id", flat=True)
    )
    fresh = [certificate for certificate in certificates if str(certificate.uuid) not in told]
    for certificate in fresh:
        log.error("certificate file lost or changed: restore it from the backup", number=certificate.number)
        record(DAMAGED, certificate, at=at, number=certificate.number)
    if fresh:
        names = [str(certificate.file.name) for certificate in fresh[:50]]
        if len(fresh) > len(names):
            names.append(f"and {len(fresh) - len(names)} more: see the audit log, “{DAMAGED}”")
        mail_admins(
            f"{len(fresh)} certificate file(s) lost or changed",
            "Restore from the backup; they are never made anew:\n\n" + "\n".join(names),
            fail_silently=True,
        )
    return fresh
