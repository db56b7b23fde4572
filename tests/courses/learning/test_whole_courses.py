"""A course gives its certificate for reading it: never for a translation with holes or a course without lessons."""

import pytest

from courses.catalogue.models import CoursePage, LessonPage, ModulePage
from courses.learning.models import Completion, Enrolment
from courses.quizzes.models import Attempt
from tests.courses.learning.builders import pass_quiz, read_all, translate_course
from tests.courses.quizzes.builders import make_quiz

pytestmark = pytest.mark.django_db
PREPARING = "in preparation"


def page_of(answer):
    return answer.content.decode()


def test_a_translation_without_its_lessons_cannot_be_enrolled_in(as_alice, course):
    german = translate_course(course, without=("lesson-1", "lesson-2"))
    CoursePage.objects.filter(pk=course.pk).update(is_complete=False)
    answer = as_alice.post(f"/learn/enrol/{course.translation_key}/", {"language": "de"}, follow=True)
    assert not Enrolment.objects.exists()
    assert PREPARING in page_of(answer)
    assert "Enrol" not in page_of(as_alice.get(german.url))


@pytest.mark.parametrize("hidden", [("m2",), ("lesson-2",), ("course-j",)])
def test_a_translation_with_a_hole_is_in_preparation(as_alice, course, hidden, settings):
    """Who asks for it gets the course in the language in which it can be studied."""
    german = translate_course(course, without=hidden)
    if german.live:
        as_alice.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        assert "/learn/enrol/" not in page_of(as_alice.get(german.url))
    answer = as_alice.post(f"/learn/enrol/{course.translation_key}/", {"language": "de"})
    assert Enrolment.objects.get().course == course
    assert answer.url == "/learn/course-j/m1/lesson-1/"


def test_a_whole_translation_can_be_studied(as_alice, alice, course):
    alice.language = "de"
    alice.save()
    german = translate_course(course)
    assert "/learn/enrol/" in page_of(as_alice.get(german.url))
    answer = as_alice.post(f"/learn/enrol/{course.translation_key}/")
    assert answer.url == "/learn/de-course-j/de-m1/de-lesson-1/"


def test_lessons_taken_down_in_a_translation_are_still_asked_for(as_alice, alice, course):
    """She began in German; half of it is unpublished: the other half is read in the language it was written in."""
    alice.language = "de"
    alice.save()
    make_quiz(course)
    german = translate_course(course)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    ModulePage.objects.descendant_of(german).update(live=False)
    as_alice.post("/learn/de-course-j/quiz/")
    assert not Attempt.objects.exists()
    page = page_of(as_alice.get("/learn/de-course-j/quiz/"))
    assert "Lesson 1.1" in page
    read_all(as_alice)
    assert pass_quiz(as_alice, alice).passed
    assert Completion.objects.of(alice).get().learning_minutes == 40


def test_no_quiz_while_every_lesson_is_taken_down(as_alice, alice, course):
    make_quiz(course)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    ModulePage.objects.all().update(live=False)
    answer = as_alice.post("/learn/course-j/quiz/", follow=True)
    assert not Attempt.objects.exists()
    assert PREPARING in page_of(answer)


def test_a_course_without_lessons_takes_nobody(as_alice, course):
    LessonPage.objects.all().update(live=False)
    answer = as_alice.post(f"/learn/enrol/{course.translation_key}/", follow=True)
    assert not Enrolment.objects.exists()
    assert PREPARING in page_of(answer)
    assert "/learn/enrol/" not in page_of(as_alice.get(course.url))


def test_lessons_taken_down_in_the_middle_of_the_quiz_give_no_completion(as_alice, alice, course):
    """Nor is she stuck: with the lessons back, the course completes with the next click."""
    make_quiz(course)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    read_all(as_alice)
    as_alice.post("/learn/course-j/quiz/")
    LessonPage.objects.all().update(live=False)
    assert pass_quiz(as_alice, alice).passed
    assert not Completion.objects.exists()
    LessonPage.objects.all().update(live=True)
    read_all(as_alice)
    completion = Completion.objects.of(alice).get()
    assert (completion.score, completion.learning_minutes) == (1.0, 40)
