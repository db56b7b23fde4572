"""Claiming credits: a claim is opened with the completion, and settled when nothing is left to ask."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from certificates.issuing.cme.offers import Standing, standing_of
from certificates.issuing.cme.rules import Call, call_due
from certificates.issuing.models import Claim, Scheme
from courses.learning.models import Completion
from portal.audit.actions import record
from portal.core.emails import send
from portal.core.failpoints import failpoint


class NotOfferedError(Exception):
    """This body gives no credits for this completion, or what is claimed is not what it gives."""


def open_claim(*, completion: Completion, at: datetime) -> Claim:
    """The claim for ``completion``; made now if there is none, and settled at once where nothing is to be asked."""
    known = Claim.objects.filter(completion=completion)
    existing = known.with_learner().first() if known.exists() else None
    if existing:
        return existing
    try:
        with transaction.atomic():
            claim = Claim(completion=completion, opened_at=at)
            standing = standing_of(claim)
            if standing.next is None:
                settle(standing=standing, at=at)
            else:
                claim.save()
                record("asked before certificate", claim, at=at, steps=[str(each.step) for each in standing.steps])
            return claim
    except IntegrityError:  # a second worker was faster
        return Claim.objects.with_learner().get(completion=completion)


@transaction.atomic
def choose_body(*, claim: Claim, scheme: Scheme, at: datetime) -> Claim:
    """The learner takes her credits from ``scheme``; another choice than before forgets what was said for that one.

    Raises:
        NotOfferedError: this body gives none for this completion.
    """
    claim = Claim.objects.locked(claim)
    if claim.settled_at is not None:
        return claim
    if scheme.pk not in {offer.scheme.pk for offer in standing_of(claim).offers}:
        raise NotOfferedError
    if claim.scheme_id != scheme.pk:
        claim.scheme, claim.credits, claim.identity_number = scheme, None, ""
        claim.save(update_fields=["scheme", "credits", "identity_number"])
        record("chose body for credits", claim, at=at, scheme=scheme.code)
    return settle_when_done(claim=claim, at=at)


@transaction.atomic
def give_details(*, claim: Claim, claimed: Decimal | None, identity_number: str, at: datetime) -> Claim:
    """Keep what the chosen body asks for: the credits for hours really spent, and the number that she has with it.

    Args:
        claim: hers; a settled one is left as it is.
        claimed: credits; ignored where the body does not count hours spent.
        identity_number: ignored where the body asks for none.
        at: when.

    Raises:
        NotOfferedError: no body is chosen, or the credits are not among those that it gives.
    """
    claim = Claim.objects.locked(claim)
    if claim.settled_at is not None:
        return claim
    offer = standing_of(claim).offer
    if offer is None:
        raise NotOfferedError
    if offer.scheme.counts_hours_spent and not offer.grants(claimed):
        raise NotOfferedError
    claim.credits = claimed if offer.scheme.counts_hours_spent else None
    claim.scheme, claim.identity_number = offer.scheme, identity_number if offer.scheme.needs_identity else ""
    claim.save(update_fields=["credits", "scheme", "identity_number"])
    record("claimed credits", claim, at=at, scheme=offer.scheme.code, credits=str(claim.credits or ""))
    return settle_when_done(claim=claim, at=at)


@transaction.atomic
def settle_when_done(*, claim: Claim, at: datetime) -> Claim:
    """Settle ``claim`` if nothing is left to ask; settled, it stays as it is."""
    claim = Claim.objects.locked(claim)
    standing = standing_of(claim)
    return settle(standing=standing, at=at) if claim.settled_at is None and standing.next is None else claim


@transaction.atomic
def call(*, claim: Claim, at: datetime) -> bool:
    """Tell the learner that her certificate waits for her: once after a day, and for the last time after two weeks.

    Of what is not asked any more she is told nothing: the claim is settled, and the sweep issues the certificate.

    Returns:
        Whether a message was sent by this call.
    """
    claim = Claim.objects.locked(claim)
    user, due = claim.completion.enrolment.user, call_due(at - claim.opened_at, claim.called)
    if claim.settled_at is not None or due is None or not user.is_active:
        return False
    standing = standing_of(claim)
    if standing.next is None:
        settle(standing=standing, at=at)
        return False
    name = "called_at" if due == Call.FIRST else "called_last_at"
    Claim.objects.filter(pk=claim.pk).update(**{name: at})
    record("told learner that certificate waits", claim, at=at, which=due)
    failpoint("claim.after_call")
    send(
        "certificate_waits",
        to=user.email,
        language=user.language,
        context={
            "name": user.name,
            "completion": claim.completion,
            "steps": [asked.step for asked in standing.steps if not asked.is_done],
            "is_last": due == Call.LAST,
        },
    )
    return True


def settle(*, standing: Standing, at: datetime) -> Claim:
    """Nothing more is asked: the certificate may be issued with these credits, or with none where no body applies."""
    claim, offer = standing.claim, standing.offer
    claim.settled_at = at
    claim.scheme = offer.scheme if offer else None
    claim.accreditation = offer.accreditation if offer else None
    claim.maximum = offer.maximum if offer else None
    if offer is None or not offer.scheme.counts_hours_spent:
        claim.credits = offer.maximum if offer else None
    if offer is None or not offer.scheme.needs_identity:
        claim.identity_number = ""
    claim.save()
    record(
        "settled credits",
        claim,
        at=at,
        scheme=claim.scheme.code if claim.scheme else "",
        credits=str(claim.credits or ""),
        accreditation=claim.accreditation.number if claim.accreditation else "",
    )
    return claim
