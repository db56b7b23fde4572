"""The rows of a statement that is stored: told by its text, made anew with it, and gone with it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from django.db.models import Exists, OuterRef

from portal.core.types import JsonObject
from portal.lrs.indexing import identifier, index_of
from portal.lrs.models import (
    Attachment,
    AttachmentData,
    Reference,
    RelatedActivity,
    RelatedAgent,
    Statement,
    StatementId,
)
from portal.lrs.parquet.actions import outdate
from portal.lrs.rows import ACTIVITIES, AGENTS, REFERENCES, STATEMENTS, Accepted, Origin, Rows, rows_of

COLUMNS = STATEMENTS.names.split(", ")
# How the text is kept, and what only the store knows.
_NOT_TOLD = frozenset({"id", "sha256", "body", "voided", "tenant", "own", "credential_id"})


@dataclass(frozen=True)
class Beside:
    """The rows beside one statement: related agents and activities with their flags, and what it refers to."""

    agents: set[tuple[str, bool]] = field(default_factory=set)
    activities: set[tuple[str, bool]] = field(default_factory=set)
    references: set[tuple[Any, ...]] = field(default_factory=set)


def rows_in(row: Statement, body: JsonObject, beside: Beside) -> Rows:
    """The rows that ``row`` and what is ``beside`` it should be, as ``body`` tells.

    A definition counts only where it counted before: whoever sent it without the scope ``define`` defines nothing.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: ``body`` is no valid statement.
    """
    origin = Origin(row.stored, row.tenant, identifier(body["authority"]), row.own, row.credential_id)
    counted = {key for key, defined in beside.activities if defined} | ({row.activity} if row.defined else set())
    index = index_of(body)
    index = index._replace(defined_activities=index.defined_activities & counted)
    return rows_of(
        [(row.pk, Accepted(row.uuid, body, index))], origin, voided={row.uuid} if row.voided else frozenset()
    )


def columns_in(rows: Rows) -> dict[str, Any]:
    """What the text tells of the columns of its statement."""
    (values,) = rows.statements
    return {name: value for name, value in zip(COLUMNS, values, strict=True) if name not in _NOT_TOLD}


def beside_in(rows: Rows) -> Beside:
    return Beside(
        {(key, direct) for _, key, direct, _ in rows.agents},
        {(key, defined) for _, key, defined, _ in rows.activities},
        {each[1:] for each in rows.references},
    )


def beside_of(ids: Collection[int]) -> Mapping[int, Beside]:
    """The rows that stand beside these statements, by their number."""
    found = {pk: Beside() for pk in ids}
    for pk, key, flag in RelatedAgent.objects.filter(statement__in=ids).values_list("statement", "agent", "direct"):
        found[pk].agents.add((key, flag))
    activities = RelatedActivity.objects.filter(statement__in=ids)
    for pk, key, flag in activities.values_list("statement", "activity", "defined"):
        found[pk].activities.add((key, flag))
    references = Reference.objects.filter(statement__in=ids)
    for pk, *row in references.values_list("statement", "target", "voids", "own", "tenant", "authority"):
        found[pk].references.add(tuple(row))
    return found


def reindex(row: Statement, rows: Rows) -> None:
    """Make the columns of ``row`` and what is beside it anew; the text stays. In the caller's transaction."""
    Statement.objects.at([(row.stored, row.pk)]).update(**columns_in(rows))
    for model in (RelatedAgent, RelatedActivity, Reference):
        model._base_manager.filter(statement=row.pk).delete()
    AGENTS.insert(rows.agents)
    ACTIVITIES.insert(rows.activities)
    REFERENCES.insert(rows.references)


def rewrite(row: Statement, body: JsonObject) -> None:
    """Give ``row`` another text, with all that follows from it. In the caller's transaction."""
    rows = rows_in(row, body, beside_of([row.pk])[row.pk])
    told = dict(zip(COLUMNS, rows.statements[0], strict=True))
    Statement.objects.at([(row.stored, row.pk)]).update(body=told["body"], sha256=told["sha256"])
    reindex(row, rows)
    gone = Attachment.objects.filter(statement=row.pk).exclude(sha2__in={each["sha2"] for each in attachments_in(body)})
    data = set(gone.values_list("data", flat=True))
    gone.delete()
    drop_unowned(data)
    outdate([row.stored.astimezone(UTC).date()])


def attachments_in(body: JsonObject) -> Iterator[JsonObject]:
    """What a statement says of its attachments, sub-statement included."""
    yield from body.get("attachments", ())
    if body["object"].get("objectType") == "SubStatement":
        yield from attachments_in(body["object"])


def delete(found: Sequence[Statement]) -> None:
    """Delete statements and what belongs to them alone; their ids stay taken. In the caller's transaction."""
    if not found:
        return
    ids = [each.pk for each in found]
    data = set(Attachment.objects.filter(statement__in=ids).values_list("data", flat=True))
    StatementId.objects.filter(uuid__in=[each.uuid for each in found]).update(statement=None, stored=None)
    for model in (RelatedAgent, RelatedActivity, Reference, Attachment):
        model._base_manager.filter(statement__in=ids).delete()
    Statement.objects.at((each.stored, each.pk) for each in found).delete()
    drop_unowned(data)
    outdate({each.stored.astimezone(UTC).date() for each in found})


def drop_unowned(data: Collection[str]) -> None:
    """Delete those of ``data`` that no attachment names any more."""
    if data:
        owned = Exists(Attachment.objects.filter(data=OuterRef("pk")))
        AttachmentData.objects.filter(~owned, pk__in=data).delete()
