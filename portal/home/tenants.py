"""Organisations as the record store sees them: whose credentials somebody may make and revoke."""

from datetime import datetime

from portal.accounts.models import User
from portal.departments.models import Organisation
from portal.lrs.tenants import Tenant, register_directory


@register_directory
def organisations_of(user: User, at: datetime) -> list[Tenant]:
    """All for administrators; for leads those with a department that they lead at that moment."""
    organisations = Organisation.objects.all() if user.is_superuser else Organisation.objects.led_by(user, at)
    return [Tenant(*row) for row in organisations.order_by("name").values_list("uuid", "name")]
