"""What the account decides about every request: its language, and whether a second factor is due."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _

Handler = Callable[[HttpRequest], HttpResponseBase]


class ProfileLanguage:
    """A signed-in person reads the portal in the language of the profile; a page in another language stays as it is.

    The language cookie (chosen on this device, with the language switch) comes before the profile.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        in_address = translation.get_language_from_path(request.path_info)
        if (
            not chosen
            and not in_address
            and settings.SESSION_COOKIE_NAME in request.COOKIES
            and request.user.is_authenticated
        ):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


class RequireMfa:
    """Where ``MFA_REQUIRED`` holds, those who may change what others see first set up a second factor."""

    FREE = ("/account/", "/static/", "/healthz", "/readyz", "/i18n/")

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (
            settings.MFA_REQUIRED
            and not request.path.startswith(self.FREE)
            and request.user.is_authenticated
            and request.user.needs_second_factor
            and not is_mfa_enabled(request.user)
        ):
            messages.warning(request, _("Your role needs a second factor. Please set one up to go on."))
            return redirect("mfa_index")
        return self.get_response(request)
