"""Questions about the questions of the evaluation and their answers."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from certificates.issuing.models import Accreditation, EvaluationAnswer, EvaluationQuestion, Scheme


class EvaluationQuestionQuerySet(QuerySet["EvaluationQuestion"]):
    def asked_by(self, scheme: "Scheme | None") -> "EvaluationQuestionQuerySet":
        """Those of every form, and those of this body, in the order of the form."""
        own = Q(scheme=None) if scheme is None else Q(scheme=None) | Q(scheme=scheme)
        return self.filter(own, retired=False).order_by("rank", "code").prefetch_related("texts")


class AnswerQuerySet(QuerySet["EvaluationAnswer"]):
    def about(self, course_key: UUID) -> "AnswerQuerySet":
        """The course in whichever language."""
        return self.filter(course_key=course_key)

    def under(self, accreditation: "Accreditation") -> "AnswerQuerySet":
        return self.filter(accreditation=accreditation)

    def beside(self, answer: "EvaluationAnswer") -> "AnswerQuerySet":
        """Those with which it is counted: to the same question, about the same course, under the same accreditation."""
        return self.filter(
            question=answer.question, course_key=answer.course_key, accreditation=answer.accreditation_id
        )

    def shown(self) -> "AnswerQuerySet":
        """Those that may enter a result."""
        return self.filter(released=True)

    def waiting(self) -> "AnswerQuerySet":
        return self.filter(released=False)
