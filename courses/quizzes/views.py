"""Sitting a quiz: rules first, then one page a question, then the result with the reasons."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from courses.learning.desks import Desk, desks_at
from courses.learning.models import Enrolment
from courses.learning.views import desk_of
from courses.quizzes import actions
from courses.quizzes.kinds import KINDS, UnreadableAnswerError
from courses.quizzes.models import Attempt, Choice, Quiz, Response
from courses.quizzes.permissions import may_start
from portal.accounts.types import AuthedRequest
from portal.core.clock import now


def quiz_of(desk: Desk) -> Quiz:
    quiz = Quiz.objects.of_course(desk.outline.key).first()
    if quiz is None:
        raise Http404
    return quiz


def sitting_of(request: AuthedRequest, course: str, uuid: object) -> tuple[Desk, Attempt]:
    """The learner's own attempt in this course, with the desk of its enrolment, be it an earlier one.

    Raises:
        Http404: there is none (those of others are never found).
    """
    desk = desk_of(request, course)
    attempts = Attempt.objects.filter(enrolment__user=request.user, enrolment__course_key=desk.outline.key)
    attempt = get_object_or_404(attempts.select_related("quiz__course__locale"), uuid=uuid)
    if attempt.enrolment_id != desk.enrolment.pk:
        (desk,) = desks_at([Enrolment.objects.for_desks().get(pk=attempt.enrolment_id)], request.LANGUAGE_CODE)
    return desk, attempt


@login_required
def start(request: AuthedRequest, course: str) -> HttpResponse:
    """GET tells the rules and what was achieved so far; POST begins, or goes on with the open attempt."""
    desk = desk_of(request, course)
    if desk.outline.quiz is None:
        raise Http404
    quiz, at = quiz_of(desk), now()
    if request.method == "POST":
        try:
            attempt = actions.start_attempt(enrolment=desk.enrolment, outline=desk.outline, quiz=quiz, at=at)
        except actions.NothingToAskError:
            messages.error(request, _("This quiz has no questions yet. The organisers have to add some."))
            return redirect("quizzes:start", course)
        except PermissionDenied:  # a stale button: the page says why
            return redirect("quizzes:start", course)
        return redirect("quizzes:attempt", course, attempt.uuid)
    attempts = Attempt.objects.filter(enrolment__user=request.user, enrolment__course_key=desk.outline.key)
    return render(
        request,
        "quizzes/start.html",
        {
            "desk": desk,
            "quiz": quiz,
            "questions": sum(draw.count for draw in quiz.draws.all()),
            "admission": may_start(desk.enrolment, desk.outline, quiz, at),
            "finished": attempts.finished().order_by("finished_at"),
            "running": Attempt.objects.of(desk.enrolment).open().first(),
        },
    )


@login_required
def attempt(request: AuthedRequest, course: str, attempt: str) -> HttpResponse:
    """An open attempt goes on at its first open question; a finished one shows its result with the reasons."""
    desk, sitting = sitting_of(request, course, attempt)
    if sitting.finished_at is None:
        first = sitting.responses.filter(answered_at=None).order_by("position").first()
        return redirect("quizzes:question", course, sitting.uuid, first.position if first else 1)
    return render(
        request,
        "quizzes/result.html",
        {
            "desk": desk,
            "attempt": sitting,
            "percent": round((sitting.score or 0) * 100),
            "reviews": reviews_of(sitting),
            "language": actions.language_of(sitting.quiz),
            "admission": may_start(desk.enrolment, desk.outline, sitting.quiz, now()),
        },
    )


@dataclass(frozen=True)
class Review:
    """An answered question with every answer, which were chosen and which are right."""

    response: Response
    answers: list[tuple[Choice, bool]]


def reviews_of(attempt: Attempt) -> list[Review]:
    responses = attempt.responses.select_related("question").prefetch_related("question__choices").order_by("position")
    return [
        Review(
            each,
            [
                (choice, str(choice.uuid) in (each.given or []))
                for choice in actions.shown_choices(attempt, each.question)
            ],
        )
        for each in responses
    ]


@login_required
def question(request: AuthedRequest, course: str, attempt: str, position: int) -> HttpResponse:
    """One question; the answers right and wrong are nowhere on this page."""
    desk, sitting = sitting_of(request, course, attempt)
    response = sitting.responses.select_related("question").filter(position=position).first()
    if sitting.finished_at is not None or (response and response.answered_at is not None):
        return redirect("quizzes:attempt", course, sitting.uuid)
    if response is None:
        raise Http404
    return page_of(request, desk, sitting, response)


def page_of(request: AuthedRequest, desk: Desk, attempt: Attempt, response: Response, error: str = "") -> HttpResponse:
    total = attempt.responses.count()
    return render(
        request,
        "quizzes/question.html",
        {
            "desk": desk,
            "attempt": attempt,
            "response": response,
            "question": response.question,
            "language": actions.language_of(attempt.quiz),
            "several": KINDS[response.question.kind].several,
            "choices": actions.shown_choices(attempt, response.question),
            "chosen": request.POST.getlist("choice"),
            "answered": response.position - 1,
            "total": total,
            "is_last": attempt.responses.filter(answered_at=None).count() == 1,
            "error": error,
        },
        status=422 if error else 200,
    )


@login_required
def answer(request: AuthedRequest, course: str, attempt: str, position: int) -> HttpResponse:
    """POST keeps the answer and goes on; GET, as after signing in, shows the question."""
    if request.method != "POST":
        return redirect("quizzes:question", course, attempt, position)
    desk, sitting = sitting_of(request, course, attempt)
    given = request.POST.getlist("choice")
    try:
        actions.answer(attempt=sitting, outline=desk.outline, position=position, given=given, at=now())
    except actions.NotAskedError:
        return HttpResponseBadRequest("position: this attempt has no such question")
    except UnreadableAnswerError as error:
        if given:
            return HttpResponseBadRequest(f"choice: {error}")
        response = get_object_or_404(sitting.responses.select_related("question"), position=position)
        return page_of(request, desk, sitting, response, error=_("Choose an answer, then go on."))
    return redirect("quizzes:attempt", course, sitting.uuid)
