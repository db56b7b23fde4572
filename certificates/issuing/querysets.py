"""Questions about certificates."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

if TYPE_CHECKING:
    from certificates.issuing.models import Certificate
    from portal.accounts.models import User


class CertificateQuerySet(QuerySet["Certificate"]):
    def of(self, user: "User") -> "CertificateQuerySet":
        return self.filter(completion__enrolment__user=user)

    def issued(self) -> "CertificateQuerySet":
        return self.exclude(issued_at=None)

    def unfinished(self) -> "CertificateQuerySet":
        """Rows whose file a worker still owes; those held for an administrator are not among them."""
        return self.filter(issued_at=None, held_because="")

    def valid(self) -> "CertificateQuerySet":
        return self.issued().filter(revoked_at=None)
