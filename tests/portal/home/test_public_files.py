"""What crawlers, phones and social media ask for, asked as they do: anonymous, by address."""

import io
import json
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from PIL import Image
from wagtail.models import Locale, PageViewRestriction

from courses.catalogue.models import LessonPage
from portal.cms.models import BrandSettings

PUBLIC_URL = "https://campus.example.org"
SPACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
SCREENS = [
    "/en/",
    "/en/courses/",
    "/en/courses/course-j/",
    "/en/courses/course-j/m1/",
    "/en/courses/course-j/m1/lesson-1/",
    "/verify/",
    "/account/login/",
    "/account/signup/",
    "/account/privacy/",
]


@pytest.fixture(autouse=True)
def public_url(settings):
    settings.PUBLIC_URL = PUBLIC_URL


def head(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status
    return BeautifulSoup(answer.content, "html.parser").head


def content(head, name):
    found = head.select(f"meta[name='{name}'], meta[property='{name}']")
    assert len(found) == 1, (name, found)
    return found[0]["content"]


def whole(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def sitemap(client):
    answer = client.get("/sitemap.xml")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    return {
        each.find("s:loc", SPACES).text: {
            link.get("hreflang"): link.get("href") for link in each.findall("x:link", SPACES)
        }
        for each in ET.fromstring(answer.content).findall("s:url", SPACES)
    }


# --- robots.txt -------------------------------------------------------------------------------------------------------
def robots(client):
    answer = client.get("/robots.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    parser = RobotFileParser()
    parser.parse(answer.content.decode().splitlines())
    return parser


def test_robots_names_the_sitemap_by_its_public_address(client):
    assert robots(client).site_maps() == [f"{PUBLIC_URL}/sitemap.xml"]


@pytest.mark.parametrize("path", [*SCREENS, "/static/portal/css/kit.css", "/site.webmanifest", "/sitemap.xml"])
def test_robots_may_see_what_everybody_may_see(client, path):
    assert robots(client).can_fetch("AnyBot", path)


@pytest.mark.parametrize("path", ["/cms/", "/account/profile/", "/learn/", "/certificates/", "/xapi/statements"])
def test_robots_keep_out_of_where_people_work(client, path):
    assert not robots(client).can_fetch("AnyBot", path)


# --- sitemap ----------------------------------------------------------------------------------------------------------
def test_every_page_of_the_sitemap_answers_and_calls_itself_the_same(client, course):
    found = sitemap(client)
    assert f"{PUBLIC_URL}/en/courses/course-j/m1/lesson-1/" in found
    for address in found:
        shown = head(client, address.removeprefix(PUBLIC_URL))
        assert shown.select_one("link[rel=canonical]")["href"] == address


def test_sitemap_keeps_quiet_about_drafts_and_private_pages(client, course):
    draft, private = LessonPage.objects.order_by("path")[:2]
    draft.unpublish()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    found = sitemap(client)
    assert not [address for address in found if draft.url in address or private.url in address]
    assert found


def test_sitemap_ties_translations_together_and_leaves_mirrors_out(client, home, course):
    german, _ = Locale.objects.get_or_create(language_code="de")
    translated = home.copy_for_translation(german)
    translated.title = "Bildgebung mit Bedacht"
    translated.save_revision().publish()
    mirror = course.get_parent().specific.copy_for_translation(german, alias=True)
    found = sitemap(client)
    both = {"en": f"{PUBLIC_URL}/en/", "de": f"{PUBLIC_URL}/de/"}
    assert (found[both["en"]], found[both["de"]]) == (both, both)
    assert mirror.live
    assert f"{PUBLIC_URL}{mirror.url}" not in found


def test_sitemap_asks_the_database_as_often_for_many_pages_as_for_few(client, course, django_assert_max_num_queries):
    sitemap(client)
    with django_assert_max_num_queries(4):
        assert len(sitemap(client)) > 6


# --- manifest and icons -----------------------------------------------------------------------------------------------
def test_manifest_is_linked_and_its_icons_are_as_large_as_it_says(client, home):
    assert head(client, "/en/").select_one("link[rel=manifest]")["href"] == "/site.webmanifest"
    answer = client.get("/site.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    about = json.loads(answer.content)
    assert about["name"] == "Alara Campus"
    for icon in about["icons"]:
        picture = client.get(icon["src"])
        assert picture["Content-Type"] == icon["type"]
        assert "x".join(map(str, Image.open(io.BytesIO(whole(picture))).size)) == icon["sizes"]


def test_manifest_and_card_are_those_of_whoever_hosts_the_portal(client, home, django_capture_on_commit_callbacks):
    brand = BrandSettings.load()
    brand.name, brand.deep = "Strahlenschutz Forum", "#222244"
    with django_capture_on_commit_callbacks(execute=True):
        brand.save()
    about = client.get("/site.webmanifest").json()
    assert (about["name"], about["theme_color"]) == ("Strahlenschutz Forum", "#222244")
    shown = head(client, "/en/")
    assert content(shown, "og:site_name") == "Strahlenschutz Forum"
    assert not shown.select("meta[property='og:image']")


# --- what each page says of itself ------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", SCREENS)
def test_public_screen_has_one_address_one_description_and_may_be_indexed(client, course, path):
    shown = head(client, f"{path}?utm_source=letter")
    assert [link["href"] for link in shown.select("link[rel=canonical]")] == [PUBLIC_URL + path]
    assert len(content(shown, "description")) > 5
    assert not shown.select("meta[name=robots]")


def test_description_is_what_the_editor_wrote_for_it_or_else_the_lead(client, course):
    assert content(head(client, course.url), "description") == "A course."
    course.search_description = 'Who asks, "justifies".'
    course.save_revision().publish()
    assert content(head(client, course.url), "description") == 'Who asks, "justifies".'


def test_social_card_is_there_in_the_size_that_social_media_ask_for(client, course):
    address = content(head(client, course.url), "og:image")
    assert address.startswith(f"{PUBLIC_URL}/static/")
    data = whole(client.get(address.removeprefix(PUBLIC_URL)))
    assert Image.open(io.BytesIO(data)).size == (1200, 630)
    assert len(data) < 60_000


def test_page_about_a_person_is_kept_out_of_search_engines(client, home):
    shown = head(client, "/verify/6b1b8a94-6f43-4a4a-9a43-3a5d3a2d5f00", status=404)
    assert content(shown, "robots") == "noindex"


# --- what travels -----------------------------------------------------------------------------------------------------
def test_pages_travel_compressed(home):
    plain, small = Client().get("/en/"), Client(HTTP_ACCEPT_ENCODING="gzip, br").get("/en/")
    assert small["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain["Vary"]
    assert "Content-Encoding" not in plain
    assert len(small.content) < len(plain.content) / 2


def test_length_of_a_compressed_page_does_not_tell_what_stands_in_it(home):
    client = Client(HTTP_ACCEPT_ENCODING="gzip")
    assert len({len(client.get("/robots.txt").content) for _ in range(20)}) > 1


def test_answers_of_the_record_store_keep_their_strong_etags(client):
    answer = client.get("/xapi/about", HTTP_ACCEPT_ENCODING="gzip")
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer
