"""Any valid statement of xAPI 1.0.3 and 2.0, and any way to write it differently or wrongly, as hypothesis strategies."""

import string
from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
WORD = st.text(string.ascii_letters + string.digits, min_size=1, max_size=8)
LETTERS = st.text(
    st.characters(categories=("L", "N")) | st.sampled_from("/?#@!$&'()*+,;=:-._~"), min_size=1, max_size=12
)
IRIS = st.builds("{}:{}".format, st.sampled_from(["https", "tag", "urn", "x-a+b.c-1"]), LETTERS) | st.sampled_from(
    ["https://example.org/%C3%BC?a=b#c", "https://пример.испытание/", "urn:uuid:8f87ccde-bb56-4c2e-ab83-44982ef22df0"]
)
UUIDS = st.builds(lambda uuid, upper: str(uuid).upper() if upper else str(uuid), st.uuids(), st.booleans())
MAILTO = st.builds(
    "mailto:{}@{}.{}".format, st.text(string.ascii_letters + "0123456789.+_-'äñ名", min_size=1, max_size=12), WORD, WORD
)
TAGS = st.sampled_from(
    ["en", "de-AT", "zh-Hant-TW", "es-419", "sl-rozaj-biske", "de-CH-1901", "en-u-ca-buddhist", "x-house", "i-klingon"]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
LANGUAGE_MAPS = st.dictionaries(TAGS, TEXT, max_size=3)
EXTENSIONS = st.dictionaries(IRIS, JSON, max_size=3)
DIGITS = st.integers(0, 99).map(str)
SHA1 = st.text("0123456789abcdefABCDEF", min_size=40, max_size=40)
SHA2 = st.sampled_from([56, 64, 96, 128]).flatmap(
    lambda size: st.text("0123456789abcdef", min_size=size, max_size=size)
)
INTERACTIONS = {
    "true-false": (),
    "choice": ("choices",),
    "fill-in": (),
    "long-fill-in": (),
    "matching": ("source", "target"),
    "performance": ("steps",),
    "sequencing": ("choices",),
    "likert": ("scale",),
    "numeric": (),
    "other": (),
}
AROUND = ("parent", "grouping", "category", "other")


@st.composite
def durations(draw):
    if draw(st.booleans()):
        return f"P{draw(DIGITS)}W"
    day = "".join(draw(st.sampled_from(["", draw(DIGITS) + mark])) for mark in "YMD")
    clock = "".join(draw(st.sampled_from(["", draw(DIGITS) + mark])) for mark in "HM")
    seconds = draw(st.sampled_from(["", "7S", "1.5S", "12.340S", "0.125S", "3.1415926S"]))
    clock += seconds if day or clock else seconds or "0S"
    return f"P{day}T{clock}" if clock else f"P{day}"


@st.composite
def timestamps(draw, version):
    """With three digits of a second at least; 1.0.3 knows more ways to write one."""
    moment = draw(st.datetimes(datetime(1971, 1, 2), datetime(2199, 1, 1)))  # noqa: DTZ001  the zone comes as text
    zones = ["Z", "+00:00", "+13:45", "-09:30"] + (["", "+02", "-0330"] if version == "1.0.3" else ["z"])
    shape = "%Y%m%dT%H%M%S" if version == "1.0.3" and draw(st.integers(0, 5)) == 0 else "%Y-%m-%dT%H:%M:%S"
    fraction = draw(st.text("0123456789", min_size=3, max_size=9))
    return f"{moment.strftime(shape)}.{fraction}{draw(st.sampled_from(zones))}"


@st.composite
def identifiers(draw):
    kind = draw(st.sampled_from(["mbox", "mbox_sha1sum", "openid", "account"]))
    account = st.fixed_dictionaries({"homePage": IRIS, "name": TEXT})
    return {kind: draw({"mbox": MAILTO, "mbox_sha1sum": SHA1, "openid": IRIS, "account": account}[kind])}


@st.composite
def agents(draw, *, typed=False):
    agent = draw(identifiers()) | draw(st.fixed_dictionaries({}, optional={"name": TEXT}))
    return agent | ({"objectType": "Agent"} if typed or draw(st.booleans()) else {})


@st.composite
def groups(draw):
    group = {"objectType": "Group", **draw(st.fixed_dictionaries({}, optional={"name": TEXT}))}
    if draw(st.booleans()):
        members = draw(st.none() | st.lists(agents(), max_size=3))
        return group | draw(identifiers()) | ({} if members is None else {"member": members})
    return group | {"member": draw(st.lists(agents(), min_size=1, max_size=3))}


ACTORS = agents() | groups()


@st.composite
def definitions(draw):
    texts = {"name": LANGUAGE_MAPS, "description": LANGUAGE_MAPS, "type": IRIS, "moreInfo": IRIS}
    definition = draw(st.fixed_dictionaries({}, optional={**texts, "extensions": EXTENSIONS}))
    if draw(st.booleans()):
        return definition
    kind = definition["interactionType"] = draw(st.sampled_from(sorted(INTERACTIONS)))
    if draw(st.booleans()):
        definition["correctResponsesPattern"] = draw(st.lists(TEXT, max_size=2))
    component = st.fixed_dictionaries({"id": WORD}, optional={"description": LANGUAGE_MAPS})
    for name in INTERACTIONS[kind]:
        definition[name] = draw(st.lists(component, max_size=3, unique_by=lambda each: each["id"]))
    return definition


ACTIVITIES = st.fixed_dictionaries(
    {"id": IRIS}, optional={"objectType": st.just("Activity"), "definition": definitions()}
)
REFERENCES = st.fixed_dictionaries({"objectType": st.just("StatementRef"), "id": UUIDS})
VERBS = st.fixed_dictionaries({"id": IRIS}, optional={"display": LANGUAGE_MAPS})
ATTACHMENTS = st.fixed_dictionaries(
    {
        "usageType": IRIS,
        "display": LANGUAGE_MAPS,
        "contentType": st.sampled_from(["text/plain", "image/svg+xml", 'text/html; charset="utf-8"']),
        "length": st.integers(0, 2**40),
        "sha2": SHA2,
        "fileUrl": IRIS,
    },
    optional={"description": LANGUAGE_MAPS},
)


@st.composite
def results(draw):
    result = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "success": st.booleans(),
                "completion": st.booleans(),
                "response": TEXT,
                "duration": durations(),
                "extensions": EXTENSIONS,
            },
        )
    )
    if draw(st.booleans()):
        low, raw, high = sorted(draw(st.lists(NUMBERS, min_size=3, max_size=3, unique_by=float)))
        numbers = {"min": low, "raw": raw, "max": high, "scaled": draw(st.floats(-1, 1))}
        kept = draw(st.sets(st.sampled_from(sorted(numbers))))
        result["score"] = {name: numbers[name] for name in sorted(kept)}
    return result


@st.composite
def contexts(draw, version, *, of_activity):
    around = ACTIVITIES | st.lists(ACTIVITIES, max_size=2)
    fields = {
        "registration": UUIDS,
        "instructor": ACTORS,
        "team": groups(),
        "contextActivities": st.fixed_dictionaries({}, optional=dict.fromkeys(AROUND, around)),
        "language": TAGS,
        "statement": REFERENCES,
        "extensions": EXTENSIONS,
    }
    if of_activity:
        fields |= {"revision": TEXT, "platform": TEXT}
    if version == "2.0.0":
        for name, inner, kind in (("contextAgents", "agent", agents()), ("contextGroups", "group", groups())):
            told = {"objectType": st.just(name[:-1]), inner: kind}
            types = {"relevantTypes": st.lists(IRIS, min_size=1, max_size=2)}
            fields[name] = st.lists(st.fixed_dictionaries(told, optional=types), max_size=2)
    return draw(st.fixed_dictionaries({}, optional=fields))


@st.composite
def sentences(draw, version, objects):
    what = draw(objects)
    optional = {
        "result": results(),
        "context": contexts(version, of_activity=what.get("objectType", "Activity") == "Activity"),
        "timestamp": timestamps(version),
        "attachments": st.lists(ATTACHMENTS, max_size=2),
    }
    return {"object": what} | draw(st.fixed_dictionaries({"actor": ACTORS, "verb": VERBS}, optional=optional))


@st.composite
def statements(draw, version):
    """Without an id: the same ones come in every run, and the store knows an id for ever."""
    plain = ACTIVITIES | agents(typed=True) | groups() | REFERENCES
    inner = sentences(version, plain).map(lambda sentence: {"objectType": "SubStatement", **sentence})
    statement = draw(sentences(version, plain | inner))
    pair = st.fixed_dictionaries({"objectType": st.just("Group"), "member": st.lists(agents(), min_size=2, max_size=2)})
    versions = ["1.0.0", "1.0.2", "1.0.3"] + (["2.0.0"] if version == "2.0.0" else [])
    claimed = {"stored": timestamps(version), "authority": agents() | pair, "version": st.sampled_from(versions)}
    return statement | draw(st.fixed_dictionaries({}, optional=claimed))


def in_another_zone(text):
    """The same moment, told at an offset of three hours."""
    text = text.upper()
    day = text if text[4] == "-" else f"{text[:4]}-{text[4:6]}-{text[6:11]}:{text[11:13]}:{text[13:]}"
    seconds, fraction = day[:19], day[20:]
    digits = fraction[: len(fraction) - len(fraction.lstrip(string.digits))]
    zone = fraction[len(digits) :].replace(":", "")
    offset = timedelta()
    if zone not in {"", "Z"}:
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:] or 0)) * (-1 if zone[0] == "-" else 1)
    moment = datetime.fromisoformat(seconds).replace(tzinfo=timezone(offset))
    told = moment.astimezone(timezone(timedelta(hours=3)))
    return f"{told:%Y-%m-%dT%H:%M:%S}.{digits}+03:00"
