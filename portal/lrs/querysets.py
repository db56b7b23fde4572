"""The questions that the resources ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length

if TYPE_CHECKING:
    from portal.lrs.models import Credential, Document, Statement

# How many references a search follows from a statement to the one that matches.
REFERENCE_DEPTH = 5


class Place(NamedTuple):
    """Where a statement stands in the order of storing, and how long its text is."""

    stored: datetime
    id: int
    size: int


_PLACE = ("stored", "pk", Length("body"))


@dataclass(frozen=True)
class Wanted:
    """The filters that are not about time; agent, verb and activity are index keys (``indexing.py``)."""

    agent: str = ""
    verb: str = ""
    activity: str = ""
    registration: UUID | None = None
    related_agents: bool = False
    related_activities: bool = False

    def conditions(self) -> list[Q]:
        """A statement matches when it meets one of these; none means that nothing is asked."""
        common = Q()
        if self.verb:
            common &= Q(verb=self.verb)
        if self.registration:
            common &= Q(registration=self.registration)
        if self.activity:
            common &= (
                Q(related_activities__activity=self.activity) if self.related_activities else Q(activity=self.activity)
            )
        if not self.agent:
            return [common] if common else []
        if self.related_agents:
            return [common & Q(related_agents__agent=self.agent), common & Q(authority=self.agent)]
        return [common & Q(related_agents__agent=self.agent, related_agents__direct=True)]


class CredentialQuerySet(QuerySet["Credential"]):
    def usable(self, at: datetime) -> "CredentialQuerySet":
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=at))


class DocumentQuerySet(QuerySet["Document"]):
    def on(self, shelf: str) -> "DocumentQuerySet":
        """Those that stand side by side under the digest ``shelf``."""
        return self.filter(shelf=shelf)

    def updated_since(self, moment: datetime | None) -> "DocumentQuerySet":
        """Stored or changed after ``moment``."""
        return self if moment is None else self.filter(updated__gt=moment)

    def locked(self, key: str) -> "Document | None":
        """The document under the digest ``key``, which nobody else changes until the transaction ends."""
        return self.select_for_update().filter(key=key).first()


class StatementQuerySet(QuerySet["Statement"]):
    def own(self) -> "StatementQuerySet":
        """Written by the portal itself."""
        return self.filter(own=True)

    def valid(self) -> "StatementQuerySet":
        """Not voided."""
        return self.filter(voided=False)

    def of_authority(self, key: str) -> "StatementQuerySet":
        return self.filter(authority=key)

    def between(self, since: datetime | None, until: datetime | None) -> "StatementQuerySet":
        """Stored after ``since`` and not after ``until``."""
        found = self if since is None else self.filter(stored__gt=since)
        return found if until is None else found.filter(stored__lte=until)

    def telling_of_activity(self, key: str, *, limit: int) -> list[Place]:
        """The newest that are not voided and hold a definition of the activity."""
        found = self.filter(related_activities__activity=key, related_activities__defined=True)
        return found._newest("-related_activities__stored", limit)

    def telling_of_agent(self, key: str, *, limit: int) -> list[Place]:
        """The newest that are not voided and name the agent."""
        return self.filter(related_agents__agent=key)._newest("-related_agents__stored", limit)

    def _newest(self, order: str, limit: int) -> list[Place]:
        return [Place(*row) for row in self.valid().order_by(order, "-pk").values_list(*_PLACE)[:limit]]

    def beyond(self, stored: datetime, pk: int, *, ascending: bool) -> "StatementQuerySet":
        """Those that follow the given place in the order asked."""
        if ascending:
            return self.filter(stored__gte=stored).filter(Q(stored__gt=stored) | Q(pk__gt=pk))
        return self.filter(stored__lte=stored).filter(Q(stored__lt=stored) | Q(pk__lt=pk))

    def places(self, wanted: Wanted, *, ascending: bool, limit: int) -> list[Place]:
        """The first ``limit`` places of statements that match ``wanted`` or refer to one that does.

        Each condition is its own query, so that each can walk an index; a reference is followed through at most
        ``REFERENCE_DEPTH`` statements. The targets are looked for in the whole store, voided ones included.
        """
        conditions = wanted.conditions()
        branches = [self.filter(each) for each in conditions] or [self]
        if conditions:
            branches.append(self.filter(target__isnull=False).filter(self._target_matches(conditions)))
        order = ("stored", "pk") if ascending else ("-stored", "-pk")
        found = {Place(*row) for branch in branches for row in branch.order_by(*order).values_list(*_PLACE)[:limit]}
        return sorted(found, reverse=not ascending)[:limit]

    def _target_matches(self, conditions: list[Q]) -> Exists:
        matches = Q()
        for each in conditions:
            matches |= each
        deeper = matches
        for _ in range(REFERENCE_DEPTH - 1):
            deeper = matches | Q(Exists(self._target().filter(deeper)))
        return Exists(self._target().filter(deeper))

    def _target(self) -> "QuerySet[Statement]":
        return self.model._base_manager.filter(uuid=OuterRef("target"))
