"""Making the credential of a certificate, and the status lists that say which are revoked."""

import hashlib
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext, override

from certificates.issuing import badges
from certificates.issuing.credentials import keys
from certificates.issuing.keys import KeyAwayError
from certificates.issuing.models import Certificate, Credential, CredentialKey
from certificates.issuing.records import Enclosure
from portal.audit.actions import record

ENCLOSED_AS = "credential.json"
CACHED = badges.LIST_LASTS / 2  # so that a list that is given out is good for hours yet


@dataclass(frozen=True)
class Made:
    """A credential in both forms, and the key that signed them; not yet kept."""

    document: str
    token: str
    key: badges.Key


@dataclass(frozen=True)
class SignedList:
    """A status list in both forms."""

    document: str
    token: str


class NoSuchListError(Exception):
    """There is no status list of this number, because no certificate has a place in it."""


def signing_key() -> badges.Key:
    """The key to sign with now; the portal's own is made the first time, and never again in place of one that is lost.

    Raises:
        KeyAwayError: there is none that could sign.
    """
    if keys.is_own() and not keys.folder().exists() and not CredentialKey.objects.own().trusted().exists():
        keys.make_own()
    return trusted_key()


def trusted_key() -> badges.Key:
    """The key that the settings name; none is made.

    Raises:
        KeyAwayError: it cannot sign now, or it is distrusted.
    """
    key = keys.current()
    if CredentialKey.objects.filter(multibase=key.public.multibase).exclude(distrusted_at=None).exists():
        raise KeyAwayError("CREDENTIAL_KEY: this key is distrusted, name another")
    return key


def take_place(certificate: Certificate) -> Credential:
    """The row of a new certificate's credential, which is its place in the status lists.

    Raises:
        IntegrityError: its number is that of one that was lost.
    """
    return Credential.objects.create(certificate=certificate, number=certificate.number)


def place_of(certificate: Certificate) -> Credential:
    """The row of ``certificate``'s credential; one that is older than credentials takes its place now."""
    known: Credential | None = getattr(certificate, "credential", None)
    return (
        known or Credential.objects.get_or_create(certificate=certificate, defaults={"number": certificate.number})[0]
    )


def make(*, certificate: Certificate, at: datetime) -> Made:
    """Sign what ``certificate`` says; nothing is kept yet.

    Raises:
        KeyAwayError: there is no key to sign with.
    """
    key = signing_key()
    document = badges.proved(badges.credential(award_of(certificate, at)), key, at)
    bare = {name: value for name, value in document.items() if name != "proof"}
    return Made(json.dumps(document, ensure_ascii=False, indent=2), badges.token(bare, key), key)


def award_of(certificate: Certificate, at: datetime) -> badges.Award:
    """What the credential of ``certificate`` says, issued ``at``; each call draws another salt."""
    completion = certificate.completion
    course = {"course": certificate.course_title, "version": certificate.course_version}
    with override(certificate.language):
        return badges.Award(
            verify_url=f"{settings.PUBLIC_URL}/verify/{certificate.uuid}",
            site=settings.PUBLIC_URL,
            issuer=certificate.issuer,
            number=certificate.number,
            holder=certificate.holder_name,
            email=completion.enrolment.user.email,
            salt=secrets.token_urlsafe(16),
            course_code=certificate.course_code,
            course_title=certificate.course_title,
            course_version=certificate.course_version,
            course_language=completion.language,
            description=gettext("Completion of the course “%(course)s”, version %(version)s.") % course,
            criteria=gettext("Every step of the course completed, and every quiz of it that must be passed."),
            learning_minutes=certificate.learning_minutes,
            minutes_label=gettext("Learning time that the course is planned for, in minutes"),
            evidence_label=gettext("Verification page"),
            place=place_of(certificate).pk,
            completed_at=completion.completed_at,
            issued_at=at,
            valid_until=None if certificate.expires_on is None else _end_of(certificate.expires_on),
            credits=None if certificate.credits is None else float(certificate.credits),
        )


def _end_of(day: date) -> datetime:
    """Its last second in the portal's zone: credentials name no fractions."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(settings.TIME_ZONE))


def enclosure(certificate: Certificate, made: Made) -> Enclosure:
    """The credential as it travels inside the PDF, described in the certificate's language."""
    with override(certificate.language):
        description = gettext("This certificate as a verifiable credential (Open Badges 3.0)")
    return Enclosure(ENCLOSED_AS, description, made.document.encode())


def keep(*, certificate: Certificate, made: Made, at: datetime) -> None:
    """Part of the transaction that issues ``certificate``."""
    note_use(made.key, at)
    Credential.objects.filter(certificate=certificate).update(document=made.document, token=made.token)


@transaction.atomic(savepoint=False)
def note_use(key: badges.Key, at: datetime) -> None:
    """With its first signature, or its first after another's, the history of keys turns a page."""
    public = key.public
    row, is_new = CredentialKey.objects.get_or_create(
        multibase=public.multibase, defaults={"pem": public.pem, "is_own": keys.is_own(), "used_from": at}
    )
    if is_new or row.used_to is not None:
        CredentialKey.objects.in_use().exclude(pk=row.pk).update(used_to=at)
        CredentialKey.objects.filter(pk=row.pk).update(used_to=None)
        record("began to sign credentials with key", row, at=at, key=row.multibase)


def public_keys() -> list[badges.PublicKey]:
    """Every trusted key that ever signed, the first one first, and the one that will sign next.

    That one is told before its first signature, so that nobody meets a signature of a key not published yet.
    """
    pems = CredentialKey.objects.trusted().order_by("used_from", "pk").values_list("pem", flat=True)
    known = [badges.PublicKey(pem) for pem in pems]
    with suppress(KeyAwayError):
        following = trusted_key().public
        if following not in known:
            known.append(following)
    return known


@transaction.atomic
def distrust(*, key: CredentialKey, at: datetime) -> CredentialKey:
    """Others may have it: from now on nothing that it signed verifies, and nothing more is signed with it.

    Certificates stay valid, their PDF files too. The second time nothing changes.
    """
    if CredentialKey.objects.trusted().filter(pk=key.pk).update(distrusted_at=at):
        CredentialKey.objects.in_use().filter(pk=key.pk).update(used_to=at)
        record("distrusted key of credentials", key, at=at, key=key.multibase)
    key.refresh_from_db()
    return key


def status_list(*, number: int, at: datetime) -> SignedList:
    """Status list ``number``, from what the rows say now.

    The bit of a certificate is set when it was revoked or replaced. The list is signed anew when that or another key
    changed it, or when it is half a day old.

    Raises:
        NoSuchListError: no certificate has a place in it.
        KeyAwayError: there is no key to sign with.
    """
    first = number * badges.LIST_SIZE
    last = Credential.objects.aggregate(last=Max("pk"))["last"]
    if last is None or first > last:
        raise NoSuchListError(number)
    here = Credential.objects.between(first, first + badges.LIST_SIZE)
    # Two questions, because one over both tables would find no index.
    places = {
        place
        for each in (here.of_any(Certificate.objects.withdrawn()), here.lost_and_revoked())
        for place in each.values_list("pk", flat=True)
    }
    revoked = [place - first for place in sorted(places)]
    key = trusted_key()  # none is made here: a web machine is not where the workers' key lies
    state = hashlib.sha256(json.dumps([key.did, key.public.multibase, revoked]).encode()).hexdigest()
    name = f"status-list:{number}:{state}"
    signed: SignedList | None = cache.get(name)
    if signed is None:
        signed = _signed_list(number, revoked, key, at)
        cache.set(name, signed, CACHED.seconds)
    return signed


def _signed_list(number: int, revoked: list[int], key: badges.Key, at: datetime) -> SignedList:
    note_use(key, at)
    bare = badges.status_list(settings.PUBLIC_URL, number, revoked, at)
    return SignedList(json.dumps(badges.proved(bare, key, at)), badges.token(bare, key))
