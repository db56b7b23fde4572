"""What reviewers of an accrediting body see behind their link, and that nothing is kept of it."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from certificates.issuing.models import Certificate, Claim
from courses.learning.models import Completion, Enrolment, StepProgress
from courses.quizzes.models import Attempt
from portal.audit.models import Entry
from portal.lrs.models import Statement
from tests.certificates.issuing.reviewing.hands import PAGES, text
from tests.certificates.schemes import ask, make_scheme
from tests.courses.quizzes.builders import make_question, make_quiz
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_the_link_becomes_a_session_and_leaves_the_address(invited):
    client = Client()
    answer = client.get(invited.link)
    assert (answer.status_code, answer["Location"]) == (302, "/review/")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    page = client.get("/review/")
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert 'name="robots" content="noindex, nofollow"' in page.content.decode()
    assert invited.link.rsplit("/", 1)[1] not in page.content.decode()
    assert client.cookies["sessionid"]["httponly"]


def test_a_planted_session_does_not_come_in_with_her(invited):
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    client.get(invited.link)
    assert client.cookies["sessionid"].value != session.session_key
    other = Client()
    other.cookies["sessionid"] = session.session_key
    assert other.get("/review/").status_code == 403


def test_without_a_link_the_pages_say_how_to_come_in(client, course):
    for page in PAGES:
        answer = client.get(page)
        assert answer.status_code == 403
        assert "Open your link first" in text(answer)
    assert client.get("/review/open/guessed").status_code == 404
    assert "Look whether it was copied whole" in text(client.get("/review/open/guessed"))


def test_guessing_links_is_limited(client, course):
    statuses = [client.get(f"/review/open/{n}").status_code for n in range(61)]
    assert statuses[:60] == [404] * 60
    assert statuses[60] == 429


def test_she_sees_the_facts_and_the_interests(inside):
    page = text(inside.get("/review/"))
    for each in ("The ecmec", "Applied for", "2 ECMEC", "Dr. Author: speaker for Example", "90 days left", "Course J"):
        assert each in page
    assert "21 February 2027" in page


def test_she_sees_every_lesson_in_its_order(inside, course):
    first = inside.get("/review/").content.decode()
    lessons = re.findall(r'href="(/review/lessons/[^"]+)"', first)
    assert len(lessons) == 4
    for place, lesson in enumerate(lessons):
        answer = inside.get(lesson)
        assert answer.status_code == 200
        assert "Text of the lesson." in text(answer)
        assert "<form" not in answer.content.decode().split("<main")[1]
        if place + 1 < len(lessons):
            assert lessons[place + 1] in answer.content.decode()
    assert inside.get("/review/lessons/8c2b1f6e-6d3a-4b53-9d0e-2a6f1f0c9b11/").status_code == 404


def test_she_sees_every_question_with_answers_reasons_and_sources(inside, course):
    quiz = make_quiz(course)
    bank = quiz.draws.first().bank
    make_question(bank, "J1-99", verified=False)
    page = text(inside.get("/review/questions/"))
    for code in (f"J{b}-{q:02d}" for b in (1, 2) for q in range(4)):
        assert f"Stem of {code}?" in page
        assert f"SECRET rationale of {code}." in page
    assert "J1-99" not in page, "nobody is asked what is not verified"
    assert page.count("right answer") >= 8
    assert "Council Directive 2013/59/Euratom, Art. 55" in page
    assert "2 of 4 questions are drawn for each attempt." in page


def test_a_course_without_quiz_says_so(inside):
    assert "This course has no quiz" in text(inside.get("/review/questions/"))


def test_she_sees_the_evaluation_form_of_the_body(inside, accreditation):
    ask("pace", "choice", accreditation.scheme)
    ask("else", "scale", make_scheme("other"))
    page = text(inside.get("/review/evaluation/"))
    assert "What of pace?" in page
    assert "Too easy" in page
    assert "What of else?" not in page


def test_she_sees_the_report_without_names(inside, alice):
    page = text(inside.get("/review/report/"))
    assert "Participants by profession" in page
    assert "Interests declared" in page
    assert "Alice" not in page


def test_nothing_that_she_does_is_learning(inside, course, alice, invited):
    make_quiz(course)
    inside.force_login(alice)  # even where somebody is signed in on the same browser
    inside.get(invited.link)
    for page in (*PAGES, *re.findall(r'href="(/review/lessons/[^"]+)"', inside.get("/review/").content.decode())):
        assert inside.get(page).status_code == 200
        assert inside.post(page).status_code == 405
    for model in (Statement, Enrolment, StepProgress, Completion, Attempt, Certificate, Claim):
        assert not model.objects.exists()


def test_only_the_first_opening_is_in_the_log_and_visits_are_not_followed(inside, invited, clock):
    row = invited.row
    row.refresh_from_db()
    assert row.opened_at is None, "a program that follows links in mail has not opened it"
    inside.get("/review/")
    clock.shift(timedelta(minutes=2))
    inside.get("/review/questions/")
    row.refresh_from_db()
    assert (row.opened_at, row.seen_at) == (NOON, NOON)
    clock.shift(timedelta(days=1))
    inside.get("/review/questions/")
    row.refresh_from_db()
    assert row.seen_at == NOON + timedelta(days=1, minutes=2)
    assert Entry.objects.filter(verb="reviewer opened course").count() == 1


def test_a_course_that_is_not_published_is_there_too(inside, course):
    course.get_children().last().unpublish()
    course.unpublish()
    page = inside.get("/review/")
    assert page.status_code == 200
    assert "The page of the course as everybody sees it" not in text(page)


def test_another_version_than_the_one_asked_for_is_told(inside, course):
    course.version = "2.0"
    course.save()
    assert "The accreditation is for version 1.0; you see version 2.0." in text(inside.get("/review/"))
