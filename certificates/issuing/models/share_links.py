"""Links by which a holder shows her transcript to somebody without an account."""

from datetime import date
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.issuing.transcripts.querysets import ShareLinkQuerySet
from certificates.issuing.transcripts.rules import Scope, State, state_of


class ShareLink(models.Model):
    """One link: what it shows, and how long. Its token is known to whoever has the link, and kept nowhere.

    ``opened_at`` is of the last time only, so that she sees a link in use; who opened it is not kept.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="share_links")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Empty: of every year."))
    scheme_code = models.CharField(max_length=40, blank=True, help_text=_("Empty: of every body."))
    ends_on = models.DateField(help_text=_("The last day on which it shows anything."))
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ShareLinkQuerySet] = ShareLinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        constraints = [
            models.CheckConstraint(
                condition=Q(year=None) | Q(scheme_code=""), name="share_link_shows_a_year_or_a_scheme"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)[:8]

    @property
    def scope(self) -> Scope:
        return Scope(self.year, self.scheme_code)

    def state(self, on: date) -> State:
        """What became of it on that day in the portal's zone."""
        return state_of(ends_on=self.ends_on, withdrawn=self.withdrawn_at is not None, on=on)
