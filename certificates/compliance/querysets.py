"""Questions about requirements and evidence."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from portal.departments.querysets import current_at

if TYPE_CHECKING:
    from certificates.compliance.models import Evidence, Requirement
    from portal.departments.models import Department


class RequirementQuerySet(QuerySet["Requirement"]):
    def for_departments(self, departments: Iterable["Department"], at: datetime) -> "RequirementQuerySet":
        """Those of the departments and those of their whole organisations, in force there at that moment."""
        departments = list(departments)
        organisations = {department.organisation for department in departments}
        return self.filter(
            current_at(at, (organisation.timezone for organisation in organisations), "organisation"),
            Q(department__in=departments) | Q(department=None, organisation__in=organisations),
        )


class EvidenceQuerySet(QuerySet["Evidence"]):
    def standing(self) -> "EvidenceQuerySet":
        """Evidence whose certificate has not been revoked."""
        return self.filter(withdrawn_at=None)
