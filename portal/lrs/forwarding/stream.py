"""The store as a receiver sees it: its statements in the order of storing, as they are sent."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Length

from portal.core.types import JsonObject
from portal.lrs.attachments import Shown, attachments_of
from portal.lrs.audiences import people_of
from portal.lrs.forwarding.pseudonyms import pseudonymised
from portal.lrs.forwarding.rules import Filter, Told
from portal.lrs.forwarding.secrecy import pseudonym_key
from portal.lrs.identity import identifiers_of
from portal.lrs.indexing import index_of, people
from portal.lrs.iri import index_key
from portal.lrs.models import Receiver, Statement
from portal.lrs.querysets import Place, StatementQuerySet
from portal.lrs.versions import V1
from portal.lrs.vocabulary import VOIDED
from portal.lrs.voiding import Standing

# A batch is below what stores and the proxies before them take: nginx refuses bodies over 1 MB unless it is told
# otherwise (client_max_body_size, nginx.org/en/docs/http/ngx_http_core_module.html). One statement alone may be longer.
BATCH_STATEMENTS = 100
BATCH_BYTES = 900 * 1024
# How much of the store is looked at together.
READ_STATEMENTS = 500
READ_BYTES = 2 * 1024 * 1024


class Parcel(NamedTuple):
    """A statement as it is sent, with the data that go with it."""

    id: int
    uuid: UUID
    body: JsonObject
    attached: Sequence[Shown]
    size: int


class Stretch(NamedTuple):
    """What a receiver gets of the statements up to ``until``, cut into batches."""

    batches: list[list[Parcel]]
    until: int


@dataclass(frozen=True)
class _Row:
    id: int
    uuid: UUID
    standing: Standing
    body: JsonObject

    @cached_property
    def told(self) -> Told:
        return Told(index_of(self.body), self.standing.tenant)

    @property
    def voids(self) -> UUID | None:
        return self.told.index.target if self.told.index.verb == VOIDED else None


@dataclass(frozen=True)
class Stream:
    """The statements for one receiver. The people of its group are read once, at the first question."""

    receiver: Receiver

    @cached_property
    def filter(self) -> Filter:
        asked = self.receiver
        return Filter(
            verbs=frozenset(map(index_key, asked.verbs)),
            activities=frozenset(map(index_key, asked.activities)),
            related=asked.related,
            tenant=asked.tenant,
            group=people_of(asked.audience) if asked.audience else None,
        )

    def after(self, watermark: int, *, horizon: int, limit: int) -> Stretch:
        """What comes next, in batches of at most ``limit`` statements."""
        asked = Statement.objects.filter(pk__gt=watermark, pk__lte=horizon).order_by("pk")
        sizes = [
            Place(*each) for each in self._chosen(asked).values_list("stored", "pk", Length("body"))[:READ_STATEMENTS]
        ]
        taken = _fitting(sizes)
        is_all = len(taken) == len(sizes) < READ_STATEMENTS
        until = horizon if is_all else taken[-1].id
        return Stretch(_batches(self._parcels(self._passing(taken)), limit), until)

    def one(self, uuid: UUID) -> Parcel | None:
        """A statement, whatever the filters ask now; None where it is no longer held, or voids what it may not."""
        rows = _in_effect(_rows(Statement.objects.named([uuid])))
        return next(iter(self._parcels(row for row, _ in rows)), None)

    def _chosen(self, found: StatementQuerySet) -> StatementQuerySet:
        """Without what columns alone can tell to be meant for others; voiding statements are judged by their targets."""
        chosen = Q()
        if self.receiver.verbs:
            chosen &= Q(verb__in=self.filter.verbs)
        if self.receiver.tenant:
            chosen &= Q(tenant=self.receiver.tenant)
        if chosen:
            found = found.filter(chosen | Q(verb=index_key(VOIDED)))
        return found.filter(stored__gte=self.receiver.since) if self.receiver.since else found

    def _passing(self, places: Sequence[Place]) -> list[_Row]:
        rows = _in_effect(_rows(Statement.objects.at((each.stored, each.id) for each in places)))
        return [row for row, target in rows if self.filter.passes(row.told, target.told if target else None)]

    def _parcels(self, rows: Iterable[_Row]) -> list[Parcel]:
        kept = list(rows)
        if self.receiver.pseudonymise:
            also = identifiers_of(agent for row in kept for agent in people(row.body))
            return [self._parcel(row, (), also) for row in kept]
        attached: dict[int, list[Shown]] = {}
        for each in attachments_of(row.id for row in kept):
            attached.setdefault(each.statement_id, []).append(each)
        return [self._parcel(row, attached.get(row.id, []), {}) for row in kept]

    def _parcel(self, row: _Row, attached: Sequence[Shown], also: Mapping[str, Collection[str]]) -> Parcel:
        body = {name: value for name, value in row.body.items() if name not in {"stored", "authority"}}
        if self.receiver.version == V1 and not body.get("version", "1").startswith("1"):
            del body["version"]  # a store of 1.0.3 refuses the mark; what 2.0 alone knows it refuses anyhow
        if self.receiver.pseudonymise:
            key = pseudonym_key(self.receiver.uuid)
            body = pseudonymised(body, key=key, home_page=f"{settings.PUBLIC_URL}/pseudonym", also=also)
        size = len(orjson.dumps(body)) + sum(each.size for each in attached)
        return Parcel(row.id, row.uuid, body, attached, size)


def _fitting(places: Sequence[Place]) -> list[Place]:
    """The first places whose texts are together as long as is read at once; at least one, where there is any."""
    totals = accumulate(each.size for each in places)
    return [each for n, (each, total) in enumerate(zip(places, totals, strict=True)) if not n or total <= READ_BYTES]


def _rows(found: StatementQuerySet) -> list[_Row]:
    rows = found.order_by("pk").values_list("pk", "uuid", "own", "tenant", "authority", "body")
    return [
        _Row(pk, uuid, Standing(own, tenant, authority), orjson.loads(body))
        for pk, uuid, own, tenant, authority, body in rows
    ]


def _in_effect(rows: Iterable[_Row]) -> list[tuple[_Row, _Row | None]]:
    """The rows, each with the statement that it voids where that is known; without those that may not void it.

    The receiver cannot judge this: what it gets of us has one authority, which may void all.
    """
    kept = list(rows)
    wanted = {row.voids for row in kept if row.voids}
    found = {row.uuid: row for row in _rows(Statement.objects.named(wanted))} if wanted else {}
    pairs = [(row, found.get(row.voids) if row.voids else None) for row in kept]
    return [(row, target) for row, target in pairs if not target or row.standing.may_void(target.standing)]


def _batches(parcels: Iterable[Parcel], limit: int) -> list[list[Parcel]]:
    batches: list[list[Parcel]] = []
    size = 0
    for each in parcels:
        size += each.size
        if not batches or size > BATCH_BYTES or len(batches[-1]) >= limit:
            batches.append([])
            size = each.size
        batches[-1].append(each)
    return batches
