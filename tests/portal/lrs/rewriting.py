"""The same statement written another way, and another statement: what may differ under one id, and what may not."""

from collections.abc import Iterator

from tests.portal.lrs.grammar import AROUND, in_another_zone
from tests.portal.lrs.samples import new_id

# Parts of a sentence that do not count when two are compared; their paths are told without positions in arrays.
FREE = {
    ("id",),
    ("stored",),
    ("authority",),
    ("attachments",),
    ("verb", "display"),
    ("object", "definition"),
    ("object", "objectType"),
    *((("context", "contextActivities", each, name)) for each in AROUND for name in ("definition", "objectType")),
}
# Only the absence of these is free: the store has set them.
ASSIGNED = {("timestamp",), ("version",)}
# Where the keys are free, or any value is right.
FREE_KEYS = {"extensions", "display", "name", "description"}


def rewritten(sentence, ways):
    """``sentence`` with all of ``ways`` (names of ``WAYS``) applied; the one within it likewise."""
    told = dict(sentence)
    for way in ways:
        told = WAYS[way](told)
    if told["object"].get("objectType") == "SubStatement":
        told["object"] = rewritten(told["object"], ways)
    return told


def _with(sentence, key, change):
    return {**sentence, key: change(sentence[key])} if key in sentence else sentence


def _everywhere(value, change, key=""):
    """``change(key, value)`` for each value outside extensions, from the inside out."""
    if key == "extensions":
        return value
    if isinstance(value, dict):
        value = {name: _everywhere(inner, change, name) for name, inner in value.items()}
    elif isinstance(value, list):
        value = [_everywhere(inner, change) for inner in value]
    return change(key, value)


def _without_display(sentence):
    return _with(sentence, "verb", lambda verb: {"id": verb["id"]})


def _other_display(sentence):
    return _with(sentence, "verb", lambda verb: {**verb, "display": {"fr": "fit", "en": "did"}})


def _activity(definition):
    def change(activity):
        told = {"objectType": "Activity", "id": activity["id"]}
        return told if definition is None else {**told, "definition": definition}

    def of(sentence):
        def around(context):
            return _with(
                context,
                "contextActivities",
                lambda kinds: {
                    kind: [change(one) for one in each] if isinstance(each, list) else change(each)
                    for kind, each in kinds.items()
                },
            )

        told = _with(sentence, "context", around)
        is_activity = told["object"].get("objectType", "Activity") == "Activity"
        return _with(told, "object", change) if is_activity else told

    return of


def _as_arrays(sentence):
    def around(kinds):
        return {kind: each if isinstance(each, list) else [each] for kind, each in kinds.items()}

    return _with(sentence, "context", lambda context: _with(context, "contextActivities", around))


def _members_turned(sentence):
    return _everywhere(sentence, lambda key, value: value[::-1] if key == "member" else value)


def _other_zone(sentence):
    return _with(sentence, "timestamp", in_another_zone)


def _other_attachments(sentence):
    def reworded(each):
        return {**each, "display": {"en": "Another"}, "contentType": "application/pdf", "length": 7}

    return _with(sentence, "attachments", lambda several: [reworded(each) for each in several])


def _other_case(sentence):
    def change(key, value):
        match key:
            case "registration" | "mbox_sha1sum":
                return value.swapcase()
            case "mbox":
                name, host = value.rsplit("@", 1)
                return f"{name}@{host.swapcase()}"
            case "language":
                return value.upper()
            case "statement":
                return {**value, "id": value["id"].swapcase()}
            case _:
                return value

    told = _everywhere({key: value for key, value in sentence.items() if key != "attachments"}, change)
    if told["object"].get("objectType") == "StatementRef":
        told["object"] = {**told["object"], "id": told["object"]["id"].swapcase()}
    return told


def _longer_duration(sentence):
    """What stands behind the hundredths of a second."""

    def change(key, value):
        if key != "duration" or not value.endswith("S"):
            return value
        whole, point, fraction = value[:-1].partition(".")
        return f"{whole}.{fraction.ljust(2, '0') if point else '00'}9S"

    return _with(sentence, "result", lambda result: _everywhere(result, change))


def _keys_turned(value):
    if isinstance(value, dict):
        return {key: _keys_turned(value[key]) for key in reversed(value)}
    return [_keys_turned(each) for each in value] if isinstance(value, list) else value


def _floats(value):
    """Whole numbers with a point; the size of an attachment has none."""
    if isinstance(value, dict):
        return {key: inner if key == "attachments" else _floats(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_floats(each) for each in value]
    return float(value) if type(value) is int and abs(value) < 2**53 else value


def _without_what_is_assigned(sentence):
    return {key: value for key, value in sentence.items() if key not in {"id", "stored", "authority"}}


def _other_claims(sentence):
    if sentence.get("objectType") == "SubStatement":
        return sentence
    return {**sentence, "stored": "2001-01-01T00:00:00Z", "authority": {"mbox": "mailto:somebody@example.org"}}


WAYS = {
    "no display of the verb": _without_display,
    "another display of the verb": _other_display,
    "no definitions": _activity(None),
    "other definitions": _activity({"name": {"en": "Another"}, "type": "https://example.org/type"}),
    "context activities in arrays": _as_arrays,
    "members turned": _members_turned,
    "another zone": _other_zone,
    "other words of attachments": _other_attachments,
    "another case": _other_case,
    "a longer duration": _longer_duration,
    "keys turned": _keys_turned,
    "numbers with a point": _floats,
    "without id, stored and authority": _without_what_is_assigned,
    "another stored and authority": _other_claims,
}


def counting_places(statement) -> Iterator[tuple]:
    """The paths of all values that count when two statements are compared."""

    def walk(value, path, rule):
        if rule in FREE:
            return
        if path:
            yield path
        if isinstance(value, dict):
            for key, inner in value.items():
                is_inner = rule == ("object",) and value.get("objectType") == "SubStatement"
                yield from walk(inner, (*path, key), (key,) if is_inner else (*rule, key))
        elif isinstance(value, list):
            for n, inner in enumerate(value):
                yield from walk(inner, (*path, n), rule)

    yield from walk(statement, (), ())


def _sentences(sentence, path=()):
    """The sentence and the one within it, each with its path."""
    yield path, sentence
    if sentence["object"].get("objectType") == "SubStatement":
        yield (*path, "object"), sentence["object"]


def activity_places(statement) -> Iterator[tuple]:
    """The paths of the activities that a statement names."""
    for path, sentence in _sentences(statement):
        if sentence["object"].get("objectType", "Activity") == "Activity":
            yield (*path, "object")
        for kind, value in sentence.get("context", {}).get("contextActivities", {}).items():
            place = (*path, "context", "contextActivities", kind)
            yield from [(*place, n) for n in range(len(value))] if isinstance(value, list) else [place]


def iri_places(statement) -> Iterator[tuple]:
    """The paths of the IRIs of verbs and activities."""
    yield from ((*path, "verb", "id") for path, _ in _sentences(statement))
    yield from ((*path, "id") for path in activity_places(statement))


def ordered_places(statement) -> Iterator[tuple]:
    """The paths of lists of activities that say something else when they are turned."""
    for path, sentence in _sentences(statement):
        for kind, value in sentence.get("context", {}).get("contextActivities", {}).items():
            if isinstance(value, list) and len({each["id"] for each in value}) > 1:
                yield (*path, "context", "contextActivities", kind)


def agent_places(value, path=()) -> Iterator[tuple]:
    """The paths of the agents and groups that count when two statements are compared, in whatever role."""
    if (path and path[-1] in {"extensions", "definition", "attachments"}) or path == ("authority",):
        return
    if isinstance(value, dict):
        if value.keys() & {"mbox", "mbox_sha1sum", "openid", "account", "member"}:
            yield path
        for key, inner in value.items():
            yield from agent_places(inner, (*path, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from agent_places(inner, (*path, n))


_OBJECT = {"https://example.org/added": 1}
_ADDED = {"id": "https://example.org/activities/added"}
_MEMBERS = [{"mbox": "mailto:added@example.org"}]
_RESULT = {
    "success": True,
    "completion": False,
    "response": "",
    "duration": "PT0S",
    "score": {"scaled": 0},
    "extensions": _OBJECT,
}
_CONTEXT = {
    "registration": "6d3b9e4c-5b3c-4f3e-9f5f-7e1f6d0b2c11",
    "instructor": {"mbox": "mailto:added@example.org"},
    "team": {"objectType": "Group", "member": _MEMBERS},
    "contextActivities": {"other": _ADDED},
    "language": "pl",
    "statement": {"objectType": "StatementRef", "id": "6d3b9e4c-5b3c-4f3e-9f5f-7e1f6d0b2c12"},
    "extensions": _OBJECT,
}
_CONTEXT_OF_ACTIVITIES = {"revision": "", "platform": ""}
_CONTEXT_OF_2 = {
    "contextAgents": [{"objectType": "contextAgent", "agent": _MEMBERS[0]}],
    "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": _MEMBERS}}],
}


def additions(statement, version) -> Iterator[tuple]:
    """The paths of properties that it has not and that would be right there, with a value of each."""
    for path, sentence in _sentences(statement):
        yield from _absent(sentence, path, {"timestamp": "1969-07-20T20:17:40.000Z", "result": {}, "context": {}})
        result, context = sentence.get("result", {}), sentence.get("context", {})
        if "result" in sentence:
            yield from _absent(result, (*path, "result"), _RESULT)
        if "score" in result:
            yield from _absent(result["score"], (*path, "result", "score"), {"scaled": 0})
        if "context" in sentence:
            is_of_activity = sentence["object"].get("objectType", "Activity") == "Activity"
            more = (_CONTEXT_OF_ACTIVITIES if is_of_activity else {}) | (_CONTEXT_OF_2 if version == "2.0.0" else {})
            yield from _absent(context, (*path, "context"), _CONTEXT | more)
        if "contextActivities" in context:
            around = dict.fromkeys(AROUND, _ADDED)
            yield from _absent(context["contextActivities"], (*path, "context", "contextActivities"), around)
    yield from _absent(statement, (), {"version": "1.0.7"})
    for path in agent_places(statement):
        agent = at(statement, path)
        members = {"member": _MEMBERS} if agent.get("objectType") == "Group" else {}
        yield from _absent(agent, path, {"name": "", "objectType": "Agent", **members})


def _absent(value, path, offered):
    return (((*path, key), new) for key, new in offered.items() if key not in value)


def all_places(value, path=(), *, outside_extensions=True) -> Iterator[tuple]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        if not (outside_extensions and key == "extensions"):
            yield from all_places(each, (*path, key), outside_extensions=outside_extensions)


def at(value, path):
    for key in path:
        value = value[key]
    return value


def replaced(value, path, change):
    """A copy with ``change`` of what stands at ``path``; ... (Ellipsis) takes it away."""
    if not path:
        return change(value)
    key, *rest = path
    new = replaced(value[key], rest, change)
    if isinstance(value, list):
        return [*value[:key], *([] if new is ... else [new]), *value[key + 1 :]]
    return {name: new if name == key else each for name, each in value.items() if name != key or new is not ...}


def added(value, path, new):
    """A copy with ``new`` at ``path``, where nothing is."""
    *place, key = path
    return replaced(value, place, lambda whole: {**whole, key: new})


# By their keys: what is often valid in another one's place.
OTHERS = {
    "timestamp": lambda _: "1969-07-20T20:17:40.000Z",
    "mbox_sha1sum": lambda value: value[:-1] + ("1" if value[-1] == "0" else "0"),
    "mbox": lambda value: value.replace("mailto:", "mailto:x"),
    "duration": lambda value: "P98Y" if value == "P99Y" else "P99Y",
    "version": lambda _: "1.0.7",
    "language": lambda value: "it" if value.lower() == "pl" else "pl",
}


def other_value(key, value):
    """Another value of the same kind, which is often valid there too."""
    if isinstance(value, str):
        is_uuid = key in {"registration", "id"} and len(value) == 36 and value.count("-") == 4
        return new_id() if is_uuid else OTHERS.get(key, "{}x".format)(value)
    match value:
        case bool():
            return not value
        case int() | float():
            return 0 if value == 1 else 1
        case list():
            return [*value, *value[:1]] if value else ["x"]
        case dict():
            return {**value, "https://example.org/added": 1}
        case _:
            return "x"


def wrong_kind(value):
    """A value of another type."""
    return 7 if isinstance(value, str) else "7"
