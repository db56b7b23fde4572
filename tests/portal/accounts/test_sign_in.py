import re
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests.factories import NOON, PASSWORD, UserFactory
from tests.portal.accounts.hands import link_in, mails, sign_in, signed_in

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "an aperture of quiet light"


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def guess(client, address, times):
    for n in range(times):
        answer = sign_in(client, address, f"a wrong password {n}")
    return answer


def test_fault_68_five_wrong_passwords_close_the_account_at_that_place(client, alice, at_noon):
    guess(client, alice.email, 5)
    answer = sign_in(client, alice.email)
    assert answer.status_code == 200
    assert "Too many attempts" in answer.content.decode()
    assert not signed_in(client)
    at_noon.shift(timedelta(minutes=5, seconds=1))
    assert sign_in(client, alice.email).url == "/start/"


def test_fault_68_whoever_guesses_does_not_lock_the_owner_out(elsewhere, alice, at_noon):
    """Minute after minute, for an hour, a stranger tries; alice signs in at her own place all the time."""
    for _ in range(60):
        guess(elsewhere, alice.email, 6)
        assert sign_in(Client(), alice.email).url == "/start/"
        at_noon.shift(timedelta(minutes=1))


def test_fault_68_guessing_from_many_places_is_limited_and_a_new_password_lifts_it(client, alice, at_noon):
    for n in range(25):
        guess(Client(REMOTE_ADDR=f"203.0.113.{n}"), alice.email, 4)
    fresh = Client(REMOTE_ADDR="198.51.100.1")
    assert "Too many attempts" in sign_in(fresh, alice.email).content.decode()

    client.post("/account/password/reset/", {"email": alice.email})
    choose_password(client, mails(alice.email)[0])
    assert sign_in(client, alice.email, NEW_PASSWORD).url == "/start/"


def test_fault_68_one_password_for_many_accounts_is_limited_by_place(client, elsewhere, at_noon):
    people = UserFactory.create_batch(12)
    answers = [sign_in(elsewhere, person.email, "Sommer2026!") for person in people]
    assert "Too many attempts" in answers[-1].content.decode()
    assert sign_in(client, people[-1].email).url == "/start/"


def test_fault_68_too_many_requests_of_one_place_are_answered_429(client, elsewhere, alice, at_noon):
    answers = [elsewhere.post("/account/login/", {}) for _ in range(31)]
    assert answers[29].status_code == 200
    assert answers[30].status_code == 429
    assert elsewhere.get("/account/login/").status_code == 200
    assert sign_in(client, alice.email).status_code == 302


def test_fault_68_a_forged_forwarded_address_does_not_help(alice, at_noon):
    for n in range(6):
        answer = sign_in(
            Client(), alice.email, "a wrong password", headers={"x-forwarded-for": f"203.0.113.{n}, 198.51.100.{n}"}
        )
    assert "Too many attempts" in answer.content.decode()


def choose_password(client, message, password=NEW_PASSWORD):
    page = client.get(link_in(message))
    assert page.status_code == 302
    return client.post(page.url, {"password1": password, "password2": password})


def session_key(client):
    return client.cookies[configured.SESSION_COOKIE_NAME].value


def test_fault_69_the_session_key_changes_at_sign_in(client, alice):
    session = client.session
    session["planted"] = True
    session.save()
    before = session_key(client)
    sign_in(client, alice.email)
    assert session_key(client) != before
    assert not Session.objects.filter(session_key=before).exists()


def test_fault_69_signing_out_ends_the_session_on_the_server(client, alice):
    sign_in(client, alice.email)
    stolen = Client()
    stolen.cookies[configured.SESSION_COOKIE_NAME] = session_key(client)
    assert signed_in(stolen)
    assert client.get("/account/logout/").status_code == 200
    assert signed_in(client), "a link or an image signs nobody out"
    client.post("/account/logout/")
    assert not signed_in(stolen)
    assert not signed_in(client)


def test_fault_69_a_changed_password_ends_all_other_sessions(client, elsewhere, alice):
    sign_in(client, alice.email)
    sign_in(elsewhere, alice.email)
    answer = client.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )
    assert answer.status_code == 302
    assert signed_in(client)
    assert not signed_in(elsewhere)
    assert mails(alice.email), "she is told"


def test_fault_69_a_reset_password_ends_all_sessions_and_its_link_works_once(client, elsewhere, alice):
    sign_in(elsewhere, alice.email)
    client.post("/account/password/reset/", {"email": "ALICE@example.org"})
    (message,) = mails(alice.email)
    choose_password(client, message)
    assert not signed_in(elsewhere)
    assert not signed_in(client), "whoever has the link still needs the second factor"
    assert sign_in(client, alice.email, NEW_PASSWORD).url == "/start/"
    again = Client().get(link_in(message))
    assert again.status_code == 200
    assert again.context["token_fail"]
    assert not again.content.count(b'name="password1"')


def test_fault_69_a_closed_account_is_out_at_once(client, alice):
    sign_in(client, alice.email)
    alice.is_active = False
    alice.save()
    assert not signed_in(client)
    assert sign_in(client, alice.email).url == "/account/inactive/"


def test_own_sessions_are_listed_and_ended(client, elsewhere, alice, bob):
    stranger = Client(REMOTE_ADDR="192.0.2.99")
    sign_in(stranger, bob.email)
    sign_in(client, alice.email)
    sign_in(elsewhere, alice.email)
    page = client.get("/account/sessions/").content.decode()
    assert "203.0.113.7" in page
    assert "192.0.2.99" not in page
    client.post("/account/sessions/")
    assert signed_in(client)
    assert not signed_in(elsewhere)
    assert signed_in(stranger)
    assert UserSession.objects.filter(user=alice).count() == 1


def test_a_session_ends_with_the_browser_unless_wished_otherwise(client, alice):
    sign_in(client, alice.email)
    assert client.cookies[configured.SESSION_COOKIE_NAME]["max-age"] == ""
    client.post("/account/login/", {"login": alice.email, "password": PASSWORD})
    other = Client()
    other.post("/account/login/", {"login": alice.email, "password": PASSWORD, "remember": "on"})
    assert other.cookies[configured.SESSION_COOKIE_NAME]["max-age"] == configured.SESSION_COOKIE_AGE
    expiry = Session.objects.get(session_key=session_key(other)).expire_date
    assert expiry > timezone.now() + timedelta(days=13)


def test_wrong_password_is_not_written_back(client, alice):
    answer = sign_in(client, alice.email, "a wrong password")
    page = answer.content.decode()
    assert "a wrong password" not in page
    assert re.search(r'name="login"[^>]*value="alice@example.org"|value="alice@example.org"[^>]*name="login"', page)


EVIL = [
    "//evil.example",
    "https://evil.example",
    "http:\\\\evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "\t//evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
]


@pytest.mark.parametrize("target", EVIL)
def test_fault_72_no_door_leads_outside(client, alice, target):
    def leads(answer):
        assert answer.status_code == 302, answer.status_code
        return answer.url

    assert (
        leads(client.post("/account/login/", {"login": alice.email, "password": PASSWORD, "next": target})) == "/start/"
    )
    assert leads(client.get("/account/login/", {"next": target})) == "/start/"
    assert leads(client.post("/i18n/setlang/", {"language": "de", "next": target})) == "/"
    assert leads(client.get("/account/signup/", {"next": target})) == "/start/"
    assert leads(client.post("/account/logout/", {"next": target})) == "/"


def test_next_inside_is_followed(client, alice):
    answer = client.post("/account/login/", {"login": alice.email, "password": PASSWORD, "next": "/learn/?a=b"})
    assert answer.url == "/learn/?a=b"
