"""Rules of retention: what each of them touches, and doing it."""

import calendar
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from portal.audit.actions import record
from portal.core.types import JsonObject
from portal.lrs import vocabulary
from portal.lrs.gates import is_a_learner
from portal.lrs.iri import index_key
from portal.lrs.keeping import renewing
from portal.lrs.keeping.grounds import rested_on
from portal.lrs.keeping.pseudonyms import pseudonym_of
from portal.lrs.keeping.rewriting import (
    ERASED,
    PROOF,
    account,
    replacing_all,
    with_people,
    without_signatures,
)
from portal.lrs.models import Document, Reference, RetentionRule, Statement, StatementId
from portal.lrs.querysets import DocumentQuerySet, StatementQuerySet

BATCH = 500
PROOF_KEYS = frozenset(index_key(each) for each in PROOF)
VOIDED = index_key(vocabulary.VOIDED)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and hour of an earlier month; its last day where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(max(year, 1), month + 1)[1])
    return moment.replace(year=max(year, 1), month=month + 1, day=day)


@transaction.atomic
def add_rule(*, rule: RetentionRule, at: datetime) -> RetentionRule:
    """Enter an unsaved rule; from the next night on it is applied."""
    rule.save()
    record("added retention rule", rule, at=at, kind=rule.kind, months=rule.months, action=rule.action)
    return rule


@transaction.atomic
def remove_rule(*, rule: RetentionRule, at: datetime) -> None:
    record("removed retention rule", rule, at=at, kind=rule.kind, months=rule.months, action=rule.action)
    rule.delete()


def count_due(*, rule: RetentionRule, at: datetime) -> int:
    """How many the rule would touch now; nothing is touched."""
    before = months_before(at, rule.months)
    number = _documents(rule, before).count() if rule.is_about_documents else sum(map(len, _batches(rule, before)))
    RetentionRule.objects.filter(pk=rule.pk).update(due=number, counted_at=at)
    return number


def apply_rule(*, rule: RetentionRule, at: datetime) -> int:
    """Do what the rule says to all that is old enough, in batches; how many that were.

    Broken off, the next call goes on. What progress or a certificate rests on is never touched.
    """
    before = months_before(at, rule.months)
    treat = _delete_documents if rule.is_about_documents else _treat_statements
    number = treat(rule, before)
    with transaction.atomic():
        through = before if rule.action == RetentionRule.Action.PSEUDONYMISE else None
        RetentionRule.objects.filter(pk=rule.pk).update(applied_at=at, through=through, due=0, counted_at=at)
        if number:
            record("applied retention rule", rule, at=at, kind=rule.kind, action=rule.action, number=number)
    return number


def _documents(rule: RetentionRule, before: datetime) -> DocumentQuerySet:
    found = Document.objects.filter(kind=rule.kind, updated__lt=before)
    return found.filter(owner=f"tenant:{rule.tenant}") if rule.tenant else found


def _delete_documents(rule: RetentionRule, before: datetime) -> int:
    number = 0
    while ids := list(_documents(rule, before).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        # Asked again: one that was changed meanwhile is not old any more.
        number += _documents(rule, before).filter(pk__in=ids).delete()[0]
    return number


def _statements(rule: RetentionRule, before: datetime) -> StatementQuerySet:
    found = Statement.objects.filter(stored__lt=before, own=rule.kind != RetentionRule.Kind.OUTSIDE)
    if rule.through:
        found = found.filter(stored__gte=rule.through)
    if rule.tenant:
        found = found.filter(tenant=rule.tenant)
    if rule.verb:
        found = found.filter(verb=index_key(rule.verb))
    erased = orjson.dumps({"homePage": f"{settings.PUBLIC_URL}{ERASED}"}).decode().strip("{}")
    match rule.kind:
        case RetentionRule.Kind.ERASED:
            found = found.filter(body__contains=erased)
        case RetentionRule.Kind.OWN:
            found = found.exclude(body__contains=erased)
        case _:
            pass
    if rule.action == RetentionRule.Action.DELETE:
        # Without the statement that voided it, another would count again.
        there = StatementId.objects.filter(uuid=OuterRef("target"), statement__isnull=False)
        found = found.exclude(Exists(there), verb=VOIDED)
    return found


def _batches(rule: RetentionRule, before: datetime) -> Iterator[list[tuple[datetime, int]]]:
    """Moment and number of what the rule touches."""
    last = 0
    columns = ("stored", "pk", "verb", "registration")
    while batch := list(_statements(rule, before).filter(pk__gt=last).order_by("pk").values_list(*columns)[:BATCH]):
        places = _unprotected(rule.kind, batch)
        if places:
            yield places
        last = batch[-1][1]


def _treat_statements(rule: RetentionRule, before: datetime) -> int:
    return sum(_treat(rule, places) for places in _batches(rule, before))


def _unprotected(kind: str, batch: Sequence[tuple[datetime, int, str, UUID | None]]) -> list[tuple[datetime, int]]:
    ground = rested_on({registration for *_, registration in batch if registration})
    return [
        (stored, pk)
        for stored, pk, verb, registration in batch
        if registration not in ground or (kind == RetentionRule.Kind.OWN and verb not in PROOF_KEYS)
    ]


@transaction.atomic
def _treat(rule: RetentionRule, places: Collection[tuple[datetime, int]]) -> int:
    found = list(Statement.objects.select_for_update().at(places).order_by("pk"))
    if rule.action == RetentionRule.Action.DELETE:
        renewing.delete(found)
        return len(found)
    return sum(_pseudonymise(row) for row in found)


def _pseudonymise(row: Statement) -> bool:
    """Whether there was anybody to replace. An authority stays, unless it is a learner of this portal."""
    body: JsonObject = orjson.loads(row.body)
    told = with_people(body, replacing_all(_stand_in))
    is_by_a_learner = is_a_learner(body["authority"])
    if not is_by_a_learner:
        told["authority"] = body["authority"]
    if told == body:
        return False
    bound = _bound_to(row) if is_by_a_learner else []
    if is_by_a_learner and row.tenant == body["authority"]["account"]["name"]:
        row.tenant = ""
        Statement.objects.at([(row.stored, row.pk)]).update(tenant="")
    renewing.rewrite(row, without_signatures(told))
    for each in bound:
        _pseudonymise(each)
    return True


def _bound_to(row: Statement) -> list[Statement]:
    """What voids it or is voided by it: these stand on the same word, and go on doing so, whatever their age."""
    references = Reference.objects.filter(voids=True)
    voiding = references.filter(target=row.uuid).values("statement")
    voided = references.filter(statement=row.pk).values("target")
    bound = Statement.objects.select_for_update().filter(Q(pk__in=voiding) | Q(uuid__in=voided))
    return list(bound.filter(authority=row.authority, own=row.own))


def _stand_in(key: str) -> JsonObject:
    """The same for one agent in every statement, so that a course of learning can still be followed."""
    return account(settings.PUBLIC_URL, pseudonym_of(key, "retention"))
