"""A signed list of every certificate issued, kept elsewhere: after a restore to an older point it tells what is missing.

It holds no names. Each entry has the number, the public address, the digest of the file, the place in the status lists,
and when the certificate was issued and revoked. What an earlier restore has lost stays in the lists that follow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from certificates.issuing import badges, rules
from certificates.issuing.actions import revoke
from certificates.issuing.credentials.actions import note_use, public_keys, trusted_key
from certificates.issuing.models import Certificate, Credential
from portal.audit.actions import record

KIND = "certificates"

Entry = dict[str, Any]


class NotOursError(Exception):
    """The list is damaged, or no trusted key of this portal signed it."""


class Lack(StrEnum):
    """What the database does not know."""

    MISSING = "issued, and no longer in the database"
    UNFINISHED = "issued, and not yet issued in the database"
    NOT_REVOKED = "revoked, and valid again in the database"
    OTHER_FILE = "its file has another digest in the database"


@dataclass(frozen=True)
class Finding:
    """One certificate of the list on which the database disagrees; ``entry`` as in the list."""

    lack: Lack
    entry: Entry

    @property
    def number(self) -> str:
        """The certificate's number."""
        return str(self.entry["number"])


def signed_export(*, at: datetime) -> str:
    """Every certificate issued, and those that only an earlier list still named, as compact JWS.

    Raises:
        KeyAwayError: there is no key to sign with.
    """
    key = trusted_key()
    note_use(key, at)
    certificates = (
        Certificate.objects.issued().select_related("credential").defer("credential__document", "credential__token")
    )
    entries = [_entry(each, _place(each)) for each in certificates.order_by("pk").iterator(chunk_size=2000)]
    entries += [_entry(each, each.pk) for each in Credential.objects.lost().order_by("pk")]
    return badges.signed({"iss": key.did, "iat": int(at.timestamp()), KIND: entries}, key)


def _place(certificate: Certificate) -> int | None:
    credential = getattr(certificate, "credential", None)  # there is none from before there were credentials
    return credential.pk if credential else None


def _entry(each: Certificate | Credential, place: int | None) -> Entry:
    return {
        "number": each.number,
        "uuid": str(each.uuid),
        "sha256": each.sha256,
        "place": place,
        "issued_at": _written(each.issued_at),
        "revoked_at": _written(each.revoked_at),
        "revoked_reason": each.revoked_reason,
    }


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def entries_of(text: str) -> list[Entry]:
    """What a list by ``signed_export`` says.

    Raises:
        NotOursError: the list is not to be trusted.
    """
    claims = badges.claims_of(text.strip(), public_keys())
    if claims is None or not isinstance(claims.get(KIND), list):
        raise NotOursError
    return list(claims[KIND])


def findings(entries: list[Entry]) -> Iterator[Finding]:
    """Every entry with which the database disagrees. What was lost and is kept by number is none."""
    fields = ("number", "issued_at", "sha256", "revoked_at")
    kept = dict(Credential.objects.lost().values_list("number", "revoked_at"))
    rows = {number: row for number, *row in Certificate.objects.values_list(*fields)}
    for entry in entries:
        number = entry["number"]
        issued_at, sha256, revoked_at = rows.get(number, (None, "", None))
        if number in kept:
            if entry["revoked_at"] and kept[number] is None:
                yield Finding(Lack.NOT_REVOKED, entry)
        elif number not in rows:
            yield Finding(Lack.MISSING, entry)
        elif issued_at is None:
            yield Finding(Lack.UNFINISHED, entry)
        elif sha256 != entry["sha256"]:
            yield Finding(Lack.OTHER_FILE, entry)
        elif entry["revoked_at"] and revoked_at is None:
            yield Finding(Lack.NOT_REVOKED, entry)


@transaction.atomic
def reserve_places(entries: list[Entry]) -> None:
    """The next place that the database gives lies behind every one in the list; call it before ``make_good``.

    The counter is only ever raised.
    """
    last = max((entry["place"] for entry in entries if entry["place"] is not None), default=0)
    table = Credential._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [last, table])
            if not cursor.rowcount:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
            return
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        (counter,) = cursor.fetchone()
        cursor.execute(f"SELECT last_value FROM {counter}")  # noqa: S608  the database itself named it
        if cursor.fetchone()[0] <= last:  # a counter that never counted stands at what it gives next
            cursor.execute("SELECT setval(%s, %s)", [counter, last])


@transaction.atomic
def make_good(*, finding: Finding, at: datetime) -> str:
    """Keep number and place of a certificate that is missing, or revoke again; says what was done."""
    match finding.lack:
        case Lack.MISSING:
            return _keep(finding.entry, at)
        case Lack.UNFINISHED:
            return _set_apart(finding.entry, at)
        case Lack.NOT_REVOKED:
            return _revoke_again(finding.entry)
        case Lack.OTHER_FILE:
            return "nothing done: restore its file from the backup, or ask who changed the row"


def _keep(entry: Entry, at: datetime) -> str:
    """The place of one that is missing goes to nobody else, unless somebody has it already."""
    place = entry["place"]
    is_free = place is not None and not Credential.objects.filter(pk=place).exists()
    row = Credential(pk=place if is_free else None, number=entry["number"], **_told(entry))
    row.save(force_insert=True)
    record("kept number of lost certificate", row, at=at, number=row.number, sha256=entry["sha256"])
    if is_free or place is None:
        return "number and place in the status list are kept"
    return "number is kept; its place in the status list was given to another certificate since"


def _set_apart(entry: Entry, at: datetime) -> str:
    """Number, address and place stay those of the file that was lost; the row gets others and waits for an administrator."""
    certificate = Certificate.objects.select_for_update(of=("self",)).get(number=entry["number"])
    certificate.number, certificate.uuid = rules.new_number(), uuid4()
    if not certificate.held_because:
        certificate.held_for = Certificate.Hold.RESTORED
        certificate.held_because = f"Issued as {entry['number']} and lost by a restore; release it to issue it again."
    certificate.save(update_fields=["number", "uuid", "held_for", "held_because"])
    record("gave certificate another number", certificate, at=at, number=certificate.number, before=entry["number"])
    row = Credential.objects.filter(certificate=certificate).first()
    if row is None or row.pk != entry["place"]:
        Credential.objects.filter(certificate=certificate).update(number=certificate.number)
        return f"{_keep(entry, at)}; what is unfinished is held under another"
    Credential.objects.filter(pk=row.pk).update(certificate=None, **_told(entry))
    row.refresh_from_db()
    record("kept number of lost certificate", row, at=at, number=row.number, sha256=entry["sha256"])
    return "number and place in the status list are kept; what is unfinished is held under another"


def _told(entry: Entry) -> dict[str, Any]:
    """What a lost one's row keeps of the list."""
    return {
        "uuid": entry["uuid"],
        "sha256": entry["sha256"],
        "issued_at": _read(entry["issued_at"]),
        "revoked_at": _read(entry["revoked_at"]),
        "revoked_reason": entry["revoked_reason"],
    }


def _revoke_again(entry: Entry) -> str:
    at, reason = datetime.fromisoformat(entry["revoked_at"]), entry["revoked_reason"]
    lost = Credential.objects.lost().filter(number=entry["number"]).first()
    if lost:
        revoke_lost(credential=lost, reason=reason, at=at)
    else:
        revoke(certificate=Certificate.objects.get(number=entry["number"]), reason=reason, at=at)
    return "revoked again"


@transaction.atomic
def revoke_lost(*, credential: Credential, reason: str, at: datetime) -> Credential:
    """From now on the status list says revoked of a certificate that the database has lost. The second time nothing changes."""
    open_ones = Credential.objects.lost().filter(pk=credential.pk, revoked_at=None)
    if open_ones.update(revoked_at=at, revoked_reason=reason):
        record("revoked lost certificate", credential, at=at, number=credential.number, reason=reason)
    credential.refresh_from_db()
    return credential
