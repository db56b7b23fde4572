"""FAULT 67: nobody learns from the portal who has an account."""

import re

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from portal.accounts.models import User
from tests.factories import NOON, UserFactory
from tests.portal.accounts.hands import change_address, mails, sign_in, sign_up, text_of

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "kim@example.org", "una@example.org"
hashed: list[str] = []


class CountingHasher(Argon2PasswordHasher):
    """Argon2, which is what takes the time, and a count of its work."""

    def encode(self, password, salt):
        hashed.append(password)
        return super().encode(password, salt)

    def verify(self, password, encoded):
        hashed.append(password)
        return super().verify(password, encoded)


@pytest.fixture(autouse=True)
def known(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    with time_machine.travel(NOON, tick=False):
        yield UserFactory(email=KNOWN)


def seen(answer, client):
    """All that the outside sees, without the address itself and the one-time tokens."""
    page = answer
    if answer.status_code == 302:
        page = client.get(answer.url)
    text = re.sub(r"\b[A-Za-z0-9]{64}\b", "token", page.content.decode())
    for address in (KNOWN, UNKNOWN):
        text = text.replace(address, "…")
    headers = {name: value for name, value in answer.items() if name != "Content-Length"}
    cookies = sorted(client.cookies)
    return answer.status_code, headers, cookies, text.splitlines()


def both(ask):
    """What a known and an unknown address see, and how often each made the portal hash a password."""
    views, work = [], []
    for address, place in ((KNOWN, "203.0.113.1"), (UNKNOWN, "203.0.113.2")):
        client = Client(REMOTE_ADDR=place)
        hashed.clear()
        answer = ask(client, address)
        work.append(len(hashed))
        views.append(seen(answer, client))
    return views, work


def test_fault_67_sign_in_tells_nothing():
    views, work = both(lambda client, address: sign_in(client, address, "a wrong password"))
    assert views[0] == views[1]
    assert work == [1, 1]


def test_fault_67_sign_in_of_a_closed_account_tells_nothing(known):
    known.is_active = False
    known.save()
    views, work = both(lambda client, address: sign_in(client, address, "a wrong password"))
    assert views[0] == views[1]
    assert work == [1, 1]


def test_fault_67_sign_up_tells_nothing():
    views, work = both(lambda client, address: sign_up(client, email=address))
    assert views[0] == views[1]
    assert views[0][0] == 302
    assert work == [1, 1]
    assert User.objects.count() == 2


def test_fault_67_sign_up_with_a_known_address_writes_to_its_owner(client, known):
    known.language = "fr"
    known.save()
    sign_up(client, email=KNOWN, name="Somebody Else", password1="another quiet password")
    (message,) = mails(KNOWN)
    assert message["Content-Language"] == "fr"
    assert "/account/password/reset/" in text_of(message)
    known.refresh_from_db()
    assert known.name != "Somebody Else"
    assert not known.check_password("another quiet password")


def test_fault_67_password_reset_tells_nothing():
    views, work = both(lambda client, address: client.post("/account/password/reset/", {"email": address}))
    assert views[0] == views[1]
    assert views[0][0] == 302
    assert work == [0, 0]
    assert "/password/reset/key/" in text_of(mails(KNOWN)[0])
    assert "/password/reset/key/" not in text_of(mails(UNKNOWN)[0])


def test_fault_67_too_many_attempts_tell_nothing():
    def guess(client, address):
        for _ in range(5):
            sign_in(client, address, "a wrong password")
        return sign_in(client, address, "a wrong password")

    views, work = both(guess)
    assert views[0] == views[1]
    assert work == [5, 5]


def test_fault_67_adding_the_address_of_another_tells_nothing():
    UserFactory(email="me@example.org")

    def add(client, address):
        sign_in(client, "me@example.org")
        return change_address(client, address)

    views, _ = both(add)
    assert views[0] == views[1]
    assert views[0][0] == 302
