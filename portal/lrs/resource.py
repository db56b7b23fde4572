"""The frame of every xAPI resource: version, credential, limits, parameters, and errors as JSON."""

import re
from datetime import datetime
from typing import Any, ClassVar

import orjson
import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from portal.core.clock import now
from portal.core.ratelimit import allowed
from portal.lrs.auth import Authority, authenticate
from portal.lrs.errors import InvalidError, LrsError, TooLargeError, TooManyError, UnauthorizedError
from portal.lrs.parsing import read_json
from portal.lrs.versions import HEADER, V2, UnknownVersionError, negotiate

RATE = "6000/minute"
JSON = "application/json"

log = structlog.get_logger(__name__)


@method_decorator(csrf_exempt, name="dispatch")  # clients bring a credential with every request, never a cookie
class LrsView(View):
    """A subclass defines ``get``, ``put``, ``post`` as usual and raises an ``LrsError`` to refuse.

    Before these run, ``at``, ``version`` and ``authority`` are set. ``is_open`` serves without version and credential.
    """

    is_open: ClassVar[bool] = False
    at: datetime
    version = V2
    authority: Authority

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.at = now()
        try:
            self._agree_on_version(request.headers.get(HEADER))
            if not self.is_open:
                self.authority = self._admit(request)
            response = super().dispatch(request, *args, **kwargs)
        except UnknownVersionError as error:
            self.version = error.answered
            response = refusal(InvalidError(str(error), HEADER))
        except LrsError as error:
            response = refusal(error)
        except (SuspiciousOperation, UnreadablePostError):
            response = refusal(InvalidError("the request cannot be read"))
        except (OperationalError, InterfaceError) as error:
            log.warning("database away", error=type(error).__name__)
            response = HttpResponse(_message("the store is away for a moment"), content_type=JSON, status=503)
            response["Retry-After"] = "15"
        return self._finish(request, response)  # type: ignore[arg-type]  # views here answer whole

    def _agree_on_version(self, asked: str | None) -> None:
        try:
            self.version = negotiate(asked)
        except UnknownVersionError:
            if not self.is_open:
                raise

    def _admit(self, request: HttpRequest) -> Authority:
        authority = authenticate(request.headers.get("Authorization"), at=self.at)
        if not allowed(RATE, "xapi", authority.key):
            raise TooManyError("too many requests, wait a minute")
        return authority

    def _finish(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        moment = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        response[HEADER] = self.version
        response["X-Experience-API-Consistent-Through"] = moment
        response["Date"] = http_date(self.at.timestamp())
        response.headers.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ("Authorization", HEADER))
        if request.method == "HEAD":
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(_message("this resource has no such method"), content_type=JSON, status=405)
        response["Allow"] = ", ".join(name.upper() for name in self.http_method_names)
        return response


def refusal(error: LrsError) -> HttpResponse:
    response = HttpResponse(_message(error.message, error.path), content_type=JSON, status=error.status)
    if isinstance(error, UnauthorizedError):
        response["WWW-Authenticate"] = 'Basic realm="xAPI", charset="UTF-8"'
    if isinstance(error, TooManyError):
        response["Retry-After"] = "60"
    return response


def _message(text: str, path: str = "") -> bytes:
    return orjson.dumps({"error": text, "path": path})


def parameters(request: HttpRequest) -> dict[str, str]:
    """The query of the address; each name once.

    Raises:
        InvalidError: a name twice.
    """
    given: dict[str, str] = {}
    for name, values in request.GET.lists():
        if len(values) > 1:
            raise InvalidError("is given more than once", name[:100])
        given[name] = values[0]
    return given


def json_body(request: HttpRequest) -> Any:
    """The body as a JSON value, read up to the limit of ``XAPI_BODY_LIMIT`` bytes.

    Raises:
        InvalidError: another media type, or not JSON.
        TooLargeError: longer than the limit.
    """
    if request.content_type == "multipart/mixed":
        raise InvalidError("multipart attachments are not taken yet; send application/json with fileUrl")
    if request.content_type != JSON:
        raise InvalidError(f"the media type of statements is {JSON}", "Content-Type")
    charset = (request.content_params or {}).get("charset", "utf-8")
    if not re.fullmatch("utf-?8", charset, re.IGNORECASE):
        raise InvalidError("JSON is sent in UTF-8", "Content-Type")
    limit = settings.XAPI_BODY_LIMIT
    length = request.headers.get("Content-Length") or "0"
    if length.isdecimal() and int(length[:20]) > limit:
        raise TooLargeError(f"the body is longer than {limit} bytes")
    body = request.read(limit + 1)
    if len(body) > limit:
        raise TooLargeError(f"the body is longer than {limit} bytes")
    return read_json(body)
