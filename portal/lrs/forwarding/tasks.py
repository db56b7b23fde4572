"""Thin wrappers for the workers, and how they are woken."""

import time
from typing import Any

from celery import shared_task
from django.core.cache import cache

from portal.core.clock import now
from portal.core.tasks import enqueue
from portal.lrs.forwarding.sender import forward
from portal.lrs.horizon import settled
from portal.lrs.models import Receiver

# How long a process trusts what it knows of the receivers, and how long a task that was lost keeps others from coming.
KNOWN_SECONDS = 10
PENDING_SECONDS = 5


@shared_task
def forward_to(receiver_id: int) -> None:
    """A run for one receiver, and another one behind what waits meanwhile where it was too short."""
    cache.delete(_pending(receiver_id))
    if forward(receiver_id):
        enqueue(forward_to, receiver_id)


@shared_task
def sweep() -> None:
    """Wake the sender of every receiver that something waits for."""
    for receiver in Receiver.objects.due(now(), settled()):
        enqueue(forward_to, receiver.pk)


class _Known:
    """The receivers that are not paused, as this process last saw them."""

    def __init__(self) -> None:
        self.until = 0.0
        self.ids: list[int] = []

    def __call__(self) -> list[int]:
        if time.monotonic() >= self.until:
            self.ids = list(Receiver.objects.active().values_list("pk", flat=True))
            self.until = time.monotonic() + KNOWN_SECONDS
        return self.ids

    def forget(self) -> None:
        """Look again at the next question."""
        self.until = 0.0


known = _Known()


def wake(receiver_id: int) -> None:
    """Let a worker send soon, unless one was told to already."""
    if cache.add(_pending(receiver_id), 1, PENDING_SECONDS):
        enqueue(forward_to, receiver_id)


def wake_all(**_: Any) -> None:
    """Statements were stored."""
    for receiver_id in known():
        wake(receiver_id)


def _pending(receiver_id: int) -> str:
    return f"forwarding:{receiver_id}"
