"""``make screenshots``: the pictures of the README, taken from a running portal with the demo."""

import sys

from playwright.sync_api import Page

from tests.browser.browsing import browser
from tests.support.live import ROOT, LivePortal

FOLDER = ROOT / "docs" / "images"
LESSON = "/learn/justification/why-justify/net-benefit/"


def signed_in(page: Page, address: str, password: str) -> Page:
    page.goto("/account/login/")
    page.fill("[name=login]", address)
    page.fill("[name=password]", password)
    page.locator("main form:has([name=password]) button[type=submit]").click()
    page.wait_for_url("**/start/")
    return page


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    live = LivePortal("embedded")
    try:
        live.prepare()
        live.start("web")
        with browser() as running:

            def visitor() -> Page:
                window = {"width": 1280, "height": 860}
                return running.new_context(base_url=live.url, viewport=window, locale="en-GB").new_page()

            home = visitor()
            home.goto("/en/")
            take(home, "home")
            learner = signed_in(visitor(), "learner@demo.example", live.demo_password)
            learner.goto("/en/courses/justification/")
            learner.locator("main form[action*=enrol] button").click()
            learner.goto(LESSON)
            take(learner, "lesson")
            lead = signed_in(visitor(), "lead@demo.example", live.demo_password)
            lead.goto("/departments/")
            lead.get_by_role("link", name="Radiology").first.click()
            take(lead, "department")
    finally:
        live.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
