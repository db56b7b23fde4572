"""Questions about reviewers and their links."""

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from certificates.issuing.reviewing.tokens import digest_of

if TYPE_CHECKING:
    from certificates.issuing.models import Accreditation, Reviewer, ReviewerLink


class ReviewerQuerySet(QuerySet["Reviewer"]):
    def of(self, accreditation: "Accreditation") -> "ReviewerQuerySet":
        return self.filter(accreditation=accreditation)

    def known(self) -> "ReviewerQuerySet":
        """Those whose address is still kept."""
        return self.exclude(email="")

    def with_links_counted(self) -> "ReviewerQuerySet":
        """Each with ``link_count``: 0 of an access that another one followed, as her links went on to that."""
        return self.annotate(link_count=Count("links"))

    def over_before(self, day: date) -> "ReviewerQuerySet":
        """Those whose access ended, by the calendar or by an organiser, before ``day``."""
        return self.filter(Q(ends_on__lt=day) | Q(ended_on__lt=day))

    def locked(self, reviewer: "Reviewer") -> "Reviewer":
        """The row as it is now, held until the transaction ends."""
        return self.select_for_update(of=("self",)).select_related("accreditation__course").get(pk=reviewer.pk)


class ReviewerLinkQuerySet(QuerySet["ReviewerLink"]):
    def for_pages(self) -> "ReviewerLinkQuerySet":
        return self.select_related(
            "reviewer__accreditation__scheme", "reviewer__accreditation__course__locale"
        ).prefetch_related("reviewer__accreditation__scheme__texts")

    def with_token(self, token: str) -> "ReviewerLinkQuerySet":
        """The one link of that token, if it was ever sent."""
        return self.filter(digest=digest_of(token))

    def in_use(self) -> "ReviewerLinkQuerySet":
        """Those that no newer one has replaced."""
        return self.filter(replaced_at=None)
