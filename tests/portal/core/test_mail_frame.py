"""Mails are read by day and by night, in the colours of whoever hosts the portal, and without HTML."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.core import brand
from portal.core.brand import Brand, unreadable
from portal.core.colour import contrast
from tests.portal.test_kit import MESSAGES, WORDS

MAILS = [*MESSAGES, "emails/certificate_ready"]
BRANDS = {
    "own": Brand(),
    "plum": Brand(name="Society", brand="#7a1f4b", deep="#4a1230", accent="#f4c36a"),
    "black": Brand(brand="#000000", deep="#000000", accent="#ffffff"),
    "pale": Brand(brand="#0062cc", deep="#5b6b00", accent="#ffe9a8"),
}
CERTIFICATE = {
    "holder_name": "Alice Huber",
    "course_title": "Justification & more",
    "number": "AC-1234",
}
DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*)\}\s*$", re.DOTALL)
RULE = re.compile(r"([^{}]+)\{([^{}]+)\}")


def words():
    return {
        **WORDS,
        "timestamp": timezone.now(),
        "site_name": "Alara Campus",
        "certificate": CERTIFICATE,
        "verify_url": "https://campus.example.org/verify/0",
    }


def rendered(name: str, ending: str = "html") -> str:
    return render_to_string(f"{name}.{ending}", words())


def colours_in(style: str) -> dict[str, str]:
    """``color`` and ``background`` of a piece of CSS."""
    pairs = (each.partition(":") for each in style.replace("!important", "").split(";"))
    found = {name.strip(): value.strip() for name, _, value in pairs}
    return {name: found[name] for name in ("color", "background") if name in found}


def texts(page: BeautifulSoup) -> Iterator[Tag]:
    """Each element with words that are seen."""
    for text in page.body.find_all(string=True):
        hidden = any("display:none" in parent.get("style", "") for parent in text.parents)
        if type(text) is NavigableString and text.strip() and not hidden:
            yield text.parent


def nearest(tag: Tag, name: str, looks: dict[int, dict[str, str]]) -> str:
    return next(looks[id(each)][name] for each in [tag, *tag.parents] if name in looks.get(id(each), {}))


def ratios(html: str, *, night: bool) -> dict[str, float]:
    page = BeautifulSoup(html, "html.parser")
    looks = {id(tag): colours_in(tag["style"]) for tag in page.select("[style]")}
    if night:
        for selector, style in RULE.findall(DARK.search(page.style.get_text())[1]):
            for tag in page.select(selector):
                looks.setdefault(id(tag), {}).update(colours_in(style))
    return {
        tag.get_text(" ", strip=True): contrast(nearest(tag, "color", looks), nearest(tag, "background", looks))
        for tag in texts(page)
    }


@pytest.mark.parametrize("look", BRANDS.values(), ids=BRANDS)
@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("name", MAILS)
def test_every_word_of_a_mail_can_be_read(name, night, look):
    assert not unreadable(look)
    cache.set(brand.KEY, look)
    found = ratios(rendered(name), night=night)
    assert len(found) >= 4
    assert {text: ratio for text, ratio in found.items() if ratio < 4.5} == {}


def test_day_and_night_differ():
    day, night = (ratios(rendered("emails/certificate_ready"), night=each) for each in (False, True))
    assert day.keys() == night.keys()
    assert all(day[text] != night[text] for text in day if text != "Alara Campus"), "the band of the name stays dark"


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_says_that_it_knows_the_night(name):
    head = BeautifulSoup(rendered(name), "html.parser").head
    for meta in ("color-scheme", "supported-color-schemes"):
        assert head.select_one(f"meta[name={meta}]")["content"] == "light dark"
    assert "color-scheme: light dark" in head.style.get_text()


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("de", "ltr"), ("ar", "rtl")])
def test_a_mail_names_its_language_and_direction(language, direction):
    with translation.override(language):
        html = BeautifulSoup(rendered("emails/certificate_ready"), "html.parser").html
    assert (html["lang"], html["dir"]) == (language, direction)


@pytest.mark.parametrize("name", MAILS)
def test_the_text_has_every_sentence_and_every_link(name):
    page = BeautifulSoup(rendered(name), "html.parser")
    text = " ".join(rendered(name, "txt").split())
    for paragraph in page.select("p:not(:has(a.button))"):
        assert " ".join(paragraph.get_text(" ").split()) in text
    for link in page.select("a"):
        assert link["href"] in text


def test_the_subject_is_no_html():
    assert "Justification & more" in rendered("emails/certificate_ready", "subject.txt")
    assert "Justification &amp; more</title>" in rendered("emails/certificate_ready")
