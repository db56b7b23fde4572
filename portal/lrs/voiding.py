"""Voiding: a statement that says of another one that it does not hold, whichever of the two comes first."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from portal.lrs import vocabulary
from portal.lrs.errors import ForbiddenError, InvalidError
from portal.lrs.indexing import Index
from portal.lrs.models import Statement
from portal.lrs.parsing import json_path


class Standing(NamedTuple):
    """On whose word a statement stands: the portal's own, or that of an authority (its key) of a tenant."""

    own: bool
    tenant: str
    authority: str

    def may_void(self, other: "Standing") -> bool:
        """The portal voids all, others what they asserted themselves."""
        return self.own or self == other


class Coming(Protocol):
    """A statement that is about to be stored."""

    @property
    def uuid(self) -> UUID: ...
    @property
    def position(self) -> int: ...
    @property
    def index(self) -> Index: ...
    @property
    def is_voiding(self) -> bool: ...


def void(coming: Sequence[Coming], standing: Standing, awaited: Mapping[UUID, Sequence[Standing]]) -> set[UUID]:
    """Void what the new statements void: mark what is stored, and return which of the new ones are void from the start.

    Args:
        coming: the new statements.
        standing: on whose word they stand.
        awaited: which ids voiding statements wait for, and on whose word these stand (``look.py``).

    Raises:
        InvalidError: a target is a voiding statement itself.
        ForbiddenError: a target was asserted by another authority.
    """
    from_the_start = {
        each.uuid
        for each in coming
        if not each.is_voiding and any(word.may_void(standing) for word in awaited.get(each.uuid, ()))
    }
    return from_the_start | _void(coming, standing)


def _void(coming: Sequence[Coming], standing: Standing) -> set[UUID]:
    voiding = [each for each in coming if each.is_voiding]
    if not voiding:
        return set()
    targets = {each.index.target for each in voiding if each.index.target}
    kept = Statement.objects.named(targets)
    if standing.tenant:  # what another tenant has is as unknown as what nobody has
        kept = kept.of_tenant(standing.tenant)
    known = {
        uuid: (verb, Standing(own, tenant, authority))
        for uuid, verb, own, tenant, authority in kept.values_list("uuid", "verb", "own", "tenant", "authority")
    }
    beside = {each.uuid: (each.index.verb, standing) for each in coming if each.uuid in targets}
    for each in voiding:
        target = {**known, **beside}.get(each.index.target) if each.index.target else None
        if target:
            _check(each, standing, *target)
    if known:
        kept.update(voided=True)
    return set(beside)


def _check(voiding: Coming, standing: Standing, verb: str, voided: Standing) -> None:
    path = json_path((voiding.position, "object", "id"))
    if verb == vocabulary.VOIDED:
        raise InvalidError("a voiding statement cannot be voided", path)
    if not standing.may_void(voided):
        raise ForbiddenError("only the authority that asserted a statement may void it", path)
