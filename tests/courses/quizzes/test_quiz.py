"""Sitting the final quiz, through the pages a learner uses and the doors an attacker tries."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from courses.learning.models import Completion
from courses.quizzes.models import Attempt, Question, Response
from portal.lrs.models import Statement
from tests.courses.quizzes.builders import make_question
from tests.factories import NOON, UserFactory

QUIZ = "/learn/course-j/quiz/"


def right_answers(question):
    return [str(choice.uuid) for choice in question.choices.all() if choice.right]


def wrong_answer(question):
    return (
        [str(question.choices.filter(right=False).first().uuid)]
        if question.kind != "multiple"
        else right_answers(question)[:1]
    )


def sit(client, *, right=True):
    """Start an attempt and answer every question; the finished attempt."""
    client.post(QUIZ)
    attempt = Attempt.objects.open().get()
    for response in attempt.responses.select_related("question"):
        given = right_answers(response.question) if right else wrong_answer(response.question)
        client.post(f"{QUIZ}{attempt.uuid}/{response.position}/answer/", {"choice": given})
    attempt.refresh_from_db()
    return attempt


@pytest.fixture
def ready(as_alice, has_read_all):
    return as_alice


def test_the_quiz_waits_until_every_lesson_is_read(as_alice, enrolment, quiz):
    page = as_alice.get(QUIZ).content.decode()
    assert "Lesson 1.1" in page
    assert as_alice.post(QUIZ).url == QUIZ
    assert not Attempt.objects.exists()


def test_passing_completes_the_course(ready, alice):
    attempt = sit(ready)
    assert (attempt.score, attempt.passed) == (1.0, True)
    completion = Completion.objects.of(alice).get()
    assert (completion.score, completion.pass_mark, completion.learning_minutes) == (1.0, 0.75, 40)


def test_failing_does_not(ready, alice):
    attempt = sit(ready, right=False)
    assert (attempt.score, attempt.passed) == (0.0, False)
    assert not Completion.objects.of(alice).exists()
    page = ready.get(f"{QUIZ}{attempt.uuid}/").content.decode()
    assert "SECRET rationale" in page


def test_the_pass_mark_that_applied_is_kept(ready, quiz):
    ready.post(QUIZ)
    quiz.pass_mark = 100
    quiz.save()
    assert Attempt.objects.get().pass_mark == 75


def test_questions_come_from_every_bank_and_only_verified_ones(ready, quiz):
    for draw in quiz.draws.all():
        Question.objects.filter(bank=draw.bank).update(verified=False)
        make_question(draw.bank, f"{draw.bank.code}-ok")
    ready.post(QUIZ)
    codes = {response.question.code for response in Response.objects.select_related("question")}
    assert codes == {"J1-ok", "J2-ok"}


def test_a_quiz_without_questions_says_so(ready, quiz):
    Question.objects.update(retired=True)
    page = ready.post(QUIZ, follow=True).content.decode()
    assert "no questions yet" in page


def test_the_order_of_answers_stays_the_same_in_an_attempt(ready):
    ready.post(QUIZ)
    attempt = Attempt.objects.get()
    pages = [ready.get(f"{QUIZ}{attempt.uuid}/1/").content.decode() for _ in range(3)]
    orders = {tuple(re.findall(r'name="choice" value="([^"]+)"', page)) for page in pages}
    assert len(orders) == 1
    assert orders.pop()


def test_an_interrupted_attempt_goes_on_at_the_first_open_question(ready, alice):
    """Fault 34: her sign-in ends in the middle; what was answered is kept."""
    ready.post(QUIZ)
    attempt = Attempt.objects.get()
    first = attempt.responses.select_related("question").get(position=1)
    ready.post(f"{QUIZ}{attempt.uuid}/1/answer/", {"choice": right_answers(first.question)})
    ready.logout()
    ready.force_login(alice)
    assert ready.post(QUIZ, follow=True).redirect_chain[-1][0] == f"{QUIZ}{attempt.uuid}/2/"


def test_fault_24_no_answer_page_tells_what_is_right(ready):
    ready.post(QUIZ)
    attempt = Attempt.objects.get()
    for position in range(1, attempt.responses.count() + 1):
        answer = ready.get(f"{QUIZ}{attempt.uuid}/{position}/")
        page = answer.content.decode()
        assert "SECRET" not in page
        assert not re.search(r"right|correct|weight|score", page.split("<main")[1].split("</main>")[0], re.IGNORECASE)


def test_fault_25_a_posted_score_is_ignored(ready):
    ready.post(QUIZ)
    attempt = Attempt.objects.get()
    for response in attempt.responses.select_related("question"):
        ready.post(
            f"{QUIZ}{attempt.uuid}/{response.position}/answer/",
            {"choice": wrong_answer(response.question), "score": "100", "passed": "true", "right": "true"},
        )
    attempt.refresh_from_db()
    assert attempt.passed is False


def test_fault_26_an_answer_of_another_question_is_refused(ready):
    ready.post(QUIZ)
    attempt = Attempt.objects.get()
    other = attempt.responses.select_related("question").get(position=2).question
    foreign = ready.post(f"{QUIZ}{attempt.uuid}/1/answer/", {"choice": right_answers(other)})
    beyond = ready.post(f"{QUIZ}{attempt.uuid}/99/answer/", {"choice": right_answers(other)})
    assert (foreign.status_code, beyond.status_code) == (400, 400)
    assert not Response.objects.exclude(answered_at=None).exists()


def test_fault_27_a_replayed_answer_changes_nothing(ready):
    ready.post(QUIZ)
    attempt = Attempt.objects.get()
    first = attempt.responses.select_related("question").get(position=1)
    ready.post(f"{QUIZ}{attempt.uuid}/1/answer/", {"choice": wrong_answer(first.question)})
    replay = ready.post(f"{QUIZ}{attempt.uuid}/1/answer/", {"choice": right_answers(first.question)})
    first.refresh_from_db()
    assert first.right is False
    assert replay.url == f"{QUIZ}{attempt.uuid}/"


def test_fault_28_two_tabs_share_one_attempt(ready):
    ready.post(QUIZ)
    ready.post(QUIZ)
    assert Attempt.objects.count() == 1


def test_fault_30_no_more_attempts_than_the_rules_give(ready, quiz):
    quiz.attempts = 2
    quiz.save()
    sit(ready, right=False)
    sit(ready, right=False)
    assert ready.post(QUIZ).url == QUIZ
    assert Attempt.objects.count() == 2


def test_fault_31_an_empty_answer_reveals_nothing(ready):
    ready.post(QUIZ)
    attempt = Attempt.objects.get()
    answer = ready.post(f"{QUIZ}{attempt.uuid}/1/answer/", {})
    assert answer.status_code == 422
    assert "Choose an answer" in answer.content.decode()
    assert "SECRET" not in answer.content.decode()
    assert not Response.objects.exclude(answered_at=None).exists()


def test_fault_32_the_wait_after_a_round_cannot_be_skipped(ready, quiz):
    """Attempts are few, the wait is the server's, and every start is in the audit log."""
    quiz.attempts, quiz.long_wait_hours = 1, 24
    quiz.save()
    with time_machine.travel(NOON, tick=False) as clock:
        sit(ready, right=False)
        assert ready.post(QUIZ).url == QUIZ
        clock.shift(timedelta(hours=23, minutes=59))
        assert ready.post(QUIZ).url == QUIZ
        clock.shift(timedelta(minutes=1))
        assert ready.post(QUIZ).url == f"{QUIZ}{Attempt.objects.open().get().uuid}/"
    from portal.audit.models import Entry

    assert Entry.objects.filter(verb="started attempt").count() == 2


def test_fault_32_the_pool_is_larger_than_the_draw(ready, quiz):
    sit(ready, right=False)
    for draw in quiz.draws.all():
        assert Question.objects.drawable().filter(bank=draw.bank).count() > draw.count


def test_fault_33_the_attempt_of_another_learner_is_not_found(ready, course, quiz):
    ready.post(QUIZ)
    attempt = Attempt.objects.get()
    mallory = Client()
    mallory.force_login(UserFactory())
    assert mallory.get(f"{QUIZ}{attempt.uuid}/").status_code == 404
    mallory.post(f"/learn/enrol/{course.translation_key}/")
    for path in ("", "1/"):
        assert mallory.get(f"{QUIZ}{attempt.uuid}/{path}").status_code == 404
    assert mallory.post(f"{QUIZ}{attempt.uuid}/1/answer/", {"choice": "x"}).status_code == 404


def test_a_passed_quiz_is_not_sat_again(ready):
    sit(ready)
    assert ready.post(QUIZ).url == QUIZ
    assert Attempt.objects.count() == 1


def test_every_answer_is_a_statement(ready):
    attempt = sit(ready)
    answered = Statement.objects.filter(verb="http://adlnet.gov/expapi/verbs/answered")
    assert answered.count() == attempt.responses.count()
    assert Statement.objects.order_by("-id").first().verb == "http://adlnet.gov/expapi/verbs/completed"


def test_queries_do_not_grow_with_questions(ready, quiz, django_assert_max_num_queries):
    ready.post(QUIZ)
    attempt = Attempt.objects.get()
    first = attempt.responses.select_related("question").get(position=1)
    with django_assert_max_num_queries(40):
        ready.post(f"{QUIZ}{attempt.uuid}/1/answer/", {"choice": right_answers(first.question)})
