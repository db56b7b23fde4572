"""Who may decide what is kept."""

from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import User


def may_keep_order(user: User | AnonymousUser) -> bool:
    return user.is_active and user.is_superuser
