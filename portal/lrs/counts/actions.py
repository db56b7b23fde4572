"""Keeping the counters."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import NamedTuple

import orjson
from django.db import transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate

from portal.lrs.horizon import settled
from portal.lrs.models import DailyCount, Statement, Tally, Term
from portal.lrs.querysets import StatementQuerySet

# Statements in one transaction: as long as it lasts, nobody else counts.
BATCH = 5000
_ONLY = 1


class Group(NamedTuple):
    """What is counted together; verb and activity are index keys."""

    day: date
    verb: str
    activity: str
    credential: int | None
    tenant: str


class Counted(NamedTuple):
    """How many, and the id of a statement that names verb and activity."""

    statements: int
    example: int


class _Cell(NamedTuple):
    """A group by the ids of its terms."""

    day: date
    verb: int
    activity: int | None
    credential: int | None
    tenant: str


def count_new_statements(*, at: datetime, batches: int = 200) -> int:
    """Add what was stored since the last time to the counters; how many statements those were.

    Counters and the mark up to which they go are moved in one transaction under a lock: two workers count nothing twice,
    and what a crash interrupts is counted the next time.

    Args:
        at: when it is done.
        batches: after how many transactions it is enough; the rest waits for the next time.
    """
    upto, total = settled(), 0
    for _ in range(batches):
        counted = _count_batch(upto, at)
        total += counted
        if not counted:
            break
    return total


@transaction.atomic
def _count_batch(upto: int, at: datetime) -> int:
    tally = locked_tally()
    new = Statement.objects.filter(pk__gt=tally.counted_to, pk__lte=upto).order_by("pk")
    ids = list(new.values_list("pk", flat=True)[:BATCH])
    if ids:
        _add(grouped(Statement.objects.filter(pk__gt=tally.counted_to, pk__lte=ids[-1])))
        tally.counted_to = ids[-1]
    if len(ids) < BATCH:
        tally.as_of = at
    tally.save(update_fields=["counted_to", "as_of"])
    return len(ids)


def locked_tally() -> Tally:
    """The one row that says how far the counters go, until the end of the transaction for nobody else to move."""
    Tally.objects.get_or_create(pk=_ONLY)
    return Tally.objects.select_for_update().get(pk=_ONLY)


def grouped(statements: StatementQuerySet) -> dict[Group, Counted]:
    """``statements`` counted by the database."""
    rows = (
        statements.order_by()
        .annotate(day=TruncDate("stored", tzinfo=UTC))
        .values_list("day", "verb", "activity", "credential", "tenant")
        .annotate(Count("pk"), Max("pk"))
    )
    return {Group(*row[:5]): Counted(*row[5:]) for row in rows}


def _add(groups: dict[Group, Counted]) -> None:
    """Add ``groups`` to the counters."""
    cells = in_cells(groups)
    days, verbs = {cell.day for cell in cells}, {cell.verb for cell in cells}
    activities = {cell.activity for cell in cells if cell.activity}
    standing = DailyCount.objects.filter(Q(activity__in=activities) | Q(activity=None), day__in=days, verb__in=verbs)
    known = {_Cell(row.day, row.verb_id, row.activity_id, row.credential_id, row.tenant): row for row in standing}
    for cell in cells.keys() & known.keys():
        known[cell].statements += cells[cell]
    changed = [known[cell] for cell in cells.keys() & known.keys()]
    DailyCount.objects.bulk_update(changed, ["statements"], batch_size=200)
    keep_new({cell: n for cell, n in cells.items() if cell not in known})


def keep_new(cells: dict[_Cell, int]) -> None:
    """Make rows of cells that have none."""
    DailyCount.objects.bulk_create(
        (
            DailyCount(
                day=cell.day,
                verb_id=cell.verb,
                activity_id=cell.activity,
                credential_id=cell.credential,
                tenant=cell.tenant,
                statements=n,
            )
            for cell, n in cells.items()
        ),
        batch_size=500,
    )


def in_cells(groups: dict[Group, Counted]) -> dict[_Cell, int]:
    """The groups with the ids of their terms, which are made where they are new."""
    verbs = _terms(Term.Kind.VERB, ((group.verb, found.example) for group, found in groups.items()))
    activities = _terms(
        Term.Kind.ACTIVITY, ((group.activity, found.example) for group, found in groups.items() if group.activity)
    )
    return {
        _Cell(
            group.day, verbs[group.verb], activities.get(group.activity), group.credential, group.tenant
        ): found.statements
        for group, found in groups.items()
    }


def _terms(kind: Term.Kind, examples: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The ids of terms by their keys. One without a name is given that of its example, if it has any."""
    wanted = dict(examples)
    known = {term.key: term for term in Term.objects.filter(kind=kind, key__in=wanted)}
    nameless = {example: key for key, example in wanted.items() if key not in known or not known[key].names}
    fresh: list[Term] = []
    named: list[Term] = []
    for pk, body in Statement.objects.filter(pk__in=nameless).values_list("pk", "body").iterator(chunk_size=100):
        iri, names = _told(kind, body)
        term = known.setdefault(nameless[pk], Term(kind=kind, key=nameless[pk], iri=iri))
        term.names = names
        (named if term.pk else fresh).append(term)
    Term.objects.bulk_create(fresh, batch_size=500)
    Term.objects.bulk_update([term for term in named if term.names], ["names"], batch_size=200)
    return {key: term.pk for key, term in known.items()}


def _told(kind: Term.Kind, body: str) -> tuple[str, dict[str, str]]:
    statement = orjson.loads(body)
    if kind == Term.Kind.VERB:
        return statement["verb"]["id"], statement["verb"].get("display", {})
    return statement["object"]["id"], statement["object"].get("definition", {}).get("name", {})
