"""The living page of the kit: every component in every scheme, width and direction, and by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.browsing import WCAG, browser

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 820, 1440)  # 320: a window of 1280 at a zoom of 400 %
SCHEMES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "more contrast": {"contrast": "more"},
}


@pytest.fixture
def open_kit(transactional_db, live_server):
    """A window on the living page; what the console tells is a fault, as is a request to another host."""
    faults: list[str] = []
    with browser() as running:

        def open_it(address="/kit/", width=1440, **options):
            context = running.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on(
                "request",
                lambda sent: None if sent.url.startswith((live_server.url, "data:")) else faults.append(sent.url),
            )
            page.goto(live_server.url + address)
            page.wait_for_load_state("networkidle")
            return page

        yield open_it
    assert not faults, f"the browser complains: {faults}"


def violations(page) -> list[str]:
    options = {"runOnly": {"type": "tag", "values": [*WCAG, "best-practice"]}}
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in Axe().run(page, options=options).response["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(
    ("scheme", "direction", "widths"),
    [*((scheme, "ltr", WIDTHS) for scheme in SCHEMES), ("light", "rtl", (390, 1440)), ("dark", "rtl", (820,))],
)
def test_every_component_passes_axe_at_every_width(open_kit, scheme, direction, widths):
    page = open_kit(f"/kit/?dir={direction}", **SCHEMES[scheme])
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], f"{scheme} {direction} {width}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"scrolls sideways at {width}"


def test_targets_are_large_enough(open_kit):
    """24 px at least (WCAG 2.2, 2.5.8); links within a sentence are exempt."""
    page = open_kit(width=390)
    small = page.evaluate(
        """() => [...document.querySelectorAll("main :is(button, input, select, textarea, summary, .button, [role=tab])")]
            .filter((each) => each.checkVisibility())
            .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24)
            .map(([text]) => text)"""
    )
    assert small == []


def test_tabs_by_keyboard(open_kit):
    page = open_kit()
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_count(3)
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).to_contain_text("judges a request")
    page.keyboard.press("End")
    expect(tabs.nth(2)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tabs.first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("tabpanel")).to_be_focused()


def test_tabs_without_script_are_headings_to_jump_to(open_kit):
    page = open_kit(java_script_enabled=False)
    assert page.locator(".tabs__panel").count() == 3
    for panel in page.locator(".tabs__panel").all():
        expect(panel).to_be_visible()
    page.locator(".tabs__tab").nth(1).click()
    assert page.url.endswith("#course-outcomes")


def test_dialog_asks_and_gives_the_focus_back(open_kit):
    page = open_kit()
    opener = page.get_by_role("button", name="End the membership")
    opener.focus()
    page.keyboard.press("Space")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    assert violations(page) == []
    for _ in range(4):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
        assert inside, "the focus leaves the dialog"
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_toast_stays_until_it_is_closed(open_kit):
    page = open_kit()
    toasts = page.locator("[data-toast]")
    expect(toasts).to_have_count(2)
    toasts.first.get_by_role("button", name="Close").click()
    expect(toasts).to_have_count(1)


def test_error_summary_leads_to_the_field(open_kit):
    page = open_kit()
    page.locator(".error-summary a").first.press("Enter")
    expect(page.locator("[name=wrong-name]")).to_be_focused()


# --- controls --------------------------------------------------------------------------------------------------------
def combobox(page):
    return (
        page.locator("#id_empty-country"),
        page.locator("#id_empty-country-list"),
        page.locator("[name=empty-country]"),
    )


def test_country_is_searched_by_typing(open_kit):
    page = open_kit()
    field, options, select = combobox(page)
    expect(page.get_by_role("combobox", name="Country (optional)").first).to_have_attribute("id", "id_empty-country")
    field.focus()
    expect(options).to_be_hidden()
    page.keyboard.type("cote d")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_text("Matches: 1")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    chosen = options.get_by_role("option", name="Côte d’Ivoire")
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    page.keyboard.press("Enter")
    expect(options).to_be_hidden()
    expect(field).to_have_value("Côte d’Ivoire")
    expect(field).to_be_focused()
    assert select.input_value() == "CI"
    assert page.url.endswith("/kit/"), "Enter sends nothing while the list is open"


def test_list_of_countries_by_arrows(open_kit):
    page = open_kit()
    field, options, select = combobox(page)
    field.focus()
    page.keyboard.press("ArrowUp")
    expect(options.get_by_role("option")).to_have_count(6)
    last = options.get_by_role("option").last
    expect(last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(options).to_be_visible()
    assert field.get_attribute("aria-activedescendant") is None
    page.keyboard.type("united")
    expect(page.get_by_text("Matches: 2")).to_be_visible()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(options).to_be_hidden()
    expect(field).to_have_value("")
    assert select.input_value() == ""


def test_what_is_typed_counts_when_it_means_one_thing(open_kit):
    page = open_kit()
    field, options, select = combobox(page)
    field.focus()
    page.keyboard.type("Czech")
    page.keyboard.press("Tab")
    expect(options).to_be_hidden()
    expect(field).to_have_value("Czechia")
    assert select.input_value() == "CZ"
    expect(page.locator("[name=empty-remark]")).to_be_focused()
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")
    assert select.input_value() == ""
    field.click()
    options.get_by_role("option", name="Austria").click()
    expect(field).to_have_value("Austria")
    expect(field).to_be_focused()
    assert select.input_value() == "AT"


@pytest.mark.parametrize("typed", ["nowhere", "united"])
def test_what_is_typed_and_means_nothing_or_several_is_kept_and_told(open_kit, typed):
    page = open_kit()
    field, options, select = combobox(page)
    field.focus()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(options).to_be_hidden()
    expect(field).to_have_value(typed)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(f"“{typed}” is not one entry of this list: choose one.")
    assert select.input_value() == ""
    page.locator("form:has([name=empty-country]) [type=submit]").click()
    expect(field).to_be_focused()
    expect(field).to_have_value(typed)
    page.keyboard.press("Control+A")
    page.keyboard.type("Austria")
    page.keyboard.press("Tab")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(page.get_by_text("is not one entry")).to_be_hidden()
    assert select.input_value() == "AT"


def test_country_without_script_is_a_select(open_kit):
    page = open_kit(java_script_enabled=False)
    select = page.get_by_label("Country").first
    expect(select).to_be_visible()
    select.select_option("NL")
    assert select.input_value() == "NL"
    expect(page.locator(".upload__drop").first).to_be_hidden()


def test_faults_lead_to_the_controls(open_kit):
    page = open_kit()
    for name, field in (("Date of birth", "#id_wrong-born_0"), ("Country", "#id_wrong-country")):
        link = page.locator(".error-summary a", has_text=name)
        link.press("Enter")
        expect(page.locator(field)).to_be_focused()
        expect(page.locator(field)).to_have_attribute("aria-invalid", "true")
    assert [page.locator(f"[name=wrong-born_{part}]").input_value() for part in ("day", "month", "year")] == [
        "31",
        "2",
        "1986",
    ]


def test_day_month_and_year_by_keyboard(open_kit):
    page = open_kit()
    page.get_by_role("group", name="Date of birth (optional)").first.get_by_label("Day").focus()
    for typed, part in (("25", "day"), ("11", "month"), ("1986", "year")):
        expect(page.locator(f"[name=empty-born_{part}]")).to_be_focused()
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    expect(page.locator("[name=empty-born_year]")).to_have_attribute("autocomplete", "bday-year")


def test_chosen_file_is_told_with_its_size(open_kit):
    page = open_kit()
    field = page.locator(".upload").first
    expect(field.get_by_text("or drop the file here")).to_be_visible()
    control, told = field.locator("input"), field.get_by_role("status")
    choosers = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108  a built-in method cannot be bound
    for _ in range(5):  # Chromium drops the first one now and then when the machine is busy
        control.press("Space")
        page.wait_for_timeout(500)
        if choosers:
            break
    choosers[0].set_files({"name": "audit.pdf", "mimeType": "application/pdf", "buffer": b"x" * 1536})
    expect(told).to_have_text("audit.pdf, 1.5 kB")
    control.set_input_files({"name": "big.pdf", "mimeType": "application/pdf", "buffer": b"x" * (6 * 1024 * 1024)})
    expect(told).to_have_text("big.pdf, 6 MB. This file is too large.")


def test_file_is_dropped_on_the_field(open_kit):
    page = open_kit()
    field = page.locator(".upload").first
    files = page.evaluate_handle(
        """() => {
            const files = new DataTransfer();
            for (const name of ["one.pdf", "two.pdf"]) files.items.add(new File(["x"], name, { type: "application/pdf" }));
            return files;
        }"""
    )
    field.dispatch_event("dragover", {"dataTransfer": files})
    expect(field).to_have_class("upload is-over")
    field.dispatch_event("drop", {"dataTransfer": files})
    expect(field).to_have_class("upload")
    expect(field.get_by_role("status")).to_have_text("one.pdf, 1 byte")
    assert field.locator("input").evaluate("(each) => each.files.length") == 1


def test_one_fold_of_an_accordion_is_open(open_kit):
    page = open_kit()
    folds = page.locator("details[name=faq]")
    for opened, closed in ((0, 1), (1, 0)):
        folds.nth(opened).locator("summary").focus()
        page.keyboard.press("Enter")
        expect(folds.nth(opened)).to_have_attribute("open", "")
        expect(folds.nth(closed)).not_to_have_attribute("open", "")


def test_print_sheet_has_the_text_and_nothing_to_press(open_kit):
    page = open_kit(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    for gone in (".header", ".footer", ".skip", ".breadcrumbs", ".pager", ".inline-form", ".toasts"):
        expect(page.locator(gone).first).to_be_hidden()
    for folded in ("Yes: each exposure does.", "Referrer and practitioner, each for their part."):
        assert page.get_by_text(folded).evaluate("(each) => each.checkVisibility() && each.clientHeight > 0"), folded
    ink = page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    assert ink == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_country_is_still_shown_after_going_back(open_kit):
    page = open_kit()
    field, _, select = combobox(page)
    field.fill("Austria")
    field.press("Enter")
    page.goto(page.url + "?dir=ltr")
    page.go_back()
    page.wait_for_load_state("networkidle")
    shown = {"AT": "Austria", "": ""}[select.input_value()]
    expect(field).to_have_value(shown)


def test_a_box_to_tick_stands_before_its_words_and_under_its_fault(open_kit):
    page = open_kit(width=390)
    box, words, fault = (
        page.locator(f".field--check.field--error {part}").first.bounding_box()
        for part in ("input", ".field__label", ".field__error")
    )
    assert box["x"] + box["width"] < words["x"]
    assert abs(box["y"] - words["y"]) < 10
    assert fault["y"] + fault["height"] <= words["y"]
    assert min(words["width"], fault["width"]) > 120
