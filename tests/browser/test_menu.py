"""The menu of the site opens a section: by keyboard, by pointer, on a phone, and without script."""

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import browser, press_to, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("portal")]

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
OPENER = ".header__row > [popovertarget=menu]"
WINDOWS = pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture(scope="module")
def chromium():
    with browser() as running:
        yield running


@pytest.fixture
def visit(portal, chromium):
    """The home page in a window of this size."""
    opened = []

    def visit(window, **how):
        context = chromium.new_context(base_url=portal.url, viewport=window, locale="en-GB", **how)
        opened.append(context)
        page = context.new_page()
        page.goto("/en/")
        return page

    yield visit
    for context in opened:
        context.close()


def state_of(page):
    """What a screen reader is told of the section."""
    told = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    summary = next(node for node in told if node.get("name", {}).get("value") == "Courses" and node.get("properties"))
    return {each["name"]: each["value"].get("value") for each in summary["properties"]}.get("expanded")


@WINDOWS
@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_section_by_keyboard(visit, window, key):
    page = visit(window)
    section = page.locator("details.mega", has_text="Courses")
    if window is PHONE:
        press_to(page, OPENER)
        page.keyboard.press(key)
    press_to(page, "details.mega > summary")
    assert state_of(page) is False
    page.keyboard.press(key)
    assert state_of(page) is True
    links = section.locator("a").all()
    assert len(links) == 5, "the catalogue and its four courses"
    for link in links:
        page.keyboard.press("Tab")
        expect(link).to_be_focused()
    assert not violations(page)
    page.keyboard.press("Escape")
    expect(section).not_to_have_attribute("open", "")
    expect(section.locator("summary")).to_be_focused()
    if window is PHONE:
        expect(section.locator("summary")).to_be_visible()


def test_a_section_closes_beside_it_and_makes_room_for_another_menu(visit):
    page = visit(DESK)
    section = page.locator("details.mega")
    section.locator("summary").click()
    expect(section.get_by_role("link", name="Justification")).to_be_visible()
    page.locator("footer").click(position={"x": 2, "y": 2})
    expect(section).not_to_have_attribute("open", "")
    section.locator("summary").click()
    page.locator("details.drop > summary").first.click()
    expect(section).not_to_have_attribute("open", "")


@WINDOWS
def test_a_section_without_script(visit, window):
    page = visit(window, java_script_enabled=False)
    if window is PHONE:
        page.locator(OPENER).click()
    page.locator("details.mega > summary").click()
    page.locator("details.mega").get_by_role("link", name="Justification").click()
    page.wait_for_url("**/en/courses/justification/")
