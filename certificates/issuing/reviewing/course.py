"""The course of an accreditation as its reviewers see it: all of it, and nothing of any learner."""

from collections.abc import Sequence
from dataclasses import dataclass

from certificates.issuing.models import Accreditation
from courses.catalogue.editions import Edition, edition_of, editions_of, preferred
from courses.catalogue.models import CoursePage
from courses.quizzes.models import Question, Quiz


@dataclass(frozen=True)
class Drawn:
    """A bank of the final quiz: ``count`` of its questions are drawn for each attempt."""

    title: str
    count: int
    questions: Sequence[Question]


def edition_for(accreditation: Accreditation, language: str) -> Edition:
    """The course in the reader's language where it can be studied in it, as for a learner; unpublished it is there too."""
    key = accreditation.course.translation_key
    pages = CoursePage.objects.filter(translation_key=key).select_related("locale").order_by("pk")
    edition = preferred(editions_of(pages), language, accreditation.course.locale.language_code)
    return edition or edition_of(accreditation.course)


def quiz_of(accreditation: Accreditation) -> Quiz | None:
    return Quiz.objects.of_course(accreditation.course.translation_key).first()


def drawn_by(quiz: Quiz) -> list[Drawn]:
    """Every question that a learner may be asked, with its answers; three queries, however many."""
    draws = quiz.draws.select_related("bank").order_by("sort_order", "pk")
    drawable = Question.objects.drawable().filter(bank__in=[draw.bank_id for draw in draws])
    found: dict[int, list[Question]] = {}
    for question in drawable.order_by("code").prefetch_related("choices"):
        found.setdefault(question.bank_id, []).append(question)
    return [
        Drawn(draw.bank.title, min(draw.count, len(asked)), asked)
        for draw in draws
        if (asked := found.get(draw.bank_id, []))
    ]
