"""What a transcript shows: certificates by year and scheme, their totals, and how much of it a link may tell (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from certificates.issuing.rules import Status, months_later

LONGEST_MONTHS = 12
COUNTED = frozenset({Status.VALID, Status.EXPIRED})


@dataclass(frozen=True)
class Line:
    """One certificate. The names are those of the certificate's own fields.

    ``scheme_code`` is empty for one without credits.
    """

    uuid: UUID
    number: str
    holder_name: str
    course_title: str
    course_code: str
    course_version: str
    language: str
    learning_minutes: int
    completed_on: date
    expires_on: date | None
    scheme_code: str
    scheme_name: str
    credits: Decimal | None
    credits_maximum: Decimal | None
    credits_unit: str
    accreditation_number: str
    accredited_from: date | None
    accredited_to: date | None
    verify_url: str
    status: Status

    @property
    def is_counted(self) -> bool:
        """Whether its credits were earned and still stand: an end of validity takes none away, a revocation does."""
        return self.status in COUNTED


@dataclass(frozen=True)
class Scope:
    """Everything, one year, or one scheme."""

    year: int | None = None
    scheme: str = ""

    @property
    def word(self) -> str:
        """As it stands in an address or form."""
        return f"year-{self.year}" if self.year else f"scheme-{self.scheme}" if self.scheme else "all"

    def covers(self, line: Line) -> bool:
        return self.year in {None, line.completed_on.year} and self.scheme in {"", line.scheme_code}


@dataclass(frozen=True)
class Total:
    """Credits that stand, in the unit in which they were given."""

    credits: Decimal
    unit: str


@dataclass(frozen=True)
class Section:
    """The certificates of one scheme in one year, or in all; ``scheme`` and ``name`` are empty for those without credits."""

    scheme: str
    name: str
    lines: Sequence[Line]
    totals: Sequence[Total]
    minutes: int


@dataclass(frozen=True)
class Year:
    year: int
    sections: Sequence[Section]


def newest_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.completed_on, line.number), reverse=True)


def by_year(lines: Iterable[Line]) -> list[Year]:
    """Every line once, the newest year first."""
    ordered = newest_first(lines)
    return [Year(year, by_scheme(of_year)) for year, of_year in groupby(ordered, lambda line: line.completed_on.year)]


def by_scheme(lines: Iterable[Line]) -> list[Section]:
    """Every line once, schemes by their code, those without credits last; a scheme is called as its newest line calls it."""
    ordered = sorted(newest_first(lines), key=lambda line: (not line.scheme_code, line.scheme_code))
    sections = []
    for scheme, found in groupby(ordered, lambda line: line.scheme_code):
        of_scheme = list(found)
        minutes = sum(line.learning_minutes for line in of_scheme if line.is_counted)
        sections.append(Section(scheme, of_scheme[0].scheme_name, of_scheme, totals(of_scheme), minutes))
    return sections


def totals(lines: Iterable[Line]) -> list[Total]:
    """The credits that stand, summed by unit: what is called differently is never added up."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.is_counted and line.credits is not None:
            sums[line.credits_unit] = sums.get(line.credits_unit, Decimal(0)) + line.credits
    return [Total(given, unit) for unit, given in sorted(sums.items())]


def scopes_of(lines: Iterable[Line]) -> list[Scope]:
    """Everything, and then each year and each scheme that there is."""
    found = list(lines)
    years = sorted({line.completed_on.year for line in found}, reverse=True)
    schemes = sorted({line.scheme_code for line in found} - {""})
    return [Scope(), *(Scope(year=year) for year in years), *(Scope(scheme=scheme) for scheme in schemes)]


def within(lines: Iterable[Line], scope: Scope) -> list[Line]:
    return [line for line in lines if scope.covers(line)]


class State(StrEnum):
    """What became of a link."""

    OPEN = "open"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


def state_of(*, ends_on: date, withdrawn: bool, on: date) -> State:
    """Of a link whose last day is ``ends_on``; what the holder did says more than the calendar."""
    if withdrawn:
        return State.WITHDRAWN
    return State.ENDED if on > ends_on else State.OPEN


def latest_end(on: date) -> date:
    """The last day that a link made on that day may have."""
    return months_later(on, LONGEST_MONTHS)
