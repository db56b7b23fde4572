"""Setting receivers up, and lifting what keeps a delivery from going on."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Min

from portal.audit.actions import record
from portal.core.tasks import enqueue
from portal.lrs.forwarding.secrecy import seal
from portal.lrs.forwarding.stream import BATCH_STATEMENTS
from portal.lrs.forwarding.tasks import forward_to, known
from portal.lrs.horizon import newest, settled
from portal.lrs.models import Delivery, Parked, Receiver, Statement


class Begin(StrEnum):
    """From where a receiver gets statements."""

    NEW = "new"
    ALL = "all"
    DAY = "day"


def set_up_receiver(
    *, receiver: Receiver, secret: str, begin: Begin, since: datetime | None, paused: bool, at: datetime
) -> Receiver:
    """Keep a new receiver; a worker begins at once unless it is paused.

    Args:
        receiver: not saved yet; its filters stand in it.
        secret: kept sealed.
        begin: from the first statement, from those stored next, or from ``since``.
        since: goes with ``Begin.DAY``.
        paused: begins when somebody resumes it.
        at: when it is set up.
    """
    receiver.sealed_secret = seal(secret)
    receiver.since = since if begin is Begin.DAY else None
    receiver.created_at = at
    watermark = _start(begin, receiver.since)
    with transaction.atomic():
        receiver.save()
        Delivery.objects.create(receiver=receiver, watermark=watermark, batch=BATCH_STATEMENTS, paused=paused)
        record("set up receiver", receiver, at=at, endpoint=receiver.endpoint, pseudonymised=receiver.pseudonymise)
        _begin_again(receiver)
    return receiver


def _start(begin: Begin, since: datetime | None) -> int:
    if begin is Begin.ALL:
        return 0
    found = Statement.objects.filter(stored__gte=since).aggregate(Min("pk"))["pk__min"] if since else None
    # An older horizon would send what was stored before.
    return max(newest(), settled()) if found is None else found - 1


@transaction.atomic
def change_receiver(*, receiver: Receiver, secret: str, changed: list[str], at: datetime) -> Receiver:
    """Keep what was changed of a receiver and try it again at once. What is delivered already is not sent anew.

    Args:
        receiver: with its new values.
        secret: a new one; empty keeps the old one.
        changed: the names of the fields, for the audit log.
        at: when it is changed.
    """
    if secret:
        receiver.sealed_secret = seal(secret)
    receiver.save()
    record("changed receiver", receiver, at=at, changed=changed, endpoint=receiver.endpoint)
    _lift(receiver)
    return receiver


@transaction.atomic
def retry_now(*, receiver: Receiver, at: datetime) -> None:
    """Try again at once, whatever the last fault was."""
    record("retried delivery", receiver, at=at)
    _lift(receiver)


@transaction.atomic
def pause(*, receiver: Receiver, at: datetime) -> None:
    """Send nothing more; a request that is under way is the last one. Done twice, it changes nothing."""
    if Delivery.objects.filter(receiver=receiver, paused=False).update(paused=True):
        record("paused delivery", receiver, at=at)
        known.forget()


@transaction.atomic
def resume(*, receiver: Receiver, at: datetime) -> None:
    """Go on where the delivery was paused. Done twice, it changes nothing."""
    if Delivery.objects.filter(receiver=receiver, paused=True).update(paused=False):
        record("resumed delivery", receiver, at=at)
        _begin_again(receiver)


@transaction.atomic
def remove_receiver(*, receiver: Receiver, at: datetime) -> None:
    """Forget a receiver, its key and what it refused."""
    record("removed receiver", receiver, at=at, endpoint=receiver.endpoint)
    receiver.delete()
    known.forget()


@transaction.atomic
def retry_parked(*, receiver: Receiver, parked: list[int], at: datetime) -> None:
    """Send refused statements once more, before all others."""
    found = Parked.objects.filter(receiver=receiver, pk__in=parked, retry=False)
    told = [str(each) for each in found.values_list("uuid", flat=True)]
    if told:
        found.update(retry=True)
        record("retried refused statements", receiver, at=at, count=len(told), statements=told[:20])
        _lift(receiver)


@transaction.atomic
def dismiss_parked(*, receiver: Receiver, parked: list[int], at: datetime) -> None:
    """Give refused statements up: this receiver does not get them."""
    found = Parked.objects.filter(receiver=receiver, pk__in=parked)
    told = [str(each) for each in found.values_list("uuid", flat=True)]
    if told:
        found.delete()
        record("dismissed refused statements", receiver, at=at, count=len(told), statements=told[:20])


def _lift(receiver: Receiver) -> None:
    """Take away what a fault left. A run under way ends before its next request, with what it knew of the receiver."""
    Delivery.objects.filter(receiver=receiver).update(
        halted=False,
        failures=0,
        refused_in_a_row=0,
        next_try_at=None,
        batch=BATCH_STATEMENTS,
        lease=None,
        leased_until=None,
    )
    _begin_again(receiver)


def _begin_again(receiver: Receiver) -> None:
    known.forget()
    enqueue(forward_to, receiver.pk)
