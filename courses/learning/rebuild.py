"""Progress as the statements tell it (pure), to be compared with the rows or to bring lost rows back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from isodate import parse_duration

from courses.learning.statements import MARK_NEEDED
from portal.lrs import vocabulary as words
from portal.lrs.keeping.rewriting import is_erased


@dataclass
class Told:
    """One enrolment as its sentences tell it; ``done`` maps the key of a finished step to when and with what score.

    ``learner`` is None where statements name somebody erased.
    """

    learner: UUID | None
    course: UUID
    enrolled_at: datetime
    started_at: datetime | None = None
    done: dict[UUID, tuple[datetime, float | None]] = field(default_factory=dict)
    closed_at: datetime | None = None
    completed_at: datetime | None = None
    title: str | None = None
    version: str | None = None
    language: str | None = None
    minutes: int | None = None
    score: float | None = None
    pass_mark: float | None = None


def agree(said: Told | None, kept: Told | None) -> bool:
    """Whether statements and rows tell the same; a pass mark or learner that no statement tells is not compared."""
    if said is None or kept is None:
        return said is kept
    pass_mark = None if said.pass_mark is None else kept.pass_mark
    return replace(kept, learner=said.learner and kept.learner, pass_mark=pass_mark) == said


def _key(iri: str) -> tuple[str, UUID]:
    """``…/xapi/activities/<kind>/<key>`` taken apart."""
    kind, key = iri.rsplit("/", 2)[-2:]
    return kind, UUID(key)


def _learner(actor: Mapping[str, Any]) -> UUID | None:
    return None if is_erased(actor) else UUID(actor["account"]["name"])


def minutes_of(duration: str) -> int:
    """Whole minutes of an ISO 8601 duration of hours, minutes and seconds, as the portal writes them."""
    return int(parse_duration(duration).total_seconds() // 60)


def retell(bodies: Iterable[Mapping[str, Any]]) -> dict[UUID, Told]:
    """Enrolments by registration, from the portal's own statements in the order in which they were stored."""
    told: dict[UUID, Told] = {}
    for body in bodies:
        if body["verb"]["id"] == words.VOIDED:  # of an outside statement, in the portal's name; tells of no enrolment
            continue
        registration = UUID(body["context"]["registration"])
        at = datetime.fromisoformat(body["timestamp"])
        verb, (kind, key) = body["verb"]["id"], _key(body["object"]["id"])
        if verb == words.REGISTERED:
            told[registration] = Told(_learner(body["actor"]), key, at)
            continue
        enrolment = told.get(registration)
        if enrolment is not None:
            result = body.get("result", {})
            if (verb, kind) == (words.COMPLETED, "course"):
                _complete(enrolment, at, body["object"], body["context"], result)
            else:
                _apply(enrolment, verb, kind, key, at, result)
    return told


def _apply(told: Told, verb: str, kind: str, key: UUID, at: datetime, result: Mapping[str, Any]) -> None:
    score = result.get("score", {}).get("scaled")
    match (verb, kind):
        case (words.INITIALIZED, "course"):
            told.started_at = at
        case (words.COMPLETED, "lesson"):
            told.done.setdefault(key, (at, None))
        case (words.PASSED, "quiz"):
            told.done.setdefault(key, (at, score))
        case _:
            pass


def _complete(
    told: Told, at: datetime, course: Mapping[str, Any], context: Mapping[str, Any], result: Mapping[str, Any]
) -> None:
    """The facts of the completion as they were then, whatever the course is called now."""
    told.closed_at = told.completed_at = at
    told.language, told.version = context["language"], context["revision"]
    told.title = course["definition"]["name"][context["language"]]
    told.minutes = minutes_of(result["duration"])
    told.score = result.get("score", {}).get("scaled")
    told.pass_mark = next(
        (mark for key, mark in result.get("extensions", {}).items() if key.endswith(MARK_NEEDED)), None
    )
