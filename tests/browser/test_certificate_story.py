"""The whole story of a certificate: earned, asked for, signed, mailed, shared, verified by a stranger, and revoked.

Chromium, a real web process, a real worker; every page on the way passes axe on a phone and at a desk.
"""

import email
import gzip
import io
import json
import re
import time
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from email import policy
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pypdfium2
import pytest
import zxingcpp
from asn1crypto import pem, x509
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from portal.core import clock
from tests.browser.browsing import accessible, browser
from tests.browser.story import ADDRESS, BODY, NAME, NUMBER, OTHER_BODY, PASSWORD
from tests.browser.test_journey import key, sit_quiz  # noqa: F401  key is a fixture

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("portal")]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
MINUTE = 60.0


def german(text: str) -> str:
    with override("de"):
        return gettext(text)


@pytest.fixture
def windows(portal):
    """Opens a window of somebody's own; none may complain, or ask another host for anything."""
    faults: list[str] = []
    with browser() as running:

        def enter(language: str, size=PHONE) -> Page:
            context = running.new_context(base_url=portal.url, viewport=size, locale=language)
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
            page.on("request", lambda asked: leaves(asked.url) and faults.append(asked.url))
            return page

        def leaves(url: str) -> bool:
            return not url.startswith((portal.url, "data:", "blob:"))

        yield enter
    assert not faults, f"the browser complains, or a request left for another host: {faults}"


class Scriptless:
    """A telephone whose browser runs no script."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.devtools = page.context.new_cdp_session(page)
        self.run_scripts(False)

    def run_scripts(self, wanted: bool) -> None:
        self.devtools.send("Emulation.setScriptExecutionDisabled", {"value": not wanted})

    def look(self) -> None:
        """Axe is a script, and is let in once the page has been read without any."""
        self.run_scripts(True)
        accessible(self.page)
        self.run_scripts(False)


@contextmanager
def next_page(page: Page):
    """What is done here leads to another page, and axe finds nothing on it."""
    before = page.url
    yield
    page.wait_for_url(lambda url: url != before)
    accessible(page)


def sign_in(page: Page, address: str, password: str) -> None:
    page.goto("/account/login/")
    page.fill("[name=login]", address)
    page.fill("[name=password]", password)
    with next_page(page):
        page.locator("main form:has([name=password]) button[type=submit]").click()


def send(page: Page) -> None:
    with next_page(page):
        page.locator("main form.form button[type=submit]").click()


def mails_to_her(portal) -> list[email.message.EmailMessage]:
    paths = portal.mail_folder.glob(f"*-{ADDRESS}-*.eml")
    return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def told(url: str) -> dict:
    """What the address answers to a program that is signed in nowhere."""
    with urlopen(Request(url, headers={"Accept": "application/json"}), timeout=10) as answer:
        return json.load(answer)


def is_listed(credential: dict) -> bool:
    """Whether the bit of the credential is set in the status list that it names."""
    entry = credential["credentialStatus"]
    encoded = told(entry["statusListCredential"])["credentialSubject"]["encodedList"]
    bits = gzip.decompress(urlsafe_b64decode(encoded.removeprefix("u") + "==="))
    place = int(entry["statusListIndex"])
    return bool(bits[place // 8] & (0x80 >> place % 8))


def finish_course(page: Page, portal, key) -> None:  # noqa: F811
    last_question = json.loads(portal.python("from tests.browser.story import begin; begin()").strip().splitlines()[-1])
    sign_in(page, ADDRESS, PASSWORD)
    page.goto(last_question)
    sit_quiz(page, key, right=True)
    expect(page.get_by_role("heading", level=1)).to_have_text(german("You have passed"))


def ask_for_certificate(page: Page) -> None:
    """What stands between her and the certificate: the body, the credits, the evaluation."""
    way = page.get_by_role("link", name=german("Answer and get the certificate"))
    way.wait_for(timeout=60_000)  # the worker opens her claim
    accessible(page)
    with next_page(page):
        way.click()
    offered = page.locator("main form").inner_text()
    assert BODY in offered
    assert OTHER_BODY in offered
    page.get_by_role("radio", name=re.compile(BODY)).check()
    send(page)
    page.fill("[name=credits]", "1,5")
    page.fill("[name=identity_number]", "MP-80276")
    send(page)
    for group in page.locator("main form fieldset").all():
        group.get_by_role("radio").last.check()
    page.locator("main form textarea").first.fill("Mehr Fälle aus der Praxis, bitte.")
    send(page)


def download(page: Page, path: str):
    """The file behind the link of the card that the worker's last step brings."""
    link = page.locator("a[href$='.pdf']").first
    link.wait_for(timeout=60_000)
    accessible(page)
    expect(page.locator(".certificate-card")).to_contain_text(german("Your certificate is ready"))
    expect(page.locator(".certificate-card")).to_contain_text("1,5 CPD")
    with page.expect_download() as loaded:
        link.click()
    loaded.value.save_as(path)
    return path.read_bytes()


def is_signed(data: bytes, keys: bytes) -> None:
    """By pyHanko, with nothing trusted but the authority that the portal publishes: whole, valid, all of the file."""
    *_, authority = [x509.Certificate.load(each) for _, _, each in pem.unarmor(keys, multiple=True)]
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    context = ValidationContext(trust_roots=[authority], allow_fetching=False)
    status = validate_pdf_signature(signature, context)
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE


def share(page: Page) -> str:
    """She makes a link to her transcript that ends in a week; the link."""
    page.goto("/certificates/")
    accessible(page)
    with next_page(page):
        page.get_by_role("link", name=german("Transcript"), exact=True).click()
    expect(page.locator("main")).to_contain_text("1,5 CPD")
    with next_page(page):
        page.get_by_role("link", name=german("Share by a link")).click()
    with next_page(page):
        page.get_by_role("link", name=german("Make a link")).click()
    page.fill("[name=ends_on]", (clock.now() + timedelta(days=7)).date().isoformat())
    page.locator("main form.form button[type=submit]").click()
    address = page.locator("#id_address").input_value()  # the answer comes under the address of the form
    accessible(page)
    return address


def verify(telephone: Scriptless, link: str, printed: str, number: str, file) -> None:
    """From the link, from the number, and from the QR code: the same page, which knows the file."""
    page, main = telephone.page, telephone.page.locator("main")
    page.goto(link)
    telephone.look()
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    expect(main).not_to_contain_text(ADDRESS)
    page.get_by_role("link", name="Verification page").click()
    page.wait_for_url(printed)
    page.goto("/verify/")
    telephone.look()
    page.fill("[name=number]", number.lower().replace("-", " "))
    page.get_by_role("button", name="Verify", exact=True).click()
    page.wait_for_url(printed)
    page.goto(printed)
    telephone.look()
    expect(main.get_by_role("heading", name="Valid")).to_be_visible()
    for fact in (NAME, number, BODY, "1.5 CPD", NUMBER):
        expect(main).to_contain_text(fact)
    page.set_input_files("input[type=file]", file)
    page.locator("form:has(input[type=file]) button[type=submit]").click()
    expect(main).to_contain_text("This file is exactly the one issued.")
    telephone.look()


def revoke(admin: Page, number: str, portal) -> None:
    """In the CMS: she finds it by its number and gives a reason."""
    sign_in(admin, "admin@demo.example", portal.demo_password)
    admin.goto("/cms/certificates/")
    admin.fill("#id_q", number)
    rows = admin.locator("#listing-results tbody tr")
    expect(rows).to_have_count(1)
    accessible(admin)
    rows.get_by_role("link", name=number).click()
    admin.wait_for_url("**/decide/")
    accessible(admin)
    admin.get_by_label("Reason").select_option(label="Issued in error")
    admin.get_by_role("button", name="Revoke certificate").click()
    expect(admin.get_by_text("Revoked: the verification page says so from now on.")).to_be_visible()


def reload_until_revoked(page: Page, since: float) -> None:
    while time.monotonic() - since < MINUTE:
        page.reload()
        if page.get_by_role("heading", name="Revoked").count():
            return
        time.sleep(1)
    raise AssertionError("the page does not say within a minute that the certificate is revoked")


def test_from_the_last_question_to_a_revoked_certificate(windows, portal, key, tmp_path):  # noqa: F811
    learner = windows("de")
    finish_course(learner, portal, key)
    ask_for_certificate(learner)
    file = tmp_path / "certificate.pdf"
    data = download(learner, file)
    with ThreadPoolExecutor(1) as apart:  # pyHanko and Playwright each want the loop of their thread
        apart.submit(is_signed, data, portal.get("/verify/keys.pem")[1]).result()
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 1
    text = document[0].get_textpage().get_text_bounded()
    for fact in (NAME, BODY, NUMBER, german("This is to certify that")):
        assert fact in text
    printed = zxingcpp.read_barcode(document[0].render(scale=3).to_pil()).text
    assert printed.startswith(f"{portal.url}/verify/")
    facts = told(printed)
    assert (facts["status"], facts["number"] in text) == ("valid", True)
    assert (facts["credits"]["name"], facts["credits"]["credits"]) == (BODY, 1.5)
    assert urlsplit(portal.url).netloc + "/verify" in "".join(text.split())

    (mail,) = mails_to_her(portal)
    assert mail["Content-Language"] == "de"
    with override("de"):
        subject = gettext("Your certificate: %(course)s") % {"course": facts["course"]["title"]}
    assert mail["Subject"] == subject
    assert printed in mail.get_body(("plain",)).get_content()
    assert printed in mail.get_body(("html",)).get_content()

    credential = learner.context.request.get(printed.replace("/verify/", "/certificates/") + "/credential.json").json()
    assert credential["id"] == printed
    assert not is_listed(credential)

    link = share(learner)
    telephone = Scriptless(windows("en-GB"))
    stranger = telephone.page
    verify(telephone, link, printed, facts["number"], file)
    stranger.goto(printed)

    revoke(windows("en-GB", DESK), facts["number"], portal)
    done = time.monotonic()
    reload_until_revoked(stranger, done)
    telephone.look()
    expect(stranger.locator("main")).to_contain_text("Issued in error")
    facts = told(printed)
    assert (facts["status"], facts["revoked_reason"]) == ("revoked", "error")
    assert is_listed(credential)
    assert time.monotonic() - done < MINUTE
    stranger.goto(link)
    expect(stranger.locator("main")).to_contain_text("Revoked")
    telephone.look()
    learner.goto("/certificates/")
    expect(learner.locator(".certificate-card")).to_contain_text(german("Certificate revoked"))
    accessible(learner)
    assert len(mails_to_her(portal)) == 1
