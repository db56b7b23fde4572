"""FAULT 70, and who must have a second factor."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import NOON, UserFactory
from tests.portal.accounts.hands import mails, sign_in, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def secret(alice):
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    RecoveryCodes.activate(alice)
    return secret


def code_now(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def enter(client, code):
    return client.post("/account/2fa/authenticate/", {"code": code})


def test_the_password_alone_opens_nothing(client, alice, secret):
    answer = sign_in(client, alice.email)
    assert answer.url == "/account/2fa/authenticate/"
    assert not signed_in(client)
    assert enter(client, code_now(secret)).url == "/start/"
    assert signed_in(client)


def test_fault_70_a_code_is_taken_once(client, elsewhere, alice, secret):
    code = code_now(secret)
    sign_in(client, alice.email)
    assert enter(client, code).status_code == 302
    sign_in(elsewhere, alice.email)
    assert enter(elsewhere, code).status_code == 200
    assert not signed_in(elsewhere)


def test_fault_70_an_old_code_is_refused(client, alice, secret, clock):
    code = code_now(secret)
    clock.shift(timedelta(seconds=60))
    sign_in(client, alice.email)
    assert enter(client, code).status_code == 200
    assert not signed_in(client)


def test_fault_70_wrong_codes_are_limited_whatever_the_place(alice, secret):
    right = code_now(secret)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for n in range(5):
        client = Client(REMOTE_ADDR=f"203.0.113.{n}")
        sign_in(client, alice.email)
        assert enter(client, wrong).status_code == 200
    client = Client(REMOTE_ADDR="198.51.100.1")
    sign_in(client, alice.email)
    answer = enter(client, right)
    assert answer.status_code == 200
    assert "Too many attempts" in answer.content.decode()
    assert not signed_in(client)


def test_fault_70_a_recovery_code_is_taken_once(client, elsewhere, alice, secret):
    code = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()[0]
    sign_in(client, alice.email)
    assert enter(client, code).status_code == 302
    assert signed_in(client)
    sign_in(elsewhere, alice.email)
    assert enter(elsewhere, code).status_code == 200
    assert not signed_in(elsewhere)


def test_fault_70_the_code_of_another_is_refused(client, alice, secret, bob):
    other = generate_totp_secret()
    TOTP.activate(bob, other)
    sign_in(client, alice.email)
    assert enter(client, code_now(other)).status_code == 200
    assert not signed_in(client)


def test_a_reset_password_does_not_go_round_the_second_factor(client, alice, secret):
    client.post("/account/password/reset/", {"email": alice.email})
    text = mails(alice.email)[0].get_body(("plain",)).get_content()
    link = re.search(r"/account/password/reset/key/\S+", text)[0]
    page = client.get(link).url
    client.post(page, {"password1": "an aperture of quiet light", "password2": "an aperture of quiet light"})
    assert sign_in(client, alice.email, "an aperture of quiet light").url == "/account/2fa/authenticate/"


@pytest.mark.django_db(transaction=True)
def test_setting_up_and_taking_away_asks_for_the_password_again_and_is_told_by_mail(client, alice, clock):
    sign_in(client, alice.email)
    clock.shift(timedelta(minutes=10))
    assert client.get("/account/2fa/totp/activate/").url.startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": "correct horse battery"})
    client.get("/account/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    assert client.post("/account/2fa/totp/activate/", {"code": code_now(secret)}).status_code == 302
    assert {a.type for a in Authenticator.objects.filter(user=alice)} == {"totp", "recovery_codes"}
    client.post("/account/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=alice).exists()
    assert len(mails(alice.email)) == 2


@pytest.fixture(params=["Course editors", "Moderators", "administrator"])
def person_with_power(request, db):
    """Whoever may enter the CMS, whatever the organisation calls the group."""
    if request.param == "administrator":
        return UserFactory(is_superuser=True)
    group, _ = Group.objects.get_or_create(name=request.param)
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    person = UserFactory()
    person.groups.add(group)
    return person


@pytest.fixture
def required(settings):
    settings.MFA_REQUIRED = True


@pytest.mark.usefixtures("required", "home")
def test_who_may_change_what_others_see_is_led_to_the_second_factor_first(client, person_with_power):
    client.force_login(person_with_power)
    for path in (
        "/",
        "/en/",
        "/cms/",
        "/cms/pages/",
        "/cms/users/",
        "/start/",
        "/learn/",
        "/departments/",
        "/documents/1/x",
    ):
        for headers in (
            {},
            {"hx-request": "true"},
            {"x-requested-with": "XMLHttpRequest"},
            {"accept": "application/json"},
        ):
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.get("Location")) == (302, reverse("mfa_index")), path
        assert client.post(path).status_code == 302


@pytest.mark.usefixtures("required", "home")
def test_the_way_to_the_second_factor_and_out_is_open(client, person_with_power):
    client.force_login(person_with_power)
    assert client.get("/account/2fa/").status_code == 200
    assert client.get("/account/logout/").status_code == 200
    assert client.post("/i18n/setlang/", {"language": "de"}).url == "/"
    assert client.get("/healthz").status_code == 200
    TOTP.activate(person_with_power, generate_totp_secret())
    assert client.get("/start/").status_code == 200


@pytest.mark.usefixtures("required", "home")
def test_learners_are_not_bothered(as_alice):
    assert as_alice.get("/start/").status_code == 200


@pytest.mark.usefixtures("required", "home")
def test_a_group_without_the_cms_needs_none(as_alice, alice):
    alice.groups.add(Group.objects.create(name="Editors of the newsletter"))
    assert as_alice.get("/start/").status_code == 200


@pytest.mark.usefixtures("home")
def test_the_check_asks_nothing_that_the_header_does_not_ask_anyway(as_alice, settings):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            as_alice.get("/start/")
        return len(asked)

    questions()  # what is cached, is
    settings.MFA_REQUIRED = False
    without = questions()
    settings.MFA_REQUIRED = True
    assert questions() == without
