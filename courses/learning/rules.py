"""How far a learner is in a course (pure)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from isodate import Duration

from courses.catalogue.outline import Outline, Step


@dataclass(frozen=True)
class Progress:
    """``percent`` counts minutes, so that a long lesson weighs more; 100 only when every step is done."""

    percent: int
    minutes_left: int
    done: frozenset[UUID]
    next: Step | None


def is_complete(outline: Outline, done: Collection[UUID]) -> bool:
    """Every lesson read and the final quiz passed; never for a course without lessons or a translation with holes."""
    return outline.is_whole and all(step.key in done for step in outline.steps)


def lessons_left(outline: Outline, done: Collection[UUID]) -> list[Step]:
    """The lessons still to read, in course order."""
    return [lesson for lesson in outline.lessons() if lesson.key not in done]


def progress(outline: Outline, done: Collection[UUID], last: UUID | None) -> Progress:
    """Where the learner stands, and where to go on: the lesson she was in, else the first step not done."""
    finished = frozenset(step.key for step in outline.steps if step.key in done)
    minutes_left = sum(step.minutes for step in outline.steps if step.key not in finished)
    left = [step for step in outline.steps if step.key not in finished]
    share = round(100 * (outline.minutes - minutes_left) / max(outline.minutes, 1))
    percent = 100 if is_complete(outline, done) else min(99, share)
    resume = next((step for step in left if step.key == last and step.kind == "lesson"), left[0] if left else None)
    return Progress(percent=percent, minutes_left=minutes_left, done=finished, next=resume)


def repeat_from(completed_on: date, months: int) -> date:
    """The first day on which a course may be taken again: so many calendar months after its completion."""
    day: date = completed_on + Duration(months=months)
    return day
