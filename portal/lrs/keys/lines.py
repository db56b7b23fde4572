"""Credentials as the screens show them: with the names of those to whom they belong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from portal.accounts.models import User
from portal.lrs.models import Credential


@dataclass(frozen=True)
class Line:
    """``state`` is usable, expired or revoked; ``owner`` is a name for people."""

    credential: Credential
    owner: str
    state: str


def lines_of(credentials: Iterable[Credential], tenants: Mapping[str, str], at: datetime) -> list[Line]:
    """In the same order; asks once for the names of all people. ``tenants`` are names by uuid as text."""
    rows = list(credentials)
    hers = [UUID(each.tenant) for each in rows if each.holder == Credential.Holder.PERSON and each.tenant]
    people = dict(User.objects.filter(uuid__in=hers).values_list("uuid", "name")) if hers else {}
    return [Line(each, _owner(each, tenants, people), _state(each, at)) for each in rows]


def _owner(credential: Credential, tenants: Mapping[str, str], people: Mapping[UUID, str]) -> str:
    match credential.holder:
        case Credential.Holder.PORTAL:
            return gettext("The portal")
        case Credential.Holder.PERSON:
            names = {str(uuid): name for uuid, name in people.items()}
            return names.get(credential.tenant, gettext("A person who is no longer here"))
        case _:
            return tenants.get(credential.tenant, credential.tenant)


def _state(credential: Credential, at: datetime) -> str:
    if credential.revoked_at is not None:
        return "revoked"
    return "expired" if credential.expires_at is not None and credential.expires_at <= at else "usable"
