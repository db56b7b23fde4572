"""What certificates hold about one person, for her to have and to have erased."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from certificates.issuing import life
from certificates.issuing.actions import original
from certificates.issuing.editions import files_of
from certificates.issuing.models import Certificate, Credential, Edition
from certificates.issuing.records import facts_of, moment_of
from portal.accounts.models import User


class CertificatesHolder:
    """Entered in the privacy registry."""

    name = "certificates"

    def export(self, person: User) -> Iterator[tuple[str, Iterable[bytes]]]:
        """Every file of hers, both forms of each credential, and the facts of each certificate, also of those that wait or
        were revoked."""
        hers = Certificate.objects.of(person).filter(erased_at=None).order_by("pk")
        yield "certificates.json", [json.dumps([_facts(each) for each in hers], ensure_ascii=False, indent=2).encode()]
        for certificate in hers.exclude(issued_at=None):
            for each in files_of(certificate):
                yield str(each.file.name).removeprefix("certificates/"), _pieces(each)
        for credential in Credential.objects.of(person).made().order_by("pk"):
            yield f"credential-{credential.number}.json", [credential.document.encode()]
            yield f"credential-{credential.number}.jwt", [credential.token.encode()]

    def erase(self, person: User, at: datetime) -> Mapping[str, int]:
        return life.erase_person(person=person, at=at)


def _pieces(each: Certificate | Edition) -> Iterator[bytes]:
    yield original(each)


def _facts(certificate: Certificate) -> dict[str, object]:
    return {
        **facts_of(certificate),
        "issued_at": moment_of(certificate.issued_at),
        "revoked_at": moment_of(certificate.revoked_at),
        "revoked_reason": certificate.revoked_reason or None,
        "waits_because": certificate.held_because or None,
    }
