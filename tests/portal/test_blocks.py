"""The blocks of pages, each with what an editor may put into it."""

import re
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils import translation
from PIL import Image

from courses.catalogue.blocks import LessonBody
from portal.cms.blocks import CampaignBody
from portal.cms.models import PortalDocument, PortalImage
from tests.portal.markup import INLINE, soup

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture(db):
    data = BytesIO()
    Image.new("RGB", (64, 48), "#345").save(data, "PNG")
    return PortalImage.objects.create(
        title="Rings",
        description="Rings of a phantom",
        credit="CC0, R. Ring",
        file=ContentFile(data.getvalue(), "r.png"),
    )


@pytest.fixture
def document(db):
    return PortalDocument.objects.create(title="Request form", file=ContentFile(b"12345", "form.pdf"))


ODD = "<i>A & B</i>"  # a plain text field shows what was typed


@pytest.fixture
def values(home, picture, document):
    return {
        "heading": "How to decide",
        "text": "<p>Each exposure needs a <b>reason</b>.</p>",
        "note": {"kind": "warning", "title": ODD, "text": "<p>Ask the expert.</p>"},
        "steps": {"title": "Before", "items": ["<p>Read.</p>", "<p>Look.</p>"]},
        "numbers": {
            "items": [
                {"value": "4.2 billion", "label": ODD, "source": "UNSCEAR", "source_url": "https://www.unscear.org/"},
                {"value": "13 %", "label": "of answers", "source": "A survey", "source_url": ""},
            ]
        },
        "table": {
            "caption": "Doses",
            "header": ["Exam", "Dose"],
            "rows": [["Chest", "0.02"], ["CT", "8", "extra"], ["X"]],
        },
        "figure": {"image": picture, "caption": "From above"},
        "quote": {"text": "Nobody needed it.", "who": "M. F."},
        "document": {"document": document, "label": ""},
        "hero": {
            "title": "Right exam",
            "text": "Right dose",
            "first_label": "Go",
            "first_page": home,
            "second_label": "",
            "second_page": None,
        },
        "cards": {
            "title": "",
            "cards": [{"title": "One", "text": "x", "page": home}, {"title": "Two", "text": "y", "page": None}],
        },
        "questions": {"title": "FAQ", "items": [{"question": ODD, "answer": "<p>No.</p>"}]},
        "duty": {"role": "referrer", "article": "55(2)(d)", "text": "<p>Looks for earlier images.</p>"},
        "case": {
            "title": "Back pain",
            "situation": "<p>Five days.</p>",
            "request": "CT spine\nDr. K.",
            "question": "<p>What first?</p>",
            "options": [{"text": "Do it", "reply": "<p>Why?</p>"}, {"text": "Call", "reply": "<p>Yes.</p>"}],
            "discussion": "<p>No imaging yet.</p>",
        },
    }


KINDS = sorted({*CampaignBody().child_blocks, *LessonBody().child_blocks})


@pytest.fixture
def shown(values, rf):
    """A block as its page shows it, twice, so that doubled ids are found."""

    def show(kind):
        stream = CampaignBody() if kind in CampaignBody().child_blocks else LessonBody()
        block = stream.child_blocks[kind]
        raw = block.get_prep_value(block.normalize(values[kind]))
        body = stream.to_python([{"type": kind, "value": raw, "id": name} for name in ("one", "two")])
        with translation.override("en"):
            html = render_to_string("blocks/_body.html", {"body": body, "request": rf.get("/")})
        return BeautifulSoup(html, "html.parser")

    return show


def test_values_cover_every_block(values):
    assert sorted(values) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_block_is_found_by_its_id_and_doubles_none(shown, kind):
    page = shown(kind)
    assert [block["id"] for block in page.select(".block")] == ["b-one", "b-two"]
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for block in page.select(".block"):
        assert block.get_text(strip=True)
    assert not INLINE.search(str(page))
    assert not page.find(string=re.compile(r"\{\{|\{%"))


def test_plain_text_stays_plain(shown):
    assert shown("note").find(string=re.compile("<i>A & B</i>"))
    assert shown("questions").summary.get_text() == ODD
    assert shown("numbers").select_one(".numbers__label").get_text() == ODD


def test_note_names_its_kind(shown):
    assert shown("note").select_one(".notice__kind").get_text() == "Warning"


def test_number_leads_to_its_source(shown):
    sources = shown("numbers").select(".numbers__source")[:2]
    assert sources[0].a["href"] == "https://www.unscear.org/"
    assert not sources[1].a
    assert "A survey" in sources[1].get_text()


def test_table_tells_the_column_of_every_cell_on_a_phone(shown):
    table = shown("table").table
    assert table.caption.get_text() == "Doses"
    assert [head.get_text() for head in table.select("thead th[scope=col]")] == ["Exam", "Dose"]
    rows = table.select("tbody tr")
    assert [row.select_one("th[scope=row]").get_text() for row in rows] == ["Chest", "CT", "X"]
    assert [[cell["data-label"] for cell in row.select("td")] for row in rows] == [["Dose"], ["Dose", ""], []]


def test_figure_has_its_description_and_its_credit(shown):
    figure = shown("figure").figure
    assert figure.img["alt"] == "Rings of a phantom"
    assert figure.img["loading"] == "lazy"
    assert "CC0, R. Ring" in figure.figcaption.get_text()


def test_document_tells_kind_and_size(shown):
    text = shown("document").get_text(" ", strip=True)
    assert "Request form" in text
    assert "PDF, 5\xa0bytes" in text


def test_card_without_a_page_is_no_link(shown):
    cards = shown("cards").select(".card")[:2]
    assert cards[0].a
    assert not cards[1].a


def test_duty_names_role_and_article_in_words(shown):
    text = shown("duty").get_text(" ", strip=True)
    assert "Referrer" in text
    assert "Art. 55(2)(d)" in text


def test_case_asks_before_it_tells(shown):
    case = shown("case").select_one(".case")
    radios = case.select("input[type=radio]")
    assert [radio["name"] for radio in radios] == ["case-one", "case-one"]
    assert not any(radio.has_attr("checked") for radio in radios)
    for radio in radios:
        option = radio.find_parent(class_="case__option")
        assert option.select_one(f"label[for='{radio['id']}']")
        assert option.select_one("[aria-live] > .case__reply")
    group = case.select_one("[role=radiogroup]")
    assert case.find(id=group["aria-labelledby"]).get_text(strip=True) == "What first?"
    assert len(group.select("input[type=radio]")) == len(radios)
    assert case.select_one(".case__request").get_text(" ", strip=True) == "Request as written CT spine Dr. K."


def test_home_page_opens_with_its_hero(client, home, values):
    home.body = [("hero", values["hero"]), ("cards", values["cards"])]
    home.save_revision().publish()
    page = soup(client.get("/en/"))
    assert [title.get_text() for title in page.find_all("h1")] == ["Right exam"]
    assert page.select_one(".hero a").get_text() == "Go"


def test_home_page_without_hero_has_its_title(client, home, values):
    home.body = [("cards", values["cards"]), ("hero", values["hero"])]
    home.save_revision().publish()
    page = soup(client.get("/en/"))
    assert [title.get_text() for title in page.find_all("h1")] == ["Imaging with care"]
    assert page.select_one(".hero h2").get_text() == "Right exam"
