"""Who may see a department."""

from datetime import datetime

from portal.accounts.models import User
from portal.departments.models import Department


def can_view(user: User, department: Department, at: datetime) -> bool:
    """Its leads at that moment, and administrators. The only place that decides."""
    return user.is_superuser or Department.objects.led_by(user, at).filter(pk=department.pk).exists()
