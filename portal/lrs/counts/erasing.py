"""Counters that name nobody any more; how many they count stays."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import F

from portal.lrs.counts.actions import locked_tally
from portal.lrs.iri import index_key
from portal.lrs.models import DailyCount, Term


@transaction.atomic
def forget_tenant(tenant: str) -> None:
    """Count what ``tenant`` stored as nobody's."""
    locked_tally()
    for row in DailyCount.objects.filter(tenant=tenant):
        alike = DailyCount.objects.filter(day=row.day, verb=row.verb_id, activity=row.activity_id, tenant="")
        if alike.filter(credential=row.credential_id).update(statements=F("statements") + row.statements):
            row.delete()
        else:
            row.tenant = ""
            row.save(update_fields=["tenant"])


@transaction.atomic
def tell_terms_anew(removed: Callable[[Any], Any]) -> None:
    """Put ``removed`` of their addresses and names in the place of these."""
    locked_tally()
    for term in Term.objects.iterator(chunk_size=2000):
        iri, names = removed(term.iri), removed(term.names)
        if (iri, names) == (term.iri, term.names):
            continue
        if iri != term.iri:
            term.key = _free_key(term, iri)
        term.iri, term.names = iri, names
        term.save(update_fields=["key", "iri", "names"])


def _free_key(term: Term, iri: str) -> str:
    """That of ``iri``; one of its own where statements told anew have been counted under it already."""
    key = index_key(iri)
    is_taken = Term.objects.filter(kind=term.kind, key=key).exists()
    return index_key(f"{iri}#{term.pk}") if is_taken else key
