"""The frame of every xAPI resource: version, credential, limits, parameters, other origins, and errors as JSON."""

from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar, cast
from urllib.parse import unquote_to_bytes

import orjson
import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from portal.core.clock import now
from portal.core.ratelimit import allowed_often
from portal.lrs import multipart
from portal.lrs.alternate import QUOTED, unfold, unquoted
from portal.lrs.auth import Authority, authenticate
from portal.lrs.errors import ForbiddenError, InvalidError, LrsError, TooLargeError, TooManyError, UnauthorizedError
from portal.lrs.multipart import JSON, MIXED, Part, is_json
from portal.lrs.parsing import read_json
from portal.lrs.versions import HEADER, V2, UnknownVersionError, negotiate

RATE = 6000  # requests a minute
BASIC = 'Basic realm="xAPI", charset="UTF-8"'
CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"

# Scripts of any origin may ask: what opens the store is a credential in the request, never a cookie.
_EVERY_ANSWER = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        f"ETag, Last-Modified, {HEADER}, {CONSISTENT_THROUGH}, Content-Length, Date, Retry-After, WWW-Authenticate"
    ),
}
_ASKED_HEADERS = (
    f"Authorization, {HEADER}, Content-Type, If-Match, If-None-Match, Accept-Language, X-Experience-API-Hash,"
    " Content-Transfer-Encoding"
)
_PREFLIGHT_SECONDS = 24 * 60 * 60

log = structlog.get_logger(__name__)


@method_decorator(csrf_exempt, name="dispatch")  # clients bring a credential with every request, never a cookie
class LrsView(View):
    """A subclass defines ``get``, ``put``, ``post`` as usual and raises an ``LrsError`` to refuse.

    Before these run, ``at``, ``version`` and ``authority`` are set. ``is_open`` serves without version and credential;
    ``base`` is the version of an address that is made for one.
    """

    is_open: ClassVar[bool] = False
    base: str | None = None
    at: datetime
    version = V2
    authority: Authority

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.at = now()
        outer = request
        if request.method == "OPTIONS":
            return self._finish(outer, request, self._preflight())
        response: HttpResponseBase
        try:
            if request.encoding:
                request.encoding = "utf-8"  # of the address, whatever the media type says of the body
            _refuse_forms_of_other_sites(request)
            request = self._unfolded(request)
            self._agree_on_version(request.headers.get(HEADER))
            if not self.is_open:
                self.authority = self._admit(request)
            response = super().dispatch(request, *args, **kwargs)
        except UnknownVersionError as error:
            self.version = error.answered
            response = refusal(InvalidError(str(error), HEADER))
        except LrsError as error:
            response = refusal(error)
            if isinstance(error, UnauthorizedError):
                response["WWW-Authenticate"] = challenge(request)
        except (SuspiciousOperation, UnreadablePostError):
            response = refusal(InvalidError("the request cannot be read"))
        except (OperationalError, InterfaceError) as error:
            log.warning("database away", error=type(error).__name__)
            response = HttpResponse(_message("the store is away for a moment"), content_type=JSON, status=503)
            response["Retry-After"] = "15"
        return self._finish(outer, request, response)

    def _unfolded(self, request: HttpRequest) -> HttpRequest:
        """``request``, or the one that it stands for in the alternate request syntax of 1.0.3."""
        if request.method != "POST" or "method" not in request.GET:
            return request
        with suppress(UnknownVersionError):  # so that a refusal carries the version
            self.version = negotiate(request.headers.get(HEADER, self.base))
        inner = unfold(cast("WSGIRequest", request), read_body(request, settings.XAPI_BODY_LIMIT))
        self._agree_on_version(inner.headers.get(HEADER))
        if self.version == V2:
            raise InvalidError("the alternate request syntax is not part of xAPI 2.0", "method")
        return inner

    def _agree_on_version(self, asked: str | None) -> None:
        try:
            self.version = negotiate(self.base if asked is None else asked)
        except UnknownVersionError:
            if not self.is_open:
                raise
        if self.base and self.version != self.base and not self.is_open:
            raise InvalidError(f"this address serves {self.base}", HEADER)

    def _preflight(self) -> HttpResponse:
        self.version = self.base or V2
        response = HttpResponse(status=204)
        response["Allow"] = self._methods()
        response["Access-Control-Allow-Methods"] = self._methods()
        response["Access-Control-Allow-Headers"] = _ASKED_HEADERS
        response["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)
        return response

    def _methods(self) -> str:
        return ", ".join(name.upper() for name in (*self.http_method_names, "options"))

    def _admit(self, request: HttpRequest) -> Authority:
        authority = authenticate(request.headers.get("Authorization"), at=self.at)
        check_origin(request, authority)
        rate = RATE if authority.rate is None else authority.rate
        if not allowed_often(rate, "xapi", str(authority.credential_id)):
            raise TooManyError("too many requests, wait a minute")
        return authority

    @property
    def body_limit(self) -> int:
        """Bytes that this client may send in one request."""
        given = self.authority.body_limit
        return settings.XAPI_BODY_LIMIT if given is None else given

    def _finish(self, outer: HttpRequest, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """``response`` with what every answer carries; ``request`` is the one that ``outer`` stands for."""
        moment = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        response[HEADER] = self.version
        response[CONSISTENT_THROUGH] = moment
        response["Date"] = http_date(self.at.timestamp())
        response.headers.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ("Authorization", HEADER))
        for name, value in _EVERY_ANSWER.items():
            response[name] = value
        if request.method == "HEAD":
            _take_body(response, is_told=outer.method == "HEAD")
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(_message("this resource has no such method"), content_type=JSON, status=405)
        response["Allow"] = self._methods()
        return response


def _take_body(response: HttpResponseBase, *, is_told: bool) -> None:
    """Leave the headers as they are with the body, its length too where ``is_told``; what streams tells it itself."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = iter(())
    elif isinstance(response, HttpResponse):
        if is_told:
            response["Content-Length"] = str(len(response.content))
        response.content = b""


def _refuse_forms_of_other_sites(request: HttpRequest) -> None:
    """A browser that was once asked for a key sends it with forms of any site; scripts ask in another mode."""
    mode, site = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Site")
    if request.method not in {"GET", "HEAD"} and site == "cross-site" and mode in {"navigate", "no-cors"}:
        raise ForbiddenError("forms of other sites may not write")


def refusal(error: LrsError) -> HttpResponse:
    response = HttpResponse(_message(error.message, error.path), content_type=JSON, status=error.status)
    if isinstance(error, TooManyError):
        response["Retry-After"] = "60"
    return response


def failure() -> HttpResponse:
    """To a client, that the fault is here; what it was stands in the log."""
    return HttpResponse(
        _message("the store has failed; the operators find it in their log"), content_type=JSON, status=500
    )


def challenge(request: HttpRequest) -> str:
    """The ways to sign in. A browser that goes to an address is told of none with a dialog, which would keep the key."""
    bearer = 'Bearer realm="xAPI"'
    if request.headers.get("Authorization", "")[:7].lower() == "bearer ":
        bearer += ', error="invalid_token"'
    return bearer if request.headers.get("Sec-Fetch-Mode") == "navigate" else f"{BASIC}, {bearer}"


def check_origin(request: HttpRequest, authority: Authority) -> None:
    """
    Raises:
        ForbiddenError: a script of an origin that the credential does not list.
    """
    origin = request.headers.get("Origin")
    if authority.origins and origin is not None and origin not in authority.origins:
        raise ForbiddenError("this credential is not for scripts of this origin", "Origin")


def _message(text: str, path: str = "") -> bytes:
    return orjson.dumps({"error": text, "path": path})


def parameters(request: HttpRequest) -> dict[str, str]:
    """The query of the address; each name once.

    Raises:
        InvalidError: a name twice, or what is not UTF-8.
    """
    given: dict[str, str] = {}
    for name, values in request.GET.lists():
        if len(values) > 1:
            raise InvalidError("is given more than once", name[:100])
        given[name] = values[0]
    try:
        unquote_to_bytes(request.META.get("QUERY_STRING", "").encode("latin-1")).decode()
    except UnicodeError:
        raise InvalidError("the query of the address is not in UTF-8") from None
    return given


def read_body(request: HttpRequest, limit: int) -> bytes:
    """The body, read up to ``limit`` bytes.

    Raises:
        TooLargeError: longer than the limit.
        InvalidError: shorter than announced.
    """
    if QUOTED in request.META:
        body = unquoted(request.META[QUOTED])
        if len(body) > limit:
            raise TooLargeError(f"the body is longer than {limit} bytes")
        return body
    length = request.headers.get("Content-Length") or "0"
    if length.isdecimal() and int(length[:20]) > limit:
        raise TooLargeError(f"the body is longer than {limit} bytes")
    is_chunked = "Content-Length" not in request.headers and request.META.get("wsgi.input_terminated")
    body = (request.META["wsgi.input"] if is_chunked else request).read(limit + 1)
    if len(body) > limit:
        raise TooLargeError(f"the body is longer than {limit} bytes")
    if length.isdecimal() and len(body) < int(length):
        raise InvalidError("the body ended before its announced length", "Content-Length")
    return body


def read_statements(request: HttpRequest, limit: int) -> tuple[Any, list[Part]]:
    """The body as a JSON value, and the data of attachments that came with it.

    Raises:
        InvalidError: another media type, not JSON, or a part that is wrong.
        TooLargeError: longer than ``limit`` bytes, or too many parts.
    """
    if request.content_type == MIXED:
        return multipart.read(read_body(request, limit), (request.content_params or {}).get("boundary", ""))
    if not is_json(request.headers.get("Content-Type", "")):
        raise InvalidError(f"the media type of statements is {JSON} in UTF-8, or {MIXED}", "Content-Type")
    return read_json(read_body(request, limit)), []
