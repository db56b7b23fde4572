"""Issuing, releasing and revoking certificates, and watching over their files."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain

import structlog
from django.conf import settings
from django.core.mail import mail_admins
from django.db import IntegrityError, transaction

from certificates.issuing import filing, keys, rules
from certificates.issuing.alarms import TELL_AGAIN, tell_operator
from certificates.issuing.cme.actions import open_claim
from certificates.issuing.cme.offers import printed
from certificates.issuing.credentials import actions as credentials
from certificates.issuing.keys import Key, KeyAwayError
from certificates.issuing.models import Certificate, Design, Edition, SigningKey, file_name
from certificates.issuing.pdf import UnfitError, covered, render, verification_url
from certificates.issuing.signals import certificate_issued, certificate_revoked, certificate_superseded
from courses.learning.models import Completion
from portal.audit.actions import record
from portal.audit.models import Entry
from portal.core import brand
from portal.core.emails import send
from portal.core.failpoints import failpoint
from portal.departments.rules import day_in

log = structlog.get_logger(__name__)
DAMAGED = "found certificate file damaged"
NO_KEY = "found no key to sign with"
KEY_ADVICE = (
    "Nothing is issued unsigned. Mend the key (docs/operators.md); those that wait are then issued by themselves."
)


class DamagedError(Exception):
    """The file of an issued certificate is lost, or is no longer the one issued."""


class LearnerAskedError(Exception):
    """The certificate waits for the learner: she must choose, claim or evaluate first."""


def issue(*, completion: Completion, at: datetime) -> Certificate:
    """The certificate of ``completion``: row first, then the signed file, then its announcement.

    Every step finds what an earlier, interrupted or concurrent call has done: there is one row, one number, one file
    and one mail, however often this is called. A name or title that cannot be printed holds the certificate for an
    administrator (``held_for``, ``held_because``) instead of printing empty boxes. While there is no key to sign with,
    nothing is issued: the operator is told, and the sweep tries again.

    Raises:
        LearnerAskedError: something is asked of the learner first; there is no row yet.
    """
    certificate = _row(completion, at)
    failpoint("certificate.after_row")
    if certificate.issued_at is not None or certificate.held_because or certificate.revoked_at or certificate.erased_at:
        return certificate
    for cause, reason in _unprintable(certificate):
        return _hold(certificate, cause, reason, at)
    try:
        key = signing_key(at=at)
        credential = credentials.make(certificate=certificate, at=at)
        failpoint("certificate.after_credential")
        data = render(certificate, at, [credentials.enclosure(certificate, credential)])
        failpoint("certificate.after_render")
        from certificates.issuing.signing import signed_and_stamped  # 40 MB that only workers need

        data, stamped = signed_and_stamped(data, key, at)
    except UnfitError as error:
        return _hold(certificate, Certificate.Hold.FIT, str(error), at)
    except KeyAwayError as error:
        report_key(certificate=certificate, reason=str(error), at=at)
        return certificate
    failpoint("certificate.after_sign")
    issued = _finish(certificate, data, key, credential, stamped_at=at if stamped else None, at=at)
    failpoint("certificate.after_issue")
    return issued


def _row(completion: Completion, at: datetime) -> Certificate:
    existing = Certificate.objects.newest_of(completion)
    if existing:
        return existing
    user, course = completion.enrolment.user, completion.enrolment.course
    day = day_in(completion.completed_at, settings.TIME_ZONE)
    claim = open_claim(completion=completion, at=at)
    if claim.settled_at is None:
        raise LearnerAskedError(completion.pk)
    try:
        with transaction.atomic():
            certificate = Certificate.objects.create(
                number=rules.new_number(),
                completion=completion,
                holder_name=rules.one_line(user.name),
                course_title=rules.one_line(completion.course_title),
                course_code=completion.course_code,
                course_version=completion.course_version,
                learning_minutes=completion.learning_minutes,
                completed_on=day,
                expires_on=rules.last_day(day, course.certificate_months),
                language=user.language,
                issuer=brand.current().issuer,
                design=Design.objects.for_course(completion.enrolment.course_key),
                created_at=at,
                **printed(claim, user.language),
            )
            credentials.take_place(certificate)
            record("began certificate", certificate, at=at, number=certificate.number)
            return certificate
    except IntegrityError:  # a second worker was faster
        return Certificate.objects.get(completion=completion, replaces=None)


def _unprintable(certificate: Certificate) -> Iterator[tuple[str, str]]:
    """What is empty, or what no shipped font can draw: the cause, and the reason for the administrator."""
    for cause, text in (
        (Certificate.Hold.NAME, certificate.holder_name),
        (Certificate.Hold.TITLE, certificate.course_title),
    ):
        missing = rules.missing_glyphs(text, covered())
        if not text:
            yield cause, f"There is no {cause} to print."
        if missing:
            yield cause, f"No shipped font has these characters of the {cause}: {rules.named_signs(missing)}"


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


def signing_key(*, at: datetime) -> Key:
    """The key to sign with now; the portal's own is made the first time, and never again in place of one that is lost.

    Raises:
        KeyAwayError: there is none that could sign.
    """
    if keys.is_own() and not keys.folder().exists() and not SigningKey.objects.own().exists():
        keys.make_own(at)
    return keys.current(at)


def note_use(key: Key, at: datetime) -> SigningKey:
    """The row of ``key``; with its first signature, or its first after another's, the history turns a page."""
    row, is_new = SigningKey.objects.get_or_create(
        fingerprint=key.fingerprint,
        defaults={
            "certificates": key.pem,
            "is_own": key.is_own,
            "expires_at": key.certificate.not_valid_after_utc,
            "used_from": at,
        },
    )
    if is_new or row.used_to is not None:
        SigningKey.objects.in_use().exclude(pk=row.pk).update(used_to=at)
        SigningKey.objects.filter(pk=row.pk).update(used_to=None)
        record("began to sign with key", row, at=at, fingerprint=key.fingerprint)
    return row


def report_key(*, certificate: Certificate, reason: str, at: datetime) -> None:
    """Tell the operator that certificates wait for a key to sign with; once a day, however many wait."""
    subject = "Certificates wait for a key to sign with"
    if tell_operator(
        verb=NO_KEY, about=certificate, subject=subject, text=f"{reason}\n\n{KEY_ADVICE}", at=at, reason=reason
    ):
        log.error("no key to sign certificates with", reason=reason)


def _finish(
    certificate: Certificate,
    data: bytes,
    key: Key,
    credential: credentials.Made,
    *,
    stamped_at: datetime | None,
    at: datetime,
) -> Certificate:
    """File, hash, credential, audit entry and mail become true together, under the row's lock: a second worker adds nothing.

    What it replaces is superseded from the same moment. On a full disk nothing of it is true, and the sweep tries again.
    """
    with transaction.atomic():
        locked = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
        if locked.issued_at or locked.revoked_at or locked.erased_at:
            return locked
        locked.file.name = filing.put(locked.file.storage, file_name(locked, ""), data)
        failpoint("certificate.after_file")
        locked.sha256 = hashlib.sha256(data).hexdigest()
        locked.issued_at = locked.mailed_at = at
        locked.signing_key, locked.stamped_at = note_use(key, at), stamped_at
        locked.save(update_fields=["file", "sha256", "issued_at", "mailed_at", "signing_key", "stamped_at"])
        credentials.keep(certificate=locked, made=credential, at=at)
        user = certificate.completion.enrolment.user
        record("issued certificate", locked, at=at, number=locked.number)
        if locked.replaces:
            _supersede(locked.replaces, at)
        send(
            "certificate_ready",
            to=user.email,
            language=user.language,
            context={"certificate": locked, "verify_url": verification_url(locked)},
        )
        failpoint("certificate.after_mail")
        transaction.on_commit(partial(certificate_issued.send_robust, sender=Certificate, certificate_id=locked.pk))
        return locked


def _supersede(certificate: Certificate, at: datetime) -> None:
    if Certificate.objects.filter(pk=certificate.pk, superseded_at=None).update(superseded_at=at):
        record("superseded certificate", certificate, at=at, number=certificate.number)
        transaction.on_commit(
            partial(certificate_superseded.send_robust, sender=Certificate, certificate_id=certificate.pk)
        )


@transaction.atomic
def release(*, certificate: Certificate, holder_name: str, course_title: str, at: datetime) -> Certificate:
    """An administrator gives name and title as they can be printed; the sweep then issues. Others are left alone."""
    changed = (
        Certificate.objects.filter(pk=certificate.pk, issued_at=None, erased_at=None)
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
    """From now on verification says revoked, and a corrected one that is still being prepared never leaves.

    The second time nothing changes.
    """
    first = Certificate.objects.filter(pk=certificate.pk, revoked_at=None).update(revoked_at=at, revoked_reason=reason)
    if first:
        record("revoked certificate", certificate, at=at, reason=reason)
        waiting = Certificate.objects.filter(replaces=certificate, issued_at=None, revoked_at=None).first()
        if waiting:
            revoke(certificate=waiting, reason=reason, at=at)
        if certificate.issued_at:  # of others, nobody was told
            transaction.on_commit(
                partial(certificate_revoked.send_robust, sender=Certificate, certificate_id=certificate.pk)
            )
    certificate.refresh_from_db()
    return certificate


def damaged_files() -> list[Certificate | Edition]:
    """Issued certificates, and later editions, whose file is lost or no longer has its hash: an alarm, none is made anew.

    A file that the storage does not give out just now says nothing of itself; the log says how many those are.
    """
    damaged: list[Certificate | Edition] = []
    away = 0
    issued = Certificate.objects.with_files().order_by("pk").iterator(chunk_size=500)
    later = Edition.objects.with_files().select_related("certificate").order_by("pk").iterator(chunk_size=500)
    for each in chain[Certificate | Edition](issued, later):
        try:
            original(each)
        except DamagedError:
            damaged.append(each)
        except Exception:  # noqa: BLE001  whatever a storage's library raises when the storage is away
            away += 1
    if away:
        log.error("certificate storage away", files=away)
    return damaged


def original(certificate: Certificate | Edition) -> bytes:
    """The file as it was issued, or as that edition of it was made.

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
def report_damage(*, certificates: Iterable[Certificate | Edition], at: datetime) -> list[Certificate | Edition]:
    """Tell the operator of damaged files in one mail, of each once a day; those that were told of now."""
    told = set(
        Entry.objects.filter(verb=DAMAGED, at__gt=at - TELL_AGAIN).order_by().values_list("target_id", flat=True)
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
