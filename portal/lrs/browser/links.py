"""Addresses of the views of one person and of one activity."""

import orjson
from django.urls import reverse
from django.utils.http import urlencode

from portal.core.types import JsonObject
from portal.lrs.indexing import identifier
from portal.lrs.wording import People

# Servers and proxies refuse longer addresses; what is named by more has no view of its own.
_LONGEST = 4000
_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")


def person_url(agent: JsonObject, people: People) -> str:
    """Of the portal's person where the agent is one; empty for an anonymous group."""
    person = people.get(identifier(agent))
    if person:
        return _address("browser:person", person=str(person.uuid))
    named = {key: agent[key] for key in _IDENTIFIERS if key in agent}
    return _address("browser:person", agent=orjson.dumps(named).decode()) if named else ""


def activity_url(iri: str) -> str:
    return _address("browser:activity", id=iri)


def object_url(what: JsonObject, people: People) -> str:
    match what.get("objectType", "Activity"):
        case "Activity":
            return activity_url(what["id"])
        case "Agent" | "Group":
            return person_url(what, people)
        case "StatementRef":
            return reverse("browser:statement", args=[what["id"]])
        case _:
            return ""


def _address(view: str, **given: str) -> str:
    address = f"{reverse(view)}?{urlencode(given)}"
    return address if len(address) <= _LONGEST else ""
