"""Questions about bodies that give credits, accreditations and claims."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from certificates.issuing.cme.rules import CALLED_AFTER, Call

if TYPE_CHECKING:
    from certificates.issuing.models import Accreditation, Claim, Scheme
    from portal.accounts.models import User


class SchemeQuerySet(QuerySet["Scheme"]):
    def in_use(self) -> "SchemeQuerySet":
        return self.filter(in_use=True)

    def always(self) -> "SchemeQuerySet":
        """Those that count every course, without an accreditation."""
        return self.in_use().filter(needs_accreditation=False).defer("logo")

    def showing_logo(self) -> "SchemeQuerySet":
        """Those that allow it, with one to show."""
        return self.filter(may_show_logo=True).exclude(logo="")

    def with_texts(self) -> "SchemeQuerySet":
        return self.prefetch_related("texts")


class AccreditationQuerySet(QuerySet["Accreditation"]):
    def granted(self) -> "AccreditationQuerySet":
        """By bodies in use whose rules somebody has read in the original."""
        return self.filter(status="granted", scheme__in_use=True).exclude(scheme__verified_by="")

    def of_version(self, course_key: UUID, version: str) -> "AccreditationQuerySet":
        """Of this version of the course, in whichever language."""
        return self.filter(course__translation_key=course_key, course_version=version)

    def covering(self, day: date) -> "AccreditationQuerySet":
        return self.filter(valid_from__lte=day, valid_to__gte=day)

    def for_display(self) -> "AccreditationQuerySet":
        return (
            self.select_related("scheme")
            .defer("scheme__logo")
            .prefetch_related("scheme__texts")
            .order_by("scheme__rank", "scheme__code", "pk")
        )


class ClaimQuerySet(QuerySet["Claim"]):
    def of(self, user: "User") -> "ClaimQuerySet":
        return self.filter(completion__enrolment__user=user)

    def open(self) -> "ClaimQuerySet":
        """Those that hold a certificate back until the learner has done her part."""
        return self.filter(settled_at=None)

    def to_be_called(self, at: datetime) -> "ClaimQuerySet":
        """Open ones of whose first or last message it is time, of people who can still sign in."""
        first, last = at - CALLED_AFTER[Call.FIRST], at - CALLED_AFTER[Call.LAST]
        due = Q(called_at=None, called_last_at=None, opened_at__lte=first) | Q(called_last_at=None, opened_at__lte=last)
        return self.open().filter(due, completion__enrolment__user__is_active=True)

    def with_learner(self) -> "ClaimQuerySet":
        found = self.select_related("completion__enrolment__user", "completion__evaluation", "scheme", "accreditation")
        return found.defer("scheme__logo")

    def locked(self, claim: "Claim") -> "Claim":
        """The row as it is now, held until the transaction ends."""
        return self.select_for_update(of=("self",)).with_learner().get(pk=claim.pk)
