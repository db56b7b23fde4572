"""Credits: how many, for whom, and what is still to do before they are given (pure)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from string import Formatter

# What the wording of a body may name in braces.
PLACES = ("course", "credits", "maximum", "unit", "number", "from", "to")


def whole_steps(amount: Decimal, step: Decimal) -> Decimal:
    """``amount`` rounded down to a multiple of ``step``, which is more than nothing."""
    return (amount / step).to_integral_value(ROUND_FLOOR) * step


def credits_for(minutes: int, credit_minutes: int, step: Decimal, maximum: Decimal | None) -> Decimal:
    """What so many minutes of learning are worth: never more than were learned, never more than ``maximum``."""
    learned = whole_steps(Decimal(minutes) / credit_minutes, step)
    return learned if maximum is None else min(learned, whole_steps(maximum, step))


class ClaimFault(StrEnum):
    TOO_FEW = "too few"
    TOO_MANY = "too many"
    BETWEEN = "between"  # two steps


def claim_fault(claimed: Decimal, step: Decimal, maximum: Decimal) -> ClaimFault | None:
    """What is wrong with a claim of so many credits; None when nothing is."""
    if claimed < step:
        return ClaimFault.TOO_FEW
    if claimed > maximum:
        return ClaimFault.TOO_MANY
    return None if whole_steps(claimed, step) == claimed else ClaimFault.BETWEEN


@dataclass(frozen=True)
class Terms:
    """Of one body. Nothing said asks nothing: no professions are all of them, no pass mark is any score."""

    professions: Collection[str] = ()
    pass_mark: int | None = None
    minimum_minutes: int = 0


@dataclass(frozen=True)
class Achievement:
    """Of one learner in one course; ``score`` from 0.0 to 1.0, ``minutes`` from the first lesson to the completion."""

    profession: str
    score: float | None
    minutes: float


def meets(achievement: Achievement, terms: Terms) -> bool:
    """Whether a body gives its credits for this; a course without a quiz has no score, and meets no pass mark."""
    if terms.professions and achievement.profession not in terms.professions:
        return False
    if terms.pass_mark is not None and round((achievement.score or 0.0) * 100, 6) < terms.pass_mark:
        return False
    return achievement.minutes >= terms.minimum_minutes


def in_window(day: date, first: date | None, last: date | None) -> bool:
    """Whether ``day`` lies in a window; both ends belong to it, and one without an end is no window."""
    return first is not None and last is not None and first <= day <= last


class Step(StrEnum):
    BODY = "body"
    DETAILS = "details"
    EVALUATION = "evaluation"


@dataclass(frozen=True)
class Asked:
    """A step before a certificate, and whether it is done."""

    step: Step
    is_done: bool


def steps_before(
    *,
    bodies: int,
    is_chosen: bool,
    asks_details: bool,
    has_details: bool,
    asks_evaluation: bool,
    has_evaluation: bool,
) -> list[Asked]:
    """What is asked before a certificate, in this order; nothing at all where one body applies that asks nothing.

    What a body asks is known only when there is one: as long as none is chosen, the choice is the only step.
    """
    steps = [Asked(Step.BODY, is_chosen)] if bodies > 1 else []
    if is_chosen or bodies == 1:
        if asks_details:
            steps.append(Asked(Step.DETAILS, has_details))
        if asks_evaluation:
            steps.append(Asked(Step.EVALUATION, has_evaluation))
    return steps


def next_step(steps: Iterable[Asked]) -> Step | None:
    """The first step that is not done."""
    return next((asked.step for asked in steps if not asked.is_done), None)


class Call(StrEnum):
    """A message to a learner whose certificate waits for her."""

    FIRST = "first"
    LAST = "last"


CALLED_AFTER = {Call.FIRST: timedelta(days=1), Call.LAST: timedelta(days=14)}


def call_due(waited: timedelta, called: Collection[Call]) -> Call | None:
    """Which message is due after so long; None: not yet, or it was sent. After the last one there is none."""
    due = max(
        (call for call in Call if waited >= CALLED_AFTER[call]), key=lambda call: CALLED_AFTER[call], default=None
    )
    return None if due in called or Call.LAST in called else due


def unknown_places(wording: str) -> list[str]:
    """What stands in braces and is none of ``PLACES``.

    Raises:
        ValueError: a brace has no partner.
    """
    named = [(name, kind, conversion) for _, name, kind, conversion in Formatter().parse(wording) if name is not None]
    return [name for name, kind, conversion in named if name not in PLACES or kind or conversion]
