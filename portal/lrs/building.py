"""Our own statements, built with tincan (pure)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tincan import (
    Activity,
    ActivityDefinition,
    Agent,
    AgentAccount,
    Context,
    ContextActivities,
    Result,
    Statement,
    Verb,
)

from portal.lrs.vocabulary import DISPLAY


def learner(uuid: UUID, home_page: str) -> Agent:
    """A person of this portal: an account named by uuid, never an address."""
    return Agent(account=AgentAccount(home_page=home_page, name=str(uuid)))


def activity(iri: str, kind: str, name: Mapping[str, str], *, interaction: Mapping[str, Any] | None = None) -> Activity:
    """An activity with its definition; ``interaction`` holds tincan's keywords of a cmi.interaction."""
    return Activity(id=iri, definition=ActivityDefinition(type=kind, name=dict(name), **(interaction or {})))


def context(
    *,
    registration: UUID,
    parent: Sequence[str],
    grouping: Sequence[str],
    language: str,
    platform: str,
    revision: str,
    extensions: Mapping[str, object],
) -> Context:
    """Where it happened; ``parent`` and ``grouping`` are activity IRIs."""
    around = {
        key: [Activity(id=iri) for iri in iris] for key, iris in (("parent", parent), ("grouping", grouping)) if iris
    }
    parts: dict[str, Any] = {"context_activities": ContextActivities(**around)} if around else {}
    if extensions:
        parts["extensions"] = dict(extensions)
    return Context(registration=str(registration), language=language, platform=platform, revision=revision, **parts)


def sentence(
    *, actor: Agent, verb: str, what: Activity, at: datetime, context: Context, result: Result | None = None
) -> Statement:
    """``actor`` did ``verb`` to ``what``; ``at`` is told to the millisecond."""
    parts: dict[str, Any] = {} if result is None else {"result": result}
    return Statement(
        actor=actor, verb=Verb(id=verb, display=DISPLAY[verb]), object=what, timestamp=at, context=context, **parts
    )


def as_json(statement: Statement) -> dict[str, Any]:
    """The statement as the standard's JSON, with the timestamp to the millisecond in UTC."""
    data: dict[str, Any] = json.loads(statement.to_json())
    moment = statement.timestamp.astimezone(UTC).isoformat(timespec="milliseconds")
    data["timestamp"] = moment.replace("+00:00", "Z")
    return data
