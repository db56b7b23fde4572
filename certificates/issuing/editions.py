"""Later editions of an issued file: with a time stamp that could not be had at once, or signed by a newer key.

The issued file stays as it is, byte for byte, and so does every edition (docs/decisions/0022-time-stamps.md).
"""

import hashlib
from datetime import datetime
from pathlib import PurePosixPath

from django.db import transaction

from certificates.issuing import filing
from certificates.issuing.actions import note_use, original, signing_key
from certificates.issuing.alarms import tell_operator
from certificates.issuing.models import Certificate, Edition, SigningKey
from portal.audit.actions import record
from portal.core.failpoints import failpoint

NO_STAMP = "found no time-stamp service"


def newest(certificate: Certificate) -> Certificate | Edition:
    """The file to hand out: the latest edition, else the one issued."""
    return certificate.editions.select_related("certificate").order_by("-pk").first() or certificate


def files_of(certificate: Certificate) -> list[Certificate | Edition]:
    """The newest edition first, the issued file last."""
    return [*certificate.editions.select_related("certificate").order_by("-pk"), certificate]


def add_time_stamp(*, certificate: Certificate, at: datetime) -> Edition | None:
    """An edition of the newest file with a time stamp; None when it has one already or is valid no more.

    Raises:
        TimeStampError: there is none now.
        DamagedError: the file is lost or changed.
    """
    from certificates.issuing.timestamps import stamped  # 40 MB that only workers need

    base = newest(certificate)
    if base.signing_key is None or not Certificate.objects.without_time_stamp().filter(pk=certificate.pk).exists():
        return None
    data = stamped(original(base), at)
    return _keep(certificate, Edition.Kind.STAMPED, data, of=base, key=base.signing_key, stamped_at=at, at=at)


def sign_anew(*, certificate: Certificate, at: datetime) -> Edition | None:
    """An edition that holds what was drawn at issue, byte for byte, under a signature of the key in use now.

    None when that key has signed a file of it already, or it is valid no more.

    Raises:
        KeyAwayError: nothing can be signed now.
        DamagedError: the issued file is lost or changed.
    """
    from certificates.issuing.signing import signed_and_stamped, unsigned

    key = signing_key(at=at)
    row = note_use(key, at)
    if not Certificate.objects.signed_before(row).filter(pk=certificate.pk).exists():
        return None
    data, is_stamped = signed_and_stamped(unsigned(original(certificate)), key, at)
    return _keep(
        certificate,
        Edition.Kind.SIGNED_ANEW,
        data,
        of=certificate,
        key=row,
        stamped_at=at if is_stamped else None,
        at=at,
    )


def _keep(
    certificate: Certificate,
    kind: Edition.Kind,
    data: bytes,
    *,
    of: Certificate | Edition,
    key: SigningKey,
    stamped_at: datetime | None,
    at: datetime,
) -> Edition | None:
    """File and row become true together, under the lock of the certificate; None when another was faster."""
    with transaction.atomic():
        locked = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
        made = locked.editions.filter(made_of=of.sha256, signing_key=key)
        if locked.erased_at or made.exists():
            return None
        path = PurePosixPath(str(locked.file.name))
        name = path.with_name(f"{path.stem}-{locked.editions.count() + 2}.pdf")
        edition = Edition(certificate=locked, kind=kind, made_at=at, made_of=of.sha256, signing_key=key)
        edition.file.name = filing.put(locked.file.storage, str(name), data)
        failpoint("edition.after_file")
        edition.sha256 = hashlib.sha256(data).hexdigest()
        edition.save()
        Certificate.objects.filter(pk=locked.pk).update(stamped_at=stamped_at)
        record("made edition of certificate", locked, at=at, number=locked.number, kind=kind.value)
        return edition


def report_no_stamp(*, certificate: Certificate, reason: str, at: datetime) -> None:
    """Tell the operator that time stamps are missing, once a day; nobody waits for them."""
    text = (
        f"{reason}\n\nCertificates are issued and valid without; time stamps are added when the service answers again."
    )
    tell_operator(
        verb=NO_STAMP,
        about=certificate,
        subject="The time-stamp service does not answer",
        text=text,
        at=at,
        reason=reason,
    )
