"""Questions about certificates."""

from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from courses.learning.models import Completion

if TYPE_CHECKING:
    from certificates.issuing.models import Bulk, Certificate, Credential, CredentialKey, Design, Edition, SigningKey
    from portal.accounts.models import User


class CertificateQuerySet(QuerySet["Certificate"]):
    def of(self, user: "User") -> "CertificateQuerySet":
        return self.filter(completion__enrolment__user=user)

    def issued(self) -> "CertificateQuerySet":
        return self.exclude(issued_at=None)

    def unfinished(self) -> "CertificateQuerySet":
        """Rows whose file a worker still owes; those held for an administrator are not among them."""
        return self.filter(issued_at=None, held_because="", revoked_at=None, erased_at=None)

    def held(self) -> "CertificateQuerySet":
        """Rows that wait for an administrator."""
        return self.filter(issued_at=None, revoked_at=None, erased_at=None).exclude(held_because="")

    def with_file(self, data: bytes) -> "CertificateQuerySet":
        """Those of which ``data`` is, byte for byte, the issued file or a later edition of it."""
        digest = sha256(data).hexdigest()
        return self.filter(Q(sha256=digest) | Q(editions__sha256=digest)).distinct()

    def with_credential(self) -> "CertificateQuerySet":
        """Each with the row of its credential, without the two long texts in it."""
        return self.select_related("credential").defer("credential__document", "credential__token")

    def valid(self) -> "CertificateQuerySet":
        """Neither revoked nor replaced, and their holders not erased; some may have expired."""
        return self.issued().filter(revoked_at=None, superseded_at=None, erased_at=None)

    def last_of_course(self) -> "CertificateQuerySet":
        """Those after which their holder has completed the course no further time, unless that certificate was revoked."""
        later = (
            Completion.objects.filter(
                enrolment__user=OuterRef("completion__enrolment__user"),
                enrolment__course_key=OuterRef("completion__enrolment__course_key"),
                completed_at__gt=OuterRef("completion__completed_at"),
            )
            .exclude(certificate__revoked_at__isnull=False)
            .order_by()
        )
        return self.exclude(Exists(later))

    def expiring(self, first: date, last: date) -> "CertificateQuerySet":
        """Valid ones of people who can still sign in, whose last day is among those."""
        return self.valid().filter(expires_on__range=(first, last), completion__enrolment__user__is_active=True)

    def withdrawn(self) -> "CertificateQuerySet":
        """Revoked or replaced ones."""
        return self.filter(Q(revoked_at__isnull=False) | Q(superseded_at__isnull=False))

    def with_files(self) -> "CertificateQuerySet":
        """Issued ones whose files must be there."""
        return self.issued().filter(erased_at=None)

    def without_time_stamp(self) -> "CertificateQuerySet":
        """Valid, signed ones whose newest file no time-stamp service has confirmed."""
        return self.valid().filter(stamped_at=None).exclude(signing_key=None)

    def signed_before(self, key: "SigningKey") -> "CertificateQuerySet":
        """Valid ones of which no file was signed with ``key``."""
        return self.valid().exclude(signing_key=key).exclude(editions__signing_key=key)

    def shown_at(self, uuid: UUID) -> "Certificate | None":
        """The issued one whose page has this address, with what the page says of its key and of its successor."""
        try:
            return self.issued().select_related("signing_key", "replaced_by").get(uuid=uuid)
        except self.model.DoesNotExist:
            return None

    def newest_of(self, completion: "Completion") -> "Certificate | None":
        """The one that counts, or will when it is issued."""
        return self.filter(completion=completion).order_by("-pk").first()


class SigningKeyQuerySet(QuerySet["SigningKey"]):
    def own(self) -> "SigningKeyQuerySet":
        """Those of the portal's own authority."""
        return self.filter(is_own=True)

    def in_use(self) -> "SigningKeyQuerySet":
        return self.filter(used_to=None)


class CredentialQuerySet(QuerySet["Credential"]):
    def of(self, user: "User") -> "CredentialQuerySet":
        return self.filter(certificate__completion__enrolment__user=user)

    def made(self) -> "CredentialQuerySet":
        """Those with a document; the others wait with their certificate, or were lost."""
        return self.exclude(document="")

    def lost(self) -> "CredentialQuerySet":
        """Those that only a signed export still names."""
        return self.filter(certificate=None)

    def of_any(self, certificates: CertificateQuerySet) -> "CredentialQuerySet":
        return self.filter(certificate__in=certificates)

    def lost_and_revoked(self) -> "CredentialQuerySet":
        """Those of lost certificates that are revoked."""
        return self.filter(revoked_at__isnull=False)

    def between(self, first: int, last: int) -> "CredentialQuerySet":
        """Those with a place from ``first`` up to, without, ``last``."""
        return self.filter(pk__gte=first, pk__lt=last)


class CredentialKeyQuerySet(QuerySet["CredentialKey"]):
    def own(self) -> "CredentialKeyQuerySet":
        """Those that the portal made itself."""
        return self.filter(is_own=True)

    def trusted(self) -> "CredentialKeyQuerySet":
        """Those whose signatures count."""
        return self.filter(distrusted_at=None)

    def in_use(self) -> "CredentialKeyQuerySet":
        return self.filter(used_to=None)


class EditionQuerySet(QuerySet["Edition"]):
    def with_files(self) -> "EditionQuerySet":
        """Those whose files must be there."""
        return self.filter(certificate__erased_at=None)


class DesignQuerySet(QuerySet["Design"]):
    def for_course(self, key: UUID) -> "Design | None":
        """The one chosen for the course in whatever language, else the first in use; None while there is none."""
        in_use = self.filter(in_use=True)
        return in_use.filter(courses__translation_key=key).first() or in_use.first()


class BulkQuerySet(QuerySet["Bulk"]):
    def running(self) -> "BulkQuerySet":
        return self.filter(ended_at=None)

    def silent_since_before(self, moment: datetime) -> "BulkQuerySet":
        """Running ones of which no worker has said anything since."""
        return self.running().filter(beat_at__lt=moment)
