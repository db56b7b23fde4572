"""Chromium, axe and the keyboard for the browser tests."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES = {"phone": (390, 844), "desk": (1440, 900)}


def chromium() -> str:
    """Debian's Chromium, or the one that ``CHROMIUM`` names."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert found, "Browser tests need Chromium: apt-get install chromium, or set CHROMIUM to its path."
    return found


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield running
        running.close()


def violations(page: Page) -> list[str]:
    """What axe finds (WCAG 2.2 A and AA) on the page as it is: rule, element, and what is wrong."""
    result = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    return [
        f"{page.url} {rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in result.response["violations"]
        for node in rule["nodes"]
    ]


def accessible(page: Page) -> None:
    """Axe finds nothing on the page, on a phone and at a desk; afterwards the window is as it was."""
    before = page.viewport_size
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        found = violations(page)
        assert not found, "\n".join(found)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{page.url} scrolls sideways at {width}"
        )
    if before:
        page.set_viewport_size(before)


def press_to(page: Page, selector: str, *, limit: int = 150) -> None:
    """Walk with the Tab key until the element has the focus; fails when the keyboard cannot reach it."""
    for _ in range(limit):
        if page.evaluate("s => document.activeElement && document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector} on {page.url}")
