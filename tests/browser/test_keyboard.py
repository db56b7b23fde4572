"""The portal by keyboard alone: menus, languages, filters, files, questions, and every stop of the Tab key on key screens."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import browser, press_to
from tests.browser.screens import SCREENS
from tests.browser.visitors import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("portal")]

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
WINDOWS = pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
WALKED = (
    "home",
    "home signed in",
    "campaign",
    "catalogue",
    "course",
    "lesson",
    "question",
    "verify",
    "valid",
    "sign in",
    "sign up",
    "profile",
    "security set up",
    "start",
    "certificates",
    "department",
)


@pytest.fixture(scope="module")
def visitors(portal, told):
    with browser() as running:
        yield Visitors(portal, running, told)


@pytest.fixture
def visitor(visitors):
    """Somebody unknown, whose window keeps nothing of the test before."""
    page = visitors.page_of("visitor")
    page.context.clear_cookies()
    return page


def shows_focus(page: Page) -> bool:
    """Whether an outline or a shadow is around what has the focus, or around what encloses it."""
    return page.evaluate(
        """() => {
            const shows = (style) => style.boxShadow !== "none" || (style.outlineStyle !== "none" && style.outlineWidth !== "0px");
            let each = document.activeElement;
            for (let n = 0; each && n < 3; n += 1, each = each.parentElement) if (shows(getComputedStyle(each))) return true;
            return false;
        }"""
    )


# --- the header ------------------------------------------------------------------------------------------------------
@WINDOWS
@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_menu_of_the_header(visitors, window, key):
    page = visitors.page_of("reading")
    page.set_viewport_size(window)
    page.goto("/start/")
    panel = page.locator("#menu")
    opener = page.locator(".header__row > [popovertarget=menu]")
    if window is PHONE:
        press_to(page, ".header__row > [popovertarget=menu]")
        page.keyboard.press(key)
        expect(panel.locator(".nav__link").first).to_be_visible()
    account = page.locator("details.drop", has_text="Reading")
    for _ in range(20):
        page.keyboard.press("Tab")
        if account.locator("summary").evaluate("(each) => each === document.activeElement"):
            break
    expect(account.locator("summary")).to_be_focused()
    page.keyboard.press(key)
    expect(account).to_have_attribute("open", "")
    for item in account.locator(".drop__item").all():
        page.keyboard.press("Tab")
        expect(item).to_be_focused()
        assert shows_focus(page)
    page.keyboard.press("Escape")
    expect(account).not_to_have_attribute("open", "")
    expect(account.locator("summary")).to_be_focused()
    if window is PHONE:  # one Escape closes one thing
        expect(panel.locator(".nav__link").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(opener).to_be_focused()


def test_menu_closes_when_the_focus_leaves_it(visitors):
    page = visitors.page_of("reading")
    page.set_viewport_size(DESK)
    page.goto("/start/")
    press_to(page, "details.drop:last-of-type > summary")
    page.keyboard.press("Enter")
    drop = page.locator("details.drop:last-of-type")
    items = drop.locator(".drop__item").count()
    for _ in range(items):
        page.keyboard.press("Tab")
    expect(drop).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null"), "the focus goes on into the page"
    expect(drop).not_to_have_attribute("open", "")


def test_panel_of_a_phone_closes_when_the_focus_leaves_it(visitor):
    visitor.set_viewport_size(PHONE)
    visitor.goto("/en/")
    press_to(visitor, ".header__row > [popovertarget=menu]")
    visitor.keyboard.press("Enter")
    panel = visitor.locator("#menu")
    expect(panel.locator(".nav__link").first).to_be_visible()
    stops = 0
    while visitor.evaluate("document.activeElement.closest('#menu, .header__menu') !== null"):
        visitor.keyboard.press("Tab")
        stops += 1
        assert stops < 30, "the panel is a trap"
    assert stops > 5
    expect(panel).to_be_hidden()
    assert visitor.evaluate("document.activeElement.closest('main') !== null"), "the focus goes on into the page"


def choose_language(page: Page, name: str, *, key: str = "Enter") -> None:
    if page.viewport_size == PHONE:
        press_to(page, ".header__row > [popovertarget=menu]")
        page.keyboard.press("Enter")
    press_to(page, "details.drop > summary")
    page.keyboard.press(key)
    item = page.get_by_role("button", name=name)
    for _ in range(8):
        page.keyboard.press("Tab")
        if item.evaluate("(each) => each === document.activeElement"):
            break
    expect(item).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press(key)


@WINDOWS
@pytest.mark.parametrize("address", ["/en/courses/justification/", "/verify/"])
def test_another_language_and_back_keeps_the_page(visitor, window, address):
    visitor.set_viewport_size(window)
    visitor.goto(address)
    heading = visitor.locator("h1").inner_text()
    choose_language(visitor, "Deutsch")
    expect(visitor.locator("html")).to_have_attribute("lang", "de")
    expect(visitor.locator("details.drop > summary").first).to_contain_text("Deutsch")
    assert visitor.title().endswith("Alara Campus")
    choose_language(visitor, "English", key="Space")
    expect(visitor.locator("html")).to_have_attribute("lang", "en")
    assert visitor.url.endswith(address)
    expect(visitor.locator("h1")).to_have_text(heading)


@WINDOWS
def test_skip_link_leads_past_the_header(visitor, window):
    visitor.set_viewport_size(window)
    visitor.goto("/en/")
    visitor.keyboard.press("Tab")
    skip = visitor.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    visitor.keyboard.press("Enter")
    expect(visitor.locator("main")).to_be_focused()
    visitor.keyboard.press("Tab")
    assert visitor.evaluate("document.activeElement.closest('main') !== null")


# --- what people do --------------------------------------------------------------------------------------------------
def test_people_of_a_department_are_filtered(visitors, told):
    page = visitors.page_of("lead")
    page.set_viewport_size(DESK)
    page.goto(f"/departments/{told['places']['department']}/")
    caption = page.locator("#board-caption")
    everyone = caption.inner_text()
    press_to(page, "[name=state]")
    page.keyboard.type("Missing")
    assert page.input_value("[name=state]") == "missing"
    press_to(page, "main form button[type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "state=missing" in page.url
    assert page.input_value("[name=state]") == "missing"
    expect(caption).to_be_visible()
    assert caption.inner_text() != everyone
    for state in page.locator("tbody td[data-label=State]").all():
        expect(state).to_contain_text("Missing")
    page.reload()
    assert page.input_value("[name=state]") == "missing"


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_file_is_chosen_and_compared(visitor, key):
    visitor.set_viewport_size(DESK)
    other = {"name": "other.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    visitor.once("filechooser", lambda chooser: chooser.set_files(other))  # listens before the key goes down
    visitor.goto("/verify/")
    press_to(visitor, "main input[type=file]")
    assert shows_focus(visitor)
    visitor.keyboard.press(key)
    expect(visitor.locator(".upload__chosen")).to_contain_text("other.pdf")
    press_to(visitor, "form[method=post] [type=submit]:not(.drop__item)")
    with visitor.expect_navigation():
        visitor.keyboard.press("Enter")
    result = visitor.locator(".notice")
    expect(result).to_contain_text("Not a certificate")
    expect(result).to_be_focused()
    expect(result).to_be_in_viewport()
    assert visitor.title().startswith("Unknown")


def test_form_without_a_file_leads_back_to_it(visitor):
    visitor.set_viewport_size(DESK)
    visitor.goto("/verify/")
    press_to(visitor, "form[enctype] [type=submit]")
    with visitor.expect_navigation():
        visitor.keyboard.press("Enter")
    expect(visitor.locator(".error-summary")).to_be_focused()
    assert visitor.title().startswith("Error: ")
    visitor.keyboard.press("Tab")
    visitor.keyboard.press("Enter")
    expect(visitor.locator("main input[type=file]")).to_be_focused()


def test_question_is_answered(visitors, told):
    page = visitors.page_of("typing")
    page.set_viewport_size(DESK)
    page.goto(f"/learn/justification/quiz/{told['places']['typed']}/1/")
    send = "form[action*=answer] [type=submit]"
    press_to(page, send)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    assert shows_focus(page)
    assert page.title().startswith("Please check")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    first = page.locator("#choice-1")
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()
    # Radios are walked with the arrow keys, boxes with Tab and space.
    one_of_many = first.get_attribute("type") == "radio"
    page.keyboard.press("ArrowDown" if one_of_many else "Tab")
    second = page.locator("#choice-2")
    expect(second).to_be_focused()
    assert shows_focus(page)
    if not one_of_many:
        page.keyboard.press("Space")
    expect(second).to_be_checked()
    press_to(page, send)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert re.search(r"/2/$", page.url), "the next question"
    assert page.title().startswith("Question 2")


# --- every stop of the Tab key ---------------------------------------------------------------------------------------
READY = """() => {
    const look = (each) => {
        const style = getComputedStyle(each);
        return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow].join();
    };
    const first = (radio) =>
        [...document.getElementsByName(radio.name)].find((each) => each.checked) ?? document.getElementsByName(radio.name)[0];
    const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]")].filter(
        (each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true })
            && (each.type !== "radio" || each === first(each)),
    );
    const before = new Map([...document.querySelectorAll("*")].map((each) => [each, look(each)]));
    const tell = (each) => each.outerHTML.replace(/\\s+/g, " ").slice(0, 100);
    const seen = [];
    const indicated = (each) => {
        const shows = (which) => {
            const style = getComputedStyle(which);
            const drawn = style.boxShadow !== "none" || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
            return drawn && look(which) !== before.get(which);
        };
        return shows(each) || [".choice", ".card--link"].some((around) => each.closest(around) && shows(each.closest(around)));
    };
    const inSight = (each) => [...each.getClientRects()].some((box) => {
        const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
        const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
        if (right - left < 4 || bottom - top < 4) return false;
        const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        return hit && (each.contains(hit) || hit.contains(each) || hit.closest("label")?.control === each);
    });
    window.walk = {
        limit: stops.length + 5,
        step() {
            const each = document.activeElement;
            if (each === document.body || each === seen[0]) return null;
            if (seen.includes(each)) return [`comes back to ${tell(each)}`];
            const faults = [];
            if (!indicated(each)) faults.push(`shows no focus: ${tell(each)}`);
            if (!inSight(each)) faults.push(`is out of sight: ${tell(each)}`);
            const last = seen.at(-1);
            if (last && !(last.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING))
                faults.push(`comes before ${tell(last)}: ${tell(each)}`);
            seen.push(each);
            return faults;
        },
        missed: () => stops.filter((each) => !seen.includes(each)).map((each) => `is not reached: ${tell(each)}`),
    };
    return window.walk.limit;
}"""


def faults_of_walk(page: Page) -> list[str]:
    """From the top of a page just opened to its end by Tab: what is wrong with its stops."""
    limit = page.evaluate(READY)
    faults: list[str] = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        found = page.evaluate("window.walk.step()")
        if found is None:
            return faults + page.evaluate("window.walk.missed()")
        faults += found
    return [*faults, f"no end after {limit} stops"]


@WINDOWS
@pytest.mark.parametrize("name", WALKED)
def test_every_stop_is_in_sight_and_in_order(visitors, name, window):
    (screen,) = (each for each in SCREENS if each.name == name)
    page = visitors.visit(screen).page
    page.set_viewport_size(window)
    page.wait_for_load_state("networkidle")
    assert faults_of_walk(page) == []


def test_walk_finds_what_it_looks_for(visitor):
    """A page with a stop that shows nothing, one out of sight, one out of order and a trap."""
    style = "a { outline: 2px solid red } a:focus { outline: 3px solid blue } #mute:focus { outline: none }"
    links = '<a href="/1">1</a><a href="/2" id="mute">2</a><a href="/3" id="far">3</a><a href="/4" tabindex="1">4</a>'
    style += " #far { position: fixed; left: -99px }"
    visitor.route(
        "**/walked/", lambda route: route.fulfill(body=f"<style>{style}</style>{links}", content_type="text/html")
    )
    visitor.goto("/walked/")
    found = " ".join(faults_of_walk(visitor))
    for fault in ('shows no focus: <a href="/2"', 'out of sight: <a href="/3"', 'comes before <a href="/4"'):
        assert fault in found
    trap = "<a href='/1' onfocus='2'>1</a><script>addEventListener('keydown', (e) => e.preventDefault())</script>"
    visitor.route(
        "**/trap/", lambda route: route.fulfill(body=f"{trap}<a href='/2' autofocus>2</a>", content_type="text/html")
    )
    visitor.goto("/trap/")
    assert faults_of_walk(visitor)
