"""What the index columns hold of a valid statement (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.core.types import JsonObject
from portal.lrs.iri import index_key, read_timestamp


@dataclass(frozen=True)
class Index:
    """Agents and activities are keys as ``identifier`` and ``index_key`` make them."""

    timestamp: datetime
    actor: str
    verb: str
    activity: str
    registration: UUID | None
    target: UUID | None
    direct_agents: frozenset[str]
    related_agents: frozenset[str]
    related_activities: frozenset[str]
    defined_activities: frozenset[str]


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
    what = statement["object"]
    kind = what.get("objectType", "Activity")
    direct = {*_named(statement["actor"]), *(_named(what) if kind in {"Agent", "Group"} else ())}
    registration = statement.get("context", {}).get("registration")
    named = list(activities(statement))
    return Index(
        timestamp=read_timestamp(statement["timestamp"]),
        actor=identifier(statement["actor"]),
        verb=index_key(statement["verb"]["id"]),
        activity=index_key(what["id"]) if kind == "Activity" else "",
        registration=UUID(registration) if registration else None,
        target=UUID(what["id"]) if kind == "StatementRef" else None,
        direct_agents=frozenset(direct),
        related_agents=frozenset(key for each in people(statement) if (key := identifier(each))),
        related_activities=frozenset(index_key(each["id"]) for each in named),
        defined_activities=frozenset(index_key(each["id"]) for each in named if "definition" in each),
    )


def _named(agent: JsonObject) -> Iterator[str]:
    for each in (agent, *agent.get("member", ())):
        if key := identifier(each):
            yield key


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
