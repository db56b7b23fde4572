"""A passkey: added, used to sign in without a password, and refused once it is taken away."""

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import browser
from tests.factories import PASSWORD, UserFactory
from tests.pages import make_site

pytestmark = pytest.mark.browser


@pytest.fixture
def address(transactional_db):
    make_site()  # signing out leads home
    return UserFactory(name="Alice Huber", email="alice@example.org").email


@pytest.fixture
def page(address, live_server):
    """Chromium with an authenticator of its own, as a telephone has one; what the console tells is a fault."""
    with browser() as running:
        context = running.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"), locale="en-GB")
        context.set_default_timeout(15_000)
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda line: faults.append(f"{line.text} {line.location}") if line.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        devtools = context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        yield page
        assert not faults, f"the browser complains: {faults}"


def reauthenticate(page):
    if "/reauthenticate/" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.locator("main form:has([name=password]) button[type=submit]").click()


def sign_out(page):
    page.goto("/account/logout/")
    with page.expect_response("**/account/logout/"):
        page.locator("main form[action*='/account/logout/'] button[type=submit]").click()
    page.goto("/account/email/")
    assert "/account/login/" in page.url


def test_a_passkey_is_added_and_signs_in(page, address):
    page.goto("/account/login/")
    page.fill("[name=login]", address)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form:has([name=password]) button[type=submit]").click()
    page.wait_for_url("**/start/")

    page.goto("/account/2fa/webauthn/add/")
    reauthenticate(page)
    page.wait_for_url("**/webauthn/add/")
    page.fill("[name=name]", "My telephone")
    page.check("[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/account/2fa/recovery-codes/**")
    page.goto("/account/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("My telephone")

    sign_out(page)
    page.goto("/account/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/start/")

    sign_out(page)
    page.fill("[name=login]", address)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form:has([name=password]) button[type=submit]").click()
    page.wait_for_url("**/2fa/authenticate/**")  # the password alone opens nothing now
