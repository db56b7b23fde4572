"""The lesson player and a learner's courses."""

import re
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.catalogue.editions import catalogue_for, editions_of, preferred
from courses.catalogue.models import CoursePage, LessonPage
from courses.catalogue.outline import Step
from courses.learning import actions
from courses.learning.desks import Desk, courses_at, desks_at, desks_of, latest_desk, step_at
from courses.learning.models import Enrolment
from portal.accounts.types import AuthedRequest
from portal.core.clock import now

PLACE = re.compile(r"[0-9a-zA-Z-]{1,40}")


def desk_of(request: AuthedRequest, course: str) -> Desk:
    """The latest enrolment of the signed-in person in the course with this slug, be it of another language or an old one.

    Raises:
        Http404: she is not enrolled (others' enrolments are never found).
    """
    language = request.LANGUAGE_CODE
    desk = latest_desk(request.user, courses_at(course, language), language)
    if desk is None:
        raise Http404
    return desk


def step_of(desk: Desk, module: str, lesson: str) -> Step:
    step = step_at(desk, module, lesson)
    if step is None:
        raise Http404
    return step


@login_required
def index(request: AuthedRequest) -> HttpResponse:
    """My courses: the open ones with what is left, then the finished ones."""
    desks = desks_of(request.user, request.LANGUAGE_CODE)
    return render(
        request,
        "learning/index.html",
        {
            "open": [desk for desk in desks if desk.enrolment.closed_at is None],
            "finished": [desk for desk in desks if desk.enrolment.closed_at is not None],
            "catalogue": catalogue_for(request.LANGUAGE_CODE),
        },
    )


@login_required
def enrol(request: AuthedRequest, course: UUID) -> HttpResponse:
    """POST enrols and leads to the first lesson; GET, as after signing in, to the page of the course."""
    language = request.LANGUAGE_CODE
    offered = CoursePage.objects.live().filter(translation_key=course).select_related("locale").order_by("pk")
    edition = preferred(editions_of(offered), request.POST.get("language", language), language)
    if edition is None:
        raise Http404
    if request.method != "POST":
        return redirect(edition.page.url)
    try:
        enrolment = actions.enrol(user=request.user, course=edition.page, at=now())
    except PermissionDenied:
        messages.info(request, _("This course is in preparation. You can enrol when it is published."))
        return redirect(edition.page.url)
    except actions.TooEarlyError as early:
        day = date_format(early.opens_on)
        messages.info(request, _("You completed this course. You can take it again from %(day)s.") % {"day": day})
        return redirect("learning:course", edition.page.slug)
    return redirect(desks_at([enrolment], language)[0].next_url)


@login_required
def course(request: AuthedRequest, course: str) -> HttpResponse:
    return render(request, "learning/course.html", {"desk": desk_of(request, course)})


@login_required
def taken(request: AuthedRequest, enrolment: UUID) -> HttpResponse:
    """One enrolment by its number: what was completed before stays to be seen when the course is taken again."""
    found = get_object_or_404(Enrolment.objects.of(request.user).for_desks(), uuid=enrolment)
    (desk,) = desks_at([found], request.LANGUAGE_CODE)
    return render(request, "learning/course.html", {"desk": desk})


@login_required
def lesson(request: AuthedRequest, course: str, module: str, lesson: str) -> HttpResponse:
    desk = desk_of(request, course)
    step = step_of(desk, module, lesson)
    page = get_object_or_404(LessonPage.objects.live().select_related("locale"), pk=step.page_id)
    progress = actions.open_step(enrolment=desk.enrolment, outline=desk.outline, step=step, at=now())
    following = desk.outline.following(step)
    return render(
        request,
        "learning/lesson.html",
        {
            "desk": desk,
            "step": step,
            "module": desk.outline.module_of(step),
            "text": page,
            "place": progress.place,
            "is_done": step.key in desk.progress.done,
            "following": following,
            "following_url": desk.url_of(following),
        },
    )


@login_required
def done(request: AuthedRequest, course: str, module: str, lesson: str) -> HttpResponse:
    """POST marks the lesson as read and goes on to the next step; GET, as after signing in, shows the lesson."""
    desk = desk_of(request, course)
    step = step_of(desk, module, lesson)
    if request.method != "POST":
        return redirect(desk.url_of(step))
    if desk.enrolment.closed_at is None:
        actions.complete_step(enrolment=desk.enrolment, outline=desk.outline, step=step, at=now())
    return redirect(desk.url_of(desk.outline.following(step)))


@login_required
def place(request: AuthedRequest, course: str, module: str, lesson: str) -> HttpResponse:
    """POST keeps the block last in sight, sent by the page as it is read; GET shows the lesson."""
    if request.method != "POST":
        return redirect("learning:lesson", course, module, lesson)
    block = request.POST.get("block", "")
    if not PLACE.fullmatch(block):
        return HttpResponseBadRequest("block: the id of a block of this lesson")
    desk = desk_of(request, course)
    actions.keep_place(enrolment=desk.enrolment, step=step_of(desk, module, lesson), place=block)
    return HttpResponse(status=204)
