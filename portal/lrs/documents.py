"""Documents of clients: put, post, delete. Each is one transaction that looks and writes under one lock."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Greatest

from portal.audit.actions import record
from portal.lrs.auth import Authority
from portal.lrs.errors import ConflictError, ForbiddenError, InvalidError, PreconditionError, TooLargeError
from portal.lrs.etag import Preconditions, tag_of
from portal.lrs.merging import merge, properties_of
from portal.lrs.models import Credential, Document
from portal.lrs.together import change_often
from portal.lrs.versions import V1, V2

JSON = "application/json"
# How many documents one activity, one agent or both together (and a registration) may have.
SHELF_LIMIT = 10_000
_OVERWRITE = (
    "UPDATE lrs_document SET content = %s, content_type = %s, etag = %s, updated = greatest(updated, %s) WHERE key = %s"
)
# Two first writers meet at the unique key, and the second looks again; more tries where others delete meanwhile.
_TRIES = 5


@dataclass(frozen=True)
class Kind:
    """A resource of documents: the parameters that name a place, and the one that names a document in it."""

    name: str
    scope: str
    required: frozenset[str]
    id_name: str
    optional: frozenset[str] = frozenset()


STATE = Kind("state", "state", frozenset({"activityId", "agent"}), "stateId", frozenset({"registration"}))
ACTIVITY_PROFILE = Kind("activity profile", "profile", frozenset({"activityId"}), "profileId")
AGENT_PROFILE = Kind("agent profile", "profile", frozenset({"agent"}), "profileId")


@dataclass(frozen=True)
class Shelf:
    """Where documents stand side by side. State without a registration is a place of its own.

    ``activity`` and ``agent`` are index keys (``indexing.py``); ``owner`` is ``Authority.owner``.
    """

    owner: str
    kind: Kind
    activity: str = ""
    agent: str = ""
    registration: UUID | None = None

    @property
    def digest(self) -> str:
        return _digest(self.owner, self.kind.name, self.activity, self.agent, str(self.registration or ""))

    def key(self, name: str) -> str:
        return _digest(self.digest, name)


def _digest(*parts: str) -> str:
    return sha256(orjson.dumps(parts)).hexdigest()


@dataclass(frozen=True)
class Sent:
    """What a client sends as a document: bytes, and the text of ``Content-Type``."""

    content: bytes
    content_type: str

    @property
    def is_json(self) -> bool:
        return is_json(self.content_type)


def is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == JSON


def put_document(
    shelf: Shelf, name: str, sent: Sent, *, preconditions: Preconditions, version: str, at: datetime
) -> None:
    """Store ``sent`` under ``name`` in place of what stands there.

    Raises:
        PreconditionError: a header of the request does not hold.
        ConflictError: a document stands there, and the client does not say that it has seen it. State is free of this
            in 1.0.3.
        InvalidError: in 1.0.3, a new profile without ``If-Match`` and ``If-None-Match``.
        TooLargeError: the place is full.
    """

    needs_none = shelf.kind is STATE and version == V1 and not preconditions.is_given
    if needs_none and _overwrite(shelf, name, sent, at):
        return

    def replace(kept: Document | None) -> Sent:
        if not preconditions.is_given and not needs_none:
            if kept is not None:
                raise ConflictError(
                    "a document is stored here; GET it, then send its ETag in If-Match to replace it", "If-Match"
                )
            if version != V2:
                raise InvalidError("PUT of a profile needs If-Match, or If-None-Match: * for a new one", "If-Match")
        return sent

    _change(shelf, name, replace, preconditions=preconditions, at=at)


def post_document(
    shelf: Shelf, name: str, sent: Sent, *, preconditions: Preconditions, limit: int, at: datetime
) -> None:
    """Merge ``sent`` into what stands under ``name``, one level deep; where nothing stands, store it as it is.

    Raises:
        PreconditionError: a header of the request does not hold.
        InvalidError: JSON that is no object, or a document stands there and one of the two is not JSON.
        TooLargeError: the merged document is longer than ``limit`` bytes, or the place is full.
    """
    properties = properties_of(sent.content) if sent.is_json else {}

    def merged(kept: Document | None) -> Sent:
        if kept is None:
            return sent
        if not sent.is_json:
            raise InvalidError(f"a document is stored here, and only {JSON} can be merged into it", "Content-Type")
        if not is_json(kept.content_type):
            raise InvalidError(f"the stored document is not {JSON}, so nothing can be merged into it", "Content-Type")
        content = merge(bytes(kept.content), properties)
        if len(content) > limit:
            raise TooLargeError(f"the merged document is longer than {limit} bytes")
        return Sent(content, sent.content_type)

    _change(shelf, name, merged, preconditions=preconditions, at=at)


def _change(
    shelf: Shelf,
    name: str,
    make: Callable[[Document | None], Sent],
    *,
    preconditions: Preconditions,
    at: datetime,
) -> None:
    for _ in range(_TRIES):
        with suppress(IntegrityError), transaction.atomic():
            kept = Document.objects.locked(shelf.key(name))
            _check(preconditions, kept)
            _write(shelf, name, kept, make(kept), at)
            return
    raise ConflictError("this document is being changed by other requests")


def _check(preconditions: Preconditions, kept: Document | None) -> None:
    if not preconditions.hold(kept.etag if kept else None):
        header = "If-None-Match" if preconditions.match is None else "If-Match"
        state = "the stored document is another one" if kept else "no document is stored here"
        raise PreconditionError(f"does not hold: {state}", header)


def _overwrite(shelf: Shelf, name: str, sent: Sent, at: datetime) -> bool:
    """In one step, what a bookmark does a thousand times: ``sent`` in place of the document; whether one stands there."""
    key, told = shelf.key(name), _told(sent)
    if connection.vendor == "postgresql":
        return bool(change_often(_OVERWRITE, [*told.values(), at, key]))
    latest = Greatest("updated", Value(at, output_field=DateTimeField()))
    return bool(Document.objects.filter(key=key).update(**told, updated=latest))


def _told(sent: Sent) -> dict[str, Any]:
    return {"content": sent.content, "content_type": sent.content_type, "etag": tag_of(sent.content)}


def _write(shelf: Shelf, name: str, kept: Document | None, sent: Sent, at: datetime) -> None:
    if kept is not None:
        Document.objects.filter(pk=kept.pk).update(**_told(sent), updated=max(at, kept.updated))
        return
    if Document.objects.on(shelf.digest).count() >= SHELF_LIMIT:
        raise TooLargeError(f"more than {SHELF_LIMIT} documents in one place", shelf.kind.id_name)
    Document.objects.create(
        key=shelf.key(name),
        shelf=shelf.digest,
        owner=shelf.owner,
        kind=shelf.kind.name,
        activity=shelf.activity,
        agent=shelf.agent,
        registration=shelf.registration,
        name=name,
        **_told(sent),
        updated=at,
    )


@transaction.atomic
def delete_document(shelf: Shelf, name: str, *, preconditions: Preconditions) -> None:
    """Delete the document; where none stands, nothing is done.

    Raises:
        PreconditionError: a header of the request does not hold.
    """
    kept = Document.objects.locked(shelf.key(name))
    _check(preconditions, kept)
    if kept is not None:
        kept.delete()


def delete_shelf(shelf: Shelf) -> None:
    """Delete all documents of the place."""
    Document.objects.on(shelf.digest).delete()


def note_refusal(shelf: Shelf, error: ForbiddenError, *, authority: Authority, at: datetime) -> None:
    """Leave an audit entry of a credential that would have changed what is another's."""
    record(
        "refused document",
        Credential(pk=authority.credential_id),
        at=at,
        reason=error.message,
        path=error.path,
        kind=shelf.kind.name,
    )
