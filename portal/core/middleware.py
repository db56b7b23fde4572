"""Answers that every request needs, whatever view serves it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_path, get_language_from_request, override

Handler = Callable[[HttpRequest], HttpResponseBase]
CMS_PATHS = ("/cms/",)
COMPRESSED = ("text/html", "text/css", "text/plain", "application/xml", "application/manifest+json")


class SecurityHeaders:
    """The relaxed policy under the CMS, Permissions-Policy everywhere, and private pages kept out of caches."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path.startswith(CMS_PATHS):
            policy: dict[str, Any] = settings.CMS_CONTENT_SECURITY_POLICY
            response._csp_replace = policy  # type: ignore[attr-defined]  # django-csp reads it from the response
        if response.has_header("Content-Disposition"):  # a file is saved; a browser that opens it runs nothing
            response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        # The cookie and not the person: she is in the database, which may be away.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class Maintenance:
    """While ``MAINTENANCE`` is set every address says so and touches no database; static files and /healthz answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.MAINTENANCE or request.path == "/healthz":
            return self.get_response(request)
        language = get_language_from_path(request.path_info) or get_language_from_request(request)
        with override(language):
            response = HttpResponse(render_to_string("maintenance.html"), status=503)
        response["Retry-After"] = "600"
        return response


class Compressed(GZipMiddleware):
    """Pages leave compressed; static files are already (WhiteNoise), answers of the LRS keep their strong ETags.

    What BREACH guesses by the length of a compressed page is not to be had: tokens against forgery are masked anew in
    each answer, no request of another site but a plain link brings the cookie of a sign-in (SameSite=Lax), and random
    bytes blur the length.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in COMPRESSED or "X-Experience-API-Version" in response.headers:
            return response
        return super().process_response(request, response)
