"""Who may say where statements go."""

from portal.accounts.models import User


def may_set_up_delivery(user: User) -> bool:
    """Administrators alone: docs/decisions/0013-forwarding.md says why."""
    return user.is_superuser
