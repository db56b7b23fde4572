"""The one door into the store."""

from collections.abc import Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import RLock
from uuid import UUID, uuid4

import orjson
from django.db import IntegrityError, OperationalError, connection, transaction

from portal.audit.actions import record
from portal.core.types import JsonObject
from portal.lrs import attachments
from portal.lrs.attachments import Attached
from portal.lrs.auth import Authority
from portal.lrs.equality import same
from portal.lrs.errors import ConflictError, ForbiddenError, InvalidError
from portal.lrs.gates import pass_gates
from portal.lrs.indexing import index_of
from portal.lrs.iri import utc_text
from portal.lrs.look import look
from portal.lrs.models import Credential, Statement
from portal.lrs.multipart import Part
from portal.lrs.parsing import json_path
from portal.lrs.rows import Accepted, Origin, rows_of
from portal.lrs.signals import statements_stored
from portal.lrs.statement import check_statement
from portal.lrs.versions import V1, stamped
from portal.lrs.voiding import Standing, void

# How often a batch looks again that met another one in the database.
_TRIES = 3
_DEADLOCK = "40P01"
_WRITER = RLock()


@dataclass(frozen=True)
class _Prepared(Accepted):
    """``sent`` is the statement as it came."""

    position: int
    sent: JsonObject
    attached: Sequence[Attached]

    @property
    def has_own_id(self) -> bool:
        return "id" in self.sent


def store_statements(
    statements: Sequence[JsonObject],
    *,
    authority: Authority,
    at: datetime,
    own: bool = False,
    version: str = V1,
    parts: Sequence[Part] = (),
) -> list[UUID]:
    """Store a batch whole or not at all. What is stored already, and says the same, is left as it is.

    Args:
        statements: JSON values as they came; they are not changed.
        authority: who asserts them; replaces what they say of it.
        at: becomes ``stored``, and ``timestamp`` where none is given.
        own: the portal tells of itself. Only its own statements move progress, and gates do not judge them.
        version: of the request, ``versions.V1`` or ``versions.V2``; says by which rules they are judged.
        parts: the data of their attachments.

    Returns:
        The ids of all statements, in order.

    Raises:
        InvalidError: a statement breaks a rule, stands twice in the batch, or voids a voiding statement; an attachment
            or a signature is wrong.
        ForbiddenError: a gate refuses, or a statement of another authority would be voided; leaves an audit entry.
        ConflictError: the store holds another statement under one of the ids.
    """
    for n, each in enumerate(statements):
        check_statement(each, version=version, at=(n,))
    attached = attachments.match(statements, parts, version=version)
    stored = at.isoformat(timespec="microseconds" if at.microsecond % 1000 else "milliseconds").replace("+00:00", "Z")
    prepared = [_prepare(each, n, authority, stored, version, attached[n]) for n, each in enumerate(statements)]
    seen: set[UUID] = set()
    for one in prepared:
        if one.uuid in seen:
            raise InvalidError("the same id stands twice in the batch", json_path((one.position, "id")))
        seen.add(one.uuid)
    try:
        _store(prepared, authority, at, own=own)
    except ForbiddenError as error:
        record(
            "refused statements",
            Credential(pk=authority.credential_id),
            at=at,
            reason=error.message,
            path=error.path,
            statements=[str(one.uuid) for one in prepared[:20]],
        )
        raise
    return [one.uuid for one in prepared]


def _prepare(
    sent: JsonObject, position: int, authority: Authority, stored: str, version: str, attached: Sequence[Attached]
) -> _Prepared:
    uuid = UUID(sent["id"]) if "id" in sent else uuid4()
    body = {
        "id": str(uuid),
        "version": stamped(version),
        "timestamp": stored,
        **_settled(sent),
        "stored": stored,
        "authority": authority.agent,
    }
    index = index_of(body) if authority.may_define else index_of(body)._replace(defined_activities=frozenset())
    return _Prepared(uuid, body, index, position, sent, attached)


def _settled(sentence: JsonObject) -> JsonObject:
    """With what the standard lets a store write its own way: times in UTC, context activities as arrays."""
    settled = dict(sentence)
    if "timestamp" in settled:
        settled["timestamp"] = utc_text(settled["timestamp"])
    around = settled.get("context", {}).get("contextActivities")
    if around is not None:
        arrays = {key: value if isinstance(value, list) else [value] for key, value in around.items()}
        settled["context"] = {**settled["context"], "contextActivities": arrays}
    if settled["object"].get("objectType") == "SubStatement":
        settled["object"] = _settled(settled["object"])
    return settled


def _store(prepared: Sequence[_Prepared], authority: Authority, at: datetime, *, own: bool) -> None:
    inside = connection.in_atomic_block
    # Two clients that send the same ids at the same moment meet at the unique index. Each time the second looks again, at
    # least one more of its statements is known, so it is done after as many times as it has statements.
    tries = max(_TRIES, len(prepared) + 1)
    for attempt in range(1, tries + 1):
        try:
            with _turn(), transaction.atomic():
                _insert(prepared, authority, at, own=own)
        except IntegrityError:
            if attempt == tries:
                raise ConflictError("these statements are being stored by another request") from None
        except OperationalError as error:
            # Two batches with the same ids in different order; a transaction around ours is lost with it.
            deadlock = getattr(error.__cause__, "sqlstate", None) == _DEADLOCK
            if not deadlock or inside or attempt >= _TRIES:
                raise
        else:
            return


def _turn() -> AbstractContextManager[object]:
    """On SQLite one after another: it lets in whoever happens to ask when it is free, and the others sleep meanwhile."""
    is_queued = connection.vendor == "sqlite" and not connection.in_atomic_block
    return _WRITER if is_queued else nullcontext()


def _insert(prepared: Sequence[_Prepared], authority: Authority, at: datetime, *, own: bool) -> None:
    ids = [each.uuid for each in prepared if each.has_own_id]
    found = look(ids, count=len(prepared), alone=any(each.is_voiding for each in prepared))
    if not own:
        pass_gates([each.sent for each in prepared], authority, at)
    fresh = _unknown(prepared, found.given, authority.tenant) if found.given else prepared
    if not fresh:
        return
    voided = void(fresh, Standing(own, authority.tenant, authority.key), found.awaited)
    origin = Origin(at, authority.tenant, authority.key, own, authority.credential_id)
    numbered = list(zip(found.numbers, fresh, strict=False))
    rows_of(numbered, origin, voided=voided).insert()
    attachments.keep((number, each.attached) for number, each in numbered)
    uuids = [each.uuid for each in fresh]
    transaction.on_commit(
        partial(statements_stored.send_robust, sender=Statement, uuids=uuids, authority=authority), robust=True
    )


def _unknown(prepared: Sequence[_Prepared], given: Set[UUID], tenant: str) -> list[_Prepared]:
    """Those that the store does not hold yet; ``given`` are the ids that it has given away.

    Raises:
        ConflictError: it holds another statement under the id, or one of another tenant, of which nothing more is told, or
            held one that is erased.
    """
    rows = Statement.objects.named(given).values_list("uuid", "body", "tenant")
    kept = {uuid: (body, standing) for uuid, body, standing in rows}
    for each in prepared:
        if each.uuid not in given:
            continue
        path = json_path((each.position, "id"))
        if each.uuid not in kept:
            raise ConflictError("the statement of this id is no longer kept, and the id is not given again", path)
        body, standing = kept[each.uuid]
        if tenant not in {"", standing} or not same(each.sent, orjson.loads(body)):
            raise ConflictError("another statement is stored under this id", path)
    return [each for each in prepared if each.uuid not in given]
