"""Reviewers of accrediting bodies: people without an account who may look at one course for a set time."""

from datetime import date
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from certificates.issuing.models.schemes import Accreditation
from certificates.issuing.reviewing.querysets import ReviewerLinkQuerySet, ReviewerQuerySet
from certificates.issuing.reviewing.rules import State, state_of
from portal.accounts.models import languages


class Reviewer(models.Model):
    """Who may look at the course of an accreditation, from when to when, and whether she did.

    ``opened_at`` is of the first time and ``seen_at`` of the last; ``ended_on`` is the day on which an organiser ended it.
    ``email`` is empty once it is forgotten; the rest stays, so that the body can be told that its reviewers had access.
    If she is invited again after the end, her address and her links go on to the row of the new access.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    accreditation = models.ForeignKey(Accreditation, on_delete=models.PROTECT, related_name="reviewers")
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=8, choices=languages)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    invited_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)

    objects: ClassVar[ReviewerQuerySet] = ReviewerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        constraints = [
            models.UniqueConstraint(
                fields=["accreditation", "email"], condition=~Q(email=""), name="reviewer_once_an_accreditation"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="reviewer_has_days"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)[:8]

    def state(self, on: date) -> State:
        """What became of her access on that day in the portal's zone."""
        return state_of(starts_on=self.starts_on, ends_on=self.ends_on, ended=self.ended_on is not None, on=on)


class ReviewerLink(models.Model):
    """One link that was sent to a reviewer. A newer one replaces it; its row stays, so that it can say so."""

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    sent_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    objects: ClassVar[ReviewerLinkQuerySet] = ReviewerLinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("link of a reviewer")
        verbose_name_plural = _("links of reviewers")
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer"], condition=Q(replaced_at=None), name="one_link_a_reviewer_in_use"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def state(self, on: date) -> State:
        """Of the access that it leads to, as long as that is over or no newer link was sent."""
        state = self.reviewer.state(on)
        return State.REPLACED if self.replaced_at and state in {State.OPEN, State.EARLY} else state
