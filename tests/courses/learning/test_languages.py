"""A learner who changes language, a course whose address changes, and words marked with the language they are in."""

import json

import pytest
from bs4 import BeautifulSoup
from wagtail.models import Locale

from courses.catalogue.models import LessonPage, ModulePage
from courses.learning.models import Completion, Enrolment
from courses.quizzes.models import Attempt
from portal.lrs.models import Statement
from tests.courses.learning.builders import pass_quiz, read_all, right_answers, translate_course
from tests.courses.quizzes.builders import make_quiz
from tests.pages import make_course

pytestmark = pytest.mark.django_db


def soup(answer):
    assert answer.status_code == 200, answer
    return BeautifulSoup(answer.content, "html.parser")


@pytest.fixture
def enrolled(as_alice, course):
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    return as_alice


@pytest.fixture
def speak(client, settings):
    def speak(code):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = code

    return speak


def test_changing_language_in_the_middle(enrolled, alice, course, speak):
    translate_course(course)
    enrolled.post("/learn/course-j/m1/lesson-1/done/")
    speak("de")
    page = soup(enrolled.get("/learn/course-j/"))
    assert page.h1.get_text() == "Course J (de)"
    assert "/learn/de-course-j/de-m1/de-lesson-2/" in str(page)
    lesson = soup(enrolled.get("/learn/course-j/m1/lesson-2/"))
    assert lesson.h1.get_text() == "Lesson 1.2 (de)"
    form = lesson.select_one("button[name=language][value=en]").find_parent("form")
    assert form.select_one("[name=next]")["value"] == "/learn/course-j/m1/lesson-2/"
    enrolled.post("/learn/de-course-j/de-m1/de-lesson-2/done/")
    speak("en")
    assert soup(enrolled.get("/learn/de-course-j/de-m2/de-lesson-1/")).h1.get_text() == "Lesson 2.1"
    assert Enrolment.objects.of(alice).get().progress.exclude(done_at=None).count() == 2


def test_the_certificate_is_in_the_language_of_the_last_step(enrolled, alice, course, speak):
    make_quiz(course)
    translate_course(course)
    read_all(enrolled)
    speak("de")
    assert pass_quiz(enrolled, alice, "de-course-j").passed
    completion = Completion.objects.of(alice).get()
    assert (completion.language, completion.course_title) == ("de", "Course J (de)")


def test_a_translation_in_preparation_leaves_the_reader_in_hers(enrolled, course, speak):
    translate_course(course, without=("m2",))
    speak("de")
    lesson = soup(enrolled.get("/learn/de-course-j/de-m1/de-lesson-1/"))
    assert lesson.h1.get_text() == "Lesson 1.1"
    assert lesson.h1["lang"] == "en"
    assert lesson.select_one(".lesson__done").find_parent(lang=True)["lang"] == "de"


def test_old_addresses_work_after_a_renaming(enrolled, course, django_capture_on_commit_callbacks):
    """Wagtail keeps the old address of a renamed page; bookmarks of the player lead there too."""
    for page, slug in (
        (course, "justification"),
        (ModulePage.objects.get(slug="m1"), "basics"),
        (LessonPage.objects.get(slug="lesson-1", title="Lesson 1.1"), "first"),
    ):
        page.refresh_from_db()
        page.slug = slug
        with django_capture_on_commit_callbacks(execute=True):
            page.save_revision().publish()
    assert soup(enrolled.get("/learn/course-j/")).h1.get_text() == "Course J"
    for old in ("course-j/m1/lesson-1", "justification/m1/lesson-1", "justification/basics/lesson-1"):
        assert soup(enrolled.get(f"/learn/{old}/")).h1.get_text() == "Lesson 1.1"
    assert enrolled.post("/learn/course-j/m1/lesson-1/done/").url == "/learn/justification/basics/lesson-2/"
    assert enrolled.get("/learn/nothing/").status_code == 404
    assert enrolled.get("/learn/course-j/m1/nothing/").status_code == 404


def test_a_slug_that_another_course_took_over_is_that_course(
    enrolled, home, course, django_capture_on_commit_callbacks
):
    course.refresh_from_db()
    course.slug = "old-j"
    with django_capture_on_commit_callbacks(execute=True):
        course.save_revision().publish()
    other = make_course(home, code="K")
    other.slug = "course-j"
    other.save_revision().publish()
    enrolled.post(f"/learn/enrol/{other.translation_key}/")
    assert soup(enrolled.get("/learn/course-j/")).h1.get_text() == "Course K"


# --- the first page and the catalogue --------------------------------------------------------------------------------
def titles(page, selector):
    return [link.get_text(strip=True) for link in page.select(selector)]


def test_a_german_reader_is_offered_what_there_is(as_alice, home, course, speak):
    other = make_course(home, code="K")
    translate_course(other)
    make_course(home, code="L", complete=False)
    speak("de")
    page = soup(as_alice.get("/start/"))
    assert titles(page, "section[aria-labelledby=suggestions-title] h3 a") == ["Course J", "Course K (de)"]
    english, german = page.select("section[aria-labelledby=suggestions-title] .card")
    assert english.find(lang="en")
    assert "Englisch" in english.get_text()
    assert "Deutsch" not in german.get_text()


def test_a_course_is_suggested_once(as_alice, course):
    translate_course(course)
    page = soup(as_alice.get("/start/"))
    assert titles(page, "section[aria-labelledby=suggestions-title] h3 a") == ["Course J"]


def test_a_course_in_a_third_language_is_suggested_too(as_alice, course, speak):
    french = translate_course(course, "fr")
    course.live = False
    course.save()
    speak("de")
    assert french.title in soup(as_alice.get("/start/")).main.get_text()


def test_who_has_no_course_is_led_to_the_catalogue(as_alice, course, speak):
    assert soup(as_alice.get("/learn/")).select_one(".empty a")["href"] == "/en/courses/"
    index = course.get_parent()
    german = Locale.objects.get_or_create(language_code="de")[0]
    index.get_parent().specific.copy_for_translation(german).save_revision().publish()
    speak("de")
    assert soup(as_alice.get("/learn/")).select_one(".empty a")["href"] == "/en/courses/"
    index.specific.copy_for_translation(german).save_revision().publish()
    assert soup(as_alice.get("/learn/")).select_one(".empty a")["href"] == "/de/courses/"


def test_the_catalogue_lists_every_course_once(client, home, course):
    """In German where it can be studied in German, else in English, and says so."""
    translate_course(course)
    translate_course(make_course(home, code="K"), without=("m1",))
    cards = soup(client.get("/de/courses/")).select(".course-card")
    assert [card.h2.get_text(strip=True) for card in cards] == ["Course J (de)", "Course K"]
    assert "Englisch" not in cards[0].get_text()
    assert "Englisch" in cards[1].get_text()
    assert cards[1].h2.a["lang"] == "en"
    cards = soup(client.get("/en/courses/")).select(".course-card")
    assert [card.h2.get_text(strip=True) for card in cards] == ["Course J", "Course K"]


# --- words in their language -----------------------------------------------------------------------------------------
def test_the_next_step_is_told_in_the_language_of_the_reader(enrolled, course, speak):
    make_quiz(course)
    read_all(enrolled)
    speak("de")
    for path in ("/start/", "/learn/"):
        page = soup(enrolled.get(path)).main.get_text()
        assert "Final quiz" not in page
        assert "Abschlusstest" in page or "Abschlussquiz" in page or "Quiz" in page


def test_questions_are_marked_with_the_language_they_are_written_in(enrolled, alice, course, speak):
    make_quiz(course)
    translate_course(course)
    read_all(enrolled)
    speak("de")
    enrolled.post("/learn/de-course-j/quiz/")
    attempt = Attempt.objects.get()
    address = f"/learn/de-course-j/quiz/{attempt.uuid}/1/"
    page = soup(enrolled.get(address))
    assert page.h1.find_parent(lang=True)["lang"] == "en"
    assert {label["lang"] for label in page.select(".choice__label")} == {"en"}
    assert page.select_one(".question__hint").find_parent(lang=True)["lang"] == "de"
    first = attempt.responses.get(position=1).question
    enrolled.post(f"{address}answer/", {"choice": right_answers(first)})
    body = json.loads(Statement.objects.get(verb__endswith="/answered").body)
    assert body["object"]["definition"]["name"] == {"en": first.stem}
    result = soup(enrolled.get(f"/learn/de-course-j/quiz/{pass_quiz(enrolled, alice, 'de-course-j').uuid}/"))
    assert result.select_one(".review__stem")["lang"] == "en"
    assert result.select_one("#review-title").find_parent(lang=True)["lang"] == "de"
