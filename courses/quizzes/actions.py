"""Sitting a quiz: start, answer, finish."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from courses.catalogue.outline import Outline, Step
from courses.learning.actions import complete_step
from courses.learning.models import Enrolment
from courses.learning.scenes import scene_of, tell
from courses.quizzes import rules, statements
from courses.quizzes.draw import draw, order
from courses.quizzes.kinds import KINDS
from courses.quizzes.models import Attempt, Choice, Question, Quiz, Response
from courses.quizzes.permissions import may_start
from portal.audit.actions import record


class NotAskedError(LookupError):
    """The question is not one of this attempt."""


class NothingToAskError(LookupError):
    """The banks of the quiz hold no verified question."""


def quiz_step(outline: Outline) -> Step:
    if outline.quiz is None:
        raise LookupError("this course has no final quiz")
    return outline.quiz


@transaction.atomic
def start_attempt(*, enrolment: Enrolment, outline: Outline, quiz: Quiz, at: datetime) -> Attempt:
    """The open attempt, or a new one with its questions drawn. Two tabs get the same one.

    Raises:
        PermissionDenied: lessons are unread or taken down, the waiting time runs, or the quiz is passed.
        NothingToAskError: no question can be drawn.
    """
    enrolment = Enrolment.objects.locked(enrolment)
    running = Attempt.objects.of(enrolment).open().first()
    if running:
        return running
    if not may_start(enrolment, outline, quiz, at).granted:
        raise PermissionDenied
    seed = secrets.randbits(62)
    questions = draw(
        [
            (
                list(Question.objects.drawable().filter(bank=each.bank_id).order_by("pk").values_list("pk", flat=True)),
                each.count,
            )
            for each in quiz.draws.order_by("sort_order", "pk")
        ],
        seed,
    )
    if not questions:
        raise NothingToAskError
    attempt = Attempt.objects.create(
        enrolment=enrolment,
        quiz=quiz,
        number=Attempt.objects.of(enrolment).count() + 1,
        seed=seed,
        pass_mark=quiz.pass_mark,
        started_at=at,
    )
    Response.objects.bulk_create(
        Response(attempt=attempt, question_id=question, position=n) for n, question in enumerate(questions, start=1)
    )
    tell(statements.attempt_initialized(scene_of(enrolment, outline, at), quiz_step(outline), attempt.uuid), at=at)
    record("started attempt", attempt, at=at, number=attempt.number)
    return attempt


@transaction.atomic
def answer(*, attempt: Attempt, outline: Outline, position: int, given: Sequence[str], at: datetime) -> Response:
    """Keep the learner's answer and mark it; the last answer finishes the attempt.

    A question answered before keeps its first answer, whatever comes in now: a double click changes nothing.

    Raises:
        NotAskedError: no such position in this attempt.
        UnreadableAnswerError: nothing chosen, too much chosen, or an answer of another question.
    """
    attempt = Attempt.objects.locked(attempt)
    response = attempt.responses.select_related("question__bank").filter(position=position).first()
    if response is None:
        raise NotAskedError
    if response.answered_at is not None:
        return response
    asked = asked_of(response.question, language_of(attempt.quiz))
    chosen = KINDS[response.question.kind].read(given, [uuid for uuid, _ in asked.choices])
    response.given, response.right, response.answered_at = chosen, rules.is_right(asked.right, chosen), at
    response.save(update_fields=["given", "right", "answered_at"])
    scene = scene_of(attempt.enrolment, outline, at)
    tell(statements.answered(scene, quiz_step(outline), attempt.uuid, asked, chosen, is_right=response.right), at=at)
    if not attempt.responses.filter(answered_at=None).exists():
        _finish(attempt, outline, at)
    return response


def _finish(attempt: Attempt, outline: Outline, at: datetime) -> None:
    marks = [bool(right) for right in attempt.responses.values_list("right", flat=True)]
    attempt.score = rules.score(marks)
    attempt.passed = rules.passes(attempt.score, attempt.pass_mark)
    attempt.finished_at = at
    attempt.save(update_fields=["score", "passed", "finished_at"])
    quiz = quiz_step(outline)
    tell(
        statements.finished(
            scene_of(attempt.enrolment, outline, at), quiz, attempt.uuid, score=attempt.score, passed=attempt.passed
        ),
        at=at,
    )
    record("finished attempt", attempt, at=at, score=attempt.score, passed=attempt.passed)
    if attempt.passed:
        complete_step(
            enrolment=attempt.enrolment,
            outline=outline,
            step=quiz,
            at=at,
            score=attempt.score,
            pass_mark=attempt.pass_mark / 100,
        )


def language_of(quiz: Quiz) -> str:
    """The language in which the questions are written: that of the course page to which the quiz belongs."""
    return str(quiz.course.locale.language_code)


def asked_of(question: Question, language: str) -> statements.Asked:
    choices = list(question.choices.order_by("sort_order", "pk"))
    return statements.Asked(
        uuid=question.uuid,
        stem=question.stem,
        language=language,
        kind=question.kind,
        choices=[(str(choice.uuid), choice.text) for choice in choices],
        right=[str(choice.uuid) for choice in choices if choice.right],
    )


def shown_choices(attempt: Attempt, question: Question) -> list[Choice]:
    """The answers in the order of this attempt; true and false stay in theirs."""
    choices = list(question.choices.order_by("sort_order", "pk"))
    return order(choices, attempt.seed, question.uuid) if KINDS[question.kind].shuffled else choices
