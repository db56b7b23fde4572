"""An organiser's page of the reviewers of an accreditation, and what a reviewer sees behind her link.

A reviewer has no account and no enrolment, and nothing is written of a learner for her.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from certificates.issuing.models import Accreditation, EvaluationQuestion, Reviewer, ReviewerLink
from certificates.issuing.reporting.report import report_on, window_of
from certificates.issuing.reviewing import actions
from certificates.issuing.reviewing.course import drawn_by, edition_for, quiz_of
from certificates.issuing.reviewing.forms import InviteForm
from certificates.issuing.reviewing.permissions import may_invite
from certificates.issuing.reviewing.rules import State, days_left
from certificates.issuing.views import RATE, caller, today, too_many
from courses.catalogue.models import LessonPage
from courses.quizzes.actions import language_of
from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.core.ratelimit import allowed
from portal.departments.rules import day_in

KEY = "reviewer_link"
STATUS = {State.EARLY: 403, State.UNKNOWN: 404}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: AuthedRequest, accreditation: UUID) -> HttpResponse:
    """Who was invited and whether she came, and the form that invites."""
    if not may_invite(request.user):
        raise Http404
    found = get_object_or_404(Accreditation.objects.select_related("scheme", "course__locale"), uuid=accreditation)
    at = now()
    day = day_in(at, settings.TIME_ZONE)
    form = InviteForm(request.POST or None, today=day, language=request.LANGUAGE_CODE)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        made = actions.invite(accreditation=found, **given, at=at)
        known = Reviewer.objects.of(found).filter(email__in=given["emails"]).exclude(pk__in=[each.pk for each in made])
        _tell_invited(request, len(made), known.order_by("email"))
        return redirect("reviewing:reviewers", found.uuid)
    reviewers = Reviewer.objects.of(found).with_links_counted().order_by("-ends_on", "email", "pk")
    listed = [{"reviewer": each, "state": each.state(day), "left": days_left(each.ends_on, day)} for each in reviewers]
    context = {"accreditation": found, "form": form, "listed": listed, "months": settings.LINKS_KEPT_MONTHS}
    return render(request, "certificates/reviewing/reviewers.html", context, status=422 if form.errors else 200)


def _tell_invited(request: AuthedRequest, made: int, known: Iterable[Reviewer]) -> None:
    if made:
        text = ngettext("%(n)s reviewer is invited.", "%(n)s reviewers are invited.", made)
        messages.success(request, text % {"n": made})
    until = _("%(email)s (until %(day)s)")
    who = [until % {"email": each.email, "day": date_format(each.ends_on)} for each in known]
    if who:
        text = ngettext(
            "%(who)s has access already. The days stay as they were and no message was sent. "
            "For other days, end the access first and invite again; for a lost link, send it again.",
            "%(who)s have access already. The days stay as they were and no message was sent. "
            "For other days, end the access first and invite again; for a lost link, send it again.",
            len(who),
        )
        messages.info(request, text % {"who": ", ".join(who)})


def _reviewer_for(request: AuthedRequest, uuid: UUID) -> Reviewer:
    if not may_invite(request.user):
        raise Http404
    return get_object_or_404(Reviewer.objects.known().select_related("accreditation__course__locale"), uuid=uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: AuthedRequest, reviewer: UUID) -> HttpResponse:
    """Asks first, because the link that she has dies."""
    found = _reviewer_for(request, reviewer)
    if request.method != "POST":
        return render(request, "certificates/reviewing/again.html", {"reviewer": found})
    try:
        if actions.send_again(reviewer=found, at=now()):
            messages.success(request, _("A new link is on its way. The old one opens nothing any more."))
        else:
            messages.info(request, _("A link was sent within the last minute. Wait for that one."))
    except actions.OverError:
        messages.error(request, _("This access has ended. Invite the address again, with new days."))
    return redirect("reviewing:reviewers", found.accreditation.uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: AuthedRequest, reviewer: UUID) -> HttpResponse:
    """Asks first; of an access that is over already the address is removed. Done twice, it changes nothing."""
    found, at = _reviewer_for(request, reviewer), now()
    is_over = found.state(day_in(at, settings.TIME_ZONE)) in {State.OVER, State.ENDED}
    if request.method != "POST":
        return render(request, "certificates/reviewing/end.html", {"reviewer": found, "is_over": is_over})
    if is_over:
        actions.forget(reviewer=found, at=at)
        messages.success(request, _("The address is removed."))
    else:
        actions.end(reviewer=found, at=at)
        messages.success(request, _("The access has ended."))
    return redirect("reviewing:reviewers", found.accreditation.uuid)


def unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def closed(request: HttpRequest, state: State, status: int, link: ReviewerLink | None = None) -> HttpResponse:
    """Why a link, or a page behind one, shows nothing."""
    context = {"state": state, "reviewer": link.reviewer if link else None, "is_link": status == 404}
    return render(request, "certificates/reviewing/closed.html", context, status=status)


@never_cache
@require_safe
@sensitive_variables("token")
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange the link for a session, so that it stays in no address bar; one that ended says so."""
    if not allowed(RATE, "review", caller(request)):
        return too_many(request)
    link = ReviewerLink.objects.for_pages().with_token(token).first()
    state = link.state(today()) if link else State.UNKNOWN
    if link is None or state != State.OPEN:
        response = closed(request, state, STATUS.get(state, 410), link)
    else:
        response = redirect("reviewing:start")
        _let_in(request, response, link)
    response["Referrer-Policy"] = "no-referrer"
    return unlisted(response)


def _let_in(request: HttpRequest, response: HttpResponse, link: ReviewerLink) -> None:
    if request.method != "GET":
        return
    if not request.user.is_authenticated:
        request.session.cycle_key()  # whoever planted a session on this browser does not come in with her
    request.session[KEY] = link.pk
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and not request.user.is_authenticated:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            link.reviewer.language,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )


def for_reviewers(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """``page`` for whoever came by a link that still opens; asked at every page, so that an end is one at once."""

    @never_cache
    @require_safe
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        link = ReviewerLink.objects.for_pages().filter(pk=request.session.get(KEY, 0)).first()
        if link is None:
            return unlisted(closed(request, State.UNKNOWN, 403))
        state = link.state(today())
        if state != State.OPEN:
            return unlisted(closed(request, state, STATUS.get(state, 410), link))
        actions.note_opened(reviewer=link.reviewer, at=now())
        return unlisted(page(request, link.reviewer, *args, **kwargs))

    return guarded


def shown(request: HttpRequest, reviewer: Reviewer, template: str, **context: object) -> HttpResponse:
    """A page with what stands on all of them."""
    accreditation = reviewer.accreditation
    edition = context.get("edition") or edition_for(accreditation, request.LANGUAGE_CODE)
    common = {
        "accreditation": accreditation,
        "body": accreditation.scheme.text_in(request.LANGUAGE_CODE),
        "reviewer": reviewer,
        "edition": edition,
        "left": days_left(reviewer.ends_on, today()),
        "here": request.resolver_match.url_name if request.resolver_match else "",
    }
    return render(request, f"certificates/reviewing/{template}.html", common | context)


@for_reviewers
def start(request: HttpRequest, reviewer: Reviewer) -> HttpResponse:
    """The facts of the accreditation, the interests declared, and the contents of the course."""
    return shown(request, reviewer, "start", quiz=quiz_of(reviewer.accreditation))


@for_reviewers
def lesson(request: HttpRequest, reviewer: Reviewer, key: UUID) -> HttpResponse:
    edition = edition_for(reviewer.accreditation, request.LANGUAGE_CODE)
    lessons = list(edition.outline.lessons())
    place = next((place for place, each in enumerate(lessons) if each.key == key), None)
    if place is None:
        raise Http404
    step = lessons[place]
    text = get_object_or_404(LessonPage.objects.live().select_related("locale"), pk=step.page_id)
    return shown(
        request,
        reviewer,
        "lesson",
        edition=edition,
        step=step,
        text=text,
        module=edition.outline.module_of(step),
        before=lessons[place - 1] if place else None,
        after=lessons[place + 1] if place + 1 < len(lessons) else None,
    )


@for_reviewers
def questions(request: HttpRequest, reviewer: Reviewer) -> HttpResponse:
    """Every question of the final quiz with its answers, reasons and sources."""
    quiz = quiz_of(reviewer.accreditation)
    return shown(
        request,
        reviewer,
        "questions",
        quiz=quiz,
        drawn=drawn_by(quiz) if quiz else [],
        language=language_of(quiz) if quiz else "",
    )


@for_reviewers
def evaluation(request: HttpRequest, reviewer: Reviewer) -> HttpResponse:
    """The questions of the form that learners are given after the course."""
    asked = EvaluationQuestion.objects.asked_by(reviewer.accreditation.scheme)
    listed = [{"question": each, "text": each.text_in(request.LANGUAGE_CODE)} for each in asked]
    return shown(request, reviewer, "evaluation", listed=listed)


@for_reviewers
def report(request: HttpRequest, reviewer: Reviewer) -> HttpResponse:
    """By counts, without a name, of the whole window."""
    accreditation: Accreditation = reviewer.accreditation
    since, until = window_of(accreditation, today())
    return shown(request, reviewer, "report", tables=report_on(accreditation, since, until, request.LANGUAGE_CODE))
