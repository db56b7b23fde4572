"""From an empty database to a portal that people can use, without the demo."""

from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from wagtail.models import GroupPagePermission, Locale, Page, Site

from campaign.pages.models import CampaignPage, HomePage
from courses.catalogue.models import CoursePage
from courses.quizzes.management.commands import load_courses
from courses.quizzes.models import Question
from portal.accounts.actions import give_consent
from portal.accounts.models import User
from portal.cms.models import BrandSettings
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_course(request, monkeypatch):
    """Of the four, but for the test that asks for all: loading takes its time."""
    if "every_course" not in request.fixturenames:
        monkeypatch.setattr(load_courses, "course_slugs", lambda: ["justification"])


@pytest.fixture
def every_course():
    """Load all of them."""


def set_up(command="set_up_site"):
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def text_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return BeautifulSoup(answer.content, "html.parser").main.get_text(" ", strip=True)


@pytest.mark.usefixtures("every_course")
def test_a_new_database_becomes_a_portal_with_courses(client, settings):
    settings.PRODUCTION, settings.PUBLIC_URL = True, "https://campus.example.org"
    set_up()
    assert "Welcome to your new Wagtail" not in text_of(client, "/en/")
    assert "Justification" in text_of(client, "/en/courses/")
    assert "Justification" in text_of(client, "/en/courses/justification/")
    assert Question.objects.drawable().exists()
    assert not User.objects.exists()


def test_the_site_has_the_address_of_the_portal(settings):
    settings.PUBLIC_URL = "https://campus.example.org"
    set_up()
    site = Site.objects.get()
    assert (site.hostname, site.port, site.is_default_site) == ("campus.example.org", 443, True)
    settings.PUBLIC_URL = "https://lernen.example.org:8443"
    set_up()
    site.refresh_from_db()
    assert (site.hostname, site.port) == ("lernen.example.org", 8443)


def test_pages_can_be_made_in_every_language(settings):
    set_up()
    assert set(Locale.objects.values_list("language_code", flat=True)) == {code for code, _ in settings.LANGUAGES}


def test_organisers_publish_and_editors_write(client):
    set_up()
    organiser = UserFactory()
    organiser.groups.add(Group.objects.get(name="Organisers"))
    client.force_login(organiser)
    page = HomePage.objects.get()
    assert client.get(f"/cms/pages/{page.pk}/edit/").status_code == 200
    assert client.get("/cms/snippets/quizzes/question/add/").status_code == 200
    assert page.permissions_for_user(organiser).can_publish()
    editor = UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))
    assert page.permissions_for_user(editor).can_edit()
    assert not page.permissions_for_user(editor).can_publish()


def test_twice_is_once_and_what_editors_changed_stays():
    set_up()
    home, course = HomePage.objects.get(), CoursePage.objects.get(code="J")
    home.title, course.title = "Our campaign", "Our course"
    for page in (home, course):
        page.save_revision().publish()
    counts = [model.objects.count() for model in (Page, Site, Locale, Group, Permission, GroupPagePermission, Question)]
    set_up()
    assert counts == [
        model.objects.count() for model in (Page, Site, Locale, Group, Permission, GroupPagePermission, Question)
    ]
    assert HomePage.objects.get().title == "Our campaign"
    assert CoursePage.objects.get(code="J").title == "Our course"


def test_a_site_that_begins_elsewhere_is_not_touched():
    root = Page.objects.get(depth=1)
    own = root.add_child(instance=CampaignPage(title="Our own", slug="own"))
    Site.objects.update(root_page=own)
    with pytest.raises(CommandError, match=r"“Our own”.*home page"):
        set_up()
    assert Site.objects.get().root_page_id == own.pk


def test_pages_below_the_welcome_page_are_not_lost():
    welcome = Site.objects.get().root_page
    welcome.add_child(instance=CampaignPage(title="Our own", slug="own"))
    with pytest.raises(CommandError, match="no home page"):
        set_up()
    assert CampaignPage.objects.exists()


def test_the_demo_stands_on_the_same_ground():
    set_up("load_demo")
    pages = Page.objects.count()
    set_up()
    set_up("load_demo")
    assert (Page.objects.count(), HomePage.objects.get().title) == (pages, "Imaging with care")


# --- the notice that people consent to --------------------------------------------------------------------------------
def test_the_notice_says_what_is_still_to_be_filled_in(client):
    assert "Settings" in set_up()
    assert "not been filled in" in text_of(client, "/account/privacy/")


def test_the_notice_names_who_is_responsible_and_the_version(client, settings):
    set_up()
    BrandSettings.objects.update(controller="Society of Careful Imaging\nMain Street 1", contact="data@example.org")
    for address in ("/account/privacy/", "/en/privacy/"):
        shown = text_of(client, address)
        assert "Society of Careful Imaging" in shown
        assert "data@example.org" in shown
        assert settings.CONSENT_VERSION in shown
        assert "What we store" in shown


def test_editors_change_the_notice_and_learners_read_it(client):
    set_up()
    page = BrandSettings.load().privacy_page.specific
    page.body = [("text", "<p>We keep nothing at all.</p>")]
    page.save_revision().publish()
    assert "We keep nothing at all." in text_of(client, "/account/privacy/")


def test_the_notice_comes_in_the_language_of_the_reader_or_else_as_the_built_in_text(client):
    set_up()
    BrandSettings.objects.update(controller="Society of Careful Imaging", contact="data@example.org")
    client.post("/i18n/setlang/", {"language": "de"})
    shown = text_of(client, "/account/privacy/")
    assert "Was wir aufbewahren" in shown
    assert "data@example.org" in shown
    page = BrandSettings.load().privacy_page.specific
    german = Locale.objects.get(language_code="de")
    translated = page.copy_for_translation(german, copy_parents=True)
    translated.body = [("text", "<p>Unser eigener Hinweis.</p>")]
    translated.save_revision().publish()
    assert "Unser eigener Hinweis." in text_of(client, "/account/privacy/")


def test_the_demo_fills_the_notice_in(client):
    set_up("load_demo")
    shown = text_of(client, "/account/privacy/")
    assert "not been filled in" not in shown
    assert "@demo.example" in shown
    assert "[" not in shown


def test_a_person_sees_to_which_version_she_agreed(as_alice, alice):
    set_up()
    give_consent(user=alice, version="2025-01", language="en")
    assert "You agreed to version 2025-01" in text_of(as_alice, "/account/privacy/")
