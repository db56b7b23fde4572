"""Who may do what with designs."""

from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy

from certificates.issuing.models import Design
from portal.accounts.models import User


def may_design(user: Any) -> bool:
    """Administrators, and whoever has been given the right to make or change designs in the CMS."""
    return isinstance(user, User) and (user.has_perm("issuing.add_design") or user.has_perm("issuing.change_design"))


class UsedOnesStay(ModelPermissionPolicy):
    """A design that has drawn a certificate is taken out of use, and never deleted."""

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Design) -> bool:
        allowed = bool(super().user_has_permission_for_instance(user, action, instance))
        return allowed and not (action == "delete" and instance.was_used)
