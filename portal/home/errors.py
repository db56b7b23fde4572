"""The error pages. None of them needs the database; with it, a page that was taken down says so."""

import sys
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_path
from wagtail.models import Page, Site

from portal.lrs.middleware import PREFIX
from portal.lrs.resource import failure

log = structlog.get_logger(__name__)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return HttpResponse(render_to_string(f"{status}.html", {"path": request.path}), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse(render_to_string("403_csrf.html", {"path": request.path}), status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, or 410 where a published page stood that was taken down."""
    try:
        gone = was_published(request)
    except DatabaseError:
        gone = False
    return _page(request, 410 if gone else 404)


def was_published(request: HttpRequest) -> bool:
    """Whether the address is that of a page that was live once and is no more."""
    site = Site.find_for_request(request)
    _, _, path = request.path.lstrip("/").partition("/")  # behind the language
    if site is None or not path or get_language_from_path(request.path) is None:
        return False
    root = site.root_page.localized
    address = root.url_path + (path if path.endswith("/") else f"{path}/")
    return bool(Page.objects.filter(url_path=address, live=False, first_published_at__isnull=False).exists())


def server_error(request: HttpRequest, **_: Any) -> HttpResponse:
    """Django calls this while it handles the exception, be it of a view or of a middleware."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        log.error("database away", error=type(error).__name__)
        return unavailable(request)
    if isinstance(error, UnreadablePostError):  # the client went away, or sends too slowly
        return _page(request, 400)
    if request.path.startswith(PREFIX):
        return failure()
    return _page(request, 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 and Retry-After: a page that says so, with neither database nor session."""
    response = _page(request, 503)
    response["Retry-After"] = "15"
    return response
