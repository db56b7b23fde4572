"""Many writers of one document at one moment, on PostgreSQL, each in a thread with its own connection."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from portal.core.clock import now
from portal.lrs.credentials import create_credential
from portal.lrs.models import Document
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.samples import XapiClient, new_id
from tests.portal.lrs.shelves import STATE, Shelf, each_place, each_version

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

WRITERS = 8
ROUNDS = 6


@pytest.fixture
def at_once():
    """Run every request, a function of a shelf, at the same moment; the answers in order."""
    assert settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    credential, secret = create_credential(name="load", authority=LMS, scopes=["all"], at=now())

    def run(place, version, requests):
        gate = threading.Barrier(len(requests))

        def one(request):
            try:
                shelf = Shelf(XapiClient(Client(), credential.key, secret, version), place)
                gate.wait(timeout=30)
                return request(shelf)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(one, requests))

    return run


def codes(answers):
    return sorted(each.status_code for each in answers)


def putting(name, n, headers):
    return lambda shelf: shelf.send("PUT", name, {"n": n}, headers=headers)


def posting(name, document, headers=None):
    return lambda shelf: shelf.send("POST", name, document, headers=headers)


def deleting(name=None, headers=None):
    return lambda shelf: shelf.delete(name, headers=headers)


def stored(name):
    return json.loads(bytes(Document.objects.get(name=name).content))


@each_place
@each_version
def test_fault_9_of_writers_with_the_same_etag_exactly_one_wins(at_once, place, version):
    for _ in range(ROUNDS):
        name = new_id()
        at_once(place, version, [putting(name, "first", {"If-None-Match": "*"})])
        tag = f'"{Document.objects.get(name=name).etag}"'
        answers = at_once(place, version, [putting(name, n, {"If-Match": tag}) for n in range(WRITERS)])
        assert codes(answers) == [204] + [412] * (WRITERS - 1)
        assert stored(name) == {"n": [each.status_code for each in answers].index(204)}


@each_place
@each_version
def test_fault_9_of_first_writers_that_want_to_be_first_exactly_one_wins(at_once, place, version):
    for _ in range(ROUNDS):
        name = new_id()
        answers = at_once(place, version, [putting(name, n, {"If-None-Match": "*"}) for n in range(WRITERS)])
        assert codes(answers) == [204] + [412] * (WRITERS - 1)
        assert stored(name) == {"n": [each.status_code for each in answers].index(204)}


@each_version
def test_fault_9_first_writers_without_a_header(at_once, version):
    """In 1.0.3 state is free, so the last one stays; in 2.0 all but the first learn that they overlooked one."""
    for _ in range(ROUNDS):
        name = new_id()
        answers = at_once(STATE, version, [putting(name, n, {}) for n in range(WRITERS)])
        others = 204 if version == "1.0.3" else 409
        assert codes(answers) == [204] + [others] * (WRITERS - 1)
        assert Document.objects.filter(name=name).count() == 1


@each_place
def test_fault_9_no_merge_is_lost(at_once, place):
    for _ in range(ROUNDS):
        name = new_id()
        answers = at_once(place, "1.0.3", [posting(name, {str(n): n}) for n in range(WRITERS)])
        assert codes(answers) == [204] * WRITERS
        assert stored(name) == {str(n): n for n in range(WRITERS)}


def test_fault_9_a_merge_with_a_stale_etag_changes_nothing(at_once):
    for _ in range(ROUNDS):
        name = new_id()
        at_once(STATE, "2.0.0", [posting(name, {})])
        tag = {"If-Match": f'"{Document.objects.get(name=name).etag}"'}
        answers = at_once(STATE, "2.0.0", [posting(name, {str(n): n}, tag) for n in range(WRITERS)])
        assert codes(answers) == [204] + [412] * (WRITERS - 1)
        assert len(stored(name)) == 1


def test_fault_9_of_writers_and_deleters_with_one_etag_exactly_one_wins(at_once):
    for _ in range(ROUNDS):
        name = new_id()
        at_once(STATE, "2.0.0", [posting(name, {})])
        tag = {"If-Match": f'"{Document.objects.get(name=name).etag}"'}
        requests = [putting(name, n, tag) for n in range(WRITERS // 2)]
        requests += [deleting(name, tag)] * (WRITERS // 2)
        assert codes(at_once(STATE, "2.0.0", requests)) == [204] + [412] * (WRITERS - 1)


def test_writing_while_the_place_is_emptied_ends_well(at_once):
    for _ in range(ROUNDS):
        requests = [posting(f"{n % 3}", {str(n): n}) for n in range(WRITERS)]
        requests += [deleting(), deleting("0"), deleting()]
        assert set(codes(at_once(STATE, "1.0.3", requests))) <= {204, 409}
