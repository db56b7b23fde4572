"""What statements tell of one activity or one agent (pure)."""

from collections.abc import Iterable

from portal.core.types import JsonObject
from portal.lrs.indexing import activities, identifier, people

_MAPS = ("name", "description", "extensions")
_INTERACTION = ("correctResponsesPattern", "choices", "scale", "source", "target", "steps")
_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")


def activity(iri: str, statements: Iterable[JsonObject]) -> JsonObject:
    """The Activity ``iri`` with all that ``statements`` say of it, oldest first: a later word replaces an earlier one.

    Maps of languages and extensions are put together. An interaction of another type replaces the whole of the earlier.
    """
    definition: JsonObject = {}
    for statement in statements:
        for each in activities(statement):
            if each["id"] == iri and "definition" in each:
                definition = _together(definition, each["definition"])
    whole: JsonObject = {"objectType": "Activity", "id": iri}
    return {**whole, "definition": definition} if definition else whole


def _together(known: JsonObject, told: JsonObject) -> JsonObject:
    kept = dict(known)
    if told.get("interactionType", kept.get("interactionType")) != kept.get("interactionType"):
        for key in _INTERACTION:
            kept.pop(key, None)
    maps = {key: {**kept.get(key, {}), **told[key]} for key in _MAPS if key in told}
    return {**kept, **told, **maps}


def person(agent: JsonObject, statements: Iterable[JsonObject]) -> JsonObject:
    """The Person of a valid ``agent``: what it says itself, and the names that ``statements`` give it, in order."""
    key = identifier(agent)
    told = [agent, *(each for statement in statements for each in people(statement) if identifier(each) == key)]
    names = list(dict.fromkeys(each["name"] for each in told if "name" in each))
    whole: JsonObject = {"objectType": "Person"}
    if names:
        whole["name"] = names
    return {**whole, **{name: [agent[name]] for name in _IDENTIFIERS if name in agent}}
