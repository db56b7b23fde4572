"""The frame of every page: menu, languages, the way past the header."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, PageViewRestriction, Site

from campaign.pages.models import CampaignPage
from portal.cms.menus import BELOW
from tests.pages import make_course
from tests.portal.markup import soup

pytestmark = pytest.mark.django_db


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


def test_each_site_has_its_own_menu_and_a_changed_one_is_seen_at_once(client, home, course, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example.org"]
    other = home.get_parent().add_child(instance=CampaignPage(title="Other", slug="other", locale=home.locale))
    other.add_child(instance=CampaignPage(title="Of the other", slug="its", show_in_menus=True, locale=home.locale))

    def shown(host):
        answer = client.get("/account/login/", HTTP_HOST=host).content.decode()
        return "Of the other" in answer

    assert not shown("other.example.org"), "the default site answers"
    site = Site.objects.create(hostname="other.example.org", root_page=other)
    assert (shown("other.example.org"), shown("testserver")) == (True, False)
    site.delete()
    assert not shown("other.example.org")


def test_a_site_that_was_deleted_elsewhere_leaves_a_page_without_a_menu(client, home):
    """As another process without Redis sees it, whose cache still has the number."""
    cache.set("menu.site", 10**6)
    page = client.get("/account/login/")
    assert page.status_code == 200
    assert not soup(page).select(".nav .nav__link")
