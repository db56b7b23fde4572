"""Who may let reviewers of an accrediting body in."""

from certificates.issuing.reporting.permissions import may_report
from portal.accounts.models import User


def may_invite(user: User) -> bool:
    """Those who report to the bodies: a reviewer sees the same report."""
    return may_report(user)
