"""The page after signing in, the colours of whoever hosts the portal, and what crawlers and browsers ask for."""

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.sitemaps import views as sitemaps
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from wagtail.models import Site

from certificates.compliance import rules
from certificates.compliance.board import boards_of, duties_of, tally_of
from certificates.issuing.models import Certificate
from courses.catalogue.editions import catalogue_for, for_reader
from courses.catalogue.models import CoursePage
from courses.learning.desks import desks_of
from portal.accounts.models import User
from portal.accounts.types import AuthedRequest
from portal.cms.desk import desk_of
from portal.cms.menus import root_of
from portal.core import brand
from portal.core.clock import now
from portal.departments.models import Department
from portal.home import crawlers
from portal.home.living import samples

DEPARTMENTS = 6


@login_required
def start(request: AuthedRequest) -> HttpResponse:
    """What this person does here: as a learner, as lead of departments, as editor, as administrator."""
    user, language, at = request.user, request.LANGUAGE_CODE, now()
    desks = desks_of(user, language)
    duties = duties_of(user, at)
    hers = {
        "open": [desk for desk in desks if desk.enrolment.closed_at is None],
        "duties": duties,
        "departments": led_by(user, at),
        "editing": desk_of(user, root_of(Site.find_for_request(request), language)),
        "certificates": Certificate.objects.of(user).valid().order_by("-created_at")[:3],
        "finished": [desk for desk in desks if desk.enrolment.closed_at is not None],
    }
    pressing = [line for line in duties if line.standing.state != rules.DONE]
    known = {desk.outline.key for desk in desks} | {line.requirement.course.translation_key for line in pressing}
    courses = CoursePage.objects.live().complete().exclude(translation_key__in=known)
    editions = for_reader(courses.select_related("locale").order_by("path"), language)
    return render(
        request,
        "home/start.html",
        {
            **hers,
            "is_empty": not any(hers.values()),
            "pressing": pressing,
            "suggestions": [edition.page for edition in editions if edition.is_open][:3],
            "catalogue": catalogue_for(language),
        },
    )


def led_by(user: User, at: datetime) -> list[tuple[Department, Counter[str], int]]:
    """The first departments that ``user`` leads, each with how many of its people stand where, and how many they are."""
    departments = list(Department.objects.led_by(user, at).select_related("organisation")[:DEPARTMENTS])
    lines = boards_of(departments, at)
    tallies = ((department, tally_of(lines.get(department.pk, []))) for department in departments)
    return [(department, tally, tally.total()) for department, tally in tallies]


@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """The living page of the kit; in production for administrators only."""
    if settings.PRODUCTION and not (request.user.is_authenticated and request.user.is_staff):
        raise Http404
    direction = "rtl" if request.GET.get("dir") == "rtl" else "ltr"
    return render(request, "kit/living.html", {**samples(), "direction": direction})


@require_safe
def brand_style(request: HttpRequest, digest: str) -> HttpResponse:
    """The brand's colours as a style sheet; kept for ever by browsers under the digest that names its content."""
    look = brand.current()
    response = HttpResponse(look.style_sheet, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable" if digest == look.digest else "no-cache"
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(crawlers.rules(), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    return sitemaps.sitemap(request, {"pages": crawlers.PageMap()})


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """How a phone shows the portal among its applications: name, colours, icons."""
    look = brand.current()
    icons = [{"src": f"/icon-{side}.png", "sizes": f"{side}x{side}", "type": "image/png"} for side in (192, 512)]
    about = {
        "name": look.name,
        "short_name": look.name,
        "start_url": "/",
        "display": "minimal-ui",
        "background_color": brand.WHITE,
        "theme_color": look.deep,
        "icons": icons,
    }
    response = JsonResponse(about, content_type="application/manifest+json")
    response["Cache-Control"] = "public, max-age=86400"
    return response
