"""One run of the one sender of a receiver: batch after batch, in order, until all is there or the time is up."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from portal.core.clock import now
from portal.lrs.equality import same
from portal.lrs.forwarding.client import Answer, AwayError, StoreClient
from portal.lrs.forwarding.querysets import LEASE
from portal.lrs.forwarding.rules import Verdict, asked_delay, delay, safe_reason, verdict
from portal.lrs.forwarding.secrecy import UnreadableError, unseal
from portal.lrs.forwarding.stream import BATCH_STATEMENTS, Parcel, Stream
from portal.lrs.horizon import settled
from portal.lrs.models import Delivery, Parked, Receiver

# Short, because other work waits behind it; what is left is the next run's.
RUN_SECONDS = 20
# A receiver that takes nothing is set up wrongly: the statements are not at fault.
REFUSED_LIMIT = 25

Fault = Delivery.Fault

log = structlog.get_logger(__name__)


class _OverError(Exception):
    """The time is up, or somebody has stopped this run."""


@dataclass
class _FailedError(Exception):
    """``is_final`` waits for a person, else it is tried again, not before ``wait``."""

    fault: Fault
    status: int | None = None
    wait: timedelta = field(default_factory=timedelta)
    is_final: bool = False


def forward(receiver_id: int, *, seconds: float = RUN_SECONDS) -> bool:
    """Send what waits for a receiver; whether the time was too short for all of it.

    Does nothing while another run is at it, while the receiver is paused or halted, or before its next try.
    """
    lease = Delivery.objects.take_lease(receiver_id, now())
    if lease is None:
        return False
    receiver = Receiver.objects.get(pk=receiver_id)
    run = None
    try:
        with _client(receiver) as client:
            run = _Run(receiver, lease, client, time.monotonic() + seconds)
            run.retry_parked()
            run.catch_up()
    except _OverError:
        return Delivery.objects.held(receiver_id, lease).exists()
    except _FailedError as failed:
        _note(failed, receiver_id, lease, now())
    finally:
        Delivery.objects.filter(receiver=receiver_id, lease=lease).update(lease=None, leased_until=None)
    return False


def _client(receiver: Receiver) -> StoreClient:
    try:
        secret = unseal(receiver.sealed_secret)
    except UnreadableError:
        raise _FailedError(Fault.SECRET, is_final=True) from None
    return StoreClient(receiver.endpoint, version=receiver.version, key=receiver.key, secret=secret)


def _note(failed: _FailedError, receiver_id: int, lease: UUID, at: datetime) -> None:
    """Keep why nothing goes on, and when it is tried again."""
    log.warning("forwarding stopped", receiver=receiver_id, fault=failed.fault.value, status=failed.status)
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().filter(receiver=receiver_id, lease=lease).first()
        if delivery is None:
            return
        delivery.failures += 1
        chance = secrets.randbelow(1000) / 1000
        delivery.next_try_at = at + max(delay(delivery.failures, chance=chance), failed.wait)
        delivery.fault, delivery.fault_status, delivery.fault_at = failed.fault, failed.status, at
        delivery.halted = failed.is_final
        delivery.save(update_fields=["failures", "next_try_at", "fault", "fault_status", "fault_at", "halted"])


class _Run:
    def __init__(self, receiver: Receiver, lease: UUID, client: StoreClient, end: float) -> None:
        self.receiver, self.lease, self.client, self.end = receiver, lease, client, end
        self.stream = Stream(receiver)

    def retry_parked(self) -> None:
        """Send once more what somebody asked for, whatever has been sent since."""
        for parked in self.receiver.parked.asked_again():
            parcel = self.stream.one(parked.uuid)
            if parcel is None:
                parked.delete()
                continue
            answer = self._offer([parcel])
            with transaction.atomic():
                if answer is None:
                    parked.delete()
                    self._keep(**_taken(1))
                else:
                    parked.status, parked.retry, parked.at = answer.status, False, now()
                    parked.reason = _reason(answer, parcel)
                    parked.save(update_fields=["status", "reason", "retry", "at"])

    def catch_up(self) -> None:
        """Send until nothing waits."""
        while True:
            place = Delivery.objects.held(self.receiver.pk, self.lease).values_list("watermark", "batch").first()
            if place is None:
                raise _OverError
            watermark, limit = place
            horizon = settled()
            if watermark >= horizon:
                return
            stretch = self.stream.after(watermark, horizon=horizon, limit=limit)
            for batch in stretch.batches:
                self._deliver(batch)
            self._keep(watermark=stretch.until)

    def _deliver(self, parcels: Sequence[Parcel]) -> None:
        """Send a batch, or both its halves where something in it is refused; a single one that is refused is parked."""
        answer = self._offer(parcels)
        if answer is None:
            self._keep(watermark=parcels[-1].id, batch=Least(F("batch") + 1, BATCH_STATEMENTS), **_taken(len(parcels)))
        elif len(parcels) > 1:
            half = len(parcels) // 2
            if verdict(answer.status) is Verdict.TOO_LARGE:
                self._keep(batch=half)
            self._deliver(parcels[:half])
            self._deliver(parcels[half:])
        else:
            self._park(parcels[0], answer)

    def _offer(self, parcels: Sequence[Parcel]) -> Answer | None:
        """Send them; None when the receiver has them all now, or its answer when something in them is refused.

        Raises:
            _OverError: before anything is sent.
            _FailedError: the receiver answers in another way, or not at all.
        """
        if time.monotonic() >= self.end:
            raise _OverError
        self._keep()
        try:
            attached = list(chain.from_iterable(each.attached for each in parcels))
            answer = self.client.send([each.body for each in parcels], attached)
            match verdict(answer.status):
                case Verdict.DELIVERED if answer.status == 204 or _names(answer, parcels):
                    return None
                case Verdict.HELD if len(parcels) == 1 and self._has_equal(parcels[0]):
                    return None
                case Verdict.REFUSED | Verdict.HELD | Verdict.TOO_LARGE:
                    return answer
        except AwayError as error:
            raise _FailedError(Fault.SLOW if error.slow else Fault.UNREACHABLE) from None
        raise _failure(answer)

    def _has_equal(self, parcel: Parcel) -> bool:
        """Whether what the receiver holds under the id tells the same, voided or not, as far as our key may look."""
        for voided in (False, True):
            answer = self.client.find(parcel.uuid, voided=voided)
            if answer.status == 200:
                return _is_same(parcel, answer.value())
            if answer.status not in {400, 401, 403, 404}:
                raise _failure(answer)
        return False

    def _park(self, parcel: Parcel, answer: Answer) -> None:
        at = now()
        with transaction.atomic():
            Parked.objects.update_or_create(
                receiver=self.receiver,
                statement=parcel.id,
                defaults={
                    "uuid": parcel.uuid,
                    "status": answer.status,
                    "reason": _reason(answer, parcel),
                    "at": at,
                    "retry": False,
                },
            )
            self._keep(watermark=parcel.id, refused_in_a_row=F("refused_in_a_row") + 1)
        if Delivery.objects.filter(receiver=self.receiver, refused_in_a_row__gte=REFUSED_LIMIT).exists():
            raise _FailedError(Fault.CHOOSY, answer.status, is_final=True)

    def _keep(self, **changes: Any) -> None:
        """Write how far we are and hold the lease a while longer.

        Raises:
            _OverError: the lease is another's, or somebody has stopped the delivery.
        """
        held = Delivery.objects.held(self.receiver.pk, self.lease)
        if not held.update(leased_until=now() + LEASE, **changes):
            raise _OverError


def _taken(count: int) -> dict[str, Any]:
    """What a delivery says once the receiver took statements."""
    return {
        "delivered": F("delivered") + count,
        "last_success_at": now(),
        "failures": 0,
        "refused_in_a_row": 0,
        "fault": "",
        "fault_status": None,
        "fault_at": None,
        "next_try_at": None,
    }


def _names(answer: Answer, parcels: Sequence[Parcel]) -> bool:
    """Whether it is a store's answer: the ids of all statements. A captive portal says 200 as well."""
    value = answer.value()
    return isinstance(value, list) and {str(each).lower() for each in value} == {str(each.uuid) for each in parcels}


def _is_same(parcel: Parcel, kept: Any) -> bool:
    try:
        return same(parcel.body, kept)
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def _failure(answer: Answer) -> _FailedError:
    match verdict(answer.status):
        case Verdict.CLOSED:
            return _FailedError(Fault.CLOSED, answer.status, is_final=True)
        case Verdict.BUSY:
            return _FailedError(Fault.BUSY, answer.status, asked_delay(answer.headers.get("Retry-After", ""), now()))
        case _:
            broken = answer.status >= 500
            return _FailedError(Fault.BROKEN if broken else Fault.STRANGE, answer.status)


def _reason(answer: Answer, parcel: Parcel) -> str:
    value = answer.value()
    told = [value.get(name) for name in ("error", "message", "reason")] if isinstance(value, dict) else []
    words = next((each for each in told if isinstance(each, str) and each), answer.text)
    return safe_reason(words, parcel.body)
