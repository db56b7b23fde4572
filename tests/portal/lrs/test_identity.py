"""Who of the portal's people an agent is."""

from hashlib import sha1

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.lrs.identity import account_of, keys_of, people_named
from portal.lrs.indexing import identifier
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def hashed(address):
    return {"mbox_sha1sum": sha1(f"mailto:{address}".encode()).hexdigest()}


def test_a_person_is_her_account_her_address_and_its_hash(alice):
    agents = [
        {"account": {"homePage": settings.PUBLIC_URL, "name": str(alice.uuid)}},
        {"mbox": "mailto:alice@example.org"},
        hashed("alice@example.org"),
    ]
    assert keys_of(alice) == [identifier(agent) for agent in agents]
    assert people_named(agents) == {identifier(agent): alice for agent in agents}


def test_host_in_capitals_is_the_same_and_another_local_part_is_not(alice):
    same, other = {"mbox": "mailto:alice@EXAMPLE.org"}, {"mbox": "mailto:Alice@example.org"}
    assert list(people_named([same, other])) == [identifier(same)]
    assert identifier(same) in keys_of(alice)
    assert identifier(other) not in keys_of(alice)


def test_an_address_that_is_not_confirmed_is_nobodys(alice):
    EmailAddress.objects.create(user=alice, email="boss@example.org", verified=False)
    mallory = UserFactory(email="mallory@example.org", confirmed=False)
    claimed = [{"mbox": "mailto:boss@example.org"}, hashed("boss@example.org"), {"mbox": "mailto:mallory@example.org"}]
    assert people_named(claimed) == {}
    assert keys_of(mallory) == [identifier(account_of(mallory))]
    assert len(keys_of(alice)) == 3


@pytest.mark.parametrize("name", ["portal", "", "not-a-uuid", "{upper}"])
def test_an_account_elsewhere_or_of_another_name_is_nobody(alice, name):
    name = name.format(upper=str(alice.uuid).upper())
    elsewhere = {"account": {"homePage": "https://lms.example.org", "name": str(alice.uuid)}}
    assert people_named([{"account": {"homePage": settings.PUBLIC_URL, "name": name}}, elsewhere]) == {}


def test_a_page_of_agents_costs_two_queries(alice):
    people = [UserFactory() for _ in range(20)]
    agents = [account_of(each) for each in people[:10]] + [{"mbox": f"mailto:{each.email}"} for each in people[10:]]
    with CaptureQueriesContext(connection) as queries:
        assert list(people_named([*agents, hashed("alice@example.org")]).values()) == [*people, alice]
    assert len(queries) == 2
    with CaptureQueriesContext(connection) as queries:
        assert people_named([{"openid": "https://example.org/anna"}, {"member": []}]) == {}
    assert len(queries) == 0
