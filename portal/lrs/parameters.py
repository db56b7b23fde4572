"""The parameters of the resources, judged like the same values in a statement."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.core.types import JsonObject
from portal.lrs.documents import Kind, Shelf
from portal.lrs.errors import InvalidError
from portal.lrs.formats import FORMATS
from portal.lrs.indexing import identifier
from portal.lrs.iri import index_key, is_iri, is_uuid, read_timestamp
from portal.lrs.parsing import read_json
from portal.lrs.querysets import Wanted
from portal.lrs.statement import check_agent

SINGLE = frozenset({"statementId", "voidedStatementId"})
RENDERING = frozenset({"format", "attachments"})
LIST = frozenset(
    {
        "agent",
        "verb",
        "activity",
        "registration",
        "related_activities",
        "related_agents",
        "since",
        "until",
        "limit",
        "ascending",
    }
)

# Of a stateId or profileId, in characters.
NAME_LIMIT = 1000
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Query:
    """``limit`` 0 asks for as many as the server gives."""

    wanted: Wanted
    since: datetime | None
    until: datetime | None
    limit: int
    ascending: bool


def check_given(
    given: Mapping[str, str], *, required: Set[str] = frozenset(), optional: Set[str] = frozenset()
) -> None:
    """Refuse parameters that are not known, such as known ones in another case, and a request that lacks one."""
    for name in given:
        if name not in required | optional:
            raise InvalidError("is not a parameter of this request", name[:100])
    for name in sorted(required - given.keys()):
        raise InvalidError("is missing", name)


def check_names(given: Mapping[str, str]) -> None:
    """Refuse parameters that are not known, and those that do not go together."""
    for name in given:
        if name not in SINGLE | RENDERING | LIST:
            raise InvalidError("is not a parameter of this resource", name[:100])
    single = SINGLE & given.keys()
    if len(single) == 2:
        raise InvalidError("statementId and voidedStatementId exclude each other", "voidedStatementId")
    if single and LIST & given.keys():
        name = min(LIST & given.keys())
        raise InvalidError(f"does not go with {min(single)}", name)


def read_query(given: Mapping[str, str]) -> Query:
    """
    Raises:
        InvalidError: a value that is not right, with the parameter's name as path.
    """
    limit = given.get("limit", "0")
    if not re.fullmatch(r"[0-9]{1,9}", limit):
        raise InvalidError("is not a whole number from 0", "limit")
    return Query(
        wanted=Wanted(
            agent=_agent(given["agent"]) if "agent" in given else "",
            verb=_iri(given, "verb"),
            activity=_iri(given, "activity"),
            registration=read_uuid(given["registration"], "registration") if "registration" in given else None,
            related_agents=read_bool(given, "related_agents"),
            related_activities=read_bool(given, "related_activities"),
        ),
        since=read_moment(given, "since"),
        until=read_moment(given, "until"),
        limit=int(limit),
        ascending=read_bool(given, "ascending"),
    )


def read_shelf(kind: Kind, given: Mapping[str, str], owner: str) -> Shelf:
    """The place that ``given`` names; its names are checked already.

    Raises:
        InvalidError: a value that is not right, with the parameter's name as path.
    """
    return Shelf(
        owner=owner,
        kind=kind,
        activity=_iri(given, "activityId"),
        agent=identifier(read_agent(given["agent"])) if "agent" in given else "",
        registration=read_uuid(given["registration"], "registration") if "registration" in given else None,
    )


def read_name(given: Mapping[str, str], kind: Kind) -> str:
    """The stateId or profileId; empty where none is given."""
    if kind.id_name not in given:
        return ""
    name = given[kind.id_name]
    if not name:
        raise InvalidError("is empty", kind.id_name)
    if len(name) > NAME_LIMIT:
        raise InvalidError(f"is longer than {NAME_LIMIT} characters", kind.id_name)
    if _NO_TEXT.search(name):
        raise InvalidError("holds U+0000 or a lone surrogate", kind.id_name)
    return name


def read_agent(text: str) -> JsonObject:
    """The parameter ``agent`` where it is an Agent and no Group."""
    agent: JsonObject = _json(text)
    check_agent(agent, at=("agent",), only_agent=True)
    return agent


def read_format(given: Mapping[str, str]) -> str:
    asked = given.get("format", "exact")
    if asked not in FORMATS:
        raise InvalidError(f"is none of {', '.join(FORMATS)}", "format")
    return asked


def read_uuid(text: str, name: str) -> UUID:
    if not is_uuid(text):
        raise InvalidError("is not a UUID", name)
    return UUID(text)


def read_bool(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "false")
    if text not in {"true", "false"}:
        raise InvalidError("is not true or false", name)
    return text == "true"


def _agent(text: str) -> str:
    agent = _json(text)
    check_agent(agent, at=("agent",))
    return identifier(agent)


def _json(text: str) -> Any:
    try:
        return read_json(text.encode())
    except (InvalidError, UnicodeEncodeError):
        raise InvalidError("is not an Agent in JSON", "agent") from None


def _iri(given: Mapping[str, str], name: str) -> str:
    if name not in given:
        return ""
    if not is_iri(given[name]):
        raise InvalidError("is not an IRI with a scheme", name)
    return index_key(given[name])


def read_moment(given: Mapping[str, str], name: str) -> datetime | None:
    if name not in given:
        return None
    try:
        return read_timestamp(given[name])
    except ValueError as error:
        raise InvalidError(str(error), name) from None
