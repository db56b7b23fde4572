"""Addresses that take a form lead, when they are asked without one, to the page that they belong to."""

import pytest
from bs4 import BeautifulSoup

from courses.learning.models import Enrolment
from courses.quizzes.models import Attempt
from tests.courses.learning.builders import pass_quiz, read_all, right_answers
from tests.courses.quizzes.builders import make_quiz
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
QUIZ = "/learn/course-j/quiz/"


@pytest.fixture
def attempt(as_alice, course):
    make_quiz(course)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    read_all(as_alice)
    as_alice.post(QUIZ)
    return Attempt.objects.get()


def sign_in_again(client, alice, address):
    """From the answer to a form sent after her sign-in ended, through the sign-in page; the page she arrives at."""
    assert address.startswith("/account/login/?next=")
    return client.post(address, {"login": alice.email, "password": PASSWORD}, follow=True)


def test_fault_34_the_session_ends_in_the_middle_of_the_quiz(client, attempt, alice):
    """The answers are kept, signing in leads back to the question, and the quiz goes on."""
    first = attempt.responses.select_related("question").get(position=1)
    client.post(f"{QUIZ}{attempt.uuid}/1/answer/", {"choice": right_answers(first.question)})
    client.logout()
    second = attempt.responses.select_related("question").get(position=2)
    sent = {"choice": right_answers(second.question)}
    answer = client.post(f"{QUIZ}{attempt.uuid}/2/answer/", sent)
    arrived = sign_in_again(client, alice, answer.url)
    assert arrived.status_code == 200
    assert arrived.request["PATH_INFO"] == f"{QUIZ}{attempt.uuid}/2/"
    first.refresh_from_db()
    assert first.right is True
    assert pass_quiz(client, alice).passed


def test_fault_34_the_session_ends_in_the_middle_of_a_lesson(client, alice, course):
    client.force_login(alice)
    client.post(f"/learn/enrol/{course.translation_key}/")
    client.logout()
    for button in ("done", "place"):
        answer = client.post(f"/learn/course-j/m1/lesson-1/{button}/")
        arrived = sign_in_again(client, alice, answer.url)
        assert (arrived.status_code, arrived.request["PATH_INFO"]) == (200, "/learn/course-j/m1/lesson-1/")
        client.logout()


def test_fault_34_the_session_ends_before_enrolling(client, alice, course):
    answer = client.post(f"/learn/enrol/{course.translation_key}/", {"language": "en"})
    arrived = sign_in_again(client, alice, answer.url)
    assert (arrived.status_code, arrived.request["PATH_INFO"]) == (200, "/en/courses/course-j/")
    assert not Enrolment.objects.exists()


def test_fault_34_changing_the_language_beside_an_empty_answer(client, attempt):
    answer = client.post(f"{QUIZ}{attempt.uuid}/1/answer/", {})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.content, "html.parser")
    form = page.select_one("button[name=language][value=de]").find_parent("form")
    following = form.select_one("[name=next]")["value"]
    arrived = client.post(form["action"], {"language": "de", "next": following}, follow=True)
    assert (arrived.status_code, arrived.request["PATH_INFO"]) == (200, f"{QUIZ}{attempt.uuid}/1/")
    assert 'lang="de"' in arrived.content.decode()


# --- a stale button --------------------------------------------------------------------------------------------------
def arrived_at_the_rules(answer):
    assert answer.redirect_chain[-1][0] == QUIZ
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_stale_start_button_explains_that_lessons_are_unread(as_alice, course):
    make_quiz(course)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    assert "Read these lessons first" in arrived_at_the_rules(as_alice.post(QUIZ, follow=True))


def test_a_stale_start_button_explains_the_wait(as_alice, attempt):
    attempt.quiz.attempts = 1
    attempt.quiz.save()
    for response in attempt.responses.select_related("question"):
        wrong = [str(each.uuid) for each in response.question.choices.all() if not each.right]
        as_alice.post(f"{QUIZ}{attempt.uuid}/{response.position}/answer/", {"choice": wrong[:1]})
    assert "You can try again from" in arrived_at_the_rules(as_alice.post(QUIZ, follow=True))
    assert Attempt.objects.count() == 1


def test_a_stale_start_button_explains_that_the_quiz_is_passed(as_alice, alice, attempt):
    assert pass_quiz(as_alice, alice).passed
    assert "You have passed this quiz" in arrived_at_the_rules(as_alice.post(QUIZ, follow=True))
    assert Attempt.objects.count() == 1
