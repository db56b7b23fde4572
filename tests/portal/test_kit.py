"""The kit: tags, forms, error pages, and what holds for every template and style sheet."""

import re
from pathlib import Path

import allauth
import pytest
from bs4 import BeautifulSoup
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation

from portal.core.templatetags import kit
from tests.factories import UserFactory

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "portal" / "static" / "portal"
NAMES = sorted(
    path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt"}
)
MAIL = ("emails/", "account/email/", "mfa/email/")
SCREENS = [name for name in NAMES if name.endswith(".html") and not name.startswith(MAIL)]
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json)|<style\b|\sstyle=[\"']|\son[a-z]+=[\"']|=[\"']javascript:",
    re.IGNORECASE,
)


def soup(html):
    return BeautifulSoup(html, "html.parser")


# --- every template --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", SCREENS)
def test_no_screen_has_inline_script_or_style(name):
    """The content security policy refuses them: such a screen would be broken for every visitor."""
    assert not INLINE.findall((TEMPLATES / name).read_text(encoding="utf-8"))


def test_inline_check_finds_what_it_looks_for():
    for bad in ('<p style="x">', "<style>", "<script>x</script>", '<a onclick="x">', '<a href="javascript:x">'):
        assert INLINE.search(bad), bad
    for good in (
        '<script src="x"></script>',
        '<script data-x type="application/json">{}</script>',
        '<p data-style="x">',
    ):
        assert not INLINE.search(good), good


def test_every_icon_that_a_template_names_is_drawn():
    drawn = {symbol["id"] for symbol in soup((STATIC / "img" / "icons.svg").read_text()).find_all("symbol")}
    named = {
        (name, icon)
        for name in SCREENS
        for icon in re.findall(r"""{% icon ['"]([\w-]+)['"]""", (TEMPLATES / name).read_text(encoding="utf-8"))
    }
    assert len(named) > 30
    assert not [(name, icon) for name, icon in named if icon not in drawn]


# --- style and fonts -------------------------------------------------------------------------------------------------
def test_every_file_that_a_style_sheet_names_exists():
    named = [
        (sheet, url)
        for sheet in (STATIC / "css").glob("*.css")
        for url in re.findall(r'url\("([^"]+)"\)', sheet.read_text(encoding="utf-8"))
    ]
    assert len(named) >= 12
    assert not [(sheet.name, url) for sheet, url in named if not (sheet.parent / url).resolve().is_file()]


def test_fonts_of_a_latin_page_weigh_less_than_120_kilobytes():
    files = [STATIC / "fonts" / f"alara-{face}-latin.woff2" for face in ("sans", "sans-italic", "serif")]
    assert sum(file.stat().st_size for file in files) < 120_000


def luminance(colour):
    def linear(part):
        part /= 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[n : n + 2], 16)) for n in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def tokens(scheme):
    text = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return colours if scheme == "light" else colours | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_keep_the_contrast_of_wcag_2_2_aa(scheme):
    colour = tokens(scheme)
    text = [
        *((ink, ground) for ink in ("ink", "ink-soft", "link", "link-hover") for ground in ("paper", "mist", "haze")),
        *((tone, f"{tone}-tint") for tone in ("success", "danger", "warning", "info")),
        *((tone, "paper") for tone in ("success", "danger", "warning", "info")),
        ("on-brand", "brand"),
        ("on-brand", "brand-hover"),
        ("on-deep", "deep"),
        ("on-deep-soft", "deep"),
        ("amber", "deep"),
    ]
    shapes = [("line-strong", "paper"), ("line-strong", "mist"), ("focus", "paper"), ("brand", "paper")]
    weak = [pair for pair in text if contrast(colour[pair[0]], colour[pair[1]]) < 4.5]
    weak += [pair for pair in shapes if contrast(colour[pair[0]], colour[pair[1]]) < 3]
    assert not weak


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


# --- tags ------------------------------------------------------------------------------------------------------------
def test_icon_is_drawn_from_the_sprite_and_silent():
    svg = soup(kit.icon("check")).svg
    assert svg["aria-hidden"] == "true"
    assert svg.use["href"].endswith("portal/img/icons.svg#check")
    assert finders.find("portal/img/icons.svg")


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (125, "2 h 5 min"), (600, "10 h")]
)
def test_duration(minutes, text):
    assert kit.duration(minutes) == text


@pytest.mark.parametrize(
    ("numbers", "text"), [("55(2)(b)", "Art. 55(2)(b)"), ("Art. 57", "Art. 57"), ("Annex V", "Annex V"), ("", "")]
)
def test_article(numbers, text):
    assert kit.article(numbers) == text


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8.5", "curl/8.5"),
        ("", ""),
    ],
)
def test_device(header, text):
    assert kit.device(header) == text


def paged(number, address, total=25):
    page = Paginator(range(total), 10).page(number)
    context = Context({"request": RequestFactory().get(address), "page_obj": page})
    return soup(Template("{% load kit %}{% pager page_obj %}").render(context))


def test_pager_goes_on_and_keeps_the_filters():
    page = paged(2, "/people/?q=a%26b&page=2&kind=x&kind=y")
    assert [(link["rel"], link["href"]) for link in page.find_all("a")] == [
        (["prev"], "?q=a%26b&page=1&kind=x&kind=y"),
        (["next"], "?q=a%26b&page=3&kind=x&kind=y"),
    ]
    assert "Page 2 of 3" in page.get_text()


def test_pager_at_the_ends():
    assert [link["rel"] for link in paged(1, "/").find_all("a")] == [["next"]]
    assert [link["rel"] for link in paged(3, "/").find_all("a")] == [["prev"]]
    assert not paged(1, "/", total=5).find("nav")


# --- forms -----------------------------------------------------------------------------------------------------------
class RequestForm(forms.Form):
    name = forms.CharField(help_text="As on the request.")
    dose = forms.DecimalField(required=False)
    kind = forms.ChoiceField(choices=[("ct", "CT"), ("mr", "MR")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label='I agree to <a href="/x/">this</a>')
    secret = forms.CharField(widget=forms.PasswordInput)
    place = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self):
        raise forms.ValidationError("Not today.")


def rendered(template, **context):
    return soup(Template("{% load kit %}" + template).render(Context(context)))


def test_every_control_has_its_label():
    page = rendered("{% for x in form %}{% field x %}{% endfor %}", form=RequestForm())
    for control in page.find_all(["input", "select", "textarea"]):
        if control["type"] != "hidden":
            assert page.find("label", attrs={"for": control["id"]}), control
    assert page.find("fieldset").legend.get_text(strip=True).startswith("Kind")


def test_only_what_may_stay_empty_is_marked():
    page = rendered("{% for x in form %}{% field x %}{% endfor %}", form=RequestForm())
    assert [mark.parent.get_text(" ", strip=True) for mark in page.select(".field__optional")] == ["Dose (optional)"]


def test_help_and_error_are_told_with_the_control():
    page = rendered("{% for x in form %}{% field x %}{% endfor %}", form=RequestForm({"dose": "much"}))
    for control in page.select("[aria-describedby]"):
        for name in control["aria-describedby"].split():
            assert page.find(id=name), name
    name = page.find(id="id_name")
    assert name["aria-describedby"] == "id_name_helptext id_name_error"
    assert name["aria-invalid"] == "true"
    assert "This field is required." in page.find(id="id_name_error").get_text()
    assert "Enter a number." in page.find(id="id_dose_error").get_text()


def test_error_summary_leads_to_the_controls_and_takes_the_focus():
    page = rendered(
        '{% include "kit/error_summary.html" %}{% for x in form %}{% field x %}{% endfor %}', form=RequestForm({})
    )
    summary = page.find(role="alert")
    assert summary.has_attr("data-focus")
    assert summary["tabindex"] == "-1"
    assert "Not today." in summary.get_text()
    links = summary.find_all("a")
    assert len(links) == 4
    assert "I agree to this – This field is required." in [link.get_text() for link in links]
    for link in links:
        assert page.find(id=link["href"].removeprefix("#")), link
        assert not link.find("a")


def test_a_form_without_errors_has_no_summary():
    assert not rendered('{% include "kit/error_summary.html" %}', form=RequestForm()).find(role="alert")


def test_form_include_is_sent_once_and_carries_its_hidden_fields():
    form = rendered('{% include "kit/form.html" with submit="Send" action="/x/" %}', form=RequestForm()).form
    assert (form["method"], form["action"]) == ("post", "/x/")
    assert form.has_attr("data-once")
    assert form.find("input", attrs={"name": "place", "type": "hidden"})
    assert form.find("button", type="submit").get_text() == "Send"


# --- error pages -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "410", "429", "500", "503", "maintenance"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_error_page_needs_neither_request_nor_database(status, language):
    with translation.override(language):
        page = soup(render_to_string(f"{status}.html", {"path": "/x/<script>"}))
    assert page.html["lang"] == language
    assert len(page.find_all("h1")) == 1
    assert page.title.get_text().endswith("Alara Campus")
    assert page.find("main")
    assert not page.find("form")
    assert not page.find_all("script")


def test_every_file_of_the_frame_exists():
    page = soup(render_to_string("404.html"))
    addresses = [tag.get("href") or tag.get("src") for tag in page.select("link[href], img[src]")]
    assert len(addresses) >= 8
    for address in addresses:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
        elif address != reverse("home:manifest"):
            assert (settings.WHITENOISE_ROOT / address.removeprefix("/")).is_file(), address


# --- mail ------------------------------------------------------------------------------------------------------------
MESSAGES = [name.removesuffix(".html") for name in NAMES if name.endswith("_message.html")]
WORDS = {
    "public_url": "https://campus.example.org",
    "email": "a&b@example.org",
    "activate_url": "https://campus.example.org/confirm/MQ:1x/",
    "password_reset_url": "https://campus.example.org/reset/1-x/",
    "signup_url": "https://campus.example.org/signup/",
    "from_email": "old@example.org",
    "to_email": "new@example.org",
    "deleted_email": "gone@example.org",
    "ip": "192.0.2.1",
    "user_agent": "<Browser>",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_message_says_the_same_as_text_and_as_html(name):
    words = {**WORDS, "timestamp": timezone.now()}
    html, text = (render_to_string(f"{name}.{ending}", words) for ending in ("html", "txt"))
    page = soup(html)
    links = {link["href"] for link in page.find_all("a")}
    assert links
    assert all(link.startswith("https://campus.example.org") and link in text for link in links)
    assert "<Browser>" not in html
    assert "&lt;" not in text
    assert "&amp;" not in text
    assert not page.find_all(["img", "script", "link"])
    subject = render_to_string(f"{name.removesuffix('_message')}_subject.txt", words).strip()
    assert subject
    assert "\n" not in subject
    if not name.endswith("email_confirmation_signup_message"):
        assert page.title.get_text() == subject


# Sign-in and password by code are switched off in the settings; the library's own frame is left unused.
CODES = {
    "account/email/base_message.txt",
    "account/email/login_code_message.txt",
    "account/email/password_reset_code_message.txt",
}


def test_no_message_of_the_account_is_left_in_the_words_of_the_library():
    library = Path(allauth.__file__).parent / "templates"
    names = {
        path.relative_to(library).as_posix()
        for app in ("account", "mfa")
        for path in library.glob(f"{app}/email/*_message.txt")
    }
    assert len(names) > 15
    assert not [name for name in names - CODES if not Path(get_template(name).origin.name).is_relative_to(TEMPLATES)]


# --- the living page -------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_living_page_is_for_administrators_in_production(client, home, settings):
    assert client.get("/kit/").status_code == 200
    settings.PRODUCTION = True
    assert client.get("/kit/").status_code == 404
    client.force_login(UserFactory())
    assert client.get("/kit/").status_code == 404
    client.force_login(UserFactory(is_staff=True))
    assert client.get("/kit/?dir=rtl").status_code == 200


@pytest.mark.django_db
def test_living_page_shows_every_template_of_the_kit(client, home):
    shown = {template.name for template in client.get("/kit/").templates if template.name}
    kit_templates = {name for name in NAMES if name.startswith("kit/") and name.endswith(".html")}
    elsewhere = {
        "kit/form.html",  # a whole form: the account's screens
        "kit/empty.html",  # under a heading of the second level: the lists
        "kit/account_nav.html",
        "kit/letterhead.html",
        "kit/_error_prefix.html",
    }
    assert kit_templates - shown - elsewhere == set()


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Dr. Ilse Nováková", "IN"),
        ("Cher", "C"),
        ("", ""),
        ("Dr.", "D"),
        ("Anna Maria Rossi", "AR"),
        ("łukasz żak", "ŁŻ"),
    ],
)
def test_initials(name, letters):
    assert kit.initials(name) == letters
