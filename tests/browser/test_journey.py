"""The journey: a radiologist signs up, takes “Justification”, holds a certificate; her department sees it.

Chromium, a real web process, a real worker; nothing is faked. Every page on the way passes axe at two sizes.
"""

import email
import re
import time
from email import policy

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from courses.catalogue.content_files import read_course
from tests.browser.browsing import accessible, browser, press_to

# All that use the demo portal run in one process, so that it is made once.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("portal")]

ADDRESS = "ilse.novak@example.org"
PASSWORD = "an aperture of quiet light"
NAME = "Dr. Ilse Nováková"


@pytest.fixture(scope="module")
def key():
    """The right answers, by question, from the course texts."""
    _, modules = read_course("justification")
    return {
        question.stem: {option.text for option in question.options if option.right}
        for module in modules
        for question in module.questions
    }


@pytest.fixture
def page(portal):
    with browser() as running:
        context = running.new_context(base_url=portal.url, viewport={"width": 1440, "height": 900}, locale="en-GB")
        context.set_default_timeout(15_000)
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        page.on(
            "request",
            lambda request: None if request.url.startswith((portal.url, "data:")) else faults.append(request.url),
        )
        yield page
        assert not faults, f"the browser complains, or a request left for another host: {faults}"


def mail_to(portal, address: str, *, containing: str = "") -> email.message.EmailMessage:
    """The newest message in the mail folder whose text has ``containing``, once the worker has written it."""
    for _ in range(150):
        for path in sorted(portal.mail_folder.glob(f"*-{address}-*.eml"), key=lambda each: -each.stat().st_mtime):
            message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            if containing in message.get_body(("plain",)).get_content():
                return message
        time.sleep(0.2)
    raise AssertionError(f"no mail for {address} in {portal.mail_folder}")


def sign_up(page: Page, portal) -> None:
    page.goto("/")
    accessible(page)
    page.get_by_role("link", name="Courses").first.click()
    accessible(page)
    page.get_by_role("link", name=re.compile("Justification")).first.click()
    accessible(page)
    press_to(page, "main a[href*='signup']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/signup/**")
    accessible(page)
    for field, text in (("name", NAME), ("email", ADDRESS), ("password1", PASSWORD)):
        press_to(page, f"[name={field}]")
        page.keyboard.type(text)
    for field, text in (("profession", "Radiologist"), ("country", "Czechia"), ("language", "English")):
        press_to(page, f"#id_{field}")
        page.keyboard.type(text)
    press_to(page, "[name=consent]")
    page.keyboard.press("Space")
    press_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirm-email/**")
    accessible(page)
    message = mail_to(portal, ADDRESS)
    text = message.get_body(("plain",)).get_content()
    page.goto(re.search(r"https?://\S+/confirm-email/\S+", text)[0])
    accessible(page)
    press_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/login/**")
    sign_in(page, ADDRESS, PASSWORD)


def sign_in(page: Page, address: str, password: str) -> None:
    page.goto("/account/login/")
    accessible(page)
    page.fill("[name=login]", address)
    page.fill("[name=password]", password)
    press_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/start/")
    accessible(page)


def read_everything(page: Page, portal) -> int:
    """Enrol and read lesson by lesson up to the quiz; the number of lessons."""
    page.goto(portal.course_url)
    accessible(page)
    press_to(page, "main form[action*=enrol] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/learn/justification/**")
    lessons = 0
    while "/quiz/" not in page.url:
        lessons += 1
        accessible(page)
        press_to(page, ".lesson__done button")
        before = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, before=before: url != before)
    return lessons


def sit_quiz(page: Page, key, *, right: bool) -> None:
    """From the start page through every question, by keyboard; right or wrong on purpose."""
    first = True
    while page.locator("fieldset.question").count():
        if first:
            accessible(page)
            first = False
        stem = page.locator("fieldset.question h1").inner_text().strip()
        wanted = key[stem]
        for label in page.locator("fieldset.question label").all():
            is_right = label.inner_text().strip() in wanted
            box = page.locator(f"#{label.get_attribute('for')}")
            if is_right == right:
                box.focus()
                page.keyboard.press("Space")
                if box.get_attribute("type") == "radio" or not right:
                    break
        else:
            if not right:  # every answer of this question is right: choose one only
                page.locator("fieldset.question input").first.focus()
                page.keyboard.press("Space")
        press_to(page, "form[action*=answer] button[type=submit]")
        before = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, before=before: url != before)


def begin_quiz(page: Page) -> None:
    press_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector("fieldset.question")


def test_from_sign_up_to_a_certificate_that_anyone_can_verify(page, portal, key, tmp_path):
    sign_up(page, portal)
    assert read_everything(page, portal) >= 15
    accessible(page)

    begin_quiz(page)
    sit_quiz(page, key, right=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed this time")
    accessible(page)

    begin_quiz(page)
    sit_quiz(page, key, right=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("You have passed")
    link = page.locator("a[href$='.pdf']").first
    link.wait_for(timeout=60_000)
    accessible(page)

    with page.expect_download() as download:
        link.click()
    file = tmp_path / "certificate.pdf"
    download.value.save_as(file)
    document = pypdfium2.PdfDocument(file)
    assert len(document) == 1
    assert NAME in document[0].get_textpage().get_text_bounded()
    code = zxingcpp.read_barcode(document[0].render(scale=3).to_pil())
    assert code.text.startswith(f"{portal.url}/verify/")

    stranger = page.context.browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB").new_page()
    stranger.goto(code.text)
    expect(stranger.locator("main")).to_contain_text("valid", ignore_case=True)
    expect(stranger.locator("main")).to_contain_text(NAME)
    accessible(stranger)
    stranger.set_input_files("input[type=file]", file)
    stranger.locator("form:has(input[type=file]) button[type=submit]").click()
    expect(stranger.locator("main")).to_contain_text("exactly")
    accessible(stranger)

    portal.add_to_radiology(ADDRESS)
    lead = page.context.browser.new_context(
        base_url=portal.url, viewport={"width": 1440, "height": 900}, locale="en-GB"
    ).new_page()
    sign_in(lead, "lead@demo.example", portal.demo_password)
    lead.goto("/departments/")
    accessible(lead)
    lead.get_by_role("link", name=re.compile("Radiology")).first.click()
    row = lead.locator("tr", has_text=NAME).first
    expect(row).to_contain_text("done", ignore_case=True)
    accessible(lead)

    verbs = [statement["verb"]["id"].rsplit("/", 1)[-1] for statement in portal.statements_of(ADDRESS)]
    assert verbs[:2] == ["registered", "initialized"]
    assert verbs.index("failed") < verbs.index("passed") < len(verbs) - 1
    assert verbs[-1] == "completed"
    assert verbs.count("answered") == 40
    assert "no difference" in portal.manage("rebuild_progress")
