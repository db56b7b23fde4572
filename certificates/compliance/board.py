"""What a department's page shows: every current member beside every requirement that applies to her."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from certificates.compliance import rules
from certificates.compliance.models import Evidence, Requirement
from portal.accounts.models import User
from portal.departments.models import Department, Membership

ORDER = {rules.OVERDUE: 0, rules.MISSING: 1, rules.DUE: 2, rules.DONE: 3}


@dataclass(frozen=True)
class Line:
    """One person and one requirement on one day."""

    person: User
    requirement: Requirement
    standing: rules.Standing
    certificate: UUID | None


@dataclass(frozen=True)
class Summary:
    """One requirement over all the people it applies to; ``met`` counts done and due."""

    requirement: Requirement
    states: Counter[str]

    @property
    def total(self) -> int:
        return self.states.total()

    @property
    def met(self) -> int:
        return self.states[rules.DONE] + self.states[rules.DUE]


class Proofs:
    """The evidence of many people, read in one query: when each completed which course, and the certificate of it."""

    def __init__(self, memberships: Sequence[Membership], requirements: Sequence[Requirement]) -> None:
        self._found: dict[tuple[int, UUID], list[tuple[datetime, UUID]]] = {}
        rows = (
            Evidence.objects.standing()
            .filter(
                user__in={membership.user_id for membership in memberships},
                course_key__in={requirement.course.translation_key for requirement in requirements},
            )
            .order_by("-completed_at", "-pk")
            .values_list("user_id", "course_key", "completed_at", "certificate__uuid")
        )
        for user, key, moment, certificate in rows:
            self._found.setdefault((user, key), []).append((moment, certificate))

    def line(self, membership: Membership, requirement: Requirement, on: date) -> Line:
        """Where the member stands on ``on``; days are those of the organisation that asks."""
        known = self._found.get((membership.user_id, requirement.course.translation_key), [])
        dated = ((membership.department.organisation.day_of(moment), proof) for moment, proof in known)
        day, proof = next(((day, proof) for day, proof in dated if day <= on), (None, None))
        standing = rules.standing(day, requirement.every_months, requirement.due_soon_days, on)
        return Line(membership.user, requirement, standing, proof)


def lines_of(memberships: Sequence[Membership], at: datetime) -> dict[int, list[Line]]:
    """By department, every member beside each requirement of her profession, in two queries whatever their number."""
    departments = {membership.department_id: membership.department for membership in memberships}
    asked = list(
        Requirement.objects.for_departments(departments.values(), at).select_related("course__locale").order_by("pk")
    )
    proofs = Proofs(memberships, asked)
    boards: dict[int, list[Line]] = {}
    for membership in memberships:
        on = membership.department.organisation.day_of(at)
        boards.setdefault(membership.department_id, []).extend(
            proofs.line(membership, requirement, on)
            for requirement in asked
            if requirement.asks(membership.department) and requirement.profession in ("", membership.user.profession)
        )
    return boards


def boards_of(departments: Sequence[Department], at: datetime) -> dict[int, list[Line]]:
    """The boards of all ``departments`` in as many queries as one takes; a department without lines is left out."""
    members = (
        Membership.objects.filter(department__in=departments)
        .now(at, zones=(department.organisation.timezone for department in departments))
        .select_related("user", "department__organisation")
        .order_by("user__name", "pk")
    )
    once = {(membership.department_id, membership.user_id): membership for membership in members}
    return lines_of(list(once.values()), at)


def board_of(department: Department, at: datetime) -> list[Line]:
    """Every current member of ``department`` beside what is asked of her."""
    return boards_of([department], at).get(department.pk, [])


def duties_of(user: User, at: datetime) -> list[Line]:
    """What the departments of ``user`` ask of her; the same course once, by its strictest rule.

    The strictest is the one by which she stands worst; among equals the one that ends first.
    """
    memberships = Membership.objects.filter(user=user).now(at).select_related("user", "department__organisation")
    strictest: dict[UUID, Line] = {}
    for lines in lines_of(list(memberships.order_by("pk")), at).values():
        for line in lines:
            key = line.requirement.course.translation_key
            if key not in strictest or severity(line) < severity(strictest[key]):
                strictest[key] = line
    return sorted(strictest.values(), key=lambda line: (*severity(line), line.requirement.pk))


def severity(line: Line) -> tuple[int, date, float]:
    """Sorts the duties of one person, the most pressing first."""
    return (
        ORDER[line.standing.state],
        line.standing.until or date.max,
        line.requirement.every_months or float("inf"),
    )


def tally_of(lines: list[Line]) -> Counter[str]:
    """How many people stand where; each person once, where she stands worst."""
    worst: dict[int, str] = {}
    for line in sorted(lines, key=severity, reverse=True):
        worst[line.person.pk] = line.standing.state
    return Counter(worst.values())


def summaries_of(lines: list[Line]) -> list[Summary]:
    """One summary a requirement, in the order in which they first appear."""
    states: dict[int, Counter[str]] = {}
    requirements: dict[int, Requirement] = {}
    for line in lines:
        requirements.setdefault(line.requirement.pk, line.requirement)
        states.setdefault(line.requirement.pk, Counter())[line.standing.state] += 1
    return [Summary(requirements[pk], counted) for pk, counted in states.items()]
