"""Many workers at one receiver, on PostgreSQL: one of them sends."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from portal.core.clock import now
from portal.lrs.forwarding.actions import Begin, set_up_receiver
from portal.lrs.forwarding.querysets import LEASE
from portal.lrs.models import Delivery, Receiver

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

WORKERS = 8


def test_at_one_moment_one_of_many_gets_the_lease():
    assert settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    receiver = set_up_receiver(
        receiver=Receiver(name="Group", endpoint="https://lrs.example.org/xapi", key="k"),
        secret="s",
        begin=Begin.NEW,
        since=None,
        paused=False,
        at=now(),
    )
    at = now()
    for n in range(10):
        gate = threading.Barrier(WORKERS)

        def take(_, gate=gate, moment=at + n * (LEASE + timedelta(seconds=1))):
            try:
                gate.wait(timeout=30)
                return Delivery.objects.take_lease(receiver.pk, moment)
            finally:
                connection.close()

        with ThreadPoolExecutor(WORKERS) as pool:
            taken = [each for each in pool.map(take, range(WORKERS)) if each]
        assert taken == [Delivery.objects.get().lease]
