"""Who works where, since when and in which role."""

from datetime import date, datetime
from typing import ClassVar
from uuid import uuid4
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from portal.departments import rules
from portal.departments.querysets import DepartmentQuerySet, MembershipQuerySet, OrganisationQuerySet


def known_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone such as Europe/Vienna."), params={"name": name})


class Organisation(models.Model):
    """The undertaking: a hospital, a group of hospitals, a practice. Its dates count in its own time zone."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200, unique=True)
    country = CountryField(_("country"))
    timezone = models.CharField(_("time zone"), max_length=60, default="Europe/Vienna", validators=[known_timezone])

    objects: ClassVar[OrganisationQuerySet] = OrganisationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def day_of(self, moment: datetime) -> date:
        """The calendar day of ``moment`` where the organisation is."""
        return rules.day_in(moment, self.timezone)


class Department(models.Model):
    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="departments", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=200)

    objects: ClassVar[DepartmentQuerySet] = DepartmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering: ClassVar[list[str]] = ["organisation__name", "name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="department_name_once")]

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation.name}"


class Membership(models.Model):
    """A person belongs to a department from a day to a day (both included; open end: None)."""

    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        LEAD = "lead", _("Lead")

    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("department")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="membership_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.UniqueConstraint(
                fields=["department", "user"], condition=Q(valid_to=None), name="one_open_membership_a_department"
            ),
        ]
        indexes = [models.Index(fields=["user", "role"], name="membership_user_role")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.department_id}"
