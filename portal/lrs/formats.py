"""How a statement is rendered beside ``exact``, which is its stored text (pure)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from langcodes import closest_match
from langcodes.tag_parser import LanguageTagError

from portal.core.types import JsonObject

FORMATS = ("exact", "ids", "canonical")
# In the units of langcodes: the distance up to which a reader of one language can be served the other.
_UNDERSTOOD = 25


def ids(statement: JsonObject) -> JsonObject:
    """Only what identifies agents, activities and verbs; of an anonymous group its members' identifiers."""
    short = dict(statement)
    short["actor"] = _agent_ids(short["actor"])
    short["verb"] = {"id": short["verb"]["id"]}
    short["object"] = _object_ids(short["object"])
    if "authority" in short:
        short["authority"] = _agent_ids(short["authority"])
    if "context" in short:
        short["context"] = _context_ids(short["context"])
    return short


def _agent_ids(agent: JsonObject, *, typed: bool = False) -> JsonObject:
    short: JsonObject = {key: agent[key] for key in ("mbox", "mbox_sha1sum", "openid", "account") if key in agent}
    if not short:
        short["member"] = [_agent_ids(each) for each in agent["member"]]
    if typed or agent.get("objectType") == "Group":
        short["objectType"] = agent["objectType"]
    return short


def _object_ids(what: JsonObject) -> JsonObject:
    match what.get("objectType", "Activity"):
        case "Activity":
            return {"id": what["id"]}
        case "SubStatement":
            return ids(what)
        case "Agent" | "Group":
            return _agent_ids(what, typed=True)
        case _:
            return what


def _context_ids(context: JsonObject) -> JsonObject:
    short = dict(context)
    for key in ("instructor", "team"):
        if key in short:
            short[key] = _agent_ids(short[key])
    for key, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if key in short:
            short[key] = [{**each, inner: _agent_ids(each[inner])} for each in short[key]]
    if "contextActivities" in short:
        short["contextActivities"] = {
            key: [{"id": each["id"]} for each in activities] for key, activities in short["contextActivities"].items()
        }
    return short


def canonical(statement: JsonObject, languages: Sequence[str]) -> JsonObject:
    """The statement with one language in each map of its verbs and activities.

    Args:
        statement: as stored.
        languages: what the reader wants, best first; each map is searched on its own.
    """
    shown = dict(statement)
    if "display" in shown["verb"]:
        shown["verb"] = {**shown["verb"], "display": _one(shown["verb"]["display"], languages)}
    match shown["object"].get("objectType", "Activity"):
        case "Activity":
            shown["object"] = _activity(shown["object"], languages)
        case "SubStatement":
            shown["object"] = canonical(shown["object"], languages)
        case _:
            pass
    if "contextActivities" in shown.get("context", {}):
        around = {
            key: [_activity(each, languages) for each in activities]
            for key, activities in shown["context"]["contextActivities"].items()
        }
        shown["context"] = {**shown["context"], "contextActivities": around}
    return shown


def _activity(activity: JsonObject, languages: Sequence[str]) -> JsonObject:
    if "definition" not in activity:
        return activity
    definition: JsonObject = dict(activity["definition"])
    for key in ("name", "description"):
        if key in definition:
            definition[key] = _one(definition[key], languages)
    for key in ("choices", "scale", "source", "target", "steps"):
        if key in definition:
            definition[key] = [
                {**each, "description": _one(each["description"], languages)} if "description" in each else each
                for each in definition[key]
            ]
    return {**activity, "definition": definition}


def _one(texts: dict[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    if len(texts) < 2:
        return texts
    tag = _choose(tuple(texts), tuple(languages))
    return {tag: texts[tag]}


@lru_cache(maxsize=4096)
def _choose(offered: tuple[str, ...], languages: tuple[str, ...]) -> str:
    for wanted in languages:
        if wanted == "*":
            break
        try:
            found, _ = closest_match(wanted, offered, max_distance=_UNDERSTOOD)
        except LanguageTagError:
            continue
        if found in offered:
            return found
    return offered[0]


def accepted_languages(header: str) -> list[str]:
    """The tags of an ``Accept-Language`` header, best first; what cannot be read is left out."""
    weighed = []
    for part in header[:1000].split(","):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if tag.strip() and quality > 0:
            weighed.append((-quality, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda each: each[0])]
