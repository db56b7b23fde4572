"""One credential used by many at one moment, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from portal.core.clock import now
from portal.lrs.credentials import create_credential, revoke_credential
from portal.lrs.models import Credential
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.samples import XapiClient

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

CLIENTS = 8


def test_fault_10_used_by_many_while_it_is_revoked():
    """Whoever asks after the revocation is refused, whatever those who asked before put into the cache."""
    assert settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    for _ in range(10):
        cache.clear()
        credential, secret = create_credential(name="load", authority=LMS, scopes=["all"], at=now())
        gate = Barrier(CLIENTS + 1)

        def ask(credential=credential, secret=secret, gate=gate):
            try:
                gate.wait(timeout=30)
                return XapiClient(Client(), credential.key, secret).get().status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = [pool.submit(ask) for _ in range(CLIENTS)]
            gate.wait(timeout=30)
            revoke_credential(credential=credential, at=now())
            assert {each.result() for each in answers} <= {200, 401}
        assert XapiClient(Client(), credential.key, secret).get().status_code == 401


def test_the_first_use_is_noted_by_many_without_a_fault():
    credential, secret = create_credential(name="load", authority=LMS, scopes=["all"], at=now())
    gate = Barrier(CLIENTS)

    def ask():
        try:
            gate.wait(timeout=30)
            return XapiClient(Client(), credential.key, secret).get().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert {each.result() for each in [pool.submit(ask) for _ in range(CLIENTS)]} == {200}
    assert Credential.objects.get().last_used_at is not None
