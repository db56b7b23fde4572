"""The questions that the resources ask."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.db.models.functions import Length

from portal.lrs.together import answers_of, rows_often

if TYPE_CHECKING:
    from portal.lrs.models import Credential, Document, Statement

# How many references a search follows from a statement to the one that matches.
REFERENCE_DEPTH = 5
REFERENCES_AT_ONCE = 500


class Place(NamedTuple):
    """Where a statement stands in the order of storing, how long its text is, and the text where that came along."""

    stored: datetime
    id: int
    size: int
    body: str | None = None


class VerbCount(NamedTuple):
    """How many statements have one verb, when the first and the last were stored, and the id of the newest."""

    number: int
    first: datetime
    last: datetime
    newest: int


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
        """A statement matches when it meets one of these; none means that nothing is asked.

        Each names one agent and one activity column, so that an index leads through it in the order of storing.
        """
        common = Q()
        if self.verb:
            common &= Q(verb=self.verb)
        if self.registration:
            common &= Q(registration=self.registration)
        if self.activity:
            whats = [Q(activity=self.activity)]
            if self.related_activities:
                whats.append(Q(related_activities__activity=self.activity))
        else:
            whats = [Q()]
        found = [common & who & what for who in self._whos() for what in whats]
        return [each for each in found if each]

    def _whos(self) -> list[Q]:
        if not self.agent:
            return [Q()]
        actor, other = Q(actor=self.agent), Q(related_agents__agent=self.agent)
        if self.related_agents:
            return [actor, other, Q(authority=self.agent)]
        return [actor, other & Q(related_agents__direct=True)]


@dataclass(frozen=True)
class AnyOf:
    """What matches one of several filters, asked together: each of them names something."""

    several: tuple[Wanted, ...]

    def conditions(self) -> list[Q]:
        return [condition for each in self.several for condition in each.conditions()]


class Found(NamedTuple):
    """One statement, with what decides who may see it."""

    id: int
    stored: datetime
    voided: bool
    tenant: str
    authority: str
    body: str


_FIND = (
    f"SELECT {', '.join(f's.{name}' for name in Found._fields)} FROM lrs_statementid i"  # noqa: S608  words of our own
    " JOIN lrs_statement s ON s.id = i.statement AND s.stored = i.stored WHERE i.uuid = %s"
)


class CredentialQuerySet(QuerySet["Credential"]):
    def usable(self, at: datetime) -> "CredentialQuerySet":
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=at))

    def expired(self, at: datetime) -> "CredentialQuerySet":
        """Ended by themselves, not revoked before."""
        return self.filter(revoked_at=None, expires_at__lte=at)

    def revoked(self) -> "CredentialQuerySet":
        return self.filter(revoked_at__isnull=False)

    def of_organisations(self, tenants: Iterable[str]) -> "CredentialQuerySet":
        """Those of the organisations with these uuids."""
        return self.filter(holder="organisation", tenant__in=tenants)


class DocumentQuerySet(QuerySet["Document"]):
    def on(self, shelf: str) -> "DocumentQuerySet":
        """Those that stand side by side under the digest ``shelf``."""
        return self.filter(shelf=shelf)

    def updated_since(self, moment: datetime | None) -> "DocumentQuerySet":
        """Stored or changed after ``moment``."""
        return self if moment is None else self.filter(updated__gt=moment)

    def of_agents(self, keys: Iterable[str]) -> "DocumentQuerySet":
        """State and profiles kept for one of the agents, by whichever client."""
        return self.filter(agent__in=keys)

    def about_agents(self, keys: Collection[str]) -> "DocumentQuerySet":
        """State and profiles of the agents with these keys, and what they wrote for themselves."""
        return self.filter(Q(agent__in=keys) | Q(owner__in=keys))

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

    def from_credential(self, pk: int) -> "StatementQuerySet":
        return self.filter(credential=pk)

    def of_actors(self, keys: Iterable[str]) -> "StatementQuerySet":
        """What these agents are told to have done themselves."""
        return self.filter(actor__in=keys)

    def of_activity(self, key: str) -> "StatementQuerySet":
        """Whose object is this activity."""
        return self.filter(activity=key)

    def referring_to(self, uuid: UUID) -> "StatementQuerySet":
        """Whose object is a reference to this statement: what voids it, confirms it, comments on it."""
        return self.filter(reference__target=uuid)

    def counted_by_verb(self) -> list["VerbCount"]:
        """The most frequent verb first."""
        counted = (
            self.order_by()
            .values("verb")
            .annotate(number=Count("pk"), first=Min("stored"), last=Max("stored"), newest=Max("pk"))
        )
        rows = counted.values_list("number", "first", "last", "newest").order_by("-number", "newest")
        return [VerbCount(*row) for row in rows]

    def naming(self, keys: Collection[str], *, after: int = 0, limit: int) -> list[tuple[datetime, int]]:
        """Moment and number of the first ``limit`` beyond ``after`` that name one of these agents anywhere, voided or not."""
        from portal.lrs.models import RelatedAgent

        beyond = self.filter(pk__gt=after).order_by("pk").values_list("stored", "pk")
        related = RelatedAgent.objects.filter(agent__in=keys, statement_id__gt=after).order_by("statement_id")
        found = {
            *beyond.filter(actor__in=keys)[:limit],
            *beyond.filter(authority__in=keys)[:limit],
            *related.values_list("stored", "statement_id")[:limit],
        }
        return sorted(found, key=lambda place: place[1])[:limit]

    def between(self, since: datetime | None, until: datetime | None) -> "StatementQuerySet":
        """Stored after ``since`` and not after ``until``."""
        found = self if since is None else self.filter(stored__gt=since)
        return found if until is None else found.filter(stored__lte=until)

    def of_tenant(self, tenant: str) -> "StatementQuerySet":
        return self.filter(tenant=tenant)

    def named(self, uuids: Collection[UUID]) -> "StatementQuerySet":
        """Those with these ids."""
        from portal.lrs.models import StatementId

        given = StatementId.objects.filter(uuid__in=uuids).values_list("stored", "statement")
        return self.at((stored, number) for stored, number in given if stored and number)

    def find(self, uuid: UUID) -> Found | None:
        """The statement with this id in the whole store. The commonest question, so PostgreSQL is asked it directly."""
        if connection.vendor != "postgresql":
            row = self.named([uuid]).values_list(*Found._fields).first()
            return Found(*row) if row else None
        rows = rows_often(_FIND, [uuid])
        return Found(*rows[0]) if rows else None

    def at(self, places: Iterable[tuple[datetime, int]]) -> "StatementQuerySet":
        """Those stored at these moments under these numbers; only their partitions are looked into."""
        moments, numbers = set(), set()
        for stored, number in places:
            moments.add(stored)
            numbers.add(number)
        return self.filter(pk__in=numbers, stored__in=moments)

    def telling_of_activity(self, key: str, *, limit: int) -> list[Place]:
        """The newest that are not voided and hold a definition of the activity."""
        its = self.filter(activity=key, defined=True)
        other = self.filter(
            related_activities__activity=key, related_activities__defined=True, related_activities__stored=F("stored")
        )
        return self._newest([(its, "-stored"), (other, "-related_activities__stored")], limit)

    def telling_of_agent(self, key: str, *, limit: int) -> list[Place]:
        """The newest that are not voided and name the agent."""
        its = self.filter(actor=key)
        other = self.filter(related_agents__agent=key, related_agents__stored=F("stored"))
        return self._newest([(its, "-stored"), (other, "-related_agents__stored")], limit)

    @staticmethod
    def _newest(branches: Iterable[tuple["StatementQuerySet", str]], limit: int) -> list[Place]:
        """The newest that are not voided of all branches; each is walked in its own order, which is that of storing."""
        questions = [each.valid().order_by(order, "-pk").values_list(*_PLACE)[:limit] for each, order in branches]
        found = {Place(*row) for row in chain.from_iterable(answers_of(questions))}
        return sorted(found, reverse=True)[:limit]

    def texts_at(self, places: Iterable[Place]) -> dict[int, str]:
        """The bodies of the whole store's statements at ``places``, by number."""
        if connection.vendor != "postgresql":
            return dict(self.at((each.stored, each.id) for each in places).values_list("pk", "body"))
        numbers, moments = [], set()
        for each in places:
            numbers.append(each.id)
            moments.add(each.stored)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, body FROM lrs_statement WHERE id = ANY(%s) AND stored = ANY(%s)", [numbers, list(moments)]
            )
            return dict(cursor.fetchall())

    def beyond(self, stored: datetime, pk: int, *, ascending: bool) -> "StatementQuerySet":
        """Those that follow the given place in the order asked."""
        if ascending:
            return self.filter(stored__gte=stored).filter(Q(stored__gt=stored) | Q(pk__gt=pk))
        return self.filter(stored__lte=stored).filter(Q(stored__lt=stored) | Q(pk__lt=pk))

    def places(
        self, wanted: Wanted | AnyOf, *, ascending: bool, limit: int, among: "StatementQuerySet | None" = None
    ) -> list[Place]:
        """The first ``limit`` places of statements that match ``wanted`` or refer to one that does.

        Each condition is its own query, so that each can walk an index; a reference is followed through at most
        ``REFERENCE_DEPTH`` statements. The targets are looked for, voided ones included, ``among`` those that the reader
        may see, by default in the whole store: else a reference would tell what stands in a statement of others.
        """
        from portal.lrs.models import Reference, Statement

        conditions = wanted.conditions()
        order = ("stored", "pk") if ascending else ("-stored", "-pk")
        branches = [self.filter(each) for each in conditions] or [self]
        questions = [each.order_by(*order).values_list(*_PLACE)[:limit] for each in branches]
        *rows, reference = answers_of([*questions, Reference.objects.values_list("pk")[:1]])
        found = {Place(*row) for row in chain.from_iterable(rows)}
        if conditions and reference:
            reached = Statement.objects.all() if among is None else among
            found |= set(self.referring(conditions, reached, found, ascending=ascending, limit=limit))
        return sorted(found, reverse=not ascending)[:limit]

    def referring(
        self,
        conditions: list[Q],
        reached: "StatementQuerySet",
        matching: Collection[Place],
        *,
        ascending: bool,
        limit: int,
    ) -> list[Place]:
        """The first that refer to a match among ``reached``, as far as they come before the last of ``matching``.

        Args:
            matching: the first ``limit`` that match themselves.
        """
        order = ("stored", "pk") if ascending else ("-stored", "-pk")
        rest = self.filter(target__isnull=False).order_by(*order)
        if len(matching) >= limit:
            last = sorted(matching, reverse=not ascending)[limit - 1].stored
            rest = rest.filter(stored__lte=last) if ascending else rest.filter(stored__gte=last)
        rows = list(rest.values_list(*_PLACE, "target")[:REFERENCES_AT_ONCE])
        numbers = reached._referrers(conditions) if len(rows) == REFERENCES_AT_ONCE else None
        if numbers is not None:
            return [Place(*row) for row in self.filter(pk__in=numbers).order_by(*order).values_list(*_PLACE)[:limit]]
        found: list[Place] = []
        while rows and len(found) < limit:
            leading = reached._leading({target for *_, target in rows}, conditions)
            found += [Place(*place) for *place, target in rows if target in leading]
            if len(rows) < REFERENCES_AT_ONCE:
                break
            rest = rest.beyond(rows[-1][0], rows[-1][1], ascending=ascending)
            rows = list(rest.values_list(*_PLACE, "target")[:REFERENCES_AT_ONCE])
        return found[:limit]

    def _referrers(self, conditions: list[Q]) -> set[int] | None:
        """The numbers of the whole store's statements that lead to a match of these; None when it has too many matches.

        Few matches are followed back to those that refer to them. One of many is soon referred to, and whoever wants the
        first to do so goes through all who refer to anything.
        """
        from portal.lrs.models import Reference

        targets: set[UUID] = set()
        for condition in conditions:
            targets.update(self.filter(condition).order_by().values_list("uuid", flat=True)[: REFERENCES_AT_ONCE + 1])
        numbers: set[int] = set()
        for _ in range(REFERENCE_DEPTH):
            if len(targets) > REFERENCES_AT_ONCE:
                return None
            telling = Reference.objects.filter(target__in=targets).values_list("statement_id", flat=True)
            told = set(telling[: REFERENCES_AT_ONCE + 1])
            if len(told) > REFERENCES_AT_ONCE:
                return None
            came = told - numbers
            if not came:
                break
            numbers |= came
            targets = set(self.filter(pk__in=came).order_by().values_list("uuid", flat=True))
        return numbers

    def _leading(self, targets: set[UUID], conditions: list[Q]) -> set[UUID]:
        """Those of ``targets`` that match or lead to a match, as far as these statements go."""
        leading: set[UUID] = set()
        # What each statement that is looked at now was come to from.
        origins = {target: {target} for target in targets}
        for _ in range(REFERENCE_DEPTH):
            there = self.named(origins)
            for condition in conditions:
                for hit in there.filter(condition).values_list("uuid", flat=True):
                    leading |= origins[hit]
            beyond: dict[UUID, set[UUID]] = {}
            for uuid, target in there.values_list("uuid", "target"):
                if target:
                    beyond.setdefault(target, set()).update(origins[uuid] - leading)
            origins = {target: come for target, come in beyond.items() if come}
            if not origins:
                break
        return leading
