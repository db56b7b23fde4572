"""Shape and field rules of a statement (pure): xAPI 1.0.3 part two, and what IEEE 9274.1.1 (2.0) adds to it.

The shapes only judge. What is stored is the JSON as it came, so that nothing is lost or written another way.
"""

import re
from collections.abc import Mapping
from typing import Any

from portal.core.types import JsonObject
from portal.lrs import iri, vocabulary
from portal.lrs.parsing import Fault, check_text
from portal.lrs.shapes import (
    Check,
    array,
    by_kind,
    flag,
    free,
    judge,
    mapping,
    number,
    one_of,
    shape,
    text,
    text_that,
    wrong,
)
from portal.lrs.versions import V1, V2

IRI = text_that(iri.is_iri, "an IRI with a scheme")
UUID = text_that(iri.is_uuid, "a UUID")
MAILTO = text_that(iri.is_mailto, "of the form mailto:name@host")
SHA1 = text_that(iri.is_sha1, "a hexadecimal SHA-1")
SHA2 = text_that(iri.is_sha2, "a hexadecimal SHA-2")
MEDIA_TYPE = text_that(iri.is_media_type, "an internet media type")
LANGUAGE_TAG = text_that(iri.is_language_tag, "a language tag of RFC 5646")
DURATION = text_that(iri.is_duration, "an ISO 8601 duration")
LANGUAGE_MAP = mapping(iri.is_language_tag, "a language tag", text)
EXTENSIONS = mapping(iri.is_iri, "an IRI", free)


def _timestamp(value: Any, version: str) -> None:
    if type(value) is not str:
        raise wrong(value, "is not a string")
    try:
        iri.read_timestamp(value, strict=version == V2)
    except ValueError as error:
        raise Fault(str(error)) from None


# --- who ------------------------------------------------------------------------------------------------------------
_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")


def _identifiers(value: JsonObject) -> int:
    return sum(name in value for name in _IDENTIFIERS)


def _one_identifier(value: JsonObject, version: str) -> None:
    if _identifiers(value) != 1:
        raise Fault("an Agent has exactly one of mbox, mbox_sha1sum, openid and account")


def _identified_or_listed(value: JsonObject, version: str) -> None:
    count = _identifiers(value)
    if count > 1:
        raise Fault("a Group has at most one of mbox, mbox_sha1sum, openid and account")
    if count == 0 and not value.get("member"):
        raise Fault("a Group without an identifier lists its members")


ACCOUNT = shape({"homePage": IRI, "name": text}, required=("homePage", "name"))
_WHO: dict[str, Check] = {"name": text, "mbox": MAILTO, "mbox_sha1sum": SHA1, "openid": IRI, "account": ACCOUNT}
AGENT = shape({"objectType": one_of("Agent"), **_WHO}, rules=(_one_identifier,))
GROUP = shape(
    {"objectType": one_of("Group"), **_WHO, "member": array(AGENT)},
    required=("objectType",),
    rules=(_identified_or_listed,),
)


def _kind(value: Any) -> str:
    kind = value.get("objectType") if type(value) is dict else None
    return kind if type(kind) is str else ""


ACTOR = by_kind(lambda value: GROUP if _kind(value) == "Group" else AGENT)


# --- what -----------------------------------------------------------------------------------------------------------
_COMPONENTS = ("choices", "scale", "source", "target", "steps")
_COMPONENTS_OF = {
    "choice": ("choices",),
    "sequencing": ("choices",),
    "likert": ("scale",),
    "matching": ("source", "target"),
    "performance": ("steps",),
    "true-false": (),
    "fill-in": (),
    "long-fill-in": (),
    "numeric": (),
    "other": (),
}


def _components_fit(value: JsonObject, version: str) -> None:
    kind = value.get("interactionType")
    for name in _COMPONENTS:
        components = value.get(name)
        if components is None:
            continue
        if kind is None or name not in _COMPONENTS_OF[kind]:
            raise Fault(f"{name} does not go with the interactionType {kind or 'that is missing'}")
        if len({each["id"] for each in components}) < len(components):
            raise Fault(f"two of the {name} have the same id")
    if kind is None and "correctResponsesPattern" in value:
        raise Fault("correctResponsesPattern needs an interactionType")


_COMPONENT = shape({"id": text, "description": LANGUAGE_MAP}, required=("id",))
DEFINITION = shape(
    {
        "name": LANGUAGE_MAP,
        "description": LANGUAGE_MAP,
        "type": IRI,
        "moreInfo": IRI,
        "extensions": EXTENSIONS,
        "interactionType": one_of(*_COMPONENTS_OF),
        "correctResponsesPattern": array(text),
        **dict.fromkeys(_COMPONENTS, array(_COMPONENT)),
    },
    rules=(_components_fit,),
)
VERB = shape({"id": IRI, "display": LANGUAGE_MAP}, required=("id",))
ACTIVITY = shape({"objectType": one_of("Activity"), "id": IRI, "definition": DEFINITION}, required=("id",))
STATEMENT_REF = shape({"objectType": one_of("StatementRef"), "id": UUID}, required=("objectType", "id"))


# --- how it went ----------------------------------------------------------------------------------------------------
def _scaled(value: Any, version: str) -> None:
    number(value, version)
    if value > 1:
        raise Fault("is not less than or equal to 1")
    if value < -1:
        raise Fault("is not greater than or equal to -1")


def _in_order(value: JsonObject, version: str) -> None:
    least, raw, most = value.get("min"), value.get("raw"), value.get("max")
    if least is not None and most is not None and least >= most:
        raise Fault("min is not less than max")
    if raw is not None and least is not None and raw < least:
        raise Fault("raw is less than min")
    if raw is not None and most is not None and raw > most:
        raise Fault("raw is greater than max")


SCORE = shape({"scaled": _scaled, "raw": number, "min": number, "max": number}, rules=(_in_order,))
RESULT = shape(
    {
        "score": SCORE,
        "success": flag,
        "completion": flag,
        "response": text,
        "duration": DURATION,
        "extensions": EXTENSIONS,
    }
)


# --- around it ------------------------------------------------------------------------------------------------------
_SEVERAL_ACTIVITIES = array(ACTIVITY)
_ACTIVITIES = by_kind(lambda value: _SEVERAL_ACTIVITIES if type(value) is list else ACTIVITY)
_TYPES = array(IRI, least=1)


def _of_this_version(value: JsonObject, version: str) -> None:
    if version == V1:
        for name in ("contextAgents", "contextGroups"):
            if name in value:
                raise Fault(f"{name} belongs to xAPI 2.0")


def _around(name: str, kind: str, who: Check) -> Check:
    fields = {"objectType": one_of(kind), name: who, "relevantTypes": _TYPES}
    return array(shape(fields, required=("objectType", name)))


CONTEXT = shape(
    {
        "registration": UUID,
        "instructor": ACTOR,
        "team": GROUP,
        "contextActivities": shape(dict.fromkeys(("parent", "grouping", "category", "other"), _ACTIVITIES)),
        "contextAgents": _around("agent", "contextAgent", AGENT),
        "contextGroups": _around("group", "contextGroup", GROUP),
        "revision": text,
        "platform": text,
        "language": LANGUAGE_TAG,
        "statement": STATEMENT_REF,
        "extensions": EXTENSIONS,
    },
    rules=(_of_this_version,),
)


def _length(value: Any, version: str) -> None:
    if type(value) is not int:
        raise wrong(value, "is not an integer")
    if not 0 <= value < 2**63:
        raise Fault("is not a length in bytes")


ATTACHMENT = shape(
    {
        "usageType": IRI,
        "display": LANGUAGE_MAP,
        "description": LANGUAGE_MAP,
        "contentType": MEDIA_TYPE,
        "length": _length,
        "sha2": SHA2,
        "fileUrl": IRI,
    },
    required=("usageType", "display", "contentType", "length", "sha2"),
)


# --- the sentence ---------------------------------------------------------------------------------------------------
def _fits_together(value: JsonObject, version: str) -> None:
    kind = _kind(value["object"])
    if kind not in {"", "Activity"}:
        for name in ("revision", "platform"):
            if name in value.get("context", ()):
                raise Fault(f"context.{name} goes only with an Activity as object")
    if value["verb"]["id"] == vocabulary.VOIDED and kind != "StatementRef":
        raise Fault("the object of a voiding statement is a StatementRef")


def _authority(value: Any, version: str) -> None:
    ACTOR(value, version)
    if _kind(value) == "Group" and (_identifiers(value) or len(value["member"]) != 2):
        raise Fault("a Group as authority is an unnamed pair of Agents (three-legged OAuth)")


# 1.0 alone counts as 1.0.0; pre-release and build marks are semantic versioning's.
_VERSION = re.compile(r"(1|2)\.0(?:\.[0-9]+(?:[-+][0-9A-Za-z.+-]+)?)?")


def _version(value: Any, version: str) -> None:
    if type(value) is not str:
        raise wrong(value, "is not a string")
    check_text(value)
    found = _VERSION.fullmatch(value)
    if found is None:
        raise Fault("is neither 1.0.x nor 2.0.x")
    if found[1] == "2" and version == V1:
        raise Fault("does not start with 1.0")


def _object(kinds: Mapping[str, Check]) -> Check:
    """One of ``kinds`` by objectType; what does not say is an Activity."""
    names = ", ".join(kinds)

    def unknown(value: Any, version: str) -> None:
        raise Fault(f"is none of {names}", "objectType")

    def choose(value: Any) -> Check:
        return kinds.get(_kind(value), unknown) if type(value) is dict and "objectType" in value else ACTIVITY

    return by_kind(choose)


_PLAIN_OBJECTS = {"Activity": ACTIVITY, "Agent": AGENT, "Group": GROUP, "StatementRef": STATEMENT_REF}
_SENTENCE: dict[str, Check] = {
    "actor": ACTOR,
    "verb": VERB,
    "result": RESULT,
    "context": CONTEXT,
    "timestamp": _timestamp,
    "attachments": array(ATTACHMENT),
}
_REQUIRED = ("actor", "verb", "object")

SUB_STATEMENT = shape(
    {
        "objectType": one_of("SubStatement"),
        **_SENTENCE,
        "object": _object(_PLAIN_OBJECTS),
    },
    required=("objectType", *_REQUIRED),
    rules=(_fits_together,),
)

STATEMENT = shape(
    {
        "id": UUID,
        **_SENTENCE,
        "object": _object({**_PLAIN_OBJECTS, "SubStatement": SUB_STATEMENT}),
        "stored": _timestamp,
        "authority": _authority,
        "version": _version,
    },
    required=_REQUIRED,
    rules=(_fits_together,),
)


def check_statement(data: Any, *, version: str, at: tuple[str | int, ...] = ()) -> None:
    """Judge one statement by every rule that needs no store.

    Args:
        data: a JSON value.
        version: that of the request, ``versions.V1`` or ``versions.V2``.
        at: where ``data`` stands in the request, such as ``(3,)``.

    Raises:
        InvalidError: with the first fault and its JSON path.
    """
    judge(STATEMENT, data, version=version, at=at)


def _identified(value: JsonObject, version: str) -> None:
    if _identifiers(value) == 0:
        raise Fault("is a Group without an identifier")


def check_agent(data: Any, *, at: tuple[str | int, ...] = (), only_agent: bool = False) -> None:
    """Judge an Agent or identified Group that stands alone: a parameter, a credential's authority.

    Raises:
        InvalidError: with the first fault and its JSON path.
    """

    def alone(value: Any, version: str) -> None:
        (AGENT if only_agent else ACTOR)(value, version)
        _identified(value, version)

    judge(alone, data, version=V2, at=at)
