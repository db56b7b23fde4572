"""Who may report to the bodies that give credits."""

from portal.accounts.models import User


def may_report(user: User) -> bool:
    """Those who keep the accreditations."""
    return bool(user.has_perm("issuing.change_accreditation"))
