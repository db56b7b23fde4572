"""Bodies that give credits for learning, what they have accredited, and what a learner claims of it."""

from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable

from certificates.issuing.cme import rules
from certificates.issuing.cme.querysets import AccreditationQuerySet, ClaimQuerySet, SchemeQuerySet
from certificates.issuing.designs.fields import PictureField
from courses.catalogue.models import CoursePage
from courses.learning.models import Completion
from portal.accounts.models import languages

LEAST = MinValueValidator(0.01)


def names_known_places(wording: str) -> None:
    """Whether every word in braces is one that is filled in."""
    places = ", ".join(f"{{{place}}}" for place in rules.PLACES)
    try:
        unknown = rules.unknown_places(wording)
    except ValueError as error:
        raise ValidationError(
            _("A brace has no partner. Write braces only around: %(places)s"), params={"places": places}
        ) from error
    if unknown:
        raise ValidationError(
            _("Nothing can be filled in for {%(name)s}. What can be: %(places)s"),
            params={"name": unknown[0], "places": places},
        )


class Scheme(ClusterableModel):
    """A body and the rules by which it gives credits. Numbers and wording are its own, with the source they are from."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    rank = models.PositiveSmallIntegerField(_("rank"), default=10, help_text=_("The lowest is offered first."))
    in_use = models.BooleanField(_("in use"), default=True)
    needs_accreditation = models.BooleanField(
        _("needs an accreditation"),
        default=True,
        help_text=_("Without: every course counts, by its learning time. Only for the portal's own hours."),
    )
    credit_minutes = models.PositiveSmallIntegerField(
        _("minutes of one credit"), default=60, validators=[MinValueValidator(1)]
    )
    step = models.DecimalField(
        _("granularity"),
        max_digits=4,
        decimal_places=2,
        default="0.50",
        validators=[LEAST],
        help_text=_("Credits are given in multiples of this."),
    )
    maximum = models.DecimalField(
        _("maximum of one course"), max_digits=6, decimal_places=2, null=True, blank=True, validators=[LEAST]
    )
    counts_hours_spent = models.BooleanField(
        _("hours really spent"), default=False, help_text=_("The learner claims them, up to the maximum.")
    )
    professions = models.JSONField(_("professions"), default=list, blank=True)
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark in percent"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Empty: that of the course."),
    )
    minimum_minutes = models.PositiveSmallIntegerField(
        _("minimum time in minutes"), default=0, help_text=_("From the first lesson opened to the completion.")
    )
    needs_evaluation = models.BooleanField(_("evaluation form"), default=False)
    needs_identity = models.BooleanField(
        _("identity number"), default=False, help_text=_("The learner's number with this body; never printed.")
    )
    may_show_logo = models.BooleanField(
        _("logo rights"), default=False, help_text=_("The body has allowed its logo on certificates, in writing.")
    )
    logo = PictureField(
        _("logo of the body"),
        within=(600, 400),
        db_default="",
        help_text=_(
            "Printed beside credits that an accreditation gives, where logo rights are ticked. PNG, JPEG or WebP."
        ),
    )
    source = models.CharField(_("source"), max_length=250)
    edition = models.CharField(_("edition"), max_length=60, blank=True)
    verified_by = models.CharField(
        _("verified by"),
        max_length=120,
        blank=True,
        help_text=_("Who has read these rules in the original. Until then nothing of this body is printed."),
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)

    not_logged: ClassVar[tuple[str, ...]] = ("logo", "verified_by")

    objects: ClassVar[SchemeQuerySet] = SchemeQuerySet.as_manager()  # type: ignore[assignment]

    panels: ClassVar[list[object]] = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("rank"), FieldPanel("in_use")]),
        InlinePanel("texts", heading=_("Name and wording by language"), min_num=1),
        MultiFieldPanel(
            [
                FieldPanel("needs_accreditation"),
                FieldRowPanel([FieldPanel("credit_minutes"), FieldPanel("step"), FieldPanel("maximum")]),
                FieldPanel("counts_hours_spent"),
                FieldPanel("professions"),
            ],
            heading=_("Credits"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("pass_mark"), FieldPanel("minimum_minutes")]),
                FieldRowPanel([FieldPanel("needs_evaluation"), FieldPanel("needs_identity")]),
            ],
            heading=_("Asked before a certificate"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("source"), FieldPanel("edition")]),
                FieldRowPanel([FieldPanel("verified_by"), FieldPanel("verified_on")]),
            ],
            heading=_("Source"),
        ),
        MultiFieldPanel([FieldPanel("may_show_logo"), FieldPanel("logo")], heading=_("Logo")),
    ]

    class Meta:
        verbose_name = _("body that gives credits")
        verbose_name_plural = _("bodies that give credits")
        ordering: ClassVar[list[str]] = ["rank", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(step__gt=0), name="scheme_step_is_something"),
            models.CheckConstraint(condition=Q(credit_minutes__gt=0), name="scheme_credit_takes_time"),
        ]

    def __str__(self) -> str:
        return self.code

    def text_in(self, language: str) -> "SchemeText":
        """Name and wording in ``language``; where it has none, in that of the portal, else in whatever there is."""
        texts: dict[str, SchemeText] = {text.language: text for text in self.texts.all()}
        return texts.get(language) or texts.get(settings.LANGUAGE_CODE) or next(iter(texts.values()))

    @property
    def terms(self) -> rules.Terms:
        return rules.Terms(self.professions, self.pass_mark, self.minimum_minutes)


class SchemeText(Orderable):
    """What a body is called and says, in one language."""

    scheme = ParentalKey(Scheme, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=8, choices=languages)
    name = models.CharField(_("name"), max_length=160)
    unit = models.CharField(_("name of the credits"), max_length=60)
    wording = models.TextField(
        _("wording on certificates"),
        max_length=700,
        validators=[names_known_places],
        help_text=_("Filled in: {course}, {credits}, {maximum}, {unit}, {number}, {from} and {to}."),
    )
    identity_label = models.CharField(_("name of the identity number"), max_length=80, blank=True)

    panels: ClassVar[list[object]] = [
        FieldRowPanel([FieldPanel("language"), FieldPanel("name"), FieldPanel("unit")]),
        FieldPanel("wording"),
        FieldPanel("identity_label"),
    ]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["scheme", "language"], name="scheme_once_a_language")]

    def __str__(self) -> str:
        return self.name


class Accreditation(models.Model):
    """That a body has accredited one version of a course, in which window. Completions outside of it get nothing."""

    class Status(models.TextChoices):
        APPLIED = "applied", _("Applied for")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="accreditations", verbose_name=_("body that gives credits")
    )
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="+", verbose_name=_("course"))
    course_version = models.CharField(_("course version"), max_length=20)
    credits = models.DecimalField(_("credits"), max_digits=6, decimal_places=2, validators=[LEAST])
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.APPLIED)
    number = models.CharField(_("accreditation number"), max_length=80, blank=True)
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    interests = models.TextField(
        _("interests declared"),
        blank=True,
        help_text=_("By authors and reviewers, as the body asks for them; “none” where none were declared."),
    )
    source = models.CharField(_("source"), max_length=250, blank=True, help_text=_("Such as the letter and its date."))
    verified_by = models.CharField(_("verified by"), max_length=120, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)

    not_logged: ClassVar[tuple[str, ...]] = ("interests", "verified_by")

    objects: ClassVar[AccreditationQuerySet] = AccreditationQuerySet.as_manager()  # type: ignore[assignment]

    panels: ClassVar[list[object]] = [
        FieldRowPanel([FieldPanel("scheme"), FieldPanel("status")]),
        FieldRowPanel([FieldPanel("course"), FieldPanel("course_version"), FieldPanel("credits")]),
        FieldRowPanel([FieldPanel("number"), FieldPanel("valid_from"), FieldPanel("valid_to")]),
        FieldPanel("interests"),
        FieldRowPanel([FieldPanel("source"), FieldPanel("verified_by"), FieldPanel("verified_on")]),
    ]

    class Meta:
        verbose_name = _("accreditation")
        verbose_name_plural = _("accreditations")
        ordering: ClassVar[list[str]] = ["-valid_from", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="accreditation_window_has_days"),
            models.CheckConstraint(
                condition=~Q(status="granted")
                | (~Q(number="") & ~Q(verified_by="") & Q(valid_from__isnull=False) & Q(valid_to__isnull=False)),
                name="accreditation_granted_is_proven",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.uuid)[:8]

    def clean(self) -> None:
        """What is granted names its proof, and no two of one body cover the same day."""
        super().clean()
        faults: dict[str, Any] = {}
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            faults["valid_to"] = _("The last day is before the first one.")
        if self.status == self.Status.GRANTED:
            for name in ("number", "valid_from", "valid_to", "source", "verified_by"):
                if not getattr(self, name):
                    faults[name] = _("What is granted needs this. Until you have it, the status is “Applied for”.")
        if self.scheme_id and not faults:
            faults = self._faults_with_scheme()
        if faults:
            raise ValidationError(faults)

    def _faults_with_scheme(self) -> dict[str, Any]:
        if self.status == self.Status.GRANTED and not self.scheme.verified_by:
            return {
                "scheme": _("Nobody has read the rules of this body in the original: enter there who has, then grant.")
            }
        if self.credits is not None:
            if rules.whole_steps(self.credits, self.scheme.step) != self.credits:
                return {
                    "credits": ValidationError(
                        _("This body gives credits in steps of %(step)s."), params={"step": self.scheme.step}
                    )
                }
            if self.scheme.maximum is not None and self.credits > self.scheme.maximum:
                return {
                    "credits": ValidationError(
                        _("This body gives at most %(maximum)s for one course."),
                        params={"maximum": self.scheme.maximum},
                    )
                }
        other = self._other_of_these_days()
        if other is not None:
            return {
                "valid_from": ValidationError(
                    _("Accreditation %(number)s of this body covers a day of this window. Change one of the two."),
                    params={"number": other.number},
                )
            }
        return {}

    def _other_of_these_days(self) -> "Accreditation | None":
        if self.status != self.Status.GRANTED or self.course_id is None or not (self.valid_from and self.valid_to):
            return None
        return (
            Accreditation.objects.granted()
            .of_version(self.course.translation_key, self.course_version)
            .filter(scheme=self.scheme, valid_from__lte=self.valid_to, valid_to__gte=self.valid_from)
            .exclude(pk=self.pk)
            .first()
        )

    def covers(self, day: date) -> bool:
        return self.status == self.Status.GRANTED and rules.in_window(day, self.valid_from, self.valid_to)


class Claim(models.Model):
    """What a learner has said about the credits of one completion; settled, her certificate says so for ever.

    Open, it holds the certificate back; ``called_at`` and ``called_last_at`` are of the two messages that say so.
    ``scheme`` is empty while none is chosen, and for ever where none applies.
    """

    completion = models.OneToOneField(Completion, on_delete=models.PROTECT, related_name="claim")
    scheme = models.ForeignKey(Scheme, null=True, on_delete=models.PROTECT, related_name="+")
    accreditation = models.ForeignKey(Accreditation, null=True, on_delete=models.PROTECT, related_name="claims")
    credits = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    maximum = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    identity_number = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)
    called_last_at = models.DateTimeField(null=True)

    objects: ClassVar[ClaimQuerySet] = ClaimQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("claim of credits")
        verbose_name_plural = _("claims of credits")
        indexes = [models.Index(fields=["completion"], condition=Q(settled_at=None), name="claim_open")]

    def __str__(self) -> str:
        return str(self.completion_id)

    @property
    def is_open(self) -> bool:
        return self.settled_at is None

    @property
    def called(self) -> set[rules.Call]:
        """The messages that she was sent."""
        sent = {rules.Call.FIRST: self.called_at, rules.Call.LAST: self.called_last_at}
        return {call for call, at in sent.items() if at}
