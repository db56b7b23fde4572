"""Which language answers: the address first, then the cookie, then the browser."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware


class PageLanguage(LocaleMiddleware):
    """Django's, except that a 404 of an address that exists stays a 404: only unknown ones are tried as pages."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 404 and request.resolver_match is not None:
            return response
        return super().process_response(request, response)
