"""Statements in partitions by month of ``stored``, on PostgreSQL; SQLite keeps one table."""

from datetime import UTC, date, datetime
from typing import Any

from django.apps.registry import Apps
from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from portal.core.clock import now

TABLE = "lrs_statement"
# What no month has a partition for yet, such as when the clock was wrong.
REST = f"{TABLE}_rest"
MONTHS_AHEAD = 3
# Of identifiers: compared byte by byte, which is several times as fast as by the rules of a language.
_IDENTIFIERS = ("tenant", "authority", "actor", "verb", "activity")
_SEQUENCE = f"{TABLE}_number"


def is_partitioned() -> bool:
    return connection.vendor == "postgresql"


def month_of(moment: datetime) -> date:
    """The first day of its month in UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def name_of(month: date) -> str:
    return f"{TABLE}_{month:%Y_%m}"


def months() -> list[date]:
    """Those that have a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass",
            [TABLE],
        )
        names = [name for (name,) in cursor.fetchall() if name != REST]
    return sorted(datetime.strptime(name[-7:], "%Y_%m").replace(tzinfo=UTC).date() for name in names)


def keep_ahead(at: datetime) -> list[date]:
    """See to it that this month and the next ones have a partition; the months that got one."""
    wanted = [month_of(at)]
    for _ in range(MONTHS_AHEAD):
        wanted.append(next_month(wanted[-1]))
    missing = [month for month in wanted if month not in months()]
    for month in missing:
        add(month)
    return missing


@transaction.atomic
def add(month: date) -> None:
    """Give ``month`` a partition, with what already lies in the rest."""
    name, bounds = name_of(month), [str(month), str(next_month(month))]
    between = "FROM ('{} 00:00+00') TO ('{} 00:00+00')".format(*bounds)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING ALL)")
        cursor.execute(
            f"WITH moved AS (DELETE FROM {REST} WHERE stored >= %s AND stored < %s RETURNING *)"  # noqa: S608
            f" INSERT INTO {name} SELECT * FROM moved",
            [f"{day} 00:00+00" for day in bounds],
        )
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES {between}")


def lay_in_partitions(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Of the migration: put a partitioned table in the place of the plain one, with its rows and indexes."""
    if editor.connection.vendor != "postgresql":
        return
    statement: Any = apps.get_model("lrs", "Statement")
    with editor.connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {TABLE} RENAME TO {TABLE}_plain")
        for index in statement._meta.indexes:
            cursor.execute(f"DROP INDEX {index.name}")
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE {TABLE}_plain) PARTITION BY RANGE (stored)")
        cursor.execute(f"CREATE SEQUENCE {_SEQUENCE} OWNED BY {TABLE}.id")
        cursor.execute(f"ALTER TABLE {TABLE} ALTER id SET DEFAULT nextval('{_SEQUENCE}'), ADD PRIMARY KEY (id, stored)")
        for name in _IDENTIFIERS:
            length = statement._meta.get_field(name).max_length
            cursor.execute(f'ALTER TABLE {TABLE} ALTER {name} TYPE varchar({length}) COLLATE "C"')
        for table, name in (("lrs_relatedagent", "agent"), ("lrs_relatedactivity", "activity")):
            cursor.execute(f'ALTER TABLE {table} ALTER {name} TYPE varchar(500) COLLATE "C"')
        cursor.execute(f"CREATE TABLE {REST} PARTITION OF {TABLE} DEFAULT")
        cursor.execute(f"INSERT INTO {TABLE} SELECT * FROM {TABLE}_plain")  # noqa: S608  names of our own
        cursor.execute(f"SELECT setval('{_SEQUENCE}', coalesce(max(id), 1), max(id) IS NOT NULL) FROM {TABLE}")  # noqa: S608  names of our own
        cursor.execute(f"SELECT DISTINCT date_trunc('month', stored, 'UTC') FROM {TABLE}")  # noqa: S608  names of our own
        filled = [month_of(moment) for (moment,) in cursor.fetchall()]
        cursor.execute(f"DROP TABLE {TABLE}_plain")
    for index in statement._meta.indexes:
        editor.add_index(statement, index)
    for month in sorted(filled):
        add(month)
    keep_ahead(now())
