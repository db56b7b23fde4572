"""The short way of requests to the record store, which need nothing of what pages need."""

from collections.abc import Callable
from typing import cast
from uuid import uuid4

import structlog
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, get_resolver

PREFIX = "/xapi/"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Handler = Callable[[HttpRequest], HttpResponseBase]

log = structlog.get_logger(__name__)


class StoreDoor:
    """Calls the view of an address under /xapi/ past all middleware that follows: sessions, languages, forms, pages.

    A client brings a credential with each request and gets JSON. It may come a thousand times a second, so only what went
    wrong is logged.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.answer = cast("Handler", convert_exception_to_response(_answer))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX) or settings.MAINTENANCE:
            return self.get_response(request)
        try:
            request.resolver_match = get_resolver("portal.lrs.urls").resolve(
                "/" + request.path_info.removeprefix(PREFIX)
            )
        except Resolver404:
            return self.get_response(request)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=str(uuid4()))
        response = self.answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
        if response.status_code >= 400:
            log.info("refused", code=response.status_code, request=f"{request.method} {request.path}")
        structlog.contextvars.clear_contextvars()
        return response


def _answer(request: HttpRequest) -> HttpResponseBase:
    request.get_host()  # raises for a host that is not ours
    match = cast("ResolverMatch", request.resolver_match)
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response
