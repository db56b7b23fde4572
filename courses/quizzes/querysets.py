"""Questions about question banks and attempts."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

if TYPE_CHECKING:
    from courses.learning.models import Enrolment
    from courses.quizzes.models import Attempt, Question, Quiz


class QuestionQuerySet(QuerySet["Question"]):
    def drawable(self) -> "QuestionQuerySet":
        """Those that may count towards a certificate: source verified, not retired."""
        return self.filter(verified=True, retired=False)


class QuizQuerySet(QuerySet["Quiz"]):
    def of_course(self, key: UUID) -> "QuizQuerySet":
        """The quiz of the course with this translation key, on whichever of its translations it hangs; oldest first."""
        return self.filter(course__translation_key=key).select_related("course__locale").order_by("pk")


class AttemptQuerySet(QuerySet["Attempt"]):
    def of(self, enrolment: "Enrolment") -> "AttemptQuerySet":
        return self.filter(enrolment=enrolment)

    def open(self) -> "AttemptQuerySet":
        return self.filter(finished_at=None)

    def finished(self) -> "AttemptQuerySet":
        return self.exclude(finished_at=None)

    def locked(self, attempt: "Attempt") -> "Attempt":
        """The row as it is now, held until the transaction ends."""
        return self.select_for_update(of=("self",)).select_related("enrolment__user").get(pk=attempt.pk)
