"""Asking for a copy of statements, writing it, and taking it away again."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F

from portal.accounts.models import User
from portal.audit.actions import record
from portal.core.clock import now
from portal.core.files import draft, private_storage, put_in_place
from portal.lrs.exports.filters import chosen
from portal.lrs.exports.writers import Csv, JsonLines
from portal.lrs.models import Export
from portal.lrs.reading import read_in_order

log = structlog.get_logger(__name__)

KEPT = timedelta(days=7)
# How long a broker may take, and how long a worker may be silent, until the sweep steps in.
GRACE = timedelta(seconds=30)
SILENCE = timedelta(minutes=5)
TRIES = 3
_BEAT_SECONDS = 1.0


class StoppedError(Exception):
    """Another has the export now, or nobody: it was cancelled, or given to another worker."""


@transaction.atomic
def ask(*, by: User, form: str, filters: Mapping[str, str], at: datetime) -> Export:
    """Keep that ``by`` wants a file; whoever calls this gives it to a worker, and the sweep does so otherwise.

    It will hold every statement that was acknowledged before ``at``, fits ``filters`` and is not voided.

    Raises:
        InvalidError: a filter is wrong.
    """
    chosen(filters, until=at)
    export = Export.objects.create(asked_by=by, asked_at=at, form=form, filters=dict(filters))
    record("asked for export", export, at=at, form=form, filters=sorted(filters))
    return export


def write(*, export_id: int, at: datetime) -> None:
    """Write the file of an export that waits and offer it whole. One that does not wait is left alone.

    What goes wrong ends it with a reason. A database that goes away, or a kill, leaves it to the sweep.
    """
    export = _begin(export_id, at)
    if export is None:
        return
    try:
        with draft(f"export-{export.uuid}-{export.tries}") as path:
            written = _write(export, path)
            _offer(export, path, written)
    except StoppedError:
        log.info("export stopped", export=str(export.uuid))
    except DatabaseError:
        raise
    except SoftTimeLimitExceeded:
        _fail(export, Export.Reason.TOO_LONG)
    except OSError:
        log.exception("export not stored", export=str(export.uuid))
        _fail(export, Export.Reason.NO_ROOM)
    except Exception:
        log.exception("export failed", export=str(export.uuid))
        _fail(export, Export.Reason.UNKNOWN)


def _begin(export_id: int, at: datetime) -> Export | None:
    begun = Export.objects.filter(pk=export_id, state=Export.State.WAITING).update(
        state=Export.State.RUNNING, tries=F("tries") + 1, beat_at=at, written=0, done_share=0
    )
    return Export.objects.get(pk=export_id) if begun else None


def _write(export: Export, path: Path) -> int:
    """Write the statements to ``path``; their number."""
    found, wanted = chosen(export.filters, until=export.asked_at)
    writer = _writer(export)
    written, first, told = 0, None, time.monotonic()
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(writer.head())
        for rows in read_in_order(found, wanted):
            file.write(writer.lines(rows))
            written += len(rows)
            if rows and time.monotonic() - told >= _BEAT_SECONDS:
                first, told = first or rows[0].stored, time.monotonic()
                period = (export.asked_at - first) or timedelta(seconds=1)
                _beat(export, written, (rows[-1].stored - first) / period)
    return written


def _writer(export: Export) -> JsonLines | Csv:
    return Csv(settings.PUBLIC_URL) if export.form == Export.Form.CSV else JsonLines()


def content_type(export: Export) -> str:
    return _writer(export).content_type


def _beat(export: Export, written: int, share: float) -> None:
    """Say that it goes on.

    Raises:
        StoppedError: it shall not.
    """
    if not Export.objects.held_by(export).update(written=written, done_share=share, beat_at=now()):
        raise StoppedError


def _file_name(export: Export) -> str:
    """Of this try: a worker that was thought dead and is not never touches the file of the one after it."""
    return f"exports/{export.uuid}-{export.tries}.{export.form}"


def _offer(export: Export, path: Path, written: int) -> None:
    """First the file has its place, then the row tells of it.

    Raises:
        StoppedError: nobody wants it any more.
    """
    name, size = _file_name(export), path.stat().st_size
    _beat(export, written, 1)
    put_in_place(path, private_storage(), name)
    offered = Export.objects.held_by(export).update(
        state=Export.State.READY, file=name, size=size, written=written, done_share=1, ended_at=now()
    )
    if not offered:
        private_storage().delete(name)
        raise StoppedError


def _fail(export: Export, reason: Export.Reason) -> None:
    Export.objects.held_by(export).update(state=Export.State.FAILED, reason=reason, ended_at=now())


@transaction.atomic
def cancel(*, export: Export, at: datetime) -> None:
    """Stop an export that is under way, or take away one that is ready; twice, it changes nothing."""
    locked = Export.objects.select_for_update().get(pk=export.pk)
    if locked.state not in {Export.State.WAITING, Export.State.RUNNING, Export.State.READY}:
        return
    if locked.file:
        locked.file.delete(save=False)
    locked.state, locked.ended_at, locked.size = Export.State.CANCELLED, at, 0
    locked.save(update_fields=["state", "ended_at", "file", "size"])
    record("cancelled export", locked, at=at)


def take_back(*, at: datetime) -> list[int]:
    """The ids of exports that no worker has: forgotten by the broker, or left by a worker that was killed."""
    for export in Export.objects.silent_since_before(at - SILENCE).filter(tries__lt=TRIES):
        private_storage().delete(_file_name(export))
        Export.objects.held_by(export).update(state=Export.State.WAITING)
    return list(Export.objects.waiting_since_before(at - GRACE).order_by("pk").values_list("pk", flat=True)[:100])


def give_up(*, at: datetime) -> None:
    """End what has killed its worker as often as is allowed."""
    for export in Export.objects.silent_since_before(at - SILENCE).filter(tries__gte=TRIES):
        log.error("export given up", export=str(export.uuid), tries=export.tries)
        private_storage().delete(_file_name(export))
        _fail(export, Export.Reason.KILLED)


def expire(*, at: datetime) -> int:
    """Delete what ended more than a week ago, the file first; how many exports those were."""
    old = list(Export.objects.ended_before(at - KEPT).order_by("pk")[:1000])
    for export in old:
        if export.file:
            export.file.delete(save=False)
        with transaction.atomic():
            record("deleted export", export, at=at)
            export.delete()
    return len(old)


def note_download(*, export: Export, at: datetime) -> None:
    """Keep that the acting person took the file."""
    record("downloaded export", export, at=at, statements=export.written)
