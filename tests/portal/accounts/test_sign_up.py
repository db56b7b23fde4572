import re
from contextlib import contextmanager

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import IntegrityError, OperationalError, transaction
from django.db.models.signals import pre_save
from django.test import Client
from post_office.models import STATUS, Email

from portal.accounts.forms import clean_name
from portal.accounts.models import Consent, User
from tests.factories import NOON, UserFactory
from tests.portal.accounts.hands import link_in, mails, sign_in, sign_up, signed_in, text_of

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "an aperture of quiet light"


def errors(answer):
    assert answer.status_code == 200
    return set(answer.context["form"].errors)


def test_sign_up_keeps_the_person_and_her_consent(client, settings):
    with time_machine.travel(NOON, tick=False):
        answer = sign_up(client)
    assert answer.status_code == 302
    person = User.objects.get()
    assert (person.name, person.email) == ("Ilse Nováková", "ilse@example.org")
    assert (person.profession, person.country, person.language) == ("radiologist", "CZ", "de")
    assert person.check_password(NEW_PASSWORD)
    consent = Consent.objects.get(user=person)
    assert (consent.version, consent.given_at, consent.language) == (settings.CONSENT_VERSION, NOON, "en")


def test_nobody_signs_in_before_the_address_is_confirmed(client):
    sign_up(client)
    assert not signed_in(client)
    answer = sign_in(client, "ilse@example.org", NEW_PASSWORD)
    assert answer.url == "/account/confirm-email/"
    assert not signed_in(client)

    link = link_in(mails("ilse@example.org")[0])
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get().verified, "a mail scanner that follows the link confirms nothing"
    assert client.post(link).status_code == 302
    assert not signed_in(client)
    assert sign_in(client, "ilse@example.org", NEW_PASSWORD).url == "/start/"
    assert signed_in(client)


def test_a_confirmation_link_of_nothing_confirms_nothing(client):
    sign_up(client)
    link = link_in(mails("ilse@example.org")[0])
    for wrong in (link[:-2] + "x/", "/account/confirm-email/nonsense/"):
        client.post(wrong)
    assert not EmailAddress.objects.get().verified


@pytest.mark.parametrize("field", ["name", "email", "password1", "profession", "country", "language", "consent"])
def test_each_missing_field_is_named_and_the_rest_is_kept(client, field):
    answer = sign_up(client, **{field: ""})
    assert errors(answer) == {field}
    page = answer.content.decode()
    if field != "name":
        assert 'value="Ilse Nováková"' in page
    assert NEW_PASSWORD not in page
    assert re.search(r'<option value="CZ"[^>]*selected', page) or field == "country"
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("email", "a@b"),
        ("password1", "short"),
        ("password1", "1234567890123"),
        ("password1", "password123"),
        ("password1", "ilse@example.org"),
        ("password1", "Ilse Nováková"),
        ("profession", "wizard"),
        ("country", "XX"),
        ("language", "tlh"),
        ("name", "A"),
        ("name", "x" * 201),
        ("name", "Ilse\x00Novak"),
    ],
)
def test_what_cannot_be_is_refused(client, field, value):
    assert errors(sign_up(client, **{field: value})) == {field}
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "Ilse\r\nBcc: victim@example.org",
        "Ilse\nNovak",
        "Ilse\tNovak",
        "Ilse\u2028Novak",
        "Ilse\x1b[31mNovak",
        "Ilse\u202eNovak",
        "Ilse\ufeffNovak",
    ],
)
def test_fault_62_line_breaks_and_control_characters_in_a_name_are_refused(client, name):
    assert errors(sign_up(client, name=name)) == {"name"}
    assert not User.objects.exists()
    assert not mails("victim@example.org")


@pytest.mark.parametrize(
    "name",
    [
        "<b>Ilse</b> Novak",
        "<script>alert(1)</script>",
        "Win at http://evil.example now",
        "You won WWW.evil.example",
        "ilse@evil.example",
        "<a href=//evil.example>Ilse</a>",
    ],
)
def test_fault_63_markup_and_addresses_are_no_name(client, name):
    assert errors(sign_up(client, name=name)) == {"name"}
    assert not mails("ilse@example.org")


def test_fault_63_the_mail_to_an_unconfirmed_address_does_not_repeat_the_name(client):
    """Else anyone could have the portal write a line of her own to a stranger."""
    sign_up(client, name="Call evil.example Today", email="stranger@example.org")
    (message,) = mails("stranger@example.org")
    assert "evil.example" not in text_of(message)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ilse   Novak ", "Ilse Novak"),
        ("Ilse\u00a0Novak", "Ilse Novak"),
        ("Zoe\u0308 Novak", "Zoë Novak"),
        ("Dr. med. univ. Ilse O’Brien-Nováková, MSc", "Dr. med. univ. Ilse O’Brien-Nováková, MSc"),
        ("李明", "李明"),
        ("محمد علی\u200cزاده", "محمد علی\u200cزاده"),
    ],
)
def test_names_of_the_world_are_kept(typed, kept):
    assert clean_name(typed) == kept


def test_address_is_one_whatever_its_case(client):
    sign_up(client, email="Ilse@Example.ORG")
    person = User.objects.get()
    assert person.email == "ilse@example.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="ILSE@example.org", name="Other")])
    client.post(link_in(mails("ilse@example.org")[0]))
    assert sign_in(client, " ILSE@EXAMPLE.org ", NEW_PASSWORD).url == "/start/"


@contextmanager
def when_saving(model, happens):
    """``happens`` just before a row of ``model`` is written: what another process, or the disc, does meanwhile."""

    def receiver(**_):
        pre_save.disconnect(receiver, sender=model)
        happens()

    pre_save.connect(receiver, sender=model)
    yield
    pre_save.disconnect(receiver, sender=model)


def test_the_same_address_in_the_same_moment_is_one_account(client):
    with when_saving(User, lambda: User.objects.bulk_create([User(email="ilse@example.org", name="Faster")])):
        answer = sign_up(client)
    assert (answer.status_code, answer.url) == (302, "/account/confirm-email/")
    assert not Consent.objects.exists()


def test_nothing_of_a_sign_up_stays_when_its_consent_cannot_be_written():
    def full():
        raise OperationalError("database or disk is full")

    with when_saving(Consent, full):
        answer = sign_up(Client(raise_request_exception=False))
    assert answer.status_code == 503
    assert not User.objects.exists()
    assert not mails("ilse@example.org")


def test_mail_speaks_the_language_of_its_reader(client):
    UserFactory(email="anne@example.org", language="fr")
    client.post("/account/password/reset/", {"email": "anne@example.org"}, headers={"accept-language": "de"})
    (message,) = mails("anne@example.org")
    assert message["Content-Language"] == "fr"
    client.post("/account/password/reset/", {"email": "nobody@example.org"}, headers={"accept-language": "de"})
    (message,) = mails("nobody@example.org")
    assert message["Content-Language"] == "de"
    sign_up(client, language="fr")
    (message,) = mails("ilse@example.org")
    assert message["Content-Language"] == "fr"


def test_mail_is_a_row_before_it_leaves(client):
    sign_up(client)
    assert Email.objects.get().status == STATUS.queued
    (message,) = mails("ilse@example.org")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "ilse@example.org"
    assert Email.objects.get().status == STATUS.sent
    assert len(mails("ilse@example.org")) == 1
