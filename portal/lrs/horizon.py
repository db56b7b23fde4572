"""Reading the store as a stream: up to where nothing can come in any more."""

from django.db import OperationalError, connection, transaction
from django.db.models import Max

from portal.lrs.models import Statement

# Any number that nothing else takes as an advisory lock. Who stores shares it (``look.py``);
# who voids or asks ``settled`` has it alone.
LOCK = 0x414C_4C52_5300
# Whoever stores meanwhile waits behind who waits for the lock alone.
_PATIENCE = "2s"
_LOCK_NOT_AVAILABLE = "55P03"

_last_known = 0


def have_alone() -> None:
    """Wait for all who store, and let them wait until the transaction ends."""
    if connection.vendor == "postgresql":  # SQLite writes one transaction after the other
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def settled() -> int:
    """An id such that every statement up to it is committed or never will be; 0 when there is none.

    It is the largest one, or where somebody stores for long the last that this process knew, which is 0 at first: what
    lies beyond it is for the next time. Call it outside of a transaction: it waits a moment for those who store, and
    they for it.
    """
    global _last_known  # noqa: PLW0603
    if connection.vendor != "postgresql":
        return newest()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            have_alone()
            _last_known = newest()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
    return _last_known


def newest() -> int:
    """The largest id that was given away, whether its statement is committed or not; 0 when there is none. Waits for nobody."""
    if connection.vendor != "postgresql":
        return int(Statement.objects.aggregate(last=Max("id"))["last"] or 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM lrs_statement_number")
        return int(cursor.fetchone()[0])
