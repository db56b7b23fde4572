"""Chromium understands every rule and every declaration of our own style sheets."""

import pytest
import tinycss2

from tests.browser.browsing import browser
from tests.support.css import SHEETS, parsed, style_rules

pytestmark = pytest.mark.browser

# What others understand, and Chromium leaves out without harm: Safari, and WeasyPrint on certificates.
OTHERS = {"hanging-punctuation", "image-resolution"}
OTHER_SELECTORS = {"&::-moz-progress-bar"}
COUNT = """text => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    const count = (rules) => [...rules].reduce(
        (sum, rule) => sum + (rule instanceof CSSStyleRule) + count(rule.cssRules ?? []), 0);
    return count(sheet.cssRules);
}"""

DROPPED = "pairs => pairs.filter(([name, value]) => !CSS.supports(name, value))"


@pytest.fixture(scope="module")
def page():
    with browser() as running:
        yield running.new_page()


@pytest.mark.parametrize("sheet", SHEETS, ids=[sheet.name for sheet in SHEETS])
def test_chromium_keeps_every_rule_and_declaration(page, sheet):
    text = sheet.read_text(encoding="utf-8")
    rules = list(style_rules(parsed(text)))
    selectors = [selector for selector, _ in rules if selector != "&" and selector not in OTHER_SELECTORS]
    assert page.evaluate(COUNT, text) == len(selectors) > 0
    given = {(each.name, tinycss2.serialize(each.value).strip()) for _, own in rules for each in own}
    given = sorted(pair for pair in given if not pair[0].startswith("--") and pair[0] not in OTHERS)
    assert page.evaluate(DROPPED, given) == []


def test_chromium_drops_what_is_wrong(page):
    assert page.evaluate(COUNT, "@layer kit { p { color: red; & a:: { color: red } } ::nothing { color: red } }") == 1
    assert page.evaluate(DROPPED, [["color", "redd"], ["colour", "red"], ["color", "red"]]) == [
        ["color", "redd"],
        ["colour", "red"],
    ]
