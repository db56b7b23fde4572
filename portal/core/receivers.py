"""A message that was put into the outbox is sent soon, not only by the sweep."""

from typing import Any

from django.dispatch import receiver
from post_office.signals import email_queued

from portal.core.tasks import enqueue, send_mail


@receiver(email_queued)
def send_soon(**_: Any) -> None:
    enqueue(send_mail)
