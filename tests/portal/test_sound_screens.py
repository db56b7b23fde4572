"""Every screen is sound: its parts, its headings, nothing inline."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from tests.factories import PASSWORD
from tests.portal.markup import INLINE, soup

pytestmark = pytest.mark.django_db


PUBLIC = [
    "/en/",
    "/en/courses/",
    "/en/courses/course-j/",
    "/en/courses/course-j/m1/",
    "/en/courses/course-j/m1/lesson-1/",
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/1-wrong/",
    "/account/confirm-email/",
    "/account/confirm-email/wrong/",
    "/account/inactive/",
    "/account/privacy/",
]


OWN = [
    "/start/",
    "/account/profile/",
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/sessions/",
    "/account/logout/",
]


GUARDED = ["/account/2fa/totp/activate/", "/account/2fa/webauthn/add/"]


SECOND = [
    "/account/2fa/",
    "/account/2fa/recovery-codes/",
    "/account/2fa/recovery-codes/generate/",
    "/account/2fa/totp/deactivate/",
    "/account/2fa/webauthn/",
]


def is_sound(page):
    assert len(page.find_all("h1")) == 1
    assert page.title.get_text(" ", strip=True).endswith("– Alara Campus")
    assert not page.title.get_text().strip().startswith("–")
    assert not INLINE.search(str(page))
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), sorted(ids)
    for control in page.select("main input:not([type=hidden]), main select, main textarea"):
        assert page.find("label", attrs={"for": control["id"]}), control
    for button in page.find_all("button"):
        assert button.get_text(strip=True), button
        assert button.get("type"), button
    for form in page.select("form[method=post]"):
        assert form.select_one("[name=csrfmiddlewaretoken]"), form


@pytest.mark.parametrize("path", PUBLIC)
def test_public_screen_is_sound(client, course, path):
    is_sound(soup(client.get(path)))


@pytest.mark.parametrize("path", OWN)
def test_own_screen_is_sound(as_alice, course, path):
    is_sound(soup(as_alice.get(path)))


@pytest.mark.parametrize("path", GUARDED)
def test_guarded_screen_asks_again_who_is_there(as_alice, course, path):
    """Who was signed in without typing the password is asked for it first."""
    page = soup(as_alice.get(path, follow=True))
    is_sound(page)
    assert page.select_one("input[name=password]")


def confirm(client, path):
    """Open ``path`` and give the password where it is asked for."""
    answer = client.get(path)
    return client.post(answer.url, {"password": PASSWORD}, follow=True) if answer.status_code == 302 else answer


@pytest.mark.parametrize("path", GUARDED)
def test_guarded_screen_is_sound(as_alice, course, path):
    answer = confirm(as_alice, path)
    assert answer.wsgi_request.path == path
    is_sound(soup(answer))


@pytest.fixture
def second_factor(alice):
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(alice)


@pytest.fixture
def passkey(alice):
    Authenticator.objects.create(
        user=alice,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Blue <key>", "credential": {}, "passwordless": True},
    )


@pytest.mark.parametrize("path", SECOND)
@pytest.mark.usefixtures("second_factor", "passkey")
def test_screen_of_the_second_factor_is_sound(as_alice, course, path):
    answer = confirm(as_alice, path)
    assert answer.wsgi_request.path == path
    is_sound(soup(answer))


@pytest.mark.usefixtures("second_factor")
def test_second_step_of_signing_in_is_sound(client, alice, home):
    page = soup(client.post("/account/login/", {"login": alice.email, "password": PASSWORD}, follow=True))
    is_sound(page)
    assert page.select_one("main input[name=code]")


@pytest.mark.parametrize("path", ["/account/signup/", "/account/login/", "/account/password/reset/"])
def test_empty_form_tells_what_is_missing(client, home, path):
    page = soup(client.post(path, {}))
    is_sound(page)
    assert page.title.get_text(" ", strip=True).startswith("Error:")
    links = page.select("[role=alert] a")
    assert links
    for link in links:
        assert page.find(id=link["href"].removeprefix("#"))


def test_sign_up_asks_in_the_order_of_the_form(client, home):
    names = [control["name"] for control in soup(client.get("/account/signup/")).select("main .field [name]")]
    assert names == ["name", "email", "password1", "profession", "country", "language", "consent"]
