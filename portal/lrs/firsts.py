"""The first statements of the list that a client asks for.

PostgreSQL is asked in its own words: one question holds every branch, with the short texts that it finds, so that Django
translates nothing and the database plans it once. ``StatementQuerySet.places`` is the same question for SQLite
and for everybody who puts it together from others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from portal.lrs.auth import Authority
from portal.lrs.cursor import Cursor
from portal.lrs.parameters import Query
from portal.lrs.permissions import reach_of, readable_statements
from portal.lrs.querysets import Place, StatementQuerySet
from portal.lrs.together import rows_of, rows_often

# Up to how many statements their texts come with the places, and up to how many bytes of each.
TEXTS_AT_ONCE = 30
SHORT_TEXT = 8192


@dataclass(frozen=True)
class _Way:
    """One way to meet a filter: a column of the statement itself, or of ``table``, which holds what it names besides.

    ``is_rare`` where only a few statements can be met so.
    """

    column: str
    value: str
    table: str = ""
    is_rare: bool = False

    def condition(self, table: str) -> str:
        return f"{table}.{self.column} = %s" + (f" AND {table}.direct" if self.is_rare else "")


# What an index finds whatever the values, because these are many. A verb, an authority or a tenant may be that of nearly all
# statements or of none, and the planner must know which; beside an actor they matter little.
_LED: tuple[set[str], ...] = (
    set(),
    {"actor"},
    {"actor", "verb"},
    {"actor", "tenant"},
    {"actor", "verb", "tenant"},
    {"activity"},
    {"registration"},
)
_AGENTS, _ACTIVITIES = "lrs_relatedagent", "lrs_relatedactivity"
# One row more, of no statement, where any refers to another.
_REFER = "SELECT NULL, NULL, NULL, NULL WHERE EXISTS (SELECT FROM lrs_reference)"


def firsts(authority: Authority, query: Query, after: Cursor | None, *, limit: int) -> list[Place]:
    """The first ``limit`` in the order asked that ``authority`` may read, are not voided, and match or refer to a match.

    Args:
        after: where the page before ended.
    """
    reach = reach_of(authority)
    if reach is None:
        return []
    if connection.vendor != "postgresql":
        readable, found = _querysets(authority, query, after)
        return found.places(query.wanted, ascending=query.ascending, limit=limit, among=readable)
    matching, refer = _Question(reach, query, after, limit).answer()
    conditions = query.wanted.conditions() if refer else []
    if conditions:
        readable, found = _querysets(authority, query, after)
        referring = found.referring(conditions, readable, matching.values(), ascending=query.ascending, limit=limit)
        matching = {**{place.id: place for place in referring}, **matching}
    return sorted(matching.values(), reverse=not query.ascending)[:limit]


def _querysets(authority: Authority, query: Query, after: Cursor | None) -> tuple[StatementQuerySet, StatementQuerySet]:
    """What ``authority`` may read, and of this what is not voided and lies in the time asked, beyond ``after``."""
    readable = readable_statements(authority)
    found = readable.valid().between(query.since, query.until)
    return readable, found.beyond(after.stored, after.id, ascending=query.ascending) if after else found


class _Asked:
    """Conditions that all hold, and the values in them."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.values: list[Any] = []
        self.columns: set[str] = set()

    def equal(self, column: str, value: Any) -> None:
        """Of the statement itself."""
        self.columns.add(column)
        self.add(f"s.{column} = %s", value)

    def add(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values += values

    def __str__(self) -> str:
        return " AND ".join(self.conditions)


class _Branch(NamedTuple):
    """``is_led`` where one index leads to the answer, so that one plan is the best for all values."""

    question: str
    values: list[Any]
    is_led: bool


@dataclass(frozen=True)
class _Question:
    reach: Mapping[str, str]
    query: Query
    after: Cursor | None
    limit: int

    def answer(self) -> tuple[dict[int, Place], bool]:
        """The first of every branch by number; and whether any statement of the store refers to another."""
        branches = [self._branch(who, what) for who in self._whos() for what in self._whats()]
        question = " UNION ALL ".join([*(f"({each.question})" for each in branches), _REFER])
        values = [value for each in branches for value in each.values]
        rows = (rows_often if all(each.is_led for each in branches) else rows_of)(question, values)
        places = {row[1]: Place(*row) for row in rows if row[1] is not None}
        return places, any(row[1] is None for row in rows)

    def _whos(self) -> list[_Way | None]:
        agent = self.query.wanted.agent
        if not agent:
            return [None]
        actor = _Way("actor", agent)
        if not self.query.wanted.related_agents:
            return [actor, _Way("agent", agent, _AGENTS, is_rare=True)]
        return [actor, _Way("agent", agent, _AGENTS), _Way("authority", agent)]

    def _whats(self) -> list[_Way | None]:
        activity = self.query.wanted.activity
        if not activity:
            return [None]
        its = _Way("activity", activity)
        if not self.query.wanted.related_activities:
            return [its]
        return [its, _Way("activity", activity, _ACTIVITIES)]

    def _branch(self, *ways: _Way | None) -> _Branch:
        """One way for each filter: the question and its values."""
        given = [way for way in ways if way]
        through = [way for way in given if way.table]
        asked = self._of_statements(way for way in given if not way.table)
        # What half of the store names, where little of it fits the rest, is for the planner.
        if len(through) == 1 and (through[0].is_rare or not asked.columns):
            return self._walked(through[0], asked)
        return self._joined(through, asked)

    def _of_statements(self, ways: Iterable[_Way]) -> _Asked:
        """What is asked of the statement itself, but for when it was stored."""
        asked = _Asked()
        asked.add("NOT s.voided")
        for way in ways:
            asked.equal(way.column, way.value)
        for column, value in self.reach.items():
            asked.equal(column, value)
        if "tenant" in self.reach:
            asked.add("s.tenant <> ''")  # as its index says: of a value that is not known yet the planner cannot tell
        if self.query.wanted.verb:
            asked.equal("verb", self.query.wanted.verb)
        if self.query.wanted.registration:
            asked.equal("registration", self.query.wanted.registration)
        return asked

    def _add_moments(self, asked: _Asked, stored: str, number: str) -> None:
        """What is asked of when it was stored, by the columns ``stored`` and ``number``."""
        if self.query.since:
            asked.add(f"{stored} > %s", self.query.since)
        if self.query.until:
            asked.add(f"{stored} <= %s", self.query.until)
        if self.after:
            beyond = ">" if self.query.ascending else "<"
            # The planner leaves partitions out by the plain comparison only.
            asked.add(f"{stored} {beyond}= %s", self.after.stored)
            asked.add(f"({stored}, {number}) {beyond} (%s, %s)", self.after.stored, self.after.id)

    def _joined(self, through: Sequence[_Way], asked: _Asked) -> _Branch:
        """Statements with what they name besides, in the order that the planner finds best.

        They are joined by the number alone: how many fit by number and moment the planner cannot tell.
        """
        tables = ["lrs_statement s"]
        for n, way in enumerate(through):
            tables.append(f"{way.table} r{n} ON r{n}.statement_id = s.id")
            asked.add(way.condition(f"r{n}"), way.value)
        self._add_moments(asked, "s.stored", "s.id")
        question = (
            f"SELECT {self._columns} FROM {' JOIN '.join(tables)} WHERE {asked} {self._first('s.stored', 's.id')}"  # noqa: S608
        )
        return _Branch(question, asked.values, is_led=not through and asked.columns in _LED)

    def _walked(self, way: _Way, asked: _Asked) -> _Branch:
        """The rows of ``way`` in their order, each with its statement, until there are enough.

        The planner takes the two columns of the join for independent, expects next to nothing, and would rather sort all.
        """
        named = _Asked()
        named.add(way.condition("r"), way.value)
        self._add_moments(named, "r.stored", "r.statement_id")
        its = f"SELECT {self._columns} FROM lrs_statement s WHERE s.id = r.statement_id AND s.stored = r.stored AND {asked}"  # noqa: S608
        question = (
            f"SELECT s.* FROM {way.table} r CROSS JOIN LATERAL ({its} OFFSET 0) s"  # noqa: S608
            f" WHERE {named} {self._first('r.stored', 'r.statement_id')}"
        )
        return _Branch(question, [*asked.values, *named.values], is_led=True)

    def _first(self, stored: str, number: str) -> str:
        order = "ASC" if self.query.ascending else "DESC"
        return f"ORDER BY {stored} {order}, {number} {order} LIMIT {self.limit}"

    @property
    def _columns(self) -> str:
        short = f"CASE WHEN octet_length(s.body) <= {SHORT_TEXT} THEN s.body END"
        return f"s.stored, s.id, length(s.body), {short if self.limit <= TEXTS_AT_ONCE else 'NULL::text'}"
