"""What the page of counters shows, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from portal.core.charts import Chart, LineChart, Series
from portal.lrs.counts.querysets import Cut, DailyCountQuerySet
from portal.lrs.flat import in_words, last_part
from portal.lrs.models import Credential, Term
from portal.lrs.vocabulary import DISPLAY

# Of what is used most.
TOP = 10
# Longer periods are drawn by month.
MOST_DAYS = 92

TITLES = {
    "verb": gettext_lazy("Verbs"),
    "activity": gettext_lazy("Activities"),
    "credential": gettext_lazy("Credentials"),
    "tenant": gettext_lazy("Customers"),
}


# The address of the page as it is, but for one column's value.
Address = Callable[[str, str], str]


@dataclass(frozen=True)
class Line:
    """One name of a ranking; ``address`` shows it alone, and is empty where that cannot be asked."""

    name: str
    iri: str
    address: str
    statements: int
    percent: float


@dataclass(frozen=True)
class Ranking:
    """What is used most; ``others`` are statements of those that are not in ``lines``, ``different`` how many names."""

    column: str
    title: str
    lines: list[Line]
    different: int
    others: int


@dataclass(frozen=True)
class Only:
    """What the page is cut to; ``address`` shows all again."""

    title: str
    name: str
    address: str


@dataclass(frozen=True)
class Board:
    """``a_day`` is the mean over the days of the period, ``busiest`` the day with most and how many that were."""

    total: int
    a_day: float
    busiest: tuple[date, int] | None
    chart: Chart | None
    rankings: list[Ranking]


def board_of(counts: DailyCountQuerySet, since: date, until: date, address: Address) -> Board:
    """Of ``counts``, already cut to the period from ``since`` to ``until``."""
    days = counts.by_day()
    total = sum(days.values())
    length = (until - since).days + 1
    return Board(
        total=total,
        a_day=total / length,
        busiest=max(days.items(), key=lambda each: (each[1], each[0])) if days else None,
        chart=_chart(days, since, until, total) if total else None,
        rankings=[_ranking(counts, column, total, address) for column in TITLES] if total else [],
    )


def cut_to(cut: Cut, address: Address) -> list[Only]:
    """What the page is cut to, in words; what is not known any more keeps its number."""
    terms = _terms([pk for pk in (cut.verb, cut.activity) if pk])
    names: dict[str, str] = {}
    for column, pk in (("verb", cut.verb), ("activity", cut.activity)):
        if pk:
            names[column] = terms[pk][0] if pk in terms else str(pk)
    if cut.credential is not None:
        key = cut.credential or None
        names["credential"] = _credentials([key]).get(key, str(cut.credential))
    if cut.tenant is not None:
        names["tenant"] = _customer(cut.tenant)
    return [Only(str(TITLES[column]), name, address(column, "")) for column, name in names.items()]


def _chart(days: Mapping[date, int], since: date, until: date, total: int) -> Chart:
    by_month = (until - since).days >= MOST_DAYS
    names: dict[str, int] = {}
    for n in range((until - since).days + 1):
        day = since + timedelta(days=n)
        name = date_format(day, "YEAR_MONTH_FORMAT" if by_month else "SHORT_DATE_FORMAT")
        names[name] = names.get(name, 0) + days.get(day, 0)
    return LineChart(
        name="stored",
        title=gettext("Statements by month") if by_month else gettext("Statements by day"),
        summary=ngettext(
            "%(total)s statement was stored from %(since)s to %(until)s.",
            "%(total)s statements were stored from %(since)s to %(until)s.",
            total,
        )
        % {
            "total": number_format(total, force_grouping=True),
            "since": date_format(since, "DATE_FORMAT"),
            "until": date_format(until, "DATE_FORMAT"),
        },
        category=gettext("Month") if by_month else gettext("Day"),
        categories=tuple(names),
        series=(Series(label=gettext("Statements"), values=tuple(names.values())),),
    )


def _ranking(counts: DailyCountQuerySet, column: str, total: int, address: Address) -> Ranking:
    top = counts.top(column, TOP)
    keys = [key for key, _ in top.shares]
    lines = [
        Line(name, iri, address(column, value) if value else "", statements, 100 * statements / total)
        for (name, iri, value), (_, statements) in zip(_named(column, keys), top.shares, strict=True)
    ]
    others = total - sum(line.statements for line in lines)
    return Ranking(column, str(TITLES[column]), lines, top.different, others)


def _named(column: str, keys: Sequence[Any]) -> list[tuple[str, str, str]]:
    """Name, IRI and the value in an address of each key."""
    if column == "tenant":
        return [(_customer(key), "", f"={key}") for key in keys]
    if column == "credential":
        names = _credentials(keys)
        return [(names[key], "", str(key or 0)) for key in keys]
    terms = _terms([key for key in keys if key])
    nothing = (gettext("No activity (a person, a group or another statement)"), "")
    return [(*(terms[key] if key else nothing), str(key or "")) for key in keys]


def _terms(keys: Sequence[int]) -> dict[int, tuple[str, str]]:
    language = (get_language() or "en").split("-")[0]
    found = Term.objects.in_bulk(keys)
    return {pk: (_in_words(term, language), term.iri) for pk, term in found.items()}


def _in_words(term: Term, language: str) -> str:
    return in_words(DISPLAY.get(term.iri) or term.names, language) or last_part(term.iri)


def _credentials(keys: Sequence[int | None]) -> dict[int | None, str]:
    names: dict[int | None, str] = {None: gettext("The portal itself")}
    names.update(Credential.objects.filter(pk__in=[key for key in keys if key]).values_list("pk", "name"))
    return names


def _customer(tenant: str) -> str:
    return tenant or gettext("None")
