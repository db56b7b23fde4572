"""Questions about receivers and their deliveries."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

if TYPE_CHECKING:
    from portal.lrs.models import Delivery, Parked, Receiver

# Longer than one request may take, so that nobody loses it while waiting for an answer.
LEASE = timedelta(minutes=2)


class ReceiverQuerySet(QuerySet["Receiver"]):
    def active(self) -> "ReceiverQuerySet":
        return self.filter(delivery__paused=False)

    def due(self, at: datetime, horizon: int) -> "ReceiverQuerySet":
        """Those that something waits for, and that may be tried at that moment."""
        from portal.lrs.models import Parked

        asked = Exists(Parked.objects.filter(receiver=OuterRef("pk"), retry=True))
        may = Q(delivery__next_try_at=None) | Q(delivery__next_try_at__lte=at)
        waiting = Q(delivery__watermark__lt=horizon) | Q(asked)
        return self.active().filter(may & waiting, delivery__halted=False)

    def behind(self, number: int) -> "ReceiverQuerySet":
        """Those, paused or not, that have not come as far as the statement with this number."""
        return self.filter(delivery__watermark__lt=number).order_by("name")

    def with_state(self) -> "ReceiverQuerySet":
        """Each with its delivery, ``oldest`` (when the first statement that waits was stored) and ``parked_count``."""
        from portal.lrs.models import Statement

        waiting = Statement.objects.filter(pk__gt=OuterRef("delivery__watermark")).order_by("pk")
        found = self.select_related("delivery").order_by("name")
        return found.annotate(oldest=Subquery(waiting.values("stored")[:1]), parked_count=Count("parked"))


class DeliveryQuerySet(QuerySet["Delivery"]):
    def take_lease(self, receiver_id: int, at: datetime) -> UUID | None:
        """Become the one sender for a while; None where another one is, or nothing may be sent now."""
        token = uuid4()
        free = Q(leased_until=None) | Q(leased_until__lte=at)
        may = Q(next_try_at=None) | Q(next_try_at__lte=at)
        # Of this table alone: a join would become a subquery, which does not see what another sender has just changed.
        found = self.filter(free & may, receiver=receiver_id, halted=False, paused=False)
        return token if found.update(lease=token, leased_until=at + LEASE) else None

    def held(self, receiver_id: int, lease: UUID) -> "DeliveryQuerySet":
        """The delivery, while ``lease`` is the one that counts and nobody has stopped it."""
        return self.filter(receiver=receiver_id, lease=lease, halted=False, paused=False)


class ParkedQuerySet(QuerySet["Parked"]):
    def asked_again(self) -> "ParkedQuerySet":
        return self.filter(retry=True)
