"""The journey in German and in French: pages, mails and certificate speak the learner's language."""

import re

import pypdfium2
import pytest
from django.utils.translation import gettext, override
from django_countries import countries

from tests.browser.browsing import browser
from tests.browser.test_journey import PASSWORD, key, mail_to  # noqa: F401  key is a fixture

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("portal")]


@pytest.fixture
def visitor(portal):
    """A window in the language; every page it sees says so but the course's own, which is English; none complains."""
    faults: list[str] = []
    with browser() as running:

        def enter(language: str):
            context = running.new_context(base_url=portal.url, viewport={"width": 390, "height": 844}, locale=language)
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)

            def loaded(each):
                said = each.evaluate("document.documentElement.lang")
                if said != language and not each.url.startswith(portal.course_url):
                    faults.append(f"{each.url} is in {said}")

            page.on("domcontentloaded", loaded)
            return page

        yield enter
    assert not faults, faults


def press(page) -> None:
    """The main button of the page, and on to the next page."""
    before = page.url
    page.locator("main form:not([action*=logout]) .button--primary").first.click()
    page.wait_for_url(lambda url: url != before)


def sit_quiz(page, key) -> None:  # noqa: F811
    while page.locator("fieldset.question").count():
        wanted = key[page.locator("fieldset.question h1").inner_text().strip()]
        for label in page.locator("fieldset.question label").all():
            if label.inner_text().strip() in wanted:
                label.click()
        before = page.url
        page.locator("form[action*=answer] button[type=submit]").click()
        page.wait_for_url(lambda url, before=before: url != before)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_from_sign_up_to_certificate(visitor, portal, key, tmp_path, language):  # noqa: F811
    address = f"jana.{language}@example.org"
    page = visitor(language)
    page.goto("/account/signup/")
    page.fill("[name=name]", "Jana Muñoz-Lefèvre")
    page.fill("[name=email]", address)
    page.fill("[name=password1]", PASSWORD)
    page.select_option("[name=profession]", "radiographer")  # nobody else's credits wait to be chosen
    with override(language):
        page.get_by_role("combobox", name=gettext("Country")).fill(countries.name("AT"))
    assert page.input_value("select[name=language]") == language
    page.check("[name=consent]")
    press(page)
    message = mail_to(portal, address)
    assert message["Content-Language"] == language
    text = message.get_body(("plain",)).get_content()
    page.goto(re.search(r"https?://\S+/confirm-email/\S+", text)[0])
    press(page)
    page.fill("[name=login]", address)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form:has([name=password]) button[type=submit]").click()
    page.wait_for_url("**/start/")

    page.locator("main a[href*='courses/justification']").first.click()
    page.locator("main form[action*=enrol] button").click()
    page.wait_for_url("**/learn/justification/**")
    while "/quiz/" not in page.url:
        before = page.url
        page.locator(".lesson__done button").click()
        page.wait_for_url(lambda url, before=before: url != before)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_selector("fieldset.question")
    sit_quiz(page, key)
    with override(language):
        passed, certify = gettext("You have passed"), gettext("This is to certify that")
    assert passed != "You have passed"
    assert certify != "This is to certify that"
    assert page.locator("h1").inner_text() == passed

    link = page.locator("a[href$='.pdf']").first
    link.wait_for(timeout=60_000)
    with page.expect_download() as download:
        link.click()
    file = tmp_path / "certificate.pdf"
    download.value.save_as(file)
    printed = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_bounded()
    assert certify in printed
    assert "Jana Muñoz-Lefèvre" in printed

    ready = mail_to(portal, address, containing="/certificates/")
    assert ready["Content-Language"] == language
    with override(language):
        begun = gettext("Your certificate: %(course)s") % {"course": ""}
    assert ready["Subject"].startswith(begun.strip()[:12])
