"""Shape and field rules of a statement (pure): xAPI 1.0.3 part two, and what IEEE 9274.1.1 (2.0) adds to it.

The models only judge. What is stored is the JSON as it came, so that nothing is lost or written another way.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from portal.lrs import iri, vocabulary
from portal.lrs.errors import InvalidError
from portal.lrs.parsing import check_depth, check_values, json_path
from portal.lrs.versions import V1, V2

# Names of the branches of a union in pydantic's locations; no key of a statement starts so.
_BRANCH = "~"


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("xapi", message)


def _is(check: Callable[[str], bool], name: str, value: str) -> str:
    if not check(value):
        raise _fault(f"is not {name}")
    return value


def _version_of(info: ValidationInfo) -> str:
    return info.context["version"] if info.context else V1


def _timestamp(value: str, info: ValidationInfo) -> str:
    try:
        iri.read_timestamp(value, strict=_version_of(info) == V2)
    except ValueError as error:
        raise _fault(str(error)) from None
    return value


def _language_map(value: dict[str, Any]) -> dict[str, Any]:
    for tag, text in value.items():
        if not iri.is_language_tag(tag):
            raise _fault(f"the key {tag[:100]!r} is not a language tag".replace("{", "(").replace("}", ")"))
        if not isinstance(text, str):
            raise _fault(f"the text in {tag!r} is not a string")
    return value


def _extensions(value: dict[str, Any]) -> dict[str, Any]:
    for key in value:
        if not iri.is_iri(key):
            raise _fault(f"the key {key[:100]!r} is not an IRI".replace("{", "(").replace("}", ")"))
    return value


Iri = Annotated[str, AfterValidator(partial(_is, iri.is_iri, "an IRI with a scheme"))]
Uuid = Annotated[str, AfterValidator(partial(_is, iri.is_uuid, "a UUID"))]
Mailto = Annotated[str, AfterValidator(partial(_is, iri.is_mailto, "of the form mailto:name@host"))]
Sha1 = Annotated[str, AfterValidator(partial(_is, iri.is_sha1, "a hexadecimal SHA-1"))]
Sha2 = Annotated[str, AfterValidator(partial(_is, iri.is_sha2, "a hexadecimal SHA-2"))]
MediaType = Annotated[str, AfterValidator(partial(_is, iri.is_media_type, "an internet media type"))]
LanguageTag = Annotated[str, AfterValidator(partial(_is, iri.is_language_tag, "a language tag of RFC 5646"))]
Duration = Annotated[str, AfterValidator(partial(_is, iri.is_duration, "an ISO 8601 duration"))]
Timestamp = Annotated[str, AfterValidator(_timestamp)]
LanguageMap = Annotated[dict[str, Any], AfterValidator(_language_map)]
Extensions = Annotated[dict[str, Any], AfterValidator(_extensions)]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class Account(_Model):
    homePage: Iri  # noqa: N815  the names of this module are the standard's
    name: str


class _Identified(_Model):
    name: str | None = None
    mbox: Mailto | None = None
    mbox_sha1sum: Sha1 | None = None
    openid: Iri | None = None
    account: Account | None = None

    def identifiers(self) -> int:
        return sum(each is not None for each in (self.mbox, self.mbox_sha1sum, self.openid, self.account))


class Agent(_Identified):
    objectType: Literal["Agent"] | None = None  # noqa: N815

    @model_validator(mode="after")
    def _one_identifier(self) -> Self:
        if self.identifiers() != 1:
            raise _fault("an Agent has exactly one of mbox, mbox_sha1sum, openid and account")
        return self


class Group(_Identified):
    objectType: Literal["Group"]  # noqa: N815
    member: Annotated[list[Agent], Field(fail_fast=True)] | None = None

    @model_validator(mode="after")
    def _identified_or_listed(self) -> Self:
        if self.identifiers() > 1:
            raise _fault("a Group has at most one of mbox, mbox_sha1sum, openid and account")
        if self.identifiers() == 0 and not self.member:
            raise _fault("a Group without an identifier lists its members")
        return self


def _kind(value: Any) -> str:
    kind = value.get("objectType") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


def _actor_kind(value: Any) -> str:
    return f"{_BRANCH}group" if _kind(value) == "Group" else f"{_BRANCH}agent"


Actor = Annotated[
    Annotated[Agent, Tag(f"{_BRANCH}agent")] | Annotated[Group, Tag(f"{_BRANCH}group")], Discriminator(_actor_kind)
]


class Verb(_Model):
    id: Iri
    display: LanguageMap | None = None


class Component(_Model):
    id: str
    description: LanguageMap | None = None


Components = Annotated[list[Component], Field(fail_fast=True)]


class Definition(_Model):
    COMPONENTS: ClassVar[dict[str, tuple[str, ...]]] = {
        "choice": ("choices",),
        "sequencing": ("choices",),
        "likert": ("scale",),
        "matching": ("source", "target"),
        "performance": ("steps",),
    }

    name: LanguageMap | None = None
    description: LanguageMap | None = None
    type: Iri | None = None
    moreInfo: Iri | None = None  # noqa: N815
    extensions: Extensions | None = None
    interactionType: (  # noqa: N815
        Literal[
            "true-false",
            "choice",
            "fill-in",
            "long-fill-in",
            "matching",
            "performance",
            "sequencing",
            "likert",
            "numeric",
            "other",
        ]
        | None
    ) = None
    correctResponsesPattern: Annotated[list[str], Field(fail_fast=True)] | None = None  # noqa: N815
    choices: Components | None = None
    scale: Components | None = None
    source: Components | None = None
    target: Components | None = None
    steps: Components | None = None

    @model_validator(mode="after")
    def _components_fit(self) -> Self:
        allowed = self.COMPONENTS.get(self.interactionType or "", ())
        for name in ("choices", "scale", "source", "target", "steps"):
            components: list[Component] | None = getattr(self, name)
            if components is None:
                continue
            if name not in allowed:
                raise _fault(f"{name} does not go with the interactionType {self.interactionType or 'that is missing'}")
            if len({each.id for each in components}) < len(components):
                raise _fault(f"two of the {name} have the same id")
        if self.correctResponsesPattern is not None and self.interactionType is None:
            raise _fault("correctResponsesPattern needs an interactionType")
        return self


class Activity(_Model):
    objectType: Literal["Activity"] | None = None  # noqa: N815
    id: Iri
    definition: Definition | None = None


class StatementRef(_Model):
    objectType: Literal["StatementRef"]  # noqa: N815
    id: Uuid


Number = Annotated[float, Field(allow_inf_nan=False)]


class Score(_Model):
    scaled: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)] | None = None
    raw: Number | None = None
    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise _fault("min is not less than max")
        if self.raw is not None and self.min is not None and self.raw < self.min:
            raise _fault("raw is less than min")
        if self.raw is not None and self.max is not None and self.raw > self.max:
            raise _fault("raw is greater than max")
        return self


class Result(_Model):
    score: Score | None = None
    success: bool | None = None
    completion: bool | None = None
    response: str | None = None
    duration: Duration | None = None
    extensions: Extensions | None = None


def _plurality(value: Any) -> str:
    return f"{_BRANCH}many" if isinstance(value, list) else f"{_BRANCH}one"


Activities = Annotated[
    Annotated[Activity, Tag(f"{_BRANCH}one")]
    | Annotated[Annotated[list[Activity], Field(fail_fast=True)], Tag(f"{_BRANCH}many")],
    Discriminator(_plurality),
]


class ContextActivities(_Model):
    parent: Activities | None = None
    grouping: Activities | None = None
    category: Activities | None = None
    other: Activities | None = None


Types = Annotated[list[Iri], Field(fail_fast=True, min_length=1)]


class ContextAgent(_Model):
    objectType: Literal["contextAgent"]  # noqa: N815
    agent: Agent
    relevantTypes: Types | None = None  # noqa: N815


class ContextGroup(_Model):
    objectType: Literal["contextGroup"]  # noqa: N815
    group: Group
    relevantTypes: Types | None = None  # noqa: N815


class Context(_Model):
    registration: Uuid | None = None
    instructor: Actor | None = None
    team: Group | None = None
    contextActivities: ContextActivities | None = None  # noqa: N815
    contextAgents: Annotated[list[ContextAgent], Field(fail_fast=True)] | None = None  # noqa: N815
    contextGroups: Annotated[list[ContextGroup], Field(fail_fast=True)] | None = None  # noqa: N815
    revision: str | None = None
    platform: str | None = None
    language: LanguageTag | None = None
    statement: StatementRef | None = None
    extensions: Extensions | None = None

    @model_validator(mode="after")
    def _of_this_version(self, info: ValidationInfo) -> Self:
        if _version_of(info) == V1:
            for name in ("contextAgents", "contextGroups"):
                if name in self.model_fields_set:
                    raise _fault(f"{name} belongs to xAPI 2.0")
        return self


class Attachment(_Model):
    usageType: Iri  # noqa: N815
    display: LanguageMap
    description: LanguageMap | None = None
    contentType: MediaType  # noqa: N815
    length: Annotated[int, Field(ge=0)]
    sha2: Sha2
    fileUrl: Iri | None = None  # noqa: N815


class _Sentence(_Model):
    actor: Actor
    verb: Verb
    result: Result | None = None
    context: Context | None = None
    timestamp: Timestamp | None = None
    attachments: Annotated[list[Attachment], Field(fail_fast=True)] | None = None
    object: Any

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.context is not None and not isinstance(self.object, Activity):
            for name in ("revision", "platform"):
                if name in self.context.model_fields_set:
                    raise _fault(f"context.{name} goes only with an Activity as object")
        if self.verb.id == vocabulary.VOIDED and not isinstance(self.object, StatementRef):
            raise _fault("the object of a voiding statement is a StatementRef")
        return self


def _plain_kind(value: Any) -> str:
    kind = _kind(value)
    return f"{_BRANCH}{kind.lower()}" if kind in {"Agent", "Group", "StatementRef"} else f"{_BRANCH}activity"


def _object_kind(value: Any) -> str:
    return f"{_BRANCH}substatement" if _kind(value) == "SubStatement" else _plain_kind(value)


class SubStatement(_Sentence):
    objectType: Literal["SubStatement"]  # noqa: N815
    object: Annotated[
        Annotated[Activity, Tag(f"{_BRANCH}activity")]
        | Annotated[Agent, Tag(f"{_BRANCH}agent")]
        | Annotated[Group, Tag(f"{_BRANCH}group")]
        | Annotated[StatementRef, Tag(f"{_BRANCH}statementref")],
        Discriminator(_plain_kind),
    ]


def _authority(value: Agent | Group) -> Agent | Group:
    if isinstance(value, Group) and (value.identifiers() or len(value.member or ()) != 2):
        raise _fault("a Group as authority is an unnamed pair of Agents (three-legged OAuth)")
    return value


# 1.0 alone counts as 1.0.0; pre-release and build marks are semantic versioning's.
_VERSION = re.compile(r"(1|2)\.0(?:\.[0-9]+(?:[-+][0-9A-Za-z.+-]+)?)?")


def _version(value: str, info: ValidationInfo) -> str:
    found = _VERSION.fullmatch(value)
    if found is None:
        raise _fault("is neither 1.0.x nor 2.0.x")
    if found[1] == "2" and _version_of(info) == V1:
        raise _fault("does not start with 1.0")
    return value


class Statement(_Sentence):
    id: Uuid | None = None
    object: Annotated[
        Annotated[Activity, Tag(f"{_BRANCH}activity")]
        | Annotated[Agent, Tag(f"{_BRANCH}agent")]
        | Annotated[Group, Tag(f"{_BRANCH}group")]
        | Annotated[StatementRef, Tag(f"{_BRANCH}statementref")]
        | Annotated[SubStatement, Tag(f"{_BRANCH}substatement")],
        Discriminator(_object_kind),
    ]
    stored: Timestamp | None = None
    authority: Annotated[Actor, AfterValidator(_authority)] | None = None
    version: Annotated[str, AfterValidator(_version)] | None = None


_MESSAGES = {
    "extra_forbidden": "is not a property of this object",
    "missing": "is missing",
    "dict_type": "is not an object",
    "model_type": "is not an object",
    "list_type": "is not an array",
    "string_type": "is not a string",
    "bool_type": "is not true or false",
    "float_type": "is not a number",
    "int_type": "is not an integer",
    "too_short": "is empty",
}


def _first_fault(error: ValidationError, at: tuple[str | int, ...]) -> InvalidError:
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    parts = tuple(part for part in fault["loc"] if not str(part).startswith(_BRANCH))
    message = _MESSAGES.get(fault["type"]) or fault["msg"].replace("Input should be", "is not")
    return InvalidError(message, json_path((*at, *parts)))


def check_statement(data: Any, *, version: str, at: tuple[str | int, ...] = ()) -> None:
    """Judge one statement by every rule that needs no store.

    Args:
        data: a JSON value.
        version: that of the request, ``versions.V1`` or ``versions.V2``.
        at: where ``data`` stands in the request, such as ``(3,)``.

    Raises:
        InvalidError: with the first fault and its JSON path.
    """
    check_depth(data)
    check_values(data, at)
    try:
        Statement.model_validate(data, context={"version": version})
    except ValidationError as error:
        raise _first_fault(error, at) from None


def check_agent(data: Any, *, at: tuple[str | int, ...] = (), only_agent: bool = False) -> None:
    """Judge an Agent or identified Group that stands alone: a parameter, a credential's authority.

    Raises:
        InvalidError: with the first fault and its JSON path.
    """
    check_depth(data)
    check_values(data, at)
    try:
        if only_agent or _kind(data) != "Group":
            Agent.model_validate(data)
        elif Group.model_validate(data).identifiers() == 0:
            raise InvalidError("is a Group without an identifier", json_path(at))
    except ValidationError as error:
        raise _first_fault(error, at) from None
