"""What a department asks of its people, and the evidence that they did it."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from certificates.compliance.querysets import EvidenceQuerySet, RequirementQuerySet
from certificates.issuing.models import Certificate
from courses.catalogue.models import CoursePage
from portal.accounts.models import Profession
from portal.departments.models import Department, Organisation


class Requirement(models.Model):
    """All of a profession (or everyone) in an organisation or a department complete a course, every so many months."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="requirements", verbose_name=_("organisation")
    )
    department = models.ForeignKey(
        Department,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requirements",
        verbose_name=_("department"),
        help_text=_("Empty: the whole organisation."),
    )
    profession = models.CharField(
        _("profession"), max_length=20, choices=Profession, blank=True, help_text=_("Empty: everyone.")
    )
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="+", verbose_name=_("course"))
    every_months = models.PositiveSmallIntegerField(
        _("every how many months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: once."),
    )
    due_soon_days = models.PositiveSmallIntegerField(_("days before the end that count as due"), default=90)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar[RequirementQuerySet] = RequirementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="requirement_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.organisation}"

    def clean(self) -> None:
        if self.department and self.department.organisation_id != self.organisation_id:
            raise ValidationError({"department": _("This department belongs to another organisation.")})

    def asks(self, department: Department) -> bool:
        """Whether it holds in ``department``, by itself or through its organisation."""
        if self.department_id is None:
            return self.organisation_id == department.organisation_id
        return self.department_id == department.pk


class Evidence(models.Model):
    """That a person completed a course, as shown by a certificate of this portal.

    The moment is kept and not the day: which day it is depends on the organisation that asks.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence")
    course_key = models.UUIDField()
    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="evidence")
    completed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[EvidenceQuerySet] = EvidenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        indexes = [models.Index(fields=["user", "course_key", "completed_at"], name="evidence_of_person")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.completed_at:%Y-%m-%d}"


class Reminder(models.Model):
    """That the holder of a certificate was told, so many days before, that it expires."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="reminders")
    days_before = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(fields=["certificate", "days_before"], name="reminded_once_of_a_day")]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.days_before}"
