"""Six languages, each complete, each with the words of the field."""

import re
from pathlib import Path

import polib
import pytest
import yaml
from bs4 import BeautifulSoup
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "portal" / "locale"
OTHERS = [code for code, _ in settings.LANGUAGES if code != "en"]
TEMPLATES = ROOT / "templates"
# In English only, for those who build: the living page. Names and formulas that no language changes.
ENGLISH = ("kit/living",)
TAGS_IN_PIECES = ("allauth/elements/button.html",)  # its element is chosen by a condition; no words of its own
SAME_EVERYWHERE = {"alara", "campus", "http", "https", "pdf", "html", "json", "utf", "xapi", "qr"}


def test_six_languages():
    assert [code for code, _ in settings.LANGUAGES] == ["en", "de", "es", "fr", "it", "pl"]


def catalogue(code: str) -> polib.POFile:
    return polib.pofile(str(LOCALE / code / "LC_MESSAGES" / "django.po"))


@pytest.mark.parametrize("code", OTHERS)
def test_no_message_is_missing_or_fuzzy(code):
    messages = catalogue(code)
    assert len(messages) > 500
    assert [entry.msgid for entry in messages.untranslated_entries()] == []
    assert [entry.msgid for entry in messages.fuzzy_entries()] == []
    compiled = {
        (entry.msgctxt, entry.msgid) for entry in polib.mofile(str(LOCALE / code / "LC_MESSAGES" / "django.mo"))
    }
    assert {(entry.msgctxt, entry.msgid) for entry in messages} <= compiled


def test_every_language_has_the_same_messages():
    kept = {code: {(entry.msgctxt, entry.msgid) for entry in catalogue(code)} for code in OTHERS}
    assert all(found == kept["de"] for found in kept.values())


PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?[a-z]+[^>]*>")


@pytest.mark.parametrize("code", OTHERS)
def test_placeholders_and_markup_are_kept(code):
    wrong = []
    for entry in catalogue(code):
        texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        wanted = {frozenset(PLACEHOLDER.findall(each)) for each in (entry.msgid, entry.msgid_plural) if each}
        wrong += [text for text in texts if frozenset(PLACEHOLDER.findall(text)) not in wanted]
    assert wrong == []


# --- the words of the field ------------------------------------------------------------------------------------------
def glossary(code: str) -> dict[str, dict]:
    return yaml.safe_load((LOCALE / code / "glossary.yaml").read_text(encoding="utf-8"))


def unglossed(term: str, word: dict, entry: polib.POEntry) -> bool:
    """Whether the message speaks of ``term`` and its translation does not use the chosen word."""
    text = PLACEHOLDER.sub(" ", entry.msgid)
    if entry.msgid in word.get("except", []) or not re.search(rf"\b{re.escape(term)}s?\b", text, re.IGNORECASE):
        return False
    translated = " ".join(entry.msgstr_plural.values()) if entry.msgid_plural else entry.msgstr
    return not any(stem in translated.lower() for stem in word["stems"])


@pytest.mark.parametrize("code", OTHERS)
def test_terms_are_translated_as_the_glossary_says(code):
    terms = glossary(code)
    messages = list(catalogue(code))
    wrong = [(term, entry.msgid) for term, word in terms.items() for entry in messages if unglossed(term, word, entry)]
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_the_glossary_names_the_terms_of_the_field(code):
    terms = glossary(code)
    needed = {"justification", "referrer", "radiographer", "radiologist", "radiation protection", "certificate", "dose"}
    assert needed <= terms.keys()
    assert all(word["term"] and word["stems"] for word in terms.values())


def test_the_glossary_check_finds_what_it_looks_for():
    word = {"term": "Rechtfertigung", "stems": ["rechtfertig"]}
    wrong, right = (polib.POEntry(msgid="The Justification", msgstr=text) for text in ("Begründung", "Rechtfertigung"))
    assert unglossed("justification", word, wrong)
    assert not unglossed("justification", word, right)


# --- every word of a template can be translated ----------------------------------------------------------------------
SILENT = re.compile(
    "|".join(
        (
            r"\{% ?block (?:body|main)_attributes ?%\}.*?\{% ?endblock",
            r"\{#.*?#\}",
            r"\{% ?comment.*?endcomment ?%\}",
            r"\{% ?blocktranslate.*?endblocktranslate ?%\}",
            r"\{%.*?%\}",
            r"\{\{.*?\}\}",
        )
    ),
    re.DOTALL,
)
SPOKEN = ("alt", "title", "aria-label", "placeholder", "aria-roledescription")


def untranslatable(source: str) -> list[str]:
    """Words that a reader would see and no catalogue can change."""
    page = BeautifulSoup(SILENT.sub(" ", source), "html.parser")
    for part in page(["script", "style", "svg"]):
        part.decompose()
    texts = [*page.stripped_strings, *(str(tag[name]) for tag in page(True) for name in SPOKEN if tag.get(name))]
    words = [word for text in texts for word in re.findall(r"[A-Za-z]{3,}", text)]
    return [word for word in words if word.lower() not in SAME_EVERYWHERE]


SCREENS = [
    name
    for name in sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
    if not name.startswith((*ENGLISH, *TAGS_IN_PIECES))
]


@pytest.mark.parametrize("name", SCREENS)
def test_every_word_of_a_template_can_be_translated(name):
    assert untranslatable((TEMPLATES / name).read_text(encoding="utf-8")) == []


def test_the_check_of_templates_finds_what_it_looks_for():
    assert untranslatable('<p>{% translate "x" %} Hello</p>') == ["Hello"]
    assert untranslatable('<img alt="A picture" src="x.png">') == ["picture"]
    assert untranslatable("<p>{% blocktranslate %}Hello{% endblocktranslate %} {{ name }} 5 h</p>") == []
