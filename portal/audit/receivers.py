"""What happens to an account enters the log."""

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.dispatch import receiver

from portal.accounts.models import User
from portal.accounts.signals import sign_in_limited
from portal.audit.actions import record
from portal.core.clock import now
from portal.core.ratelimit import allowed


@receiver(account.user_signed_up)
def signed_up(user: User, **_: Any) -> None:
    record("signed up", user, at=now())


@receiver(account.email_confirmed)
def address_confirmed(email_address: EmailAddress, **_: Any) -> None:
    record("confirmed address", email_address.user, at=now())


@receiver(account.email_changed)
def address_changed(user: User, from_email_address: EmailAddress | None, **_: Any) -> None:
    if from_email_address is not None:  # the first address is confirmed, not changed
        record("changed address", user, at=now())


@receiver([account.password_changed, account.password_set])
def password_changed(user: User, **_: Any) -> None:
    record("changed password", user, at=now())


@receiver(account.password_reset)
def password_reset(user: User, **_: Any) -> None:
    record("reset password", user, at=now())


@receiver(mfa.authenticator_added)
def factor_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    record("added second factor", user, at=now(), kind=authenticator.type)


@receiver(mfa.authenticator_removed)
def factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    record("removed second factor", user, at=now(), kind=authenticator.type)


@receiver(mfa.authenticator_reset)
def factor_renewed(user: User, authenticator: Authenticator, **_: Any) -> None:
    record("renewed second factor", user, at=now(), kind=authenticator.type)


@receiver(sign_in_limited)
def guessing(email: str, **_: Any) -> None:
    """One entry in five minutes and account: whoever guesses cannot fill the log."""
    user = User.objects.filter(email=email).first()
    if user is not None and allowed("1/5 minutes", "audit-sign-in", str(user.pk)):
        record("too many failed sign-ins", user, at=now())
