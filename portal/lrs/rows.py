"""From accepted statements to the rows that hold and index them, and those rows into the database.

PostgreSQL takes them by COPY, which costs a fraction of INSERT; SQLite by many INSERTs of one row in one transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from django.apps.registry import Apps
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from portal.core.types import JsonObject
from portal.lrs import vocabulary
from portal.lrs.indexing import Index, index_of

Row = tuple[Any, ...]
# From how many statements on COPY, with its messages for each table, is quicker than one order for all tables.
COPY_FROM = 20


@dataclass(frozen=True)
class Accepted:
    """A statement as it will be told again, and what the index columns hold of it."""

    uuid: UUID
    body: JsonObject
    index: Index

    @property
    def is_voiding(self) -> bool:
        return self.index.verb == vocabulary.VOIDED


@dataclass(frozen=True)
class Origin:
    """What all statements of one batch share; ``authority`` is an index key."""

    stored: datetime
    tenant: str
    authority: str
    own: bool
    credential_id: int | None


@lru_cache(maxsize=1000)
def _moment_for_sqlite(moment: datetime) -> Any:
    """Of one batch, most are the moment at which it is stored."""
    return connection.ops.adapt_datetimefield_value(moment)


# SQLite knows neither type and keeps both as text.
_ADAPTERS: dict[str, Callable[[Any], Any]] = {"uuid": attrgetter("hex"), "timestamptz": _moment_for_sqlite}


class Table:
    """The columns of one table in the order in which the rows give them."""

    def __init__(self, name: str, **columns: str) -> None:
        self.name = name
        self.types = tuple(columns.values())
        self.names = ", ".join(columns)
        self.copying = f"COPY {name} ({self.names}) FROM STDIN (FORMAT BINARY)"
        self.marks = f"({', '.join(['%s'] * len(columns))})"
        self._adapted = [(n, _ADAPTERS[kind]) for n, kind in enumerate(self.types) if kind in _ADAPTERS]

    def insert_of(self, count: int) -> str:
        return f"INSERT INTO {self.name} ({self.names}) VALUES {', '.join([self.marks] * count)}"  # noqa: S608

    def insert(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with connection.wrap_database_errors, cursor.copy(self.copying) as copy:
                    copy.set_types(self.types)
                    for row in rows:
                        copy.write_row(row)
            else:
                cursor.executemany(self.insert_of(1), [self._for_sqlite(row) for row in rows])

    def _for_sqlite(self, row: Row) -> list[Any]:
        values = list(row)
        for n, adapt in self._adapted:
            if values[n] is not None:
                values[n] = adapt(values[n])
        return values


IDS = Table("lrs_statementid", uuid="uuid", statement="int8", stored="timestamptz")
STATEMENTS = Table(
    "lrs_statement",
    id="int8",
    uuid="uuid",
    stored="timestamptz",
    timestamp="timestamptz",
    tenant="varchar",
    authority="varchar",
    actor="varchar",
    verb="varchar",
    activity="varchar",
    defined="bool",
    registration="uuid",
    target="uuid",
    voided="bool",
    own="bool",
    credential_id="int8",
    sha256="bytea",
    body="text",
)
AGENTS = Table("lrs_relatedagent", statement_id="int8", agent="varchar", direct="bool", stored="timestamptz")
ACTIVITIES = Table("lrs_relatedactivity", statement_id="int8", activity="varchar", defined="bool", stored="timestamptz")
REFERENCES = Table(
    "lrs_reference",
    statement_id="int8",
    target="uuid",
    voids="bool",
    own="bool",
    tenant="varchar",
    authority="varchar",
)


@dataclass(frozen=True)
class Rows:
    """Those of one batch, table by table."""

    ids: list[Row]
    statements: list[Row]
    agents: list[Row]
    activities: list[Row]
    references: list[Row]

    def insert(self) -> None:
        """Ids first and in order: two batches with the same ones meet there, and wait for each other."""
        tables = {
            IDS: sorted(self.ids),
            STATEMENTS: self.statements,
            AGENTS: self.agents,
            ACTIVITIES: self.activities,
            REFERENCES: self.references,
        }
        if connection.vendor == "postgresql" and len(self.statements) < COPY_FROM:
            _insert_at_once(tables)
        else:
            for table, rows in tables.items():
                table.insert(rows)


def _insert_at_once(tables: Mapping[Table, Sequence[Row]]) -> None:
    """All rows of all tables with one message to PostgreSQL."""
    orders: list[str] = []
    values: list[Any] = []
    for table, rows in tables.items():
        if rows:
            orders.append(table.insert_of(len(rows)))
            values.extend(chain.from_iterable(rows))
    with connection.cursor() as cursor:
        cursor.execute(";".join(orders), values)


def rows_of(accepted: Iterable[tuple[int, Accepted]], origin: Origin, *, voided: Set[UUID] = frozenset()) -> Rows:
    """The rows of statements under their numbers; those in ``voided`` are born so."""
    rows = Rows([], [], [], [], [])
    for number, one in accepted:
        _add(rows, number, one, origin, is_voided=one.uuid in voided)
    return rows


def _add(rows: Rows, number: int, one: Accepted, origin: Origin, *, is_voided: bool) -> None:
    index, stored, body = one.index, origin.stored, orjson.dumps(one.body)
    rows.ids.append((one.uuid, number, stored))
    rows.statements.append(
        (
            number,
            one.uuid,
            stored,
            index.timestamp,
            origin.tenant,
            origin.authority,
            index.actor,
            index.verb,
            index.activity,
            index.activity in index.defined_activities,
            index.registration,
            index.target,
            is_voided,
            origin.own,
            origin.credential_id,
            sha256(body).digest(),
            body.decode(),
        )
    )
    rows.agents.extend((number, key, key in index.direct_agents, stored) for key in sorted(index.other_agents))
    rows.activities.extend(
        (number, key, key in index.defined_activities, stored) for key in sorted(index.other_activities)
    )
    if index.target:
        rows.references.append((number, index.target, one.is_voiding, origin.own, origin.tenant, origin.authority))


def index_again(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Of the migration: ids, digests and index rows of what was stored before it."""
    statement: Any = apps.get_model("lrs", "Statement")
    for old in statement.objects.order_by("pk").iterator(chunk_size=500):
        one = Accepted(old.uuid, orjson.loads(old.body), index_of(orjson.loads(old.body)))
        origin = Origin(old.stored, "", old.authority, old.own, old.credential_id)
        rows = rows_of([(old.pk, one)], origin)
        old.sha256 = sha256(old.body.encode()).digest()
        old.defined = one.index.activity in one.index.defined_activities
        old.save(update_fields=["sha256", "defined"])
        for table, several in (
            (IDS, rows.ids),
            (AGENTS, rows.agents),
            (ACTIVITIES, rows.activities),
            (REFERENCES, rows.references),
        ):
            table.insert(several)
