"""Questions about enrolments and completions."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

if TYPE_CHECKING:
    from courses.learning.models import Completion, Enrolment
    from portal.accounts.models import User


class EnrolmentQuerySet(QuerySet["Enrolment"]):
    def of(self, user: "User") -> "EnrolmentQuerySet":
        return self.filter(user=user)

    def open(self) -> "EnrolmentQuerySet":
        return self.filter(closed_at=None)

    def finished(self) -> "EnrolmentQuerySet":
        return self.exclude(closed_at=None)

    def in_course(self, key: UUID) -> "EnrolmentQuerySet":
        return self.filter(course_key=key)

    def for_desks(self) -> "EnrolmentQuerySet":
        """With all that a desk shows."""
        return self.select_related("completion", "user").prefetch_related("progress")

    def locked(self, enrolment: "Enrolment") -> "Enrolment":
        """The row as it is now, held until the transaction ends."""
        return self.select_for_update(of=("self",)).select_related("user").get(pk=enrolment.pk)


class CompletionQuerySet(QuerySet["Completion"]):
    def of(self, user: "User") -> "CompletionQuerySet":
        return self.filter(enrolment__user=user)

    def in_course(self, key: UUID) -> "CompletionQuerySet":
        return self.filter(enrolment__course_key=key)

    def with_learner(self) -> "CompletionQuerySet":
        """Each with its learner and the page of the course."""
        return self.select_related("enrolment__user", "enrolment__course")
