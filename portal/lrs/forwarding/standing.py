"""How a delivery stands, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lrs.models import Delivery, Receiver


class State(models.TextChoices):
    PAUSED = "paused", _("Paused")
    HALTED = "halted", _("Stopped, waits for you")
    FAILING = "failing", _("Disturbed, tries again by itself")
    BEHIND = "behind", _("On its way")
    CURRENT = "current", _("Up to date")


_LOOKS = {
    State.PAUSED: ("neutral", "lock"),
    State.HALTED: ("danger", "cross"),
    State.FAILING: ("warning", "warning"),
    State.BEHIND: ("info", "refresh"),
    State.CURRENT: ("success", "check"),
}


@dataclass(frozen=True)
class Standing:
    """``waiting`` is at most how many statements are still to be looked at, ``oldest`` when the first was stored."""

    receiver: Receiver
    state: State
    waiting: int
    oldest: datetime | None
    parked: int

    @property
    def delivery(self) -> Delivery:
        return self.receiver.delivery

    @property
    def kind(self) -> str:
        return _LOOKS[self.state][0]

    @property
    def icon(self) -> str:
        return _LOOKS[self.state][1]

    @property
    def is_paused(self) -> bool:
        return self.state is State.PAUSED


def standings_of(receivers: Iterable[Receiver], horizon: int) -> list[Standing]:
    """How each stands; ``receivers`` come from ``with_state``.

    Ids of statements are handed out one after the other, so their distance is counted without counting rows.
    """
    standings = []
    for each in receivers:
        waiting = max(0, horizon - each.delivery.watermark)
        oldest = each.oldest if waiting else None  # type: ignore[attr-defined]  # annotated
        parked = each.parked_count  # type: ignore[attr-defined]
        standings.append(Standing(each, _state(each.delivery, waiting), waiting, oldest, parked))
    return standings


def _state(delivery: Delivery, waiting: int) -> State:
    if delivery.paused:
        return State.PAUSED
    if delivery.halted:
        return State.HALTED
    if delivery.failures:
        return State.FAILING
    return State.BEHIND if waiting else State.CURRENT
