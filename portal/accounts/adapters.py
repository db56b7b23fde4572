"""How allauth's screens and mails become the portal's."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.http import HttpRequest  # noqa: TID251  allauth hands its adapter the request
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.signals import sign_in_limited
from portal.core.brand import current

FROM_ALL_PLACES = {"app": "allauth.account", "action": "login_account"}


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _(
            "Too many attempts to sign in. Please wait a few minutes, or choose a new password by e-mail."
        ),
    }

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """In the reader's language: her profile's when the address is known, else that of the page she is on."""
        user = context.get("user") or User.objects.filter(email=email.lower()).first()
        language = user.language if isinstance(user, User) else translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(language):
            data = {**context, "public_url": settings.PUBLIC_URL, "site_name": current().name}
            about = {"Auto-Submitted": "auto-generated", "Content-Language": language, **(headers or {})}
            message: EmailMessage = super().render_mail(template_prefix, email, data, about)
            return message

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("home:start") if self.request.user.is_authenticated else reverse("account_login")

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """False when somebody else has signed up with the address since the link was sent."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            self.add_message(
                request,
                messages.ERROR,
                "account/messages/email_confirmation_failed.txt",
                {"email": email_address.email},
            )
            return False

    # Failed sign-ins are counted per account and place, so that a stranger who guesses cannot keep the owner out at
    # her own place. The wide limit on an account from all places stops guessing from many; a new password lifts it.

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{credentials.get('email', '').lower()} {ratelimit.get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        email = credentials.get("email", "").lower()
        try:
            super().pre_authenticate(request, **credentials)
            self._from_all_places = ratelimit.consume(request, **FROM_ALL_PLACES, key=email)
            if not self._from_all_places:
                raise self.validation_error("too_many_login_attempts")
        except ValidationError:
            sign_in_limited.send(sender=User, email=email)
            raise

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        self._from_all_places.rollback()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        super()._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(request, **FROM_ALL_PLACES, key=credentials["email"].lower())


class MfaAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        """What the authenticator app shows beside the code."""
        return current().name
