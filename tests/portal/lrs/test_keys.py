"""Credentials in the portal: who sees which, the form, the secret that is shown once, and the end."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.test import Client

from portal.audit.models import Entry
from portal.core.clock import now
from portal.departments.models import Membership
from portal.lrs.credentials import agent_of_client, agent_of_person, create_credential
from portal.lrs.models import Credential
from tests.factories import NOON, DepartmentFactory, MembershipFactory, UserFactory
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.samples import XapiClient, statement

pytestmark = pytest.mark.django_db
LIST, NEW = "/records/credentials/", "/records/credentials/new/"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def browser_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def dora():
    return UserFactory(name="Dora Admin", email="dora@example.org", is_superuser=True)


@pytest.fixture
def as_dora(dora):
    return browser_of(dora)


@pytest.fixture
def as_bob(bob):
    return browser_of(bob)


@pytest.fixture
def hospital(department):
    """The uuid of the organisation that bob leads a department of, as text."""
    return str(department.organisation.uuid)


@pytest.fixture
def elsewhere_hospital():
    return str(DepartmentFactory(organisation__name="Isar Hospital").organisation.uuid)


def key_of(tenant="", name="A client", **more):
    more = {"authority": LMS, "scopes": ["all"], "at": now(), **more}
    return create_credential(name=name, tenant=tenant, **more)[0]


def filled(**changes):
    """The form of an administrator as it is sent."""
    whole = {"public_id": str(uuid4()), "name": "Player", "owner": "portal", "scopes": ["statements/write"], **changes}
    return {key: value for key, value in whole.items() if value is not ...}


def page_of(answer, status=200):
    assert answer.status_code == status
    return BeautifulSoup(answer.content, "html.parser").main


def names_in(answer):
    return [each.get_text(strip=True) for each in page_of(answer).select("tbody th")]


def test_only_administrators_and_leads_find_these_screens(alice, as_bob, as_dora):
    key = key_of()
    as_alice = browser_of(alice)
    for path in (LIST, NEW, f"{LIST}{key.public_id}/", f"{LIST}{key.public_id}/revoke/"):
        assert Client().get(path).status_code == 302
        assert as_alice.get(path).status_code == 404
        assert as_alice.post(path, filled()).status_code in {404, 405}
        assert as_dora.get(path).status_code == 200
    assert [as_bob.get(path).status_code for path in (LIST, NEW)] == [200, 200]
    assert Credential.objects.count() == 1


def test_fault_53_a_lead_sees_and_ends_those_of_her_organisation_only(
    as_bob, as_dora, alice, hospital, elsewhere_hospital
):
    hers = key_of(hospital, "Hers")
    person = key_of(str(alice.uuid), "Of Alice", authority=agent_of_person(alice.uuid), scopes=["state"])
    others = [key_of("", "Portal's"), key_of(elsewhere_hospital, "Theirs"), person, key_of("acme", "By command")]
    assert names_in(as_bob.get(LIST)) == ["Hers"]
    assert set(names_in(as_dora.get(LIST))) == {"Hers", "Portal's", "Theirs", "Of Alice", "By command"}
    for each in others:
        for path in (f"{LIST}{each.public_id}/", f"{LIST}{each.public_id}/revoke/"):
            assert as_bob.get(path).status_code == 404
        assert as_bob.post(f"{LIST}{each.public_id}/revoke/").status_code == 404
    assert not Credential.objects.revoked().exists()
    assert page_of(as_bob.get(f"{LIST}{hers.public_id}/")).h1.get_text() == "Hers"


def test_fault_54_who_leads_no_longer_finds_nothing(as_bob, bob, hospital):
    key = key_of(hospital)
    assert as_bob.get(f"{LIST}{key.public_id}/").status_code == 200
    Membership.objects.filter(user=bob).update(valid_to=date(2026, 11, 23))
    assert [as_bob.get(path).status_code for path in (LIST, NEW, f"{LIST}{key.public_id}/")] == [404, 404, 404]


@pytest.mark.parametrize("owner", ["portal", "person", "elsewhere", "acme", ""])
def test_fault_53_a_lead_makes_credentials_for_no_other(as_bob, alice, elsewhere_hospital, owner):
    owner = elsewhere_hospital if owner == "elsewhere" else owner
    answer = as_bob.post(NEW, filled(owner=owner, email=alice.email, scopes=["state"]))
    assert answer.status_code == 422
    assert not Credential.objects.exists()


def test_the_secret_is_shown_once_and_works(as_bob, hospital):
    sent = filled(owner=hospital, scopes=["statements/write", "statements/read/mine"])
    answer = as_bob.post(NEW, sent)
    page = page_of(answer)
    key, secret = page.select_one("#id_key")["value"], page.select_one("#id_secret")["value"]
    assert "no-store" in answer["Cache-Control"]
    assert page.select_one("#id_endpoint")["value"].endswith("/xapi/")
    kept = Credential.objects.get()
    assert (kept.key, kept.tenant, kept.holder) == (key, hospital, "organisation")
    assert kept.authority == {"objectType": "Agent", **agent_of_client("Player", hospital)}
    assert XapiClient(Client(), key, secret).post(statement()).status_code == 200
    again = as_bob.post(NEW, sent)
    assert (again.status_code, again["Location"]) == (302, f"{LIST}{kept.public_id}/")
    assert ["cannot be shown again" in str(each) for each in get_messages(again.wsgi_request)] == [True]
    assert Credential.objects.count() == 1
    for path in (LIST, NEW, again["Location"]):
        assert secret not in as_bob.get(path).content.decode()
    assert secret not in str(list(Entry.objects.values_list("data", flat=True)))


def test_fault_53_a_form_under_the_name_of_anothers_credential(as_bob, hospital):
    key = key_of("", "Portal's")
    answer = as_bob.post(NEW, filled(owner=hospital, public_id=str(key.public_id)))
    assert answer.status_code == 404
    assert Credential.objects.count() == 1


def test_what_an_administrator_says_is_kept(as_dora):
    sent = filled(
        scopes=["all"],
        origins="https://One.example\r\nhttp://two.example:8080 ",
        last_day="2026-12-31",
        rate="90",
        size="2048",
    )
    page_of(as_dora.post(NEW, sent))
    kept = Credential.objects.get()
    assert (kept.holder, kept.tenant, kept.scopes) == ("portal", "", ["all"])
    assert kept.origins == ["http://two.example:8080", "https://one.example"]
    assert (kept.rate, kept.body_limit) == (90, 2 * 1024 * 1024)
    assert kept.expires_at.isoformat() == "2026-12-31T23:00:00+00:00", "the end of the day in Vienna"
    shown = page_of(as_dora.get(f"{LIST}{kept.public_id}/")).get_text(" ", strip=True)
    assert all(each in shown for each in (kept.key, "https://one.example", "90", "2.0"))


def test_a_credential_of_a_person(as_dora, alice):
    sent = filled(owner="person", email="ALICE@example.org", scopes=["statements/write", "state"])
    page_of(as_dora.post(NEW, sent))
    kept = Credential.objects.get()
    assert (kept.holder, kept.tenant) == ("person", str(alice.uuid))
    assert kept.authority == {"objectType": "Agent", **agent_of_person(alice.uuid)}
    assert "Alice Huber" in page_of(as_dora.get(LIST)).table.get_text()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\u200bb"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": ...}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"owner": "person", "email": "nobody@example.org"}, "email"),
        ({"owner": "person", "email": ""}, "email"),
        ({"owner": "person", "email": "alice@example.org", "scopes": ["all"]}, "scopes"),
        ({"origins": "player.example"}, "origins"),
        ({"origins": "https://a.example/path"}, "origins"),
        ({"last_day": "2026-11-23"}, "last_day"),
        ({"last_day": "9999-12-31"}, "last_day"),
        ({"rate": "0"}, "rate"),
        ({"size": "1000000000"}, "size"),
        ({"public_id": "x"}, "public_id"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(as_dora, alice, changes, field):
    answer = as_dora.post(NEW, filled(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Credential.objects.exists()


def test_revoking_asks_first_and_ends_it_at_once(as_bob, hospital, django_capture_on_commit_callbacks):
    credential, secret = create_credential(name="x", authority=LMS, scopes=["all"], at=now(), tenant=hospital)
    client = XapiClient(Client(), credential.key, secret)
    assert client.get().status_code == 200
    path = f"{LIST}{credential.public_id}/revoke/"
    assert page_of(as_bob.get(path)).form["method"] == "post"
    assert client.get().status_code == 200, "it was only asked"
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert as_bob.post(path).status_code == 302
    assert client.get().status_code == 401
    entry = Entry.objects.get(verb="revoked credential")
    assert entry.actor.email == "bob@example.org"
    shown = page_of(as_bob.get(f"{LIST}{credential.public_id}/"))
    assert "Revoked" in shown.get_text()
    assert not shown.select("form")


def test_filters(as_dora, alice, hospital):
    key_of("", "Portal's")
    key_of(hospital, "Hospital's")
    key_of(str(alice.uuid), "Alice's", authority=agent_of_person(alice.uuid), scopes=["state"])
    key_of("", "Expired", expires_at=NOON - timedelta(hours=1))
    Credential.objects.filter(pk=key_of("", "Revoked").pk).update(revoked_at=NOON)
    for query, names in {
        "?state=usable": {"Portal's", "Hospital's", "Alice's"},
        "?state=expired": {"Expired"},
        "?state=revoked": {"Revoked"},
        f"?owner={hospital}": {"Hospital's"},
        "?owner=person": {"Alice's"},
        "?owner=portal&state=usable": {"Portal's"},
        f"?owner={hospital}&state=revoked": set(),
    }.items():
        assert set(names_in(as_dora.get(LIST + query))) == names, query


@pytest.mark.parametrize("query", ["?state=x", "?owner=acme", f"?owner={UUID(int=7)}", "?owner=__all__"])
def test_fault_55_what_is_no_filter_is_refused(as_dora, as_bob, query):
    assert as_dora.get(LIST + query).status_code == as_bob.get(LIST + query).status_code == 400


def test_fault_55_a_lead_has_no_filter_that_reaches_others(as_bob, hospital, elsewhere_hospital):
    for owner in (elsewhere_hospital, "portal", "person"):
        assert as_bob.get(f"{LIST}?owner={owner}").status_code == 400
    assert as_bob.get(f"{LIST}?owner={hospital}").status_code == 200


def test_with_no_credentials_the_page_says_what_to_do(as_bob):
    page = page_of(as_bob.get(LIST))
    assert page.select_one(".empty a")["href"] == NEW
    assert page.table is None


@pytest.mark.parametrize("size", [1, 40])
def test_queries_do_not_grow_with_credentials(as_dora, size, django_assert_max_num_queries):
    for n in range(size):
        person = UserFactory()
        key_of(str(person.uuid), f"P{n}", authority=agent_of_person(person.uuid), scopes=["state"])
        key_of(str(DepartmentFactory().organisation.uuid), f"O{n}")
    with django_assert_max_num_queries(14):
        page = page_of(as_dora.get(LIST))
    assert len(page.select("tbody tr")) == min(2 * size, 50)


def test_the_start_page_leads_there(as_dora, as_bob, alice):
    assert page_of(as_dora.get("/start/")).select_one(f"a[href='{LIST}']")
    assert page_of(as_bob.get("/start/")).select_one(f"a[href='{LIST}']")
    assert page_of(browser_of(alice).get("/start/")).select_one(f"a[href='{LIST}']") is None


def test_a_lead_of_two_organisations_chooses(as_bob, bob, hospital):
    second = DepartmentFactory(organisation__name="Isar Hospital")
    MembershipFactory(user=bob, department=second, role="lead")
    MembershipFactory(user=bob, department=DepartmentFactory(organisation__name="Member Only"))
    options = page_of(as_bob.get(NEW)).select("#id_owner option")
    assert [each.get_text() for each in options] == ["Donau Hospital", "Isar Hospital"]
    assert page_of(as_bob.get(NEW)).select_one("#id_email") is None
