"""OAuth 2 client credentials (RFC 6749, 4.4): a key and secret for a token that lives an hour."""

from urllib.parse import parse_qsl

import orjson
from django.http import HttpRequest, HttpResponse

from portal.core.ratelimit import allowed
from portal.lrs.auth import Authority, read_basic, verify, with_narrower
from portal.lrs.errors import ForbiddenError, LrsError, UnauthorizedError
from portal.lrs.multipart import JSON
from portal.lrs.resource import BASIC, LrsView, check_origin, read_body
from portal.lrs.tokens import LIFETIME, Token, seal

FORM = "application/x-www-form-urlencoded"
FORM_LIMIT = 16 * 1024
FIELDS = 20
# Tokens live long enough: whoever asks more often does something wrong.
RATE = "60/minute"


class TokenError(Exception):
    """``code`` is one of RFC 6749, 5.2; ``message`` is for people, in ASCII without quotes."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class TokenView(LrsView):
    http_method_names = ["post"]
    is_open = True

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            return _answer(self._grant(request))
        except TokenError as error:
            response = _answer({"error": error.code, "error_description": error.message}, error.status)
            if error.status == 401:
                response["WWW-Authenticate"] = BASIC
            return response

    def _grant(self, request: HttpRequest) -> dict[str, object]:
        given = _form(request)
        key, secret = _client(request.headers.get("Authorization"), given)
        try:
            authority = verify(key, secret, at=self.at)
            check_origin(request, authority)
        except UnauthorizedError as error:
            raise TokenError("invalid_client", error.message, error.status) from None
        except ForbiddenError as error:
            raise TokenError("unauthorized_client", error.message, error.status) from None
        if not allowed(RATE, "xapi token", str(authority.credential_id)):
            raise TokenError("invalid_request", "too many requests, wait a minute", 429)
        if "grant_type" not in given:
            raise TokenError("invalid_request", "grant_type is missing")
        if given["grant_type"] != "client_credentials":
            raise TokenError("unsupported_grant_type", "the only grant_type is client_credentials")
        scopes = _scopes(given.get("scope"), authority)
        return {
            "access_token": seal(Token(key, scopes), at=self.at),
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "scope": " ".join(sorted(scopes)),
        }


def _answer(told: dict[str, object], status: int = 200) -> HttpResponse:
    response = HttpResponse(orjson.dumps(told), content_type=JSON, status=status)
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"  # RFC 6749, 5.1
    return response


def _form(request: HttpRequest) -> dict[str, str]:
    """The fields of the form, of which empty ones count as left out."""
    if request.content_type != FORM:
        raise TokenError("invalid_request", f"the media type is {FORM}")
    try:
        text = read_body(request, FORM_LIMIT).decode("ascii")
        pairs = parse_qsl(text, strict_parsing=bool(text), errors="strict", max_num_fields=FIELDS)
    except LrsError as error:
        raise TokenError("invalid_request", error.message, error.status) from None
    except ValueError:
        raise TokenError("invalid_request", "the body is no form") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise TokenError("invalid_request", "a parameter stands twice")
    return fields


def _client(header: str | None, given: dict[str, str]) -> tuple[str, str]:
    """Key and secret, from the header or from the form, never from both (RFC 6749, 2.3)."""
    if header is None:
        if "client_id" not in given or "client_secret" not in given:
            raise TokenError("invalid_client", "client_id and client_secret are asked for", 401)
        return given["client_id"], given["client_secret"]
    if "client_secret" in given:
        raise TokenError("invalid_request", "the secret stands in the header and in the form")
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        raise TokenError("invalid_client", "the scheme of Authorization is not Basic", 401)
    try:
        key, secret = read_basic(value)
    except UnauthorizedError as error:
        raise TokenError("invalid_client", error.message, 401) from None
    if given.get("client_id", key) != key:
        raise TokenError("invalid_request", "client_id is not the key in the header")
    return key, secret


def _scopes(asked: str | None, authority: Authority) -> frozenset[str]:
    """What is asked for, or all that the credential has."""
    if asked is None:
        return authority.scopes
    scopes = frozenset(asked.split())
    if not scopes or scopes - with_narrower(authority.scopes):
        raise TokenError("invalid_scope", "the credential has not all of these scopes")
    return scopes
