"""The parameters of GET /statements, judged like the same values in a statement."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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


@dataclass(frozen=True)
class Query:
    """``limit`` 0 asks for as many as the server gives."""

    wanted: Wanted
    since: datetime | None
    until: datetime | None
    limit: int
    ascending: bool


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
        since=_moment(given, "since"),
        until=_moment(given, "until"),
        limit=int(limit),
        ascending=read_bool(given, "ascending"),
    )


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
    try:
        agent = read_json(text.encode())
    except (InvalidError, UnicodeEncodeError):
        raise InvalidError("is not an Agent in JSON", "agent") from None
    check_agent(agent, at=("agent",))
    return identifier(agent)


def _iri(given: Mapping[str, str], name: str) -> str:
    if name not in given:
        return ""
    if not is_iri(given[name]):
        raise InvalidError("is not an IRI with a scheme", name)
    return index_key(given[name])


def _moment(given: Mapping[str, str], name: str) -> datetime | None:
    if name not in given:
        return None
    try:
        return read_timestamp(given[name])
    except ValueError as error:
        raise InvalidError(str(error), name) from None
