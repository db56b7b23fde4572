"""The facts of a certificate as programs read them: on the verification page and inside the PDF (docs/verification.md)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from certificates.issuing.models import Certificate, Edition
from certificates.issuing.rules import Status

ENCLOSED_AS = "certificate.json"


@dataclass(frozen=True)
class Enclosure:
    """A file that travels inside the PDF; programs find it by ``name``, people read ``description``."""

    name: str
    description: str
    content: bytes


def facts_of(certificate: Certificate) -> dict[str, object]:
    """What never changes after issue, but for the holder, who may be erased; the keys are a promise."""
    return {
        "number": certificate.number,
        "holder": certificate.holder_name or None,
        "course": {
            "code": certificate.course_code,
            "title": certificate.course_title,
            "version": certificate.course_version,
        },
        "learning_minutes": certificate.learning_minutes,
        "completed_on": certificate.completed_on.isoformat(),
        "expires_on": certificate.expires_on.isoformat() if certificate.expires_on else None,
        "credits": credits_of(certificate),
        "issuer": certificate.issuer,
    }


def credits_of(certificate: Certificate) -> dict[str, object] | None:
    """The credits and the body that gives them; None where no body did."""
    if certificate.credits is None:
        return None
    first, last = certificate.accredited_from, certificate.accredited_to
    return {
        "scheme": certificate.scheme_code,
        "name": certificate.scheme_name,
        "credits": float(certificate.credits),
        "unit": certificate.credits_unit,
        "maximum": None if certificate.credits_maximum is None else float(certificate.credits_maximum),
        "accreditation": certificate.accreditation_number or None,
        "valid_from": first.isoformat() if first else None,
        "valid_to": last.isoformat() if last else None,
    }


def answer_for(
    certificate: Certificate | None, *, editions: Iterable[Edition], superseded_by: str | None, on: date
) -> dict[str, object]:
    """The answer of the verification page to a program; ``unknown`` comes alone.

    Args:
        editions: later ones of the file, the oldest first.
        superseded_by: address of the certificate that took its place, where that may be told.
        on: today in the portal's zone.
    """
    if certificate is None:
        return {"status": Status.UNKNOWN}
    return {
        "status": certificate.status(on),
        **facts_of(certificate),
        "issued_at": moment_of(certificate.issued_at),
        "revoked_at": moment_of(certificate.revoked_at),
        "revoked_reason": certificate.revoked_reason or None,
        "superseded_at": moment_of(certificate.superseded_at),
        "superseded_by": superseded_by,
        "erased_at": moment_of(certificate.erased_at),
        "sha256": certificate.sha256,
        "signed_with": certificate.signing_key.fingerprint if certificate.signing_key else None,
        "editions": [
            {
                "kind": edition.kind,
                "made_at": moment_of(edition.made_at),
                "sha256": edition.sha256,
                "signed_with": edition.signing_key.fingerprint,
            }
            for edition in editions
        ],
    }


def moment_of(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def enclosed(certificate: Certificate, verify_url: str, at: datetime) -> bytes:
    """The record that travels inside the PDF: the facts, the moment of issue, and where to ask whether it still holds."""
    record = {**facts_of(certificate), "issued_at": at.isoformat(), "verify": verify_url}
    return json.dumps(record, ensure_ascii=False, indent=2).encode()
