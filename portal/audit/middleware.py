"""Remembers who is acting, so that actions need not be told by every caller."""

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase]
# The request and not its person: whoever signs in half-way through is the one who acts from then on.
acting: ContextVar[HttpRequest | None] = ContextVar("acting", default=None)


class RememberActor:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = acting.set(request)
        try:
            return self.get_response(request)
        finally:
            acting.reset(token)
