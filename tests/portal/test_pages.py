"""Pages as a visitor sees them: navigation, languages, blocks, catalogue and the screens of the account."""

import re
from io import BytesIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from PIL import Image
from wagtail.models import Locale, PageViewRestriction

from campaign.pages.models import CampaignPage
from courses.catalogue.blocks import LessonBody
from courses.catalogue.models import CoursePage, LearningOutcome, LessonPage, ModulePage
from portal.cms.blocks import CampaignBody
from portal.cms.models import PortalDocument, PortalImage
from portal.cms.templatetags.cms import BELOW
from tests.factories import PASSWORD
from tests.pages import make_course

pytestmark = pytest.mark.django_db
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=[\"']|<script(?![^>]*(src=|application/json))", re.IGNORECASE)


def soup(answer):
    assert answer.status_code == 200, answer
    return BeautifulSoup(answer.content, "html.parser")


# --- the frame -------------------------------------------------------------------------------------------------------
def test_menu_lists_what_is_shown_in_menus_and_the_courses(client, home, course):
    home.add_child(instance=CampaignPage(title="Call for action", slug="call", show_in_menus=True))
    home.add_child(instance=CampaignPage(title="Hidden", slug="hidden"))
    home.add_child(instance=CampaignPage(title="Draft", slug="draft", show_in_menus=True, live=False))
    links = soup(client.get("/en/")).select(".nav .nav__link")
    assert [link.get_text(strip=True) for link in links] == ["Home", "Courses", "Call for action"]
    assert [link.get("aria-current") for link in links] == ["page", None, None]
    links = soup(client.get(course.url)).select(".nav .nav__link")
    assert [link.get("aria-current") for link in links] == [None, "true", None]


def test_menu_opens_a_section_with_what_it_is_about_and_its_pages(client, home, course):
    index = course.get_parent().specific
    index.lead = "Two hours each."
    index.save()
    call = home.add_child(instance=CampaignPage(title="Call", slug="call", show_in_menus=True, lead="Ten steps."))
    call.add_child(instance=CampaignPage(title="Hidden", slug="hidden"))
    call.add_child(instance=CampaignPage(title="Step one", slug="one", show_in_menus=True))
    sections = soup(client.get(course.url)).select(".nav details")
    assert [section.summary.get_text(strip=True) for section in sections] == ["Courses", "Call"]
    assert [section.p.get_text() for section in sections] == ["Two hours each.", "Ten steps."]
    assert [[link["href"] for link in section.select("a")] for section in sections] == [
        [index.url, course.url],
        [call.url, f"{call.url}one/"],
    ]
    assert [link.get("aria-current") for link in sections[0].select("a")] == ["true", "page"]


def test_menu_asks_as_much_for_many_pages_as_for_few(client, home, course):
    address = course.url

    def asked():
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    before = asked()
    for n in range(12):
        make_course(home, code=f"K{n}")
    assert len(soup(client.get(address)).select(".nav .mega__link")) == BELOW
    for n in range(3):
        home.add_child(instance=CampaignPage(title=f"Page {n}", slug=f"page-{n}", show_in_menus=True))
    assert asked() <= before + 1, "one question for each type of page"


def test_menu_keeps_quiet_about_private_pages(client, home):
    open_to_all = home.add_child(instance=CampaignPage(title="Open", slug="open", show_in_menus=True))
    private = home.add_child(instance=CampaignPage(title="Private", slug="private", show_in_menus=True))
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    header = soup(client.get("/en/")).header.get_text()
    assert open_to_all.title in header
    assert private.title not in header


def test_menu_of_somebody_signed_in(as_alice, home):
    page = soup(as_alice.get("/start/"))
    assert page.select_one(".nav a[aria-current=page]").get_text() == "My learning"
    addresses = [link["href"] for link in page.select(".drop a")]
    assert {"/start/", "/account/profile/", "/account/2fa/", "/account/sessions/"} <= set(addresses)
    form = page.select_one("form[action='/account/logout/']")
    assert form["method"] == "post"
    assert form.select_one("[name=csrfmiddlewaretoken]")


def test_editing_is_offered_to_those_who_may(as_alice, alice, home):
    assert "/cms/" not in as_alice.get("/start/").content.decode()
    alice.is_superuser = True
    alice.save()
    assert 'href="/cms/"' in as_alice.get("/start/").content.decode()


def test_frame_has_a_way_past_the_header(client, home):
    page = soup(client.get("/en/"))
    skip = page.body.find("a")
    assert skip["href"] == "#main"
    assert page.find("main")["id"] == "main"
    assert page.html["lang"] == "en"
    assert page.html["dir"] == "ltr"


def next_of(page, code):
    form = page.select_one(f"button[name=language][value={code}]").find_parent("form")
    return form["action"], form.select_one("[name=next]")["value"]


def test_language_switch_leads_to_the_translation(client, home):
    german = Locale.objects.get_or_create(language_code="de")[0]
    page = home.add_child(instance=CampaignPage(title="Call for action", slug="call"))
    heim = home.copy_for_translation(german)
    heim.save_revision().publish()
    aufruf = page.copy_for_translation(german)
    aufruf.title, aufruf.slug = "Aufruf", "aufruf"
    aufruf.save_revision().publish()
    found = soup(client.get(page.url))
    assert next_of(found, "de") == ("/i18n/setlang/", "/de/aufruf/")
    assert {link["hreflang"] for link in found.select("link[rel=alternate]")} == {"en", "de", "x-default"}
    answer = client.post("/i18n/setlang/", {"language": "de", "next": "/de/aufruf/"}, follow=True)
    translated = soup(answer)
    assert translated.html["lang"] == "de"
    assert translated.h1.get_text() == "Aufruf"
    assert translated.select_one(".nav a")["href"] == "/de/"
    assert next_of(translated, "en")[1] == "/en/call/"


def test_language_switch_of_a_page_without_translation_leads_home(client, home):
    german = Locale.objects.get_or_create(language_code="de")[0]
    home.copy_for_translation(german).save_revision().publish()
    page = home.add_child(instance=CampaignPage(title="Only English", slug="only"))
    assert next_of(soup(client.get(page.url)), "de")[1] == "/de/"


def test_language_switch_of_a_screen_comes_back_to_it(client, home):
    assert next_of(soup(client.get("/account/login/?next=/start/")), "de")[1] == "/account/login/?next=/start/"


def test_foreign_words_are_marked_as_such(client, home):
    home.add_child(instance=CampaignPage(title="Only English", slug="only"))
    page = soup(client.get("/de/only/"))
    assert page.html["lang"] == "de"
    assert page.main["lang"] == "en"


# --- blocks ----------------------------------------------------------------------------------------------------------
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


# --- pages -----------------------------------------------------------------------------------------------------------
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


def test_catalogue_says_what_is_open(client, home, course):
    make_course(home, code="P", complete=False)
    cards = soup(client.get("/en/courses/")).select(".course-card")
    texts = [" ".join(card.get_text(" ", strip=True).split()) for card in cards]
    assert texts[0] == "Open Course J A course. 40 min 2 modules"
    assert texts[1].startswith("In preparation Course P")
    assert cards[0].a["href"] == course.url


def test_catalogue_asks_the_same_number_of_questions_however_many_courses(
    client, home, course, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40) as few:
        client.get("/en/courses/")
    for code in "ABC":
        make_course(home, code=code)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/en/courses/")


def test_empty_catalogue_says_so(client, home, course):
    CoursePage.objects.all().unpublish()
    assert "No courses yet" in soup(client.get("/en/courses/")).main.get_text()


def test_course_page_shows_modules_outcomes_and_the_way_in(client, course):
    module = ModulePage.objects.child_of(course).first()
    module.outcomes.add(
        LearningOutcome(kind="skill", text="judges a request", bss_article="55(2)(b)", roles=["radiologist"]),
        LearningOutcome(kind="knowledge", text="names the levels"),
    )
    module.save()
    page = soup(client.get(course.url))
    assert [title.get_text() for title in page.select(".module__title")] == ["Module J1", "Module J2", "Final quiz"]
    groups = page.select(".outcomes__group")
    assert [len(group.select("li")) for group in groups] == [1, 1, 0]
    assert "Art. 55(2)(b) · Radiologist" in groups[1].get_text(" ", strip=True)
    assert page.select_one(f"main a[href*='signup'][href*='{course.slug}']")


def test_course_page_offers_enrolment_to_those_signed_in(as_alice, course):
    form = soup(as_alice.get(course.url)).select_one("main form[action*=enrol]")
    assert form["method"] == "post"
    assert as_alice.post(form["action"], {"language": "en"}).status_code == 302


def test_outline_only_course_is_in_preparation(as_alice, home):
    course = make_course(home, code="P", complete=False)
    page = soup(as_alice.get(course.url))
    assert "in preparation" in page.main.get_text()
    assert not page.select_one("main form[action*=enrol]")


def test_public_lesson_page_names_the_course_and_keeps_the_text(client, course):
    lesson = LessonPage.objects.first()
    page = soup(client.get(lesson.url))
    assert page.h1.get_text() == lesson.title
    assert "Text of the lesson." not in page.get_text()
    assert page.select_one(f".page a.button[href='{course.url}']")


def test_preview_of_a_lesson_shows_its_text(rf, course):
    lesson = LessonPage.objects.first()
    answer = lesson.make_preview_request(preview_mode="")
    answer.render()
    assert "Text of the lesson." in answer.content.decode()


def test_module_page_leads_to_its_course(client, course):
    module = ModulePage.objects.child_of(course).first()
    page = soup(client.get(module.url))
    assert page.h1.get_text() == module.title
    assert page.select_one(f".page a.button[href='{course.url}']")


# --- every screen ----------------------------------------------------------------------------------------------------
PUBLIC = [
    "/en/",
    "/en/courses/",
    "/en/courses/course-j/",
    "/en/courses/course-j/m1/",
    "/en/courses/course-j/m1/lesson-1/",
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/1-wrong/",
    "/account/confirm-email/",
    "/account/confirm-email/wrong/",
    "/account/inactive/",
    "/account/privacy/",
]
OWN = [
    "/start/",
    "/account/profile/",
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/sessions/",
    "/account/logout/",
]
GUARDED = ["/account/2fa/totp/activate/", "/account/2fa/webauthn/add/"]
SECOND = [
    "/account/2fa/",
    "/account/2fa/recovery-codes/",
    "/account/2fa/recovery-codes/generate/",
    "/account/2fa/totp/deactivate/",
    "/account/2fa/webauthn/",
]


def is_sound(page):
    assert len(page.find_all("h1")) == 1
    assert page.title.get_text(" ", strip=True).endswith("– Alara Campus")
    assert not page.title.get_text().strip().startswith("–")
    assert not INLINE.search(str(page))
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), sorted(ids)
    for control in page.select("main input:not([type=hidden]), main select, main textarea"):
        assert page.find("label", attrs={"for": control["id"]}), control
    for button in page.find_all("button"):
        assert button.get_text(strip=True), button
        assert button.get("type"), button
    for form in page.select("form[method=post]"):
        assert form.select_one("[name=csrfmiddlewaretoken]"), form


@pytest.mark.parametrize("path", PUBLIC)
def test_public_screen_is_sound(client, course, path):
    is_sound(soup(client.get(path)))


@pytest.mark.parametrize("path", OWN)
def test_own_screen_is_sound(as_alice, course, path):
    is_sound(soup(as_alice.get(path)))


@pytest.mark.parametrize("path", GUARDED)
def test_guarded_screen_asks_again_who_is_there(as_alice, course, path):
    """Who was signed in without typing the password is asked for it first."""
    page = soup(as_alice.get(path, follow=True))
    is_sound(page)
    assert page.select_one("input[name=password]")


def confirm(client, path):
    """Open ``path`` and give the password where it is asked for."""
    answer = client.get(path)
    return client.post(answer.url, {"password": PASSWORD}, follow=True) if answer.status_code == 302 else answer


@pytest.mark.parametrize("path", GUARDED)
def test_guarded_screen_is_sound(as_alice, course, path):
    answer = confirm(as_alice, path)
    assert answer.wsgi_request.path == path
    is_sound(soup(answer))


@pytest.fixture
def second_factor(alice):
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(alice)


@pytest.fixture
def passkey(alice):
    Authenticator.objects.create(
        user=alice,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Blue <key>", "credential": {}, "passwordless": True},
    )


@pytest.mark.parametrize("path", SECOND)
@pytest.mark.usefixtures("second_factor", "passkey")
def test_screen_of_the_second_factor_is_sound(as_alice, course, path):
    answer = confirm(as_alice, path)
    assert answer.wsgi_request.path == path
    is_sound(soup(answer))


@pytest.mark.usefixtures("second_factor")
def test_second_step_of_signing_in_is_sound(client, alice, home):
    page = soup(client.post("/account/login/", {"login": alice.email, "password": PASSWORD}, follow=True))
    is_sound(page)
    assert page.select_one("main input[name=code]")


@pytest.mark.parametrize("path", ["/account/signup/", "/account/login/", "/account/password/reset/"])
def test_empty_form_tells_what_is_missing(client, home, path):
    page = soup(client.post(path, {}))
    is_sound(page)
    assert page.title.get_text(" ", strip=True).startswith("Error:")
    links = page.select("[role=alert] a")
    assert links
    for link in links:
        assert page.find(id=link["href"].removeprefix("#"))


def test_sign_up_asks_in_the_order_of_the_form(client, home):
    names = [control["name"] for control in soup(client.get("/account/signup/")).select("main .field [name]")]
    assert names == ["name", "email", "password1", "profession", "country", "language", "consent"]
