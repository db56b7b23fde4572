"""Which statements an export holds, kept with the export by the names of the standard's parameters.

``tenant`` beside them is the customer whose credentials brought a statement, empty for none.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext

from portal.lrs.flat import agent_text
from portal.lrs.models import Statement
from portal.lrs.parameters import read_query
from portal.lrs.querysets import StatementQuerySet, Wanted

_INSTANT = timedelta(microseconds=1)


def since_day(day: date) -> str:
    """``since`` for what was stored from the beginning of ``day`` (UTC) on: the parameter leaves its own moment out."""
    return (_midnight(day) - _INSTANT).isoformat()


def until_day(day: date) -> str:
    """``until`` for what was stored to the end of ``day`` (UTC)."""
    return (_midnight(day + timedelta(days=1)) - _INSTANT).isoformat()


def chosen(filters: Mapping[str, str], *, until: datetime) -> tuple[StatementQuerySet, Wanted]:
    """The statements of the period and the customer that are not voided, stored not after ``until``, and what else is asked.

    Raises:
        InvalidError: a filter is wrong, with its name as path.
    """
    query = read_query({name: text for name, text in filters.items() if name != "tenant"})
    last = until if query.until is None else min(until, query.until)
    found = Statement.objects.valid().between(query.since, last)
    if "tenant" in filters:
        found = found.of_tenant(filters["tenant"])
    return found, query.wanted


class Word(NamedTuple):
    """A filter for people; ``is_long`` texts are identifiers, which break anywhere."""

    name: str
    text: str
    is_long: bool = False


def in_words(filters: Mapping[str, str]) -> list[Word]:
    words = []
    if "since" in filters:
        words.append(Word(gettext("First day"), _day(filters["since"], _INSTANT)))
    if "until" in filters:
        words.append(Word(gettext("Last day"), _day(filters["until"])))
    if "verb" in filters:
        words.append(Word(gettext("Verb"), filters["verb"], is_long=True))
    if "activity" in filters:
        related = "related_activities" in filters
        name = gettext("Activity or its context") if related else gettext("Activity")
        words.append(Word(name, filters["activity"], is_long=True))
    if "agent" in filters:
        text = agent_text(json.loads(filters["agent"])) or filters["agent"]
        words.append(Word(gettext("Person"), text, is_long=True))
    if "tenant" in filters:
        words.append(Word(gettext("Customer"), filters["tenant"] or gettext("None")))
    return words


def _day(moment: str, later: timedelta = timedelta()) -> str:
    return date_format((datetime.fromisoformat(moment) + later).date(), "DATE_FORMAT")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
