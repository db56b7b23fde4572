"""Taking a course again: not at once, in time for a yearly duty, and what was done before stays to be seen."""

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup

from courses.catalogue.models import CoursePage
from courses.learning.models import Completion, Enrolment
from tests.courses.learning.builders import pass_quiz, read_all
from tests.courses.quizzes.builders import make_quiz
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def passed(clock, as_alice, alice, course):
    """Alice completed the course at noon on 24 November 2026; her passed attempt."""
    make_quiz(course)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    read_all(as_alice)
    return pass_quiz(as_alice, alice)


def test_not_at_once(passed, as_alice, alice, course):
    page = as_alice.get(course.url).content.decode()
    assert "Take the course again" not in page
    assert "Aug. 24, 2027" in page or "24 August 2027" in page or "August 24, 2027" in page
    answer = as_alice.post(f"/learn/enrol/{course.translation_key}/", follow=True)
    assert "2027" in answer.content.decode()
    assert Enrolment.objects.of(alice).count() == 1


def test_nine_months_later_and_not_a_day_before(passed, clock, as_alice, alice, course):
    """A yearly duty can be met without a gap: three months are left of the year."""
    clock.shift(timedelta(days=272))
    as_alice.force_login(alice)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    assert Enrolment.objects.of(alice).count() == 1
    clock.shift(timedelta(days=1))
    as_alice.force_login(alice)
    assert "Take the course again" in as_alice.get(course.url).content.decode()
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    assert Enrolment.objects.of(alice).open().count() == 1


def test_the_editors_say_how_long(passed, as_alice, alice, course):
    CoursePage.objects.update(repeat_after_months=0)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    assert Enrolment.objects.of(alice).count() == 2


@pytest.fixture
def again(passed, clock, as_alice, alice, course):
    """A year later she began anew."""
    clock.shift(timedelta(days=365))
    as_alice.force_login(alice)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    return Enrolment.objects.of(alice).open().get()


@pytest.mark.parametrize("path", ["/start/", "/learn/"])
def test_the_completed_card_leads_to_what_was_completed(again, passed, as_alice, path):
    page = BeautifulSoup(as_alice.get(path).content, "html.parser")
    heading = page.find("h2", string=lambda text: text and "Completed" in text)
    link = heading.find_parent("section").select_one(".card__title a")["href"]
    shown = as_alice.get(link).content.decode()
    assert "You completed this course" in shown
    assert f"/certificates/card/{passed.enrolment.uuid}/" in shown
    assert "You completed this course" not in as_alice.get("/learn/course-j/").content.decode()


def test_old_results_stay_to_be_read(again, passed, as_alice):
    address = f"/learn/course-j/quiz/{passed.uuid}/"
    assert address in as_alice.get("/learn/course-j/quiz/").content.decode()
    answer = as_alice.get(address)
    assert answer.status_code == 200
    assert "You have passed" in answer.content.decode()
    assert f"/certificates/card/{passed.enrolment.uuid}/" in answer.content.decode()


def test_the_second_time_counts_too(again, as_alice, alice):
    read_all(as_alice)
    assert pass_quiz(as_alice, alice).passed
    assert Completion.objects.of(alice).count() == 2


def test_fault_33_what_others_completed_is_not_found(passed, client):
    client.force_login(UserFactory())
    assert client.get(f"/learn/taken/{passed.enrolment.uuid}/").status_code == 404
    assert client.get(f"/learn/course-j/quiz/{passed.uuid}/").status_code == 404
