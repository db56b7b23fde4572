"""The page after signing in shows each person what she has to do here."""

from datetime import date, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaign.pages.models import CampaignPage
from certificates.compliance.actions import enter_evidence
from certificates.compliance.models import Requirement
from certificates.issuing import actions as issuing
from courses.catalogue.outlines import outline_of
from courses.learning.actions import enrol, open_step
from portal.home.management.commands.set_up_site import load_groups
from tests.certificates.factories import make_completion
from tests.factories import NOON, DepartmentFactory, MembershipFactory, UserFactory
from tests.pages import make_course

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def start_of(user):
    client = Client()
    client.force_login(user)
    answer = client.get("/start/")
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser").main


def section(page, name):
    return page.select_one(f"section[aria-labelledby={name}-title]")


def text_of(tag):
    return " ".join(tag.get_text(" ").split())


def queries_of(user):
    client = Client()
    client.force_login(user)
    client.get("/start/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/start/")
    return len(asked)


def require(course, department, **facts):
    return Requirement.objects.create(
        organisation=department.organisation,
        course=course,
        every_months=60,
        valid_from=date(2020, 1, 1),
        **{"profession": "radiologist", **facts},
    )


def certify(user, course, **facts):
    completion = make_completion(user, course, **facts)
    return enter_evidence(certificate=issuing.issue(completion=completion, at=NOON), at=NOON)


# --- learners --------------------------------------------------------------------------------------------------------
def test_somebody_with_nothing_is_led_to_the_catalogue(alice, course):
    page = start_of(alice)
    assert page.select_one(".empty a")["href"] == "/en/courses/"
    assert "Course J" in text_of(section(page, "suggestions"))
    assert not any(section(page, name) for name in ("continue", "due", "certificates", "departments", "editing"))


def test_a_learner_goes_on_where_she_stopped(alice, course):
    outline = outline_of(course)
    lesson = list(outline.lessons())[2]
    open_step(enrolment=enrol(user=alice, course=course, at=NOON), outline=outline, step=lesson, at=NOON)
    page = start_of(alice)
    shown = section(page, "continue")
    assert f"Next: {lesson.title}" in text_of(shown)
    assert "40 minutes left" in text_of(shown)
    assert shown.select_one(".button")["href"] == "/learn/course-j/m2/lesson-1/"
    assert not page.select_one(".empty")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, "Missing Course J Your department waits for your first certificate."),
        (5 * 365 - 30, "Due soon Course J Take it again by 25 December 2026."),
        (5 * 365 + 30, "Overdue Course J It was valid until 26 October 2026."),
    ],
)
def test_a_learner_sees_what_is_due(alice, course, department, days, words):
    MembershipFactory(user=alice, department=department)
    require(course, department)
    if days:
        certify(alice, course, completed_at=NOON - timedelta(days=days))
    page = start_of(alice)
    card = section(page, "due").select_one(".card")
    assert text_of(card) == f"{words} Go to the course : Course J"
    assert {link["href"] for link in card.select("a")} == {course.url}
    assert not section(page, "suggestions"), "what is due is not suggested as well"


def test_who_has_met_everything_is_told_so(alice, course, department):
    MembershipFactory(user=alice, department=department)
    require(course, department)
    certify(alice, course)
    page = start_of(alice)
    assert "You have met all of it." in text_of(section(page, "due"))
    assert not section(page, "due").select_one(".card")
    assert section(page, "certificates")


# --- leads -----------------------------------------------------------------------------------------------------------
def test_a_lead_sees_how_many_of_her_people_stand_where(bob, course, home, department):
    other = make_course(home, code="K")
    require(course, department)
    require(other, department)
    for name, taken in {"ana": (10, 10), "jo": (10, 5 * 365 - 30), "li": (6 * 365, 10), "mo": ()}.items():
        person = MembershipFactory(user__name=name, department=department).user
        for each, days in zip((course, other), taken, strict=False):
            certify(person, each, completed_at=NOON - timedelta(days=days))
    card = section(start_of(bob), "departments").select_one(".card")
    assert "4 people with duties" in text_of(card)
    counts = {text_of(each): each.get("href") for each in card.select(".badge")}
    address = f"/departments/{department.uuid}/"
    assert counts == {
        "1 trained": None,
        "1 due soon": f"{address}?state=due",
        "1 overdue": f"{address}?state=overdue",
        "1 missing": f"{address}?state=missing",
    }
    assert card.select_one("h3 a")["href"] == address


def test_a_lead_of_a_department_without_duties(bob, home):
    assert "Nothing is asked of this department yet." in text_of(section(start_of(bob), "departments"))


# --- organisers ------------------------------------------------------------------------------------------------------
@pytest.fixture
def organiser(home):
    load_groups(home)
    return in_group(UserFactory(name="Carol Curtis"), "Organisers")


@pytest.fixture
def editor(organiser):
    return in_group(UserFactory(name="Eve Eder"), "Editors")


def in_group(user, name):
    user.groups.add(Group.objects.get(name=name))
    return user


def draft(home, user, title, *, live=False):
    parent = type(home).objects.get(pk=home.pk)
    page = parent.add_child(instance=CampaignPage(title=title, slug=title.lower(), live=live))
    page.save_revision(user=user)
    return page


def hand_in(page, user):
    page.get_workflow().start(page, user)


def test_an_organiser_sees_her_drafts_and_what_waits_for_her(home, course, organiser, editor):
    hers = draft(home, organiser, "Autumn")
    changed = draft(home, organiser, "Winter", live=True)
    other = draft(home, editor, "Spring")
    hand_in(other, editor)
    editing = section(start_of(organiser), "editing")
    reviews, drafts = editing.select(".card")
    assert [link["href"] for link in reviews.select("a")] == [f"/cms/pages/{other.pk}/edit/"]
    assert "Handed in by Eve Eder on 24 November 2026" in text_of(reviews)
    assert [link["href"] for link in drafts.select("a")] == [f"/cms/pages/{page.pk}/edit/" for page in (changed, hers)]
    assert "Winter Published, with changes that nobody sees yet" in text_of(drafts)
    assert "Autumn Not published yet" in text_of(drafts)
    assert [link["href"] for link in editing.select(".button")] == [
        f"/cms/pages/{home.pk}/add_subpage/",
        "/cms/",
        "/certificates/evaluations/",
        "/en/courses/",
    ]


def test_what_an_editor_handed_in_stays_among_her_drafts_and_is_hers_to_review_never(home, editor):
    hand_in(draft(home, editor, "Spring"), editor)
    reviews, drafts = section(start_of(editor), "editing").select(".card")
    assert "Nobody waits for you." in text_of(reviews)
    assert "Spring Handed in for review" in text_of(drafts)


def test_an_empty_desk_says_what_will_lie_there(organiser):
    page = start_of(organiser)
    reviews, drafts = section(page, "editing").select(".card")
    assert "Nobody waits for you." in text_of(reviews)
    assert "No page of yours waits to be published." in text_of(drafts)
    assert not page.select_one(".empty")


def test_a_draft_that_somebody_else_went_on_with_is_hers(home, organiser, editor):
    draft(home, organiser, "Autumn").save_revision(user=editor)
    assert "Autumn" not in text_of(section(start_of(organiser), "editing"))
    assert "Autumn" in text_of(section(start_of(editor), "editing"))


def test_a_full_desk_shows_the_newest_and_how_many_there_are(home, organiser):
    for number in range(7):
        draft(home, organiser, f"Draft{number}")
    drafts = section(start_of(organiser), "editing").select(".card")[1]
    assert len(drafts.select("li")) == 5
    assert "See all your 7 drafts" in text_of(drafts)


# --- several roles ---------------------------------------------------------------------------------------------------
def test_an_administrator_sees_every_kind(home, course, department):
    admin = UserFactory(is_superuser=True, is_staff=True)
    MembershipFactory(user=admin, department=department, role="lead")
    require(course, department)
    enrol(user=admin, course=course, at=NOON)
    page = start_of(admin)
    assert [each["aria-labelledby"].removesuffix("-title") for each in page.select("section")] == [
        "continue",
        "due",
        "departments",
        "editing",
        "administration",
    ]
    assert {"/departments/", "/cms/users/"} <= {link["href"] for link in section(page, "administration").select("a")}


def test_a_learner_is_shown_nothing_of_the_editors(alice, home):
    assert "/cms/" not in str(start_of(alice))


# --- speed -----------------------------------------------------------------------------------------------------------
def test_the_questions_to_the_database_do_not_grow(home, course, organiser, editor, department):
    def more(number):
        led = DepartmentFactory(organisation=department.organisation)
        MembershipFactory(user=organiser, department=led, role="lead")
        for _ in range(2):
            certify(MembershipFactory(department=led).user, course)
        taken = make_course(home, code=f"K{number}")
        require(taken, department)
        require(taken, led)
        enrol(user=organiser, course=taken, at=NOON)
        certify(organiser, taken)
        require(make_course(home, code=f"D{number}"), department)  # due, and not met
        draft(home, organiser, f"Draft{number}")
        hand_in(draft(home, organiser, f"Mine{number}"), organiser)
        hand_in(draft(home, editor, f"Hers{number}"), editor)
        make_course(home, code=f"S{number}")

    require(course, department)
    more(0)
    first = queries_of(organiser)
    for number in range(1, 4):
        more(number)
    assert queries_of(organiser) == first
    assert first < 60
