"""What has to be known before statements are stored: one message to PostgreSQL, because each costs more than its answer."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

import orjson
from django.db import connection

from portal.lrs.horizon import LOCK
from portal.lrs.voiding import Standing

_LOOK = """
    SELECT {lock}(%s);
    SELECT uuid FROM lrs_statementid WHERE uuid = ANY(%s::uuid[]);
    SELECT target, own, tenant, authority FROM lrs_reference WHERE voids AND target = ANY(%s::uuid[]);
    SELECT nextval('lrs_statement_number') FROM generate_series(1, %s)
"""


_GIVEN = "SELECT uuid FROM lrs_statementid WHERE uuid IN (SELECT value FROM json_each(%s))"
_AWAITED = (
    "SELECT target, own, tenant, authority FROM lrs_reference"
    " WHERE voids AND target IN (SELECT value FROM json_each(%s))"
)


@dataclass(frozen=True)
class Look:
    """``given`` are ids that were given away before, ``awaited`` those that voiding statements wait for, each with the
    standings of these, and ``numbers`` as many as statements may be stored now, in order.
    """

    given: set[UUID]
    awaited: dict[UUID, list[Standing]]
    numbers: list[int]


def look(ids: Collection[UUID], *, count: int, alone: bool) -> Look:
    """Take the store's lock (``horizon.py``) for this transaction, and look for ``ids``.

    Args:
        ids: those that clients chose.
        count: how many statements are to be stored.
        alone: a voiding statement and its target, sent at the same moment, must see each other: one of them waits.
    """
    return _look_in_postgres(ids, count, alone=alone) if connection.vendor == "postgresql" else _look(ids, count)


def _look_in_postgres(ids: Collection[UUID], count: int, *, alone: bool) -> Look:
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    asked = f"{{{','.join(map(str, ids))}}}"  # the driver writes a list of UUIDs in four times the time
    with connection.cursor() as cursor:
        cursor.execute(_LOOK.format(lock=lock), [LOCK, asked, asked, count])
        cursor.nextset()
        given = {uuid for (uuid,) in cursor.fetchall()}
        cursor.nextset()
        awaited = _together(cursor.fetchall())
        cursor.nextset()
        return Look(given, awaited, [number for (number,) in cursor.fetchall()])


def _look(ids: Collection[UUID], count: int) -> Look:
    """With SQLite, which writes one transaction after the other and has nothing to lock; it keeps ids as 32 digits."""
    asked = orjson.dumps([each.hex for each in ids]).decode()
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [asked])
        given = {UUID(uuid) for (uuid,) in cursor.fetchall()}
        cursor.execute(_AWAITED, [asked])
        awaited = _together((UUID(target), bool(own), *whose) for target, own, *whose in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'lrs_statement'")
        last = next(iter(cursor.fetchall()), (0,))[0]
    return Look(given, awaited, list(range(last + 1, last + 1 + count)))


def _together(rows: Iterable[tuple[UUID, bool, str, str]]) -> dict[UUID, list[Standing]]:
    awaited: dict[UUID, list[Standing]] = {}
    for target, own, tenant, authority in rows:
        awaited.setdefault(target, []).append(Standing(own, tenant, authority))
    return awaited
