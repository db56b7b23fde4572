"""Old months of statements put away into files of the private storage, and read back.

A file is JSON Lines in zstd; a line is an object with one key. ``piece`` is part of the data that came with statements,
``statement`` is one of them with its columns, oldest first. Beside it lies a manifest with the number of statements and
the SHA-256 of the file.
"""

import base64
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from hashlib import file_digest, sha256

import orjson
import zstandard
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import TruncDate

from portal.audit.actions import record
from portal.core.failpoints import failpoint
from portal.core.types import JsonObject
from portal.lrs.keeping import lines
from portal.lrs.models import (
    Archive,
    Attachment,
    AttachmentPiece,
    ParquetDay,
    Receiver,
    Reference,
    Statement,
    StatementId,
    Tally,
)
from portal.lrs.partitions import add, is_partitioned, month_of, months, name_of, next_month
from portal.lrs.querysets import StatementQuerySet

BATCH = 500
FORMAT = 1


class ArchiveError(Exception):
    """Nothing was put away or read back; the message says why."""


def archive_month(*, month: date, at: datetime) -> Archive:
    """Put the statements of ``month`` away. Until this returns they are in the store, whatever breaks off.

    Args:
        month: its first day; a month is one of UTC.
        at: now.

    Raises:
        ArchiveError: the month is not over, has no statements, is away already, changed meanwhile, somebody who lives on
            its statements has not had them all yet, or its file cannot be read back.
    """
    if month >= month_of(at):
        raise ArchiveError("the month is not over")
    if Archive.objects.filter(month=month, restored_at=None).exists():
        raise ArchiveError("the month is archived already")
    _check_downstream(month)
    try:
        written = _write(month)
    except OSError as error:
        raise ArchiveError(f"its file cannot be stored: {error.strerror or error}") from error
    failpoint("archive written")
    _check(_storage(), written)
    with transaction.atomic():
        _lock(month)
        if _fingerprint(_of(month)) != written.fingerprint:
            raise ArchiveError("a statement of the month was changed meanwhile; try again")
        _check_downstream(month)
        _remove(month)
        failpoint("archived month removed")
        facts = {"file": written.name, "sha256": written.sha256, "statements": written.statements}
        archive, _ = Archive.objects.update_or_create(
            month=month, defaults={**facts, "archived_at": at, "restored_at": None}
        )
        record("archived statements", archive, at=at, month=f"{month:%Y-%m}", statements=written.statements)
    return archive


def restore_month(*, month: date, at: datetime) -> Archive:
    """Read an archived month back as it was, but for what was voided meanwhile; its file stays.

    Raises:
        ArchiveError: no such archive, it is back already, or its file is missing or not the one that was written.
    """
    is_away = Archive.objects.filter(month=month, restored_at=None).exists()
    if is_away and is_partitioned() and month not in months():
        add(month)  # before: what it locks, nobody could read until the month is back
    with transaction.atomic():
        archive = Archive.objects.select_for_update().filter(month=month, restored_at=None).first()
        if archive is None:
            raise ArchiveError("this month is not archived")
        if _sha256_of(archive.file) != archive.sha256:
            raise ArchiveError("the file is not the one that was written")
        batch: list[JsonObject] = []
        for line in lines_of(archive):
            if "piece" in line:
                lines.put_back_piece(line["piece"], base64.b64decode(line["piece"]["content"]))
                continue
            batch.append(line["statement"])
            if len(batch) == BATCH:
                lines.put_back(batch)
                batch = []
        lines.put_back(batch)
        lines.void_awaited(_of(month))
        archive.restored_at = at
        archive.save(update_fields=["restored_at"])
        record("read archived statements back", archive, at=at, month=f"{month:%Y-%m}", statements=archive.statements)
    return archive


def own_bodies() -> Iterator[JsonObject]:
    """The portal's own statements that are not voided, archived ones included, in the order of storing."""
    since: date | None = None
    # Only the portal itself voids what it told, also after it was put away.
    away = Reference.objects.filter(
        voids=True, own=True, target__in=StatementId.objects.filter(stored=None).values("pk")
    )
    voided = {str(target) for target in away.values_list("target", flat=True)}
    for archive in Archive.objects.filter(restored_at=None).order_by("month"):
        yield from _live_own(since, archive.month)
        for line in lines_of(archive):
            told = line.get("statement")
            if told and told["own"] and not told["voided"] and told["uuid"] not in voided:
                yield orjson.loads(told["body"])
        since = next_month(archive.month)
    yield from _live_own(since, None)


def _live_own(since: date | None, until: date | None) -> Iterator[JsonObject]:
    found = Statement.objects.own().valid()
    found = found.filter(stored__gte=_midnight(since)) if since else found
    found = found.filter(stored__lt=_midnight(until)) if until else found
    bodies = found.order_by("stored", "id").values_list("body", flat=True)
    return (orjson.loads(body) for body in bodies.iterator(chunk_size=2000))


def lines_of(archive: Archive) -> Iterator[JsonObject]:
    return _lines(_storage(), archive.file)


class _Written:
    """A file of one month, as it was written."""

    def __init__(self, name: str, digest: str, statements: int, fingerprint: str) -> None:
        self.name, self.sha256, self.statements, self.fingerprint = name, digest, statements, fingerprint


def _storage() -> Storage:
    return storages["private"]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _of(month: date) -> StatementQuerySet:
    return Statement.objects.filter(stored__gte=_midnight(month), stored__lt=_midnight(next_month(month)))


def _check_downstream(month: date) -> None:
    """
    Raises:
        ArchiveError: naming who has not had all statements of ``month``, and never would.
    """
    last = _of(month).aggregate(last=Max("pk"))["last"]
    if last is None:
        return
    behind = [f"receiver {name}" for name in Receiver.objects.behind(last).values_list("name", flat=True)]
    if not Tally.objects.filter(counted_to__gte=last).exists():
        behind.append("the counters")
    behind += [f"the Parquet file of {day}" for day in _unwritten(month)]
    if behind:
        raise ArchiveError(f"still to be given all statements of the month: {', '.join(behind)}")


def _unwritten(month: date) -> list[date]:
    """Days whose Parquet file is missing or tells what is no longer so."""
    days = ParquetDay.objects.filter(day__gte=month, day__lt=next_month(month))
    stored = _of(month).order_by().annotate(day=TruncDate("stored", tzinfo=UTC)).values_list("day", flat=True)
    wanted = {*stored.distinct(), *days.values_list("day", flat=True)}
    return sorted(wanted - set(days.up_to_date().values_list("day", flat=True)))


def _mark(row: Statement) -> bytes:
    return f"{row.pk} {row.voided} {bytes(row.sha256).hex()}\n".encode()


def _fingerprint(found: StatementQuerySet) -> str:
    """What changes when any of the statements is rewritten, voided, deleted, or another one comes."""
    told = sha256()
    for row in found.order_by("stored", "pk").only("stored", "voided", "sha256").iterator(chunk_size=BATCH):
        told.update(_mark(row))
    return told.hexdigest()


def _write(month: date) -> _Written:
    told, statements = sha256(), 0
    storage, name = _storage(), f"records/{month:%Y-%m}.jsonl.zst"
    with tempfile.TemporaryFile() as raw:
        with zstandard.ZstdCompressor(level=9).stream_writer(raw, closefd=False) as packed:
            for line in _pieces(month):
                packed.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            for batch in _batches(_of(month)):
                for row, told_row in zip(batch, lines.told(batch), strict=True):
                    packed.write(orjson.dumps({"statement": told_row}, option=orjson.OPT_APPEND_NEWLINE))
                    told.update(_mark(row))
                statements += len(batch)
        if not statements:
            raise ArchiveError("the month has no statements")
        raw.seek(0)
        digest = file_digest(raw, "sha256").hexdigest()
        raw.seek(0)
        _put(storage, name, File(raw))
    manifest = {"format": FORMAT, "month": f"{month:%Y-%m}", "statements": statements, "sha256": digest}
    _put(storage, f"{name}.manifest.json", ContentFile(orjson.dumps(manifest)))
    return _Written(name, digest, statements, told.hexdigest())


def _put(storage: Storage, name: str, content: "File[bytes]") -> None:
    """In place of what an earlier call left that was broken off.

    Raises:
        OSError: the disk is full, or the storage away; half a file is taken away again.
    """
    storage.delete(name)
    try:
        storage.save(name, content)
    except OSError:
        storage.delete(name)
        raise


def _batches(found: StatementQuerySet) -> Iterator[list[Statement]]:
    last: tuple[datetime, int] | None = None
    while True:
        beyond = found.beyond(*last, ascending=True) if last else found
        batch = list(beyond.order_by("stored", "pk")[:BATCH])
        if not batch:
            return
        yield batch
        last = (batch[-1].stored, batch[-1].pk)


def _pieces(month: date) -> Iterator[JsonObject]:
    """The data that came with the statements of the month."""
    seen: set[str] = set()
    for batch in _batches(_of(month)):
        owned = Attachment.objects.filter(statement__in=[each.pk for each in batch])
        fresh = sorted(set(owned.values_list("data", flat=True)) - seen)
        seen.update(fresh)
        for each in AttachmentPiece.objects.filter(data__in=fresh).select_related("data").order_by("data", "number"):
            content = base64.b64encode(bytes(each.content)).decode()
            yield {"piece": {"data": each.data_id, "size": each.data.size, "number": each.number, "content": content}}


def _check(storage: Storage, written: _Written) -> None:
    """Read the file back as a later reader would."""
    told, statements = sha256(), 0
    if _sha256_of(written.name) != written.sha256:
        raise ArchiveError("the file is not the one that was written")
    for line in _lines(storage, written.name):
        row = line.get("statement")
        if row is None:
            continue
        if sha256(row["body"].encode()).hexdigest() != row["sha256"]:
            raise ArchiveError(f"the text of statement {row['uuid']} is not the one that was stored")
        told.update(f"{row['id']} {row['voided']} {row['sha256']}\n".encode())
        statements += 1
    if (told.hexdigest(), statements) != (written.fingerprint, written.statements):
        raise ArchiveError("the file does not hold what the store holds")


def _sha256_of(name: str) -> str:
    try:
        with _storage().open(name) as file:
            told = sha256()
            for chunk in file.chunks():
                told.update(chunk)
    except FileNotFoundError:
        raise ArchiveError("the file is missing") from None
    return told.hexdigest()


def _lines(storage: Storage, name: str) -> Iterator[JsonObject]:
    with storage.open(name) as file, closing(zstandard.ZstdDecompressor().stream_reader(file)) as plain:
        rest = b""
        while chunk := plain.read(1024 * 1024):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from map(orjson.loads, whole)


def _lock(month: date) -> None:
    """Nobody voids, rewrites or deletes a statement of the month until the transaction ends."""
    if is_partitioned():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {_table_of(month)} IN EXCLUSIVE MODE")


def _table_of(month: date) -> str:
    return name_of(month) if month in months() else "lrs_statement"


def _remove(month: date) -> None:
    for batch in _batches(_of(month)):
        lines.put_away(batch, with_rows=not (is_partitioned() and month in months()))
    if is_partitioned() and month in months():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE lrs_statement DETACH PARTITION {name_of(month)}")
            cursor.execute(f"DROP TABLE {name_of(month)}")
