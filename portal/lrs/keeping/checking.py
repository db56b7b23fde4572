"""Whether all that the store keeps agrees with itself, and with the facts that rest on it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from portal.core.types import JsonObject
from portal.lrs import vocabulary
from portal.lrs.errors import InvalidError
from portal.lrs.horizon import newest
from portal.lrs.iri import index_key, read_timestamp
from portal.lrs.keeping import renewing
from portal.lrs.keeping.grounds import untold_facts
from portal.lrs.models import (
    Attachment,
    AttachmentData,
    AttachmentPiece,
    Check,
    Reference,
    Statement,
    StatementId,
)
from portal.lrs.rows import Rows
from portal.lrs.statement import check_statement
from portal.lrs.versions import V1, V2
from portal.lrs.voiding import Standing

BATCH = 500
VOIDED = index_key(vocabulary.VOIDED)

# Told after every batch: how many statements are looked at.
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Finding:
    """What does not agree; ``name`` is the uuid of a statement or fact, or the SHA-256 of data.

    A remark is no fault: rules have become stricter since the statement was accepted.
    """

    name: str
    kind: str
    message: str
    is_repaired: bool = False
    is_remark: bool = False

    @property
    def is_fault(self) -> bool:
        return not (self.is_repaired or self.is_remark)


def check_store(
    *, at: datetime, tell: Callable[[Finding], None], progress: Progress = lambda _: None, repair: bool = False
) -> Check:
    """Look at everything once, and keep that it was done.

    Args:
        at: when it began.
        tell: is given each finding.
        progress: is told how many statements are looked at.
        repair: make index rows and columns anew where the text is as it was stored.
    """
    checking = _Checking(repair, progress)
    faults = 0
    for finding in checking.findings():
        faults += finding.is_fault
        tell(finding)
    return Check.objects.create(at=at, statements=checking.seen, findings=faults)


class _Checking:
    def __init__(self, repair: bool, progress: Progress) -> None:
        self.repair, self.progress = repair, progress
        self.seen = 0

    def findings(self) -> Iterator[Finding]:
        yield from self._statements()
        yield from _lost_statements()
        yield from _data()
        for uuid, message in untold_facts():
            yield Finding(str(uuid), "fact", message)

    def _statements(self) -> Iterator[Finding]:
        last, horizon = 0, newest()
        while batch := list(Statement.objects.filter(pk__gt=last, pk__lte=horizon).order_by("pk")[:BATCH]):
            around = _Around(batch)
            for row in batch:
                if any(self._statement(row, around, repair=False)):
                    yield from self._again(row)
            last = batch[-1].pk
            self.seen += len(batch)
            self.progress(self.seen)

    def _again(self, row: Statement) -> Iterator[Finding]:
        """What was rewritten, voided or erased between two looks agrees at the second."""
        fresh = Statement.objects.at([(row.stored, row.pk)]).first()
        if fresh is not None:
            yield from self._statement(fresh, _Around([fresh]), repair=self.repair)

    def _statement(self, row: Statement, around: "_Around", *, repair: bool) -> Iterator[Finding]:
        name = str(row.uuid)
        is_intact = sha256(row.body.encode()).digest() == bytes(row.sha256)
        if not is_intact:
            yield Finding(name, "digest", "the text is not the one that was stored")
        yield from around.id_of(row)
        yield from around.voiding_of(row)
        body = _read(row.body)
        if body is None:
            yield Finding(name, "body", "the text is no statement")
            return
        try:
            check_statement(body, version=V2 if str(body.get("version")).startswith("2.") else V1)
        except InvalidError as error:
            yield Finding(name, "rules", f"{error.path}: {error.message}", is_remark=True)
        try:
            expected = renewing.rows_in(row, body, around.beside[row.pk])
            wrong = list(around.differences(row, expected))
            attached = list(around.attachments_of(row, body))
        except (KeyError, TypeError, ValueError, AttributeError):
            yield Finding(name, "body", "the text is no statement")
            return
        is_repaired = bool(wrong) and repair and is_intact
        if is_repaired:
            with transaction.atomic():
                renewing.reindex(row, expected)
        for what in wrong:
            yield Finding(name, "index", f"{what} not as the text says", is_repaired=is_repaired)
        for what in attached:
            yield Finding(name, "attachment", what)


def _read(body: str) -> JsonObject | None:
    try:
        value: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


class _Around:
    """What stands beside the statements of one batch."""

    def __init__(self, batch: Sequence[Statement]) -> None:
        ids, uuids = [each.pk for each in batch], [each.uuid for each in batch]
        self.beside = renewing.beside_of(ids)
        self.ids = {each.uuid: each for each in StatementId.objects.filter(uuid__in=uuids)}
        self.attached: dict[int, set[str]] = {}
        for pk, sha2 in Attachment.objects.filter(statement__in=ids).values_list("statement", "sha2"):
            self.attached.setdefault(pk, set()).add(sha2)
        self.voiding: dict[UUID, list[Standing]] = {}
        voiding = Reference.objects.filter(voids=True, target__in=uuids)
        for target, own, tenant, authority in voiding.values_list("target", "own", "tenant", "authority"):
            self.voiding.setdefault(target, []).append(Standing(own, tenant, authority))

    def differences(self, row: Statement, rows: Rows) -> Iterator[str]:
        """What of the columns and of the rows beside is not as the text tells."""
        told = {**renewing.columns_in(rows), "stored": read_timestamp(orjson.loads(row.body)["stored"])}
        told["uuid"] = UUID(orjson.loads(row.body)["id"])
        yield from (name for name, value in told.items() if getattr(row, name) != value)
        should, does = renewing.beside_in(rows), self.beside[row.pk]
        for name in ("agents", "activities", "references"):
            if getattr(should, name) != getattr(does, name):
                yield f"related {name}"

    def id_of(self, row: Statement) -> Iterator[Finding]:
        kept = self.ids.get(row.uuid)
        if kept is None or (kept.statement, kept.stored) != (row.pk, row.stored):
            yield Finding(str(row.uuid), "id", "the row of its id names another statement or is missing")

    def voiding_of(self, row: Statement) -> Iterator[Finding]:
        standing = Standing(row.own, row.tenant, row.authority)
        should = row.verb != VOIDED and any(each.may_void(standing) for each in self.voiding.get(row.uuid, ()))
        if should != row.voided:
            message = "no statement voids it" if row.voided else "a statement voids it, and it is not marked"
            yield Finding(str(row.uuid), "voided", message)

    def attachments_of(self, row: Statement, body: JsonObject) -> Iterator[str]:
        kept = self.attached.get(row.pk, set())
        told = {each["sha2"]: "fileUrl" in each for each in renewing.attachments_in(body)}
        if kept - told.keys():
            yield "data that the text does not name"
        if any(sha2 not in kept for sha2, is_elsewhere in told.items() if not is_elsewhere):
            yield "data are missing"


def _lost_statements() -> Iterator[Finding]:
    """Ids that say that a statement is behind them, where there is none."""
    last, taken = UUID(int=0), StatementId.objects.filter(statement__isnull=False)
    while batch := list(taken.filter(uuid__gt=last).order_by("uuid")[:BATCH]):
        places = [(each.stored, each.statement) for each in batch if each.stored and each.statement]
        there = set(Statement.objects.at(places).values_list("uuid", flat=True))
        lost = {each.uuid for each in batch} - there
        # Asked again: one may have been erased between the two looks.
        for uuid in taken.filter(uuid__in=lost).values_list("uuid", flat=True) if lost else ():
            yield Finding(str(uuid), "id", "the statement is gone, and was not erased")
        last = batch[-1].uuid


def _data() -> Iterator[Finding]:
    owned = Attachment.objects.values("data")
    for data in AttachmentData.objects.order_by("pk").iterator(chunk_size=BATCH):
        told, size = sha256(), 0
        for piece in AttachmentPiece.objects.filter(data=data.pk).order_by("number").values_list("content", flat=True):
            told.update(piece)
            size += len(piece)
        if (told.hexdigest(), size) != (data.pk, data.size):
            yield Finding(data.pk, "attachment", "the data are not those that came")
    for sha in AttachmentData.objects.exclude(pk__in=owned).values_list("pk", flat=True):
        yield Finding(sha, "attachment", "the data belong to no statement")
