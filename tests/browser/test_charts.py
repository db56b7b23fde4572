"""Charts in a browser: drawn under the content security policy, read by keyboard, and there without script too."""

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import accessible, browser, press_to

pytestmark = pytest.mark.browser

PLOT = "[data-chart=chart-{}] [data-chart-plot]"
SAID = "[data-chart=chart-{}] [data-chart-said]"


@pytest.fixture
def chromium(live_server):
    """Begins after the database and ends before it, which Django asks for where an event loop runs."""
    with browser() as running:
        yield running


@pytest.fixture
def address(live_server, settings):
    settings.ROOT_URLCONF = "tests.browser.chart_page"
    return f"{live_server.url}/charts/"


@pytest.fixture
def visit(chromium, address):
    """Opens the page of charts; what console or policy complain about is a fault."""
    contexts, faults = [], []

    def go(query="", **options):
        context = chromium.new_context(locale="en-GB", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: faults.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address + query)
        return page

    yield go
    for context in contexts:
        context.close()
    assert not faults, f"the browser complains: {faults}"


def drawn(page):
    """All charts come near the window and are drawn."""
    for plot in page.locator("[data-chart-plot]").all():
        plot.scroll_into_view_if_needed()
        expect(plot.locator("svg[role=img]")).to_be_visible()
    return page


def boxes(page, selector):
    return [each.bounding_box() for each in page.locator(selector).all()]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "look",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=["light", "dark", "forced"],
)
def test_drawn_and_without_barriers(visit, look, language):
    page = drawn(visit(f"?language={language}", **look))
    assert page.locator(PLOT.format("standing") + " .chart__part").count() == 3  # a part of nothing is not drawn
    assert page.locator(PLOT.format("dose") + " .chart__part").count() == 1
    assert page.locator(PLOT.format("months") + " use").count() == 3
    accessible(page)
    page.locator("details > summary").first.click()
    expect(page.locator("details table").first).to_be_visible()
    accessible(page)


def test_the_page_does_not_move_when_the_drawing_comes(visit):
    page = visit()
    before = page.evaluate("document.documentElement.scrollHeight")
    drawn(page)
    assert page.evaluate("document.documentElement.scrollHeight") == before


def test_a_part_is_as_long_as_its_number(visit):
    page = drawn(visit())
    plot = page.locator(PLOT.format("standing")).bounding_box()
    done, _, missing = boxes(page, PLOT.format("standing") + " .chart__part")
    assert done["width"] == pytest.approx(plot["width"] * 12 / 20, abs=6)
    assert missing["x"] == pytest.approx(plot["x"] + plot["width"] * 12 / 20, abs=6)
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(300)
    plot = page.locator(PLOT.format("standing")).bounding_box()
    done = boxes(page, PLOT.format("standing") + " .chart__part")[0]
    assert done["width"] == pytest.approx(plot["width"] * 12 / 20, abs=6)


def test_arrow_keys_read_the_values_and_escape_leaves(visit):
    page = drawn(visit())
    said = page.locator(SAID.format("standing"))
    press_to(page, PLOT.format("standing"))
    expect(said).to_be_empty()
    for key, sentence in [
        ("ArrowRight", "Radiology, Done: 12 of 20"),
        ("ArrowRight", "Radiology, Missing: 8 of 20"),
        ("ArrowRight", "Radiology, Missing: 8 of 20"),
        ("ArrowDown", "Cardiology, Missing: 0 of 3"),
        ("ArrowLeft", "Cardiology, Done: 3 of 3"),
        ("Home", "Radiology, Done: 12 of 20"),
        ("End", "Cardiology, Missing: 0 of 3"),
    ]:
        page.keyboard.press(key)
        expect(said).to_have_text(sentence)
        expect(page.locator(PLOT.format("standing") + " .chart__cursor")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(said).to_be_empty()
    expect(page.locator("[data-chart=chart-standing] summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-chart=chart-standing] table")).to_be_visible()


def test_lines_are_read_along_time(visit):
    page = drawn(visit())
    press_to(page, PLOT.format("months"))
    for key, sentence in [
        ("ArrowRight", "January, This year: 3"),
        ("ArrowRight", "February, This year: no value"),
        ("ArrowDown", "February, Last year: 1"),
    ]:
        page.keyboard.press(key)
        expect(page.locator(SAID.format("months"))).to_have_text(sentence)


def test_from_right_to_left_the_bars_begin_on_the_right(visit):
    page = drawn(visit("?language=ar"))
    plot = page.locator(PLOT.format("standing")).bounding_box()
    done = boxes(page, PLOT.format("standing") + " .chart__part")[0]
    assert done["x"] + done["width"] == pytest.approx(plot["x"] + plot["width"], abs=4)
    marks = boxes(page, PLOT.format("months") + " use")
    assert marks[2]["x"] > marks[1]["x"] + 100  # drawn from the left, so January comes last, and on the right
    press_to(page, PLOT.format("standing"))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(SAID.format("standing"))).to_contain_text("8")


def test_a_pointer_reads_the_same(visit):
    page = drawn(visit())
    page.locator(PLOT.format("standing") + " .chart__bar").first.hover(position={"x": 20, "y": 10})
    expect(page.locator(SAID.format("standing"))).to_have_text("Radiology, Done: 12 of 20")
    page.mouse.move(0, 0)
    expect(page.locator(SAID.format("standing"))).to_be_empty()


def test_colours_follow_the_scheme_at_once(visit):
    page = drawn(visit(color_scheme="light"))
    colour = "getComputedStyle(document.querySelector('.chart__part')).stroke"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colour) != light


def test_a_page_without_charts_fetches_no_library(chromium, live_server, address):
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/account/login/")
    page.wait_for_load_state("networkidle")
    assert asked
    assert not [url for url in asked if "chart" in url]
    page.close()


def test_without_script_the_tables_lie_open(visit):
    page = visit(java_script_enabled=False)
    for table in page.locator("details table").all():
        expect(table).to_be_visible()
        assert table.bounding_box()["height"] > 50
    expect(page.locator("[data-chart-plot]").first).to_be_hidden()


def test_without_the_library_the_numbers_still_stand_there(chromium, address):
    page = chromium.new_page()
    page.route("**/vendor/**", lambda route: route.abort())
    page.goto(address)
    expect(page.locator("[data-chart=chart-standing] table")).to_be_visible()
    expect(page.locator(PLOT.format("standing"))).to_be_hidden()
    page.close()
