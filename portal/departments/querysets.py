"""Questions about departments, asked on a day or at a moment, which is another day in another organisation."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from portal.departments.rules import day_in

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.departments.models import Department, Membership, Organisation


def current_on(day: date, prefix: str = "") -> Q:
    """Valid on ``day``: begun, and not ended before it."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to": None}) | Q(**{f"{prefix}valid_to__gte": day})
    )


def current_at(at: datetime, zones: Iterable[str], organisation: str) -> Q:
    """Valid at ``at`` by the calendar of the organisation.

    Args:
        zones: those of the organisations in question; rows in other zones are left out.
        organisation: the way from the row to its organisation, such as ``department__organisation``.
    """
    found = Q(pk__in=[])
    for zone in sorted(set(zones)):
        found |= Q(**{f"{organisation}__timezone": zone}) & current_on(day_in(at, zone))
    return found


class OrganisationQuerySet(QuerySet["Organisation"]):
    def led_by(self, user: "User", at: datetime) -> "OrganisationQuerySet":
        """Those with a department whose lead ``user`` is at that moment."""
        from portal.departments.models import Department

        return self.filter(pk__in=Department.objects.led_by(user, at).values("organisation"))


class DepartmentQuerySet(QuerySet["Department"]):
    def led_by(self, user: "User", at: datetime) -> "DepartmentQuerySet":
        """The departments whose lead ``user`` is at that moment, each by the calendar of its organisation."""
        from portal.departments.models import Membership

        return self.filter(pk__in=Membership.objects.filter(user=user).leads().now(at).values("department"))


class MembershipQuerySet(QuerySet["Membership"]):
    def current(self, on: date) -> "MembershipQuerySet":
        return self.filter(current_on(on))

    def now(self, at: datetime, zones: Iterable[str] | None = None) -> "MembershipQuerySet":
        """Those that run at that moment, each by the calendar of its organisation.

        Args:
            zones: those of all organisations in question, where they are known; else one query finds them.
        """
        if zones is None:
            zones = self.order_by().values_list("department__organisation__timezone", flat=True).distinct()
        return self.filter(current_at(at, zones, "department__organisation"))

    def leads(self) -> "MembershipQuerySet":
        return self.filter(role="lead")
