"""Questions about share links."""

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from certificates.issuing.transcripts.tokens import digest_of

if TYPE_CHECKING:
    from certificates.issuing.models import ShareLink
    from portal.accounts.models import User


class ShareLinkQuerySet(QuerySet["ShareLink"]):
    def of(self, user: "User") -> "ShareLinkQuerySet":
        return self.filter(user=user)

    def with_token(self, token: str) -> "ShareLinkQuerySet":
        """The one link of that token, if it was ever given out."""
        return self.filter(digest=digest_of(token))

    def over_before(self, day: date) -> "ShareLinkQuerySet":
        """Those whose last day lies before ``day``, withdrawn or not."""
        return self.filter(ends_on__lt=day)
