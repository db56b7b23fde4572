"""A person looks at her own account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from portal.accounts.forms import ProfileForm
from portal.accounts.types import AuthedRequest


@login_required
def profile(request: AuthedRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with translation.override(user.language):
            messages.success(request, _("Your profile is saved."))
        response = redirect("accounts:profile")
        if "language" in form.changed_data:
            speak(response, user.language)
        return response
    return render(request, "accounts/profile.html", {"form": form})


def speak(response: HttpResponse, language: str) -> None:
    """The language switch of this device follows, as it does with ``/i18n/setlang/``."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/privacy.html")
