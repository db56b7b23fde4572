"""A statement as one row of named columns (pure). What each column means is told in docs/analysts.md."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from portal.core.types import JsonObject
from portal.lrs.iri import is_uuid, read_timestamp

Kind = Literal["text", "moment", "number", "whole", "truth"]

COLUMNS: dict[str, Kind] = {
    "id": "text",
    "stored": "moment",
    "timestamp": "moment",
    "actor_type": "text",
    "actor": "text",
    "person": "text",
    "verb": "text",
    "verb_name": "text",
    "object_type": "text",
    "object": "text",
    "activity_type": "text",
    "activity_name": "text",
    "interaction_type": "text",
    "success": "truth",
    "completion": "truth",
    "score_scaled": "number",
    "score_raw": "number",
    "score_min": "number",
    "score_max": "number",
    "response": "text",
    "duration_seconds": "number",
    "result_extensions": "text",
    "registration": "text",
    "parents": "text",
    "groupings": "text",
    "categories": "text",
    "language": "text",
    "platform": "text",
    "revision": "text",
    "context_extensions": "text",
    "authority": "text",
    "credential": "whole",
    "tenant": "text",
    "own": "truth",
}

_DURATION = re.compile(
    r"P(?:(?P<W>[\d.,]+)W)?(?:(?P<Y>[\d.,]+)Y)?(?:(?P<M>[\d.,]+)M)?(?:(?P<D>[\d.,]+)D)?"
    r"(?:T(?:(?P<h>[\d.,]+)H)?(?:(?P<m>[\d.,]+)M)?(?:(?P<s>[\d.,]+)S)?)?"
)
_SECONDS = {"W": 604_800, "Y": 31_536_000, "M": 2_592_000, "D": 86_400, "h": 3600, "m": 60, "s": 1}


class Row(NamedTuple):
    """What the store knows of a statement beside its text; ``credential`` is None for the portal itself."""

    id: int
    stored: datetime
    own: bool
    credential: int | None
    tenant: str
    body: str


def flatten(row: Row, *, home: str) -> dict[str, Any]:
    """``row`` by ``COLUMNS``, None where the statement says nothing. ``home`` is the portal's public address."""
    statement: JsonObject = json.loads(row.body)
    result, context = statement.get("result", {}), statement.get("context", {})
    score, around = result.get("score", {}), context.get("contextActivities", {})
    what = statement["object"]
    definition = what.get("definition", {})
    return {
        "id": statement["id"],
        "stored": row.stored,
        "timestamp": read_timestamp(statement["timestamp"]),
        "actor_type": statement["actor"].get("objectType", "Agent"),
        "actor": agent_text(statement["actor"]),
        "person": person_of(statement["actor"], home),
        "verb": statement["verb"]["id"],
        "verb_name": in_words(statement["verb"].get("display", {}), "en") or last_part(statement["verb"]["id"]),
        "object_type": what.get("objectType", "Activity"),
        "object": what.get("id") or agent_text(what),
        "activity_type": definition.get("type"),
        "activity_name": in_words(definition.get("name", {}), "en"),
        "interaction_type": definition.get("interactionType"),
        "success": result.get("success"),
        "completion": result.get("completion"),
        **{f"score_{part}": _number(score.get(part)) for part in ("scaled", "raw", "min", "max")},
        "response": result.get("response"),
        "duration_seconds": seconds(result["duration"]) if "duration" in result else None,
        "result_extensions": _as_json(result.get("extensions")),
        "registration": context.get("registration"),
        "parents": _iris(around.get("parent")),
        "groupings": _iris(around.get("grouping")),
        "categories": _iris(around.get("category")),
        "language": context.get("language"),
        "platform": context.get("platform"),
        "revision": context.get("revision"),
        "context_extensions": _as_json(context.get("extensions")),
        "authority": agent_text(statement["authority"]),
        "credential": row.credential,
        "tenant": row.tenant,
        "own": row.own,
    }


def agent_text(agent: JsonObject) -> str | None:
    """The identifier of an Agent or Group as one text; None for one without, such as a group of members alone."""
    if "account" in agent:
        return f"account:{agent['account']['homePage']}|{agent['account']['name']}"
    if "mbox_sha1sum" in agent:
        return f"sha1:{agent['mbox_sha1sum'].lower()}"
    return agent.get("mbox") or (f"openid:{agent['openid']}" if "openid" in agent else None)


def person_of(agent: JsonObject, home: str) -> str | None:
    """The uuid of the person of this portal whom ``agent`` names by account."""
    account = agent.get("account", {})
    name = account.get("name", "")
    return str(UUID(name)) if account.get("homePage") == home and is_uuid(name) else None


def in_words(names: Mapping[str, str], language: str) -> str | None:
    """The text of a language map in ``language``, in English, or in the first that there is."""
    for wanted in (language, "en"):
        for tag, text in names.items():
            if tag.lower().split("-")[0] == wanted:
                return text
    return next(iter(names.values()), None)


def last_part(iri: str) -> str:
    """What an IRI says without a name: its last segment."""
    return re.split(r"[/#:]", iri.rstrip("/#"))[-1] or iri


def seconds(duration: str) -> float | None:
    """A valid ISO 8601 duration; a year counts 365 days, a month 30. None where it is longer than can be told."""
    found = _DURATION.fullmatch(duration)
    parts = found.groupdict() if found else {}
    total = sum(float(text.replace(",", ".")) * _SECONDS[unit] for unit, text in parts.items() if text)
    return round(total, 6) if total < float("inf") else None


def _number(value: float | None) -> float | None:
    try:
        return None if value is None else float(value)
    except OverflowError:
        return None


def _iris(activities: Any) -> str | None:
    """Their IRIs, which hold no space, with spaces between."""
    return " ".join(each["id"] for each in activities) if activities else None


def _as_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
