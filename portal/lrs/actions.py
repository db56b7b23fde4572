"""The one door into the store, and the credentials that open it from outside."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

import orjson
from django.db import IntegrityError, OperationalError, connection, transaction

from portal.audit.actions import record
from portal.core.types import JsonObject
from portal.lrs import attachments, vocabulary
from portal.lrs.attachments import Attached
from portal.lrs.auth import SCOPES, Authority, digest, local_authority
from portal.lrs.equality import same
from portal.lrs.errors import ConflictError, ForbiddenError, InvalidError
from portal.lrs.gates import pass_gates
from portal.lrs.indexing import Index, identifier, index_of
from portal.lrs.iri import utc_text
from portal.lrs.models import Credential, RelatedActivity, RelatedAgent, Statement
from portal.lrs.multipart import Part
from portal.lrs.parsing import json_path
from portal.lrs.signals import statements_stored
from portal.lrs.statement import check_agent, check_statement
from portal.lrs.versions import V1, stamped

# Two clients that send the same ids at the same moment meet at the unique index; the second looks again.
_TRIES = 3
# Any number that nothing else takes as an advisory lock.
_VOIDING_LOCK = 0x414C_4C52_5300
_DEADLOCK = "40P01"


@dataclass(frozen=True)
class _Prepared:
    """A statement ready to be stored: ``sent`` as it came, ``body`` as it will be told again."""

    position: int
    uuid: UUID
    sent: JsonObject
    body: JsonObject
    index: Index
    attached: Sequence[Attached]

    @property
    def is_voiding(self) -> bool:
        return self.index.verb == vocabulary.VOIDED

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
    prepared = [_prepare(each, n, authority, at, version, attached[n]) for n, each in enumerate(statements)]
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
    sent: JsonObject, position: int, authority: Authority, at: datetime, version: str, attached: Sequence[Attached]
) -> _Prepared:
    stored = at.isoformat(timespec="microseconds" if at.microsecond % 1000 else "milliseconds").replace("+00:00", "Z")
    uuid = UUID(sent["id"]) if "id" in sent else uuid4()
    body = {
        "id": str(uuid),
        "version": stamped(version),
        "timestamp": stored,
        **_settled(sent),
        "stored": stored,
        "authority": authority.agent,
    }
    return _Prepared(position, uuid, sent, body, index_of(body), attached)


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
    for attempt in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                _insert(prepared, authority, at, own=own)
        except IntegrityError:
            if attempt == _TRIES:
                raise ConflictError("these statements are being stored by another request") from None
        except OperationalError as error:
            # Two batches with the same ids in different order; a transaction around ours is lost with it.
            deadlock = getattr(error.__cause__, "sqlstate", None) == _DEADLOCK
            if not deadlock or inside or attempt == _TRIES:
                raise
        else:
            return


def _insert(prepared: Sequence[_Prepared], authority: Authority, at: datetime, *, own: bool) -> None:
    _await_voiding(prepared)
    if not own:
        pass_gates([each.sent for each in prepared], authority, at)
    fresh = _unknown(prepared)
    if not fresh:
        return
    voided = _voided_on_arrival(fresh, authority, own=own) | _void(fresh, authority, own=own)
    rows = Statement.objects.bulk_create(
        Statement(
            uuid=each.uuid,
            stored=at,
            timestamp=each.index.timestamp,
            authority=authority.key,
            actor=each.index.actor,
            verb=each.index.verb,
            activity=each.index.activity,
            registration=each.index.registration,
            target=each.index.target,
            voided=each.uuid in voided,
            own=own,
            credential_id=authority.credential_id,
            body=orjson.dumps(each.body).decode(),
        )
        for each in fresh
    )
    RelatedAgent.objects.bulk_create(
        RelatedAgent(statement=row, agent=agent, direct=agent in each.index.direct_agents, stored=at)
        for row, each in zip(rows, fresh, strict=True)
        for agent in sorted(each.index.related_agents)
    )
    RelatedActivity.objects.bulk_create(
        RelatedActivity(statement=row, activity=activity, defined=activity in each.index.defined_activities, stored=at)
        for row, each in zip(rows, fresh, strict=True)
        for activity in sorted(each.index.related_activities)
    )
    attachments.keep((row, each.attached) for row, each in zip(rows, fresh, strict=True))
    uuids = [each.uuid for each in fresh]
    transaction.on_commit(
        partial(statements_stored.send_robust, sender=Statement, uuids=uuids, authority=authority), robust=True
    )


def _await_voiding(prepared: Sequence[_Prepared]) -> None:
    """Let a voiding statement and its target, sent at the same moment, see each other: one of them waits.

    Ids that the store gives are known to nobody yet, so such a batch has nothing to wait for.
    """
    if connection.vendor != "postgresql":
        return  # SQLite writes one transaction after the other
    if any(each.is_voiding for each in prepared):
        lock = "pg_advisory_xact_lock"
    elif any(each.has_own_id for each in prepared):
        lock = "pg_advisory_xact_lock_shared"
    else:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s)", [_VOIDING_LOCK])


def _unknown(prepared: Sequence[_Prepared]) -> list[_Prepared]:
    """Those that the store does not hold yet.

    Raises:
        ConflictError: it holds another statement under the id.
    """
    ids = [each.uuid for each in prepared if each.has_own_id]
    kept = dict(Statement.objects.filter(uuid__in=ids).values_list("uuid", "body")) if ids else {}
    for each in prepared:
        if each.uuid in kept and not same(each.sent, orjson.loads(kept[each.uuid])):
            raise ConflictError("another statement is stored under this id", json_path((each.position, "id")))
    return [each for each in prepared if each.uuid not in kept]


def _may_void(*, voiding: tuple[bool, str], voided: tuple[bool, str]) -> bool:
    """Each pair is (own, authority): the portal voids all, others what they asserted themselves."""
    return voiding[0] or (not voided[0] and voiding[1] == voided[1])


def _voided_on_arrival(fresh: Sequence[_Prepared], authority: Authority, *, own: bool) -> set[UUID]:
    """The new statements that a voiding statement waits for already."""
    ids = [each.uuid for each in fresh if each.has_own_id and not each.is_voiding]
    if not ids:
        return set()
    waiting = Statement.objects.filter(verb=vocabulary.VOIDED, target__in=ids).values_list("target", "own", "authority")
    return {
        target
        for target, voiding_own, voiding in waiting
        if target and _may_void(voiding=(voiding_own, voiding), voided=(own, authority.key))
    }


def _void(fresh: Sequence[_Prepared], authority: Authority, *, own: bool) -> set[UUID]:
    """Void what the new statements void: mark what is stored, and return what stands in the same batch.

    Raises:
        InvalidError: a target is a voiding statement itself.
        ForbiddenError: a target was asserted by another authority.
    """
    voiding = [each for each in fresh if each.is_voiding]
    if not voiding:
        return set()
    targets = {each.index.target for each in voiding if each.index.target}
    kept = {
        uuid: (verb, standing_own, standing)
        for uuid, verb, standing_own, standing in Statement.objects.filter(uuid__in=targets).values_list(
            "uuid", "verb", "own", "authority"
        )
    }
    beside = {each.uuid: (each.index.verb, own, authority.key) for each in fresh if each.uuid in targets}
    for each in voiding:
        _check_voiding(each, {**kept, **beside}, authority, own=own)
    if kept:
        Statement.objects.filter(uuid__in=kept).update(voided=True)
    return set(beside)


def _check_voiding(
    voiding: _Prepared, known: Mapping[UUID, tuple[str, bool, str]], authority: Authority, *, own: bool
) -> None:
    target = known.get(voiding.index.target) if voiding.index.target else None
    if target is None:
        return
    path = json_path((voiding.position, "object", "id"))
    if target[0] == vocabulary.VOIDED:
        raise InvalidError("a voiding statement cannot be voided", path)
    if not _may_void(voiding=(own, authority.key), voided=target[1:]):
        raise ForbiddenError("only the authority that asserted a statement may void it", path)


@transaction.atomic
def create_credential(
    *,
    name: str,
    authority: JsonObject,
    scopes: Iterable[str],
    at: datetime,
    expires_at: datetime | None = None,
    tenant: str = "",
) -> tuple[Credential, str]:
    """A new key for a client, and its secret, which is not kept and cannot be shown again.

    Args:
        name: for people, in lists.
        authority: the Agent that the client's statements will name as authority.
        scopes: some of ``auth.SCOPES``.
        at: when it is made.
        expires_at: when it ends by itself.
        tenant: the customer whose documents it shares; up to 100 characters.

    Raises:
        InvalidError: not an Agent, the portal itself, an unknown scope, or too long a tenant.
    """
    check_agent(authority, at=("authority",), only_agent=True)
    if identifier(authority) == local_authority().key:
        raise InvalidError("the portal itself needs no credential", "authority")
    if len(tenant) > 100:
        raise InvalidError("is longer than 100 characters", "tenant")
    granted = sorted(set(scopes))
    if not granted or set(granted) - set(SCOPES):
        raise InvalidError(f"are none of {', '.join(SCOPES)}", "scopes")
    secret = secrets.token_urlsafe(32)
    credential = Credential.objects.create(
        key=secrets.token_hex(16),  # no hyphen: a key is typed after the name of a command
        secret_digest=digest(secret),
        name=name,
        authority={"objectType": "Agent", **authority},
        tenant=tenant,
        scopes=granted,
        created_at=at,
        expires_at=expires_at,
    )
    record("created credential", credential, at=at, scopes=granted)
    return credential, secret


@transaction.atomic
def revoke_credential(*, credential: Credential, at: datetime) -> Credential:
    """End a credential now; what it stored stays. Done twice, it changes nothing."""
    credential = Credential.objects.select_for_update().get(pk=credential.pk)
    if credential.revoked_at is None:
        credential.revoked_at = at
        credential.save(update_fields=["revoked_at"])
        record("revoked credential", credential, at=at)
    return credential
