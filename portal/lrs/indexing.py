"""What the index columns hold of a valid statement (pure)."""

from collections.abc import Iterator, Set
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from portal.core.types import JsonObject
from portal.lrs.iri import index_key, read_timestamp


class Index(NamedTuple):
    """Agents and activities are keys as ``identifier`` and ``index_key`` make them.

    ``other_agents`` are those beside the actor, ``direct_agents`` the ones of them that the filter ``agent`` reaches
    without ``related_agents``; ``other_activities`` are those beside the object. ``defined_activities`` come with a
    definition.
    """

    timestamp: datetime
    actor: str
    verb: str
    activity: str
    registration: UUID | None
    target: UUID | None
    direct_agents: Set[str]
    other_agents: Set[str]
    other_activities: Set[str]
    defined_activities: Set[str]


def identifier(agent: JsonObject) -> str:
    """The inverse functional identifier of an Agent or Group as one string; empty for an anonymous Group."""
    if "account" in agent:
        return index_key(f"account:{agent['account']['homePage']}|{agent['account']['name']}")
    if "mbox" in agent:
        name, host = agent["mbox"].rsplit("@", 1)
        return index_key(f"{name}@{host.lower()}")
    if "mbox_sha1sum" in agent:
        return f"sha1:{agent['mbox_sha1sum'].lower()}"
    return index_key(f"openid:{agent['openid']}") if "openid" in agent else ""


def index_of(statement: JsonObject) -> Index:
    """``statement`` is valid, has a timestamp, and its context activities are arrays."""
    actor, what = statement["actor"], statement["object"]
    kind = what.get("objectType", "Activity")
    registration = statement.get("context", {}).get("registration")
    named = list(activities(statement))
    me = identifier(actor)
    activity = index_key(what["id"]) if kind == "Activity" else ""
    direct = {*_members(actor), *((identifier(what), *_members(what)) if kind in {"Agent", "Group"} else ())}
    return Index(
        timestamp=read_timestamp(statement["timestamp"]),
        actor=me,
        verb=index_key(statement["verb"]["id"]),
        activity=activity,
        registration=UUID(registration) if registration else None,
        target=UUID(what["id"]) if kind == "StatementRef" else None,
        direct_agents=direct,
        other_agents={identifier(each) for each in people(statement)} - {me, ""},
        other_activities={index_key(each["id"]) for each in named} - {activity},
        defined_activities={index_key(each["id"]) for each in named if "definition" in each},
    )


def _members(agent: JsonObject) -> Iterator[str]:
    return (identifier(each) for each in agent.get("member", ()))


def people(statement: JsonObject) -> Iterator[JsonObject]:
    """Every Agent and Group that the statement names but as authority, members and sub-statement included."""
    context = statement.get("context", {})
    named = [statement["actor"]]
    named += [context[key] for key in ("instructor", "team") if key in context]
    named += [each["agent"] for each in context.get("contextAgents", ())]
    named += [each["group"] for each in context.get("contextGroups", ())]
    what = statement["object"]
    match what.get("objectType"):
        case "Agent" | "Group":
            named.append(what)
        case "SubStatement":
            yield from people(what)
        case _:
            pass
    for each in named:
        yield each
        yield from each.get("member", ())


def activities(statement: JsonObject) -> Iterator[JsonObject]:
    """Every Activity that the statement names: object and context, sub-statement included."""
    for around in statement.get("context", {}).get("contextActivities", {}).values():
        yield from around
    what = statement["object"]
    match what.get("objectType", "Activity"):
        case "Activity":
            yield what
        case "SubStatement":
            yield from activities(what)
        case _:
            pass
