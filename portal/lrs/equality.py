"""Whether two statements are the same (pure): xAPI 1.0.3 part two, 2.3.1.

Left out of the comparison is what a store may assign or write another way: id, authority, stored, the display of verbs,
the definition of activities, the order of group members, attachments, the zone of a timestamp, the case of what has
none, and what a duration says beyond hundredths of a second.
"""

import re
from typing import Any

import orjson

from portal.core.types import JsonObject
from portal.lrs.iri import read_timestamp

_FRACTION = re.compile(r"[.,]([0-9]{0,2})[0-9]*S$")


def same(received: JsonObject, kept: JsonObject) -> bool:
    """Whether ``received``, a valid statement as a client sent it, tells what ``kept`` tells, as the store has it.

    A timestamp or version that ``received`` lacks may have been assigned to ``kept``; one that it has must agree.
    """
    assigned = {key for key in ("timestamp", "version") if key not in received}
    return _bytes(received, assigned) == _bytes(kept, assigned)


def _bytes(statement: JsonObject, assigned: set[str]) -> bytes:
    plain = _sentence({key: value for key, value in statement.items() if key not in assigned})
    return orjson.dumps(_numbers(plain), option=orjson.OPT_SORT_KEYS)


def _sentence(statement: JsonObject) -> JsonObject:
    plain = {key: value for key, value in statement.items() if key not in {"id", "authority", "stored", "attachments"}}
    plain["actor"] = _agent(plain["actor"])
    plain["verb"] = plain["verb"]["id"]
    plain["object"] = _object(plain["object"])
    if "timestamp" in plain:
        plain["timestamp"] = read_timestamp(plain["timestamp"].upper()).isoformat()
    if "context" in plain:
        plain["context"] = _context(plain["context"])
    if "duration" in plain.get("result", {}):
        plain["result"] = {**plain["result"], "duration": _hundredths(plain["result"]["duration"])}
    return plain


def _object(what: JsonObject) -> JsonObject:
    match what.get("objectType", "Activity"):
        case "Activity":
            return {"id": what["id"]}
        case "StatementRef":
            return {**what, "id": what["id"].lower()}
        case "SubStatement":
            return _sentence(what)
        case _:
            return _agent(what)


def _agent(agent: JsonObject) -> JsonObject:
    plain = dict(agent)
    if "mbox" in plain:
        name, host = plain["mbox"].rsplit("@", 1)
        plain["mbox"] = f"{name}@{host.lower()}"
    if "mbox_sha1sum" in plain:
        plain["mbox_sha1sum"] = plain["mbox_sha1sum"].lower()
    if "member" in plain:
        members = [_agent(each) for each in plain["member"]]
        plain["member"] = sorted(members, key=lambda each: orjson.dumps(each, option=orjson.OPT_SORT_KEYS))
    return plain


def _context(context: JsonObject) -> JsonObject:
    plain = dict(context)
    if "registration" in plain:
        plain["registration"] = plain["registration"].lower()
    if "language" in plain:
        plain["language"] = plain["language"].lower()
    for key in ("instructor", "team"):
        if key in plain:
            plain[key] = _agent(plain[key])
    for key, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if key in plain:
            plain[key] = [{**each, inner: _agent(each[inner])} for each in plain[key]]
    if "statement" in plain:
        plain["statement"] = {**plain["statement"], "id": plain["statement"]["id"].lower()}
    if "contextActivities" in plain:
        plain["contextActivities"] = {
            key: [each["id"] for each in (value if isinstance(value, list) else [value])]
            for key, value in plain["contextActivities"].items()
        }
    return plain


def _hundredths(duration: str) -> str:
    def cut(found: re.Match[str]) -> str:
        digits = found[1].rstrip("0")
        return f".{digits}S" if digits else "S"

    return _FRACTION.sub(cut, duration)


def _numbers(value: Any) -> Any:
    """1 and 1.0 are one JSON number."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {key: _numbers(inner) for key, inner in value.items()}
    return [_numbers(inner) for inner in value] if isinstance(value, list) else value
