"""Who may see, make and revoke which credentials."""

from collections.abc import Collection

from portal.accounts.models import User
from portal.lrs.models import Credential
from portal.lrs.querysets import CredentialQuerySet


def may_manage(user: User, tenants: Collection[str]) -> bool:
    """Whether these screens are hers at all; ``tenants`` are those of ``tenants_of`` now."""
    return user.is_superuser or bool(tenants)


def manageable_by(user: User, tenants: Collection[str]) -> CredentialQuerySet:
    """All for administrators, for leads those of their organisations."""
    return Credential.objects.all() if user.is_superuser else Credential.objects.of_organisations(tenants)
