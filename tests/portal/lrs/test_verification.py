"""A credential is verified once, then for some seconds by the cache; it ends at once all the same."""

import base64
import pickle
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

from portal.core.cache import ForgivingRedisCache
from portal.core.clock import now
from portal.core.nearby import Ear, Nearby
from portal.lrs import auth
from portal.lrs.auth import CACHE_SECONDS, authenticate
from portal.lrs.credentials import revoke_credential
from portal.lrs.models import Credential
from portal.lrs.tokens import Token, seal
from tests.factories import NOON
from tests.portal.lrs.samples import XapiClient


@pytest.fixture
def revoke(django_capture_on_commit_callbacks):
    """As a transaction that is committed."""

    def end(credential, at=None):
        with django_capture_on_commit_callbacks(execute=True):
            revoke_credential(credential=credential, at=at or now())

    return end


@pytest.fixture
def own_cache(monkeypatch):
    """As on one machine without Redis, whatever the engine of this run; its clock is that of the test."""
    monkeypatch.setattr(auth, "cache", LocMemCache("of this test", {}))
    monkeypatch.setattr(auth, "near", Nearby("of this test", seconds=1, heard_by=Ear("")))
    auth.cache.clear()


def test_the_database_is_asked_once(lms, django_assert_num_queries):
    at = now()
    authenticate(lms.basic, at=at)
    bearer = "Bearer " + seal(Token(lms.credential.key, {"all"}), at=at)
    with django_assert_num_queries(0):
        for _ in range(3):
            assert authenticate(lms.basic, at=at).credential_id == lms.credential.pk
            assert authenticate(bearer, at=at).credential_id == lms.credential.pk


def test_a_warm_cache_knows_a_wrong_secret_and_holds_no_secret(lms, client, django_assert_num_queries):
    assert lms.get().status_code == 200
    wrong = XapiClient(client, lms.credential.key, "wrong")
    with django_assert_num_queries(0):
        assert wrong.get().status_code == 401
    assert lms.get().status_code == 200
    kept = pickle.dumps(cache.get(f"lrs.credential.{lms.credential.key}"))
    secret = base64.b64decode(lms.basic.removeprefix("Basic ")).partition(b":")[2]
    assert lms.credential.secret_digest.encode() in kept
    assert secret not in kept


def test_fault_10_revoked_is_refused_at_once_though_it_was_just_used(lms, revoke, django_assert_num_queries):
    assert lms.get().status_code == 200
    revoke(lms.credential)
    with django_assert_num_queries(0):
        assert lms.get().status_code == 401
    cache.clear()
    assert lms.get().status_code == 401


def test_fault_10_a_revocation_that_is_taken_back_with_its_transaction_leaves_no_mark(lms):
    assert lms.get().status_code == 200
    revoke_credential(credential=lms.credential, at=now())  # this transaction is never committed
    assert cache.get(f"lrs.credential.{lms.credential.key}") != "revoked"


def test_fault_10_who_looked_just_before_does_not_bring_a_revoked_credential_back(lms, revoke, monkeypatch):
    looked_up = auth._looked_up

    def slowly(key, at):
        known = looked_up(key, at)
        revoke(lms.credential)
        return known

    monkeypatch.setattr(auth, "_looked_up", slowly)
    assert lms.get().status_code == 200, "it began before"
    assert lms.get().status_code == 401


def test_fault_10_revoked_in_a_process_with_a_cache_of_its_own(lms, own_cache):
    with time_machine.travel(NOON, tick=False) as clock:
        assert lms.get().status_code == 200
        Credential.objects.filter(pk=lms.credential.pk).update(revoked_at=now())
        clock.shift(timedelta(seconds=CACHE_SECONDS + 1))
        assert lms.get().status_code == 401


def test_fault_10_expired_is_refused_at_once_though_it_was_just_used(credential_for):
    with time_machine.travel(NOON, tick=False) as clock:
        client = credential_for(expires_at=now() + timedelta(seconds=5))
        clock.shift(4.999)
        assert client.get().status_code == 200
        clock.shift(0.001)
        assert client.get().status_code == 401


def test_fault_74_with_the_cache_away_the_database_is_asked(lms, monkeypatch):
    away = ForgivingRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.2}})
    monkeypatch.setattr(auth, "cache", away)
    monkeypatch.setattr(auth, "near", Nearby("of this test", seconds=1, heard_by=Ear("redis://127.0.0.1:1/0")))
    assert [lms.get().status_code, lms.get().status_code] == [200, 200]
    revoke_credential(credential=lms.credential, at=now())
    assert lms.get().status_code == 401


def test_last_used_is_noted_once_a_minute(lms, own_cache, django_assert_num_queries):
    def last_used():
        return Credential.objects.get(pk=lms.credential.pk).last_used_at

    assert last_used() is None
    with time_machine.travel(NOON, tick=False) as clock:
        lms.get()
        assert last_used() == NOON
        clock.shift(timedelta(seconds=30))
        with django_assert_num_queries(1):  # it is looked up again, and nothing is written
            authenticate(lms.basic, at=now())
        assert last_used() == NOON
        clock.shift(timedelta(seconds=31))
        lms.get()
        assert last_used() == NOON + timedelta(seconds=61)


def test_a_wrong_secret_is_no_use(lms, client):
    assert XapiClient(client, lms.credential.key, "wrong").get().status_code == 401
    assert Credential.objects.get(pk=lms.credential.pk).last_used_at is None
