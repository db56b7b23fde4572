from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client

from portal.accounts.models import User
from portal.audit.actions import record
from portal.audit.models import Entry
from portal.core import ratelimit
from tests.factories import NOON, PASSWORD
from tests.portal.accounts.hands import change_address, link_in, mails, sign_in, sign_up

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "an aperture of quiet light"


@pytest.fixture(autouse=True)
def _mail_as_in_the_portal(settings, tmp_path):
    settings.EMAIL_BACKEND = "post_office.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def verbs(person):
    return list(
        Entry.objects.filter(target_type="accounts.user", target_id=str(person.uuid))
        .order_by("id")
        .values_list("verb", flat=True)
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: Entry.objects.filter(pk=entry.pk).update(verb="nothing"),
        lambda entry: Entry.objects.filter(pk=entry.pk).delete(),
        lambda entry: entry.delete(),
        lambda entry: entry.save(),
        lambda _: connection.cursor().execute("DELETE FROM audit_entry"),
        lambda _: connection.cursor().execute("UPDATE audit_entry SET actor_id = 1"),
    ],
)
def test_the_database_refuses_to_change_an_entry(alice, change):
    entry = record("greeted", alice, at=NOON, times=3)
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        change(entry)
    kept = Entry.objects.get()
    assert (kept.verb, kept.data, kept.at, kept.target_id) == ("greeted", {"times": 3}, NOON, str(alice.uuid))


@transaction.atomic
def greet_and_fail(person):
    record("greeted", person, at=NOON)
    raise RuntimeError("the change itself failed")


def test_an_entry_goes_with_the_fact_it_tells(alice):
    with pytest.raises(RuntimeError):
        greet_and_fail(alice)
    assert not Entry.objects.exists()


def test_outside_a_request_nobody_acts(alice):
    entry = record("greeted", alice, at=NOON)
    assert (entry.actor_id, entry.request_id) == (None, "")


def test_whoever_is_signed_in_acts_and_the_request_is_known(client, alice):
    sign_in(client, alice.email)
    changed = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post("/account/password/change/", changed)
    entry = Entry.objects.get(verb="changed password")
    assert entry.actor_id == alice.pk
    assert entry.at == NOON
    assert len(entry.request_id) == 36
    other = record("greeted", alice, at=NOON)
    assert (other.actor_id, other.request_id) == (None, ""), "nothing of one request stays for the next"


def test_the_life_of_an_account_is_told(client, clock):
    sign_up(client)
    ilse = User.objects.get()
    client.post(link_in(mails(ilse.email)[0]))
    sign_in(client, ilse.email, NEW_PASSWORD)
    changed = {"oldpassword": NEW_PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    client.post("/account/password/change/", changed)
    change_address(client, "new@example.org")
    client.post(link_in(mails("new@example.org")[0]))
    client.post("/account/logout/")
    client.post("/account/password/reset/", {"email": "new@example.org"})
    page = client.get(link_in(mails("new@example.org")[-1]))
    client.post(page.url, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert verbs(ilse) == [
        "signed up",
        "confirmed address",
        "changed password",
        "confirmed address",
        "changed address",
        "reset password",
    ]
    assert not [entry for entry in Entry.objects.all() if "@" in str(entry.data) or "Ilse" in str(entry.data)]


@pytest.mark.django_db(transaction=True)
def test_second_factors_are_told(client, alice):
    sign_in(client, alice.email)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.get("/account/2fa/totp/activate/")
    code = format_hotp_value(hotp_value(client.session["mfa.totp.secret"], int(NOON.timestamp()) // 30))
    client.post("/account/2fa/totp/activate/", {"code": code})
    client.post("/account/2fa/recovery-codes/generate/")
    client.post("/account/2fa/totp/deactivate/")
    told = Entry.objects.filter(actor=alice).order_by("id").values_list("verb", "data__kind")
    assert set(told) == {
        ("added second factor", "totp"),
        ("added second factor", "recovery_codes"),
        ("renewed second factor", "recovery_codes"),
        ("removed second factor", "totp"),
        ("removed second factor", "recovery_codes"),
    }


def test_guessing_is_told_and_cannot_fill_the_log(alice, clock):
    for n in range(12):
        sign_in(Client(REMOTE_ADDR="203.0.113.7"), alice.email, f"a wrong password {n}")
    assert verbs(alice) == ["too many failed sign-ins"]
    clock.shift(timedelta(minutes=30))
    if settings.RATE_LIMIT_STORAGE.startswith("redis"):  # whose own clock goes on
        ratelimit._limiter().storage.reset()
    for n in range(12):
        sign_in(Client(REMOTE_ADDR="203.0.113.7"), alice.email, f"a wrong password {n}")
    assert verbs(alice) == ["too many failed sign-ins"] * 2


def test_guessing_at_nobody_is_not_told(clock):
    for _ in range(12):
        sign_in(Client(), "nobody@example.org", "a wrong password")
    assert not Entry.objects.exists()
