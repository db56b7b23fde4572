"""Writing finished days for analysts, and writing them again when what they tell has changed."""

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.db.models.functions import TruncDate

from portal.core.files import draft, private_storage, put_in_place
from portal.lrs import vocabulary
from portal.lrs.iri import index_key
from portal.lrs.models import Archive, ParquetDay, Statement, StatementId
from portal.lrs.querysets import StatementQuerySet, Wanted
from portal.lrs.reading import read_in_order

# What is being stored when a day ends has been by then.
GRACE = timedelta(hours=1)


class UnfinishedError(ValueError):
    """The day has not ended yet, or only just."""


class ArchivedError(ValueError):
    """The statements of the day are in an archive; its file tells of them, and the store does not any more."""


def write_finished_days(*, at: datetime, seconds: float = 600) -> int:
    """Write every finished day whose file is not there or tells what is no longer so; how many are left.

    Each day is a step of its own: what is interrupted goes on with the next one, however many days later that is. After
    about ``seconds`` it is enough.
    """
    until, done = time.monotonic() + seconds, set[date]()
    while waiting := [day for day in waiting_days(at=at) if day not in done]:
        if done and time.monotonic() > until:
            break
        write_day(day=waiting[0], at=at)
        done.add(waiting[0])
    return len(waiting)


def waiting_days(*, at: datetime) -> list[date]:
    """The finished days that are to be written, oldest first."""
    first = Statement.objects.aggregate(first=Min("stored"))["first"]
    last = ParquetDay.objects.aggregate(first=Min("day"))["first"]
    known = [day for day in (first and first.astimezone(UTC).date(), last) if day]
    if not known:
        return []
    begin, written = min(known), set(ParquetDay.objects.up_to_date().values_list("day", flat=True))
    days = (begin + timedelta(days=n) for n in range((_last_finished(at) - begin).days + 1))
    archived = set(Archive.objects.filter(restored_at=None).values_list("month", flat=True))
    return [day for day in days if day not in written and day.replace(day=1) not in archived]


def write_day(*, day: date, at: datetime) -> int:
    """Write the statements stored on ``day`` (UTC) that are not voided, in the stead of what stands there; their number.

    A day without statements has no file. Earlier days that have statements which this day voids are to be written again.

    Raises:
        UnfinishedError: the day has not ended yet, or only just.
        ArchivedError: its statements are in an archive.
    """
    if day > _last_finished(at):
        raise UnfinishedError(f"{day} has not ended yet")
    _check_is_here(day)
    row, _ = ParquetDay.objects.get_or_create(day=day)
    # What changes from here on, while it is being read, is for the next time.
    changes, found = row.changes, _stored_on(day)
    with draft(f"parquet-{day}-{uuid4()}") as path:
        from portal.lrs.parquet.table import write_table  # 40 MB that only workers need

        written = write_table(path, read_in_order(found.valid(), Wanted()), home=settings.PUBLIC_URL)
        with transaction.atomic():
            row = ParquetDay.objects.select_for_update().get(pk=row.pk)
            if row.in_file > changes:
                return row.statements  # another worker was faster, and read more
            _check_is_here(day)  # it may have been archived while it was being read
            if written:
                put_in_place(path, private_storage(), file_name(day))
            else:
                private_storage().delete(file_name(day))
            row.statements, row.written_at, row.in_file = written, at, changes
            row.save(update_fields=["statements", "written_at", "in_file"])
            _tell_of_voided(found, day)
    return written


def _check_is_here(day: date) -> None:
    if Archive.objects.filter(restored_at=None).filter(month=day.replace(day=1)).exists():
        raise ArchivedError(f"the statements of {day} are archived; its file stays as it is")


def _tell_of_voided(found: StatementQuerySet, day: date) -> None:
    """Have days written again whose files show a statement that one of ``found``, stored on ``day``, voids."""
    targets = found.filter(verb=index_key(vocabulary.VOIDED)).exclude(target=None).values("target")
    voided = StatementId.objects.filter(uuid__in=targets).exclude(stored=None)
    days = voided.annotate(day=TruncDate("stored", tzinfo=UTC)).values_list("day", flat=True).distinct()
    ParquetDay.objects.of(days).written_before(_midnight(day + timedelta(days=1)) + GRACE).changed()


def outdate(days: Iterable[date]) -> None:
    """Have the files of ``days`` (UTC) written again.

    Whoever rewrites or erases stored statements calls this with the days of ``stored``, in the same transaction.
    """
    ParquetDay.objects.of(days).changed()


def file_name(day: date) -> str:
    """Below the private files, with folders that readers take for columns."""
    return f"parquet/year={day:%Y}/month={day:%m}/day={day:%d}/statements.parquet"


def _last_finished(at: datetime) -> date:
    return (at - GRACE).astimezone(UTC).date() - timedelta(days=1)


def _stored_on(day: date) -> StatementQuerySet:
    return Statement.objects.filter(stored__gte=_midnight(day), stored__lt=_midnight(day + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
