"""Counting everything again, to show that the counters agree with the statements."""

from typing import NamedTuple

from django.db import transaction

from portal.lrs.counts.actions import Group, grouped, in_cells, keep_new, locked_tally
from portal.lrs.counts.querysets import DailyCountQuerySet
from portal.lrs.models import Archive, DailyCount, Statement
from portal.lrs.partitions import next_month
from portal.lrs.querysets import StatementQuerySet


class Difference(NamedTuple):
    """A counter that says another number than the statements that are there."""

    group: Group
    kept: int
    told: int

    def __str__(self) -> str:
        day, verb, activity, credential, tenant = self.group
        return f"{day} {verb} {activity or '-'} {credential or 'portal'} {tenant or '-'}: {self.kept}, not {self.told}"


@transaction.atomic
def differences() -> list[Difference]:
    """Where counters and statements differ, up to the statement to which the counters go; archived months stand aside."""
    told = {group: found.statements for group, found in grouped(_counted()).items()}
    kept = {
        Group(day, verb, activity or "", credential, tenant): statements
        for day, verb, activity, credential, tenant, statements in _here().values_list(
            "day", "verb__key", "activity__key", "credential", "tenant", "statements"
        )
    }
    unlike = [group for group in kept.keys() | told.keys() if kept.get(group, 0) != told.get(group, 0)]
    return sorted((Difference(group, kept.get(group, 0), told.get(group, 0)) for group in unlike), key=str)


@transaction.atomic
def count_again() -> int:
    """Replace every counter by what the statements that are there say; how many statements those are.

    Those of archived months stay: nothing is there to count them again by.
    """
    cells = in_cells(grouped(_counted()))
    _here().delete()
    keep_new(cells)
    return sum(cells.values())


def _here() -> DailyCountQuerySet:
    """The counters of months whose statements are in the store."""
    found = DailyCount.objects.all()
    for month in Archive.objects.filter(restored_at=None).values_list("month", flat=True):
        found = found.exclude(day__gte=month, day__lt=next_month(month))
    return found


def _counted() -> StatementQuerySet:
    """What the counters claim to hold; they stand still until the end of the transaction."""
    return Statement.objects.filter(pk__lte=locked_tally().counted_to)
