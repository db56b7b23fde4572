"""Questions and quizzes in the CMS: what learners could not answer is refused, and old results stay true."""

import pytest
from django.urls import reverse
from wagtail.models import Locale

from courses.learning.actions import enrol
from courses.quizzes.importing import load_quiz
from courses.quizzes.models import Question, QuestionBank, Quiz
from portal.core.clock import now
from tests.courses.quizzes.builders import make_question
from tests.courses.quizzes.test_quiz import QUIZ, sit
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ADD = "/cms/snippets/quizzes/question/add/"


@pytest.fixture
def dora(client, db):
    client.force_login(UserFactory(name="Dora", is_superuser=True, is_staff=True))
    return client


@pytest.fixture
def bank(db):
    return QuestionBank.objects.create(code="B1", title="Bank")


def form(bank, kind, *answers, question=None, **changes):
    """What the CMS posts: each answer as text and whether it is right."""
    known = list(question.choices.all()) if question else []
    data = {
        "bank": bank.pk,
        "code": "B1-01",
        "kind": kind,
        "stem": "Which exam?",
        "rationale": "Because.",
        "source_title": "Directive",
        "source_locator": "",
        "verified": "on",
        "choices-TOTAL_FORMS": len(answers),
        "choices-INITIAL_FORMS": len(known),
        "choices-MIN_NUM_FORMS": 2,
        "choices-MAX_NUM_FORMS": 8,
    }
    for n, (text, right) in enumerate(answers):
        data |= {
            f"choices-{n}-id": known[n].pk if n < len(known) else "",
            f"choices-{n}-text": text,
            f"choices-{n}-ORDER": n + 1,
            f"choices-{n}-DELETE": "",
        }
        if right:
            data[f"choices-{n}-right"] = "on"
    return data | changes


RIGHT, WRONG = ("A", True), ("B", False)


@pytest.mark.parametrize(
    ("kind", "answers", "fix"),
    [
        ("single", [WRONG, ("C", False)], "exactly one answer as right"),
        ("single", [RIGHT, ("C", True), WRONG], "exactly one answer as right"),
        ("multiple", [WRONG, ("C", False)], "at least one answer as right"),
        ("multiple", [RIGHT, ("C", True)], "at least one wrong"),
        ("truefalse", [RIGHT, WRONG, ("C", False)], "exactly two answers"),
        ("truefalse", [RIGHT, ("C", True)], "exactly two answers"),
        ("single", [RIGHT], "2"),
        ("single", [RIGHT, ("A", False)], "twice"),
    ],
)
def test_a_question_that_nobody_can_answer_is_refused_with_the_fix(dora, bank, kind, answers, fix):
    page = dora.post(ADD, form(bank, kind, *answers))
    assert page.status_code == 200
    assert fix in page.content.decode()
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    ("kind", "answers"),
    [("single", [RIGHT, WRONG]), ("multiple", [RIGHT, ("C", True), WRONG]), ("truefalse", [RIGHT, WRONG])],
)
def test_a_question_with_its_key_is_kept(dora, bank, kind, answers):
    assert dora.post(ADD, form(bank, kind, *answers)).status_code == 302
    assert Question.objects.get().choices.count() == len(answers)


def test_an_answer_that_is_taken_away_does_not_count(dora, bank):
    page = dora.post(ADD, form(bank, "single", RIGHT, WRONG, ("C", False), **{"choices-1-DELETE": "on"}))
    assert page.status_code == 302
    page = dora.post(ADD, form(bank, "single", RIGHT, WRONG, ("C", False), code="B1-02", **{"choices-0-DELETE": "on"}))
    assert "exactly one answer as right" in page.content.decode()


# --- what was asked stays as it was asked -----------------------------------------------------------------------------
@pytest.fixture
def asked(client, alice, has_read_all, dora):
    """A single-choice question that Alice has answered."""
    client.force_login(alice)
    attempt = sit(client)
    question = Question.objects.filter(kind="single", pk__in=attempt.responses.values("question")).first()
    if question is None:
        question = make_question(QuestionBank.objects.first(), "J1-99")
        attempt.responses.filter(position=1).update(question=question)
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    return question


def edit(dora, question, *answers, **changes):
    known = question.choices.all()
    same = {
        "code": question.code,
        "kind": question.kind,
        "stem": question.stem,
        "rationale": question.rationale,
        "source_title": question.source_title,
    }
    answers = answers or [(choice.text, choice.right) for choice in known]
    data = {**form(question.bank, question.kind, *answers, question=question), **same, **changes}
    return dora.post(reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk]), data)


@pytest.mark.parametrize(
    "changes",
    [
        {"stem": "Which other exam?"},
        {"kind": "truefalse", "choices-2-DELETE": "on"},
        {"choices-0-right": "", "choices-2-right": "on"},
        {"choices-1-text": "Something else"},
        {"choices-2-DELETE": "on"},
    ],
)
def test_a_question_that_was_asked_keeps_its_meaning(dora, asked, changes):
    before = [(choice.pk, choice.text, choice.right) for choice in asked.choices.all()]
    page = edit(dora, asked, **changes)
    assert page.status_code == 200
    assert "retire it and make a new one" in page.content.decode()
    asked = Question.objects.get(pk=asked.pk)
    assert asked.stem.startswith("Stem of")
    assert [(choice.pk, choice.text, choice.right) for choice in asked.choices.all()] == before


def test_reasons_sources_and_retirement_may_still_change(dora, asked):
    assert edit(dora, asked, rationale="Better said.", retired="on").status_code == 302
    asked.refresh_from_db()
    assert (asked.rationale, asked.retired) == ("Better said.", True)


def test_a_question_that_nobody_was_asked_may_change(dora, bank):
    question = make_question(bank, "B1-05")
    assert edit(dora, question, stem="Another stem?").status_code == 302
    question.refresh_from_db()
    assert question.stem == "Another stem?"


# --- one quiz a course ------------------------------------------------------------------------------------------------
def quiz_form(course, bank):
    return {
        "course": course.pk,
        "pass_mark": 75,
        "attempts": 3,
        "wait_minutes": 0,
        "long_wait_hours": 24,
        "draws-TOTAL_FORMS": 1,
        "draws-INITIAL_FORMS": 0,
        "draws-MIN_NUM_FORMS": 1,
        "draws-MAX_NUM_FORMS": 1000,
        "draws-0-bank": bank.pk,
        "draws-0-count": 2,
        "draws-0-ORDER": 1,
    }


@pytest.fixture
def german(course):
    return course.copy_for_translation(Locale.objects.get_or_create(language_code="de")[0], copy_parents=True)


def test_a_second_quiz_of_a_course_is_refused_in_whatever_language(dora, quiz, german, bank):
    page = dora.post("/cms/snippets/quizzes/quiz/add/", quiz_form(german, bank))
    assert page.status_code == 200
    assert "has a quiz already: “Course J” (en)" in page.content.decode()
    assert Quiz.objects.count() == 1


def test_two_quizzes_of_one_course_do_not_keep_learners_out(client, alice, course, quiz, german):
    Quiz.objects.create(course=german)
    enrol(user=alice, course=course, at=now())
    client.force_login(alice)
    assert client.get(QUIZ).status_code == 200


def test_loading_the_courses_again_makes_no_second_quiz(course, german):
    Quiz.objects.create(course=german)
    load_quiz(course=course, modules=[])
    assert Quiz.objects.count() == 1
