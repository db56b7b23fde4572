"""Which people of this portal the agents of statements are. Only an address that a person has confirmed is hers."""

from collections.abc import Iterable, Iterator
from hashlib import sha1
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q

from portal.accounts.models import User
from portal.core.types import JsonObject
from portal.lrs.indexing import identifier
from portal.lrs.querysets import AnyOf, Wanted


def keys_of(user: User) -> list[str]:
    """The index keys by which statements may name ``user``: her account here, her confirmed addresses, their SHA-1."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).order_by("pk").values_list("email", flat=True)
    return [identifier(account_of(user)), *(key for address in addresses for key in _keys_of_address(address))]


def account_of(user: User) -> JsonObject:
    """The agent as which the portal itself names ``user``."""
    return {"objectType": "Agent", "account": {"homePage": settings.PUBLIC_URL, "name": str(user.uuid)}}


def wanted_of(keys: Iterable[str]) -> AnyOf:
    """Every statement that names one of the agents, wherever it does: actor, object, instructor, team, member, authority."""
    return AnyOf(tuple(Wanted(agent=key, related_agents=True) for key in keys))


def people_named(agents: Iterable[JsonObject]) -> dict[str, User]:
    """The people of this portal among ``agents``, by index key; two queries however many agents there are.

    Where one is known by the SHA-1 of an address alone, every confirmed address is hashed: the portal keeps no hashes.
    """
    named = {identifier(agent): agent for agent in agents}
    uuids = {uuid for agent in named.values() if (uuid := _uuid_here(agent))}
    owners = _owners(named)
    if not uuids and not owners:
        return {}
    people = User.objects.filter(Q(uuid__in=uuids) | Q(pk__in=owners.values()))
    by_uuid = {identifier(account_of(person)): person for person in people}
    by_pk = {person.pk: person for person in by_uuid.values()}
    return {key: person for key in named if (person := by_uuid.get(key) or by_pk.get(owners.get(key, 0)))}


def identifiers_of(agents: Iterable[JsonObject]) -> dict[str, list[str]]:
    """By which other texts the people of this portal among ``agents`` may be known: addresses and accounts, by index key.

    Addresses that they have not confirmed are among them.
    """
    people = people_named(agent for agent in agents if identifier(agent))
    texts = {person.pk: [str(person.uuid), person.email] for person in people.values()}
    for pk, address in EmailAddress.objects.filter(user__in=texts).values_list("user_id", "email"):
        texts[pk].append(address)
    return {key: texts[person.pk] for key, person in people.items()}


def _owners(named: dict[str, JsonObject]) -> dict[str, int]:
    """The primary keys of people by the index keys of their confirmed addresses."""
    addresses = [agent["mbox"].removeprefix("mailto:") for agent in named.values() if "mbox" in agent]
    confirmed = EmailAddress.objects.filter(verified=True)
    if not any("mbox_sha1sum" in agent for agent in named.values()):
        if not addresses:
            return {}
        confirmed = confirmed.filter(email__in={_usual(address) for address in addresses})
    rows = confirmed.values_list("email", "user_id")
    return {key: pk for email, pk in rows.iterator() for key in _keys_of_address(email) if key in named}


def _keys_of_address(address: str) -> Iterator[str]:
    mbox = f"mailto:{_usual(address)}"
    yield identifier({"mbox": mbox})
    yield identifier({"mbox_sha1sum": sha1(mbox.encode(), usedforsecurity=False).hexdigest()})


def _usual(address: str) -> str:
    """With the host in small letters, as index keys have it."""
    name, _, host = address.rpartition("@")
    return f"{name}@{host.lower()}"


def _uuid_here(agent: JsonObject) -> UUID | None:
    account = agent.get("account", {})
    if account.get("homePage") != settings.PUBLIC_URL:
        return None
    try:
        return UUID(account["name"])
    except ValueError:
        return None
