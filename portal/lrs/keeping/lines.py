"""Statements as lines of an archive, and from lines to rows again."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from portal.core.types import JsonObject
from portal.lrs.horizon import have_alone
from portal.lrs.indexing import index_of
from portal.lrs.iri import index_key
from portal.lrs.keeping.renewing import COLUMNS, beside_of, drop_unowned
from portal.lrs.models import (
    Attachment,
    AttachmentData,
    AttachmentPiece,
    Reference,
    RelatedActivity,
    RelatedAgent,
    Statement,
    StatementId,
)
from portal.lrs.parquet.actions import outdate
from portal.lrs.querysets import StatementQuerySet
from portal.lrs.rows import ACTIVITIES, AGENTS, REFERENCES, STATEMENTS, Accepted, Origin, rows_of
from portal.lrs.vocabulary import VOIDED
from portal.lrs.voiding import Standing

_MOMENTS = ("stored", "timestamp")
_UUIDS = ("uuid", "registration", "target")


def told(batch: Sequence[Statement]) -> Iterator[JsonObject]:
    """Everything that is needed to make the rows of ``batch`` again, as JSON."""
    attached: dict[int, list[list[str]]] = {}
    rows = Attachment.objects.filter(statement__in=[each.pk for each in batch]).order_by("pk")
    for pk, *attachment in rows.values_list("statement", "data", "sha2", "content_type"):
        attached.setdefault(pk, []).append(attachment)
    beside = beside_of([each.pk for each in batch])
    for row in batch:
        columns = {name: _plain(getattr(row, name)) for name in COLUMNS}
        defines = sorted(key for key, defined in beside[row.pk].activities if defined)
        yield {**columns, "attachments": attached.get(row.pk, []), "defines": defines}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value


def put_away(batch: Sequence[Statement], *, with_rows: bool) -> None:
    """Take ``batch`` out of the store, its own rows only ``with_rows``; its ids stay taken.

    What voids another statement goes on voiding it, also one that is yet to come: these references stay.
    """
    ids = [each.pk for each in batch]
    data = set(Attachment.objects.filter(statement__in=ids).values_list("data", flat=True))
    StatementId.objects.filter(uuid__in=[each.uuid for each in batch]).update(statement=None, stored=None)
    for model in (RelatedAgent, RelatedActivity, Attachment):
        model._base_manager.filter(statement__in=ids).delete()
    Reference.objects.filter(statement__in=ids, voids=False).delete()
    if with_rows:
        rows = Statement.objects.at((each.stored, each.pk) for each in batch)
        rows._raw_delete(rows.db)  # deleting by the models would take the references along
    drop_unowned(data)


def put_back(batch: Sequence[JsonObject]) -> None:
    """Make the rows again that ``told`` told of."""
    Reference.objects.filter(statement__in=[each["id"] for each in batch]).delete()
    STATEMENTS.insert([tuple(_value(name, each[name]) for name in COLUMNS) for each in batch])
    for each in batch:
        stored, body = _value("stored", each["stored"]), orjson.loads(each["body"])
        origin = Origin(stored, each["tenant"], each["authority"], each["own"], each["credential_id"])
        # Whoever sent it without the scope ``define`` defines nothing now either; a file of old does not say who had it.
        index = index_of(body)._replace(defined_activities=frozenset(each.get("defines", ())))
        rows = rows_of([(each["id"], Accepted(UUID(each["uuid"]), body, index))], origin)
        AGENTS.insert(rows.agents)
        ACTIVITIES.insert(rows.activities)
        REFERENCES.insert(rows.references)
        StatementId.objects.filter(uuid=each["uuid"]).update(statement=each["id"], stored=stored)
    Attachment.objects.bulk_create(
        Attachment(statement_id=each["id"], data_id=data, sha2=sha2, content_type=content_type)
        for each in batch
        for data, sha2, content_type in each["attachments"]
    )


def void_awaited(found: StatementQuerySet) -> None:
    """Void those of ``found`` that were voided while they were away. Nobody voids until the caller's transaction ends."""
    have_alone()
    words: dict[UUID, set[Standing]] = {}
    waiting = Reference.objects.filter(voids=True, target__in=found.valid().values("uuid"))
    for target, own, tenant, authority in waiting.values_list("target", "own", "tenant", "authority"):
        words.setdefault(target, set()).add(Standing(own, tenant, authority))
    back = found.valid().filter(uuid__in=words).exclude(verb=index_key(VOIDED))
    voided = [
        (stored, pk)
        for stored, pk, uuid, *word in back.values_list("stored", "pk", "uuid", "own", "tenant", "authority")
        if any(each.may_void(Standing(bool(word[0]), str(word[1]), str(word[2]))) for each in words[uuid])
    ]
    Statement.objects.at(voided).update(voided=True)
    outdate({stored.astimezone(UTC).date() for stored, _ in voided})


def put_back_piece(piece: JsonObject, content: bytes) -> None:
    """Data that the store has kept or got again meanwhile stay as they are."""
    AttachmentData.objects.get_or_create(pk=piece["data"], defaults={"size": piece["size"]})
    AttachmentPiece.objects.get_or_create(data_id=piece["data"], number=piece["number"], defaults={"content": content})


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _MOMENTS:
        return datetime.fromisoformat(value)
    if name in _UUIDS:
        return UUID(value)
    return bytes.fromhex(value) if name == "sha256" else value
