"""Pages as a visitor sees them: home, catalogue, courses and lessons."""

import pytest

from courses.catalogue.models import CoursePage, LearningOutcome, LessonPage, ModulePage
from tests.pages import make_course
from tests.portal.markup import soup

pytestmark = pytest.mark.django_db


def test_catalogue_says_what_is_open(client, home, course):
    make_course(home, code="P", complete=False)
    cards = soup(client.get("/en/courses/")).select(".course-card")
    texts = [" ".join(card.get_text(" ", strip=True).split()) for card in cards]
    assert texts[0] == "Open Course J A course. 40 min 2 modules"
    assert texts[1].startswith("In preparation Course P")
    assert cards[0].a["href"] == course.url


def test_catalogue_asks_the_same_number_of_questions_however_many_courses(
    client, home, course, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40) as few:
        client.get("/en/courses/")
    for code in "ABC":
        make_course(home, code=code)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/en/courses/")


def test_empty_catalogue_says_so(client, home, course):
    CoursePage.objects.all().unpublish()
    assert "No courses yet" in soup(client.get("/en/courses/")).main.get_text()


def test_course_page_shows_modules_outcomes_and_the_way_in(client, course):
    module = ModulePage.objects.child_of(course).first()
    module.outcomes.add(
        LearningOutcome(kind="skill", text="judges a request", bss_article="55(2)(b)", roles=["radiologist"]),
        LearningOutcome(kind="knowledge", text="names the levels"),
    )
    module.save()
    page = soup(client.get(course.url))
    assert [title.get_text() for title in page.select(".module__title")] == ["Module J1", "Module J2", "Final quiz"]
    groups = page.select(".outcomes__group")
    assert [len(group.select("li")) for group in groups] == [1, 1, 0]
    assert "Art. 55(2)(b) · Radiologist" in groups[1].get_text(" ", strip=True)
    assert page.select_one(f"main a[href*='signup'][href*='{course.slug}']")


def test_course_page_offers_enrolment_to_those_signed_in(as_alice, course):
    form = soup(as_alice.get(course.url)).select_one("main form[action*=enrol]")
    assert form["method"] == "post"
    assert as_alice.post(form["action"], {"language": "en"}).status_code == 302


def test_outline_only_course_is_in_preparation(as_alice, home):
    course = make_course(home, code="P", complete=False)
    page = soup(as_alice.get(course.url))
    assert "in preparation" in page.main.get_text()
    assert not page.select_one("main form[action*=enrol]")


def test_public_lesson_page_names_the_course_and_keeps_the_text(client, course):
    lesson = LessonPage.objects.first()
    page = soup(client.get(lesson.url))
    assert page.h1.get_text() == lesson.title
    assert "Text of the lesson." not in page.get_text()
    assert page.select_one(f".page a.button[href='{course.url}']")


def test_preview_of_a_lesson_shows_its_text(rf, course):
    lesson = LessonPage.objects.first()
    answer = lesson.make_preview_request(preview_mode="")
    answer.render()
    assert "Text of the lesson." in answer.content.decode()


def test_module_page_leads_to_its_course(client, course):
    module = ModulePage.objects.child_of(course).first()
    page = soup(client.get(module.url))
    assert page.h1.get_text() == module.title
    assert page.select_one(f".page a.button[href='{course.url}']")
