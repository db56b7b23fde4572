"""Enrolling, reading, resuming and completing, through the pages a learner uses."""

import json

import pytest
from django.core.management import CommandError, call_command

from courses.learning.models import Completion, Enrolment, StepProgress
from portal.lrs.models import Statement
from tests.factories import UserFactory


def verbs():
    return [
        json.loads(body)["verb"]["id"].rsplit("/", 1)[-1]
        for body in Statement.objects.order_by("stored", "id").values_list("body", flat=True)
    ]


def lesson_url(module=1, lesson=1):
    return f"/learn/course-j/m{module}/lesson-{lesson}/"


@pytest.fixture
def enrolled(as_alice, course):
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    return as_alice


def test_enrolling_leads_to_the_first_lesson(as_alice, course):
    answer = as_alice.post(f"/learn/enrol/{course.translation_key}/")
    assert answer.url == lesson_url()
    assert verbs() == ["registered"]


def test_enrolling_twice_is_one_enrolment(enrolled, course):
    enrolled.post(f"/learn/enrol/{course.translation_key}/")
    assert Enrolment.objects.count() == 1


def test_an_outline_cannot_be_enrolled_in(as_alice, course):
    course.is_complete = False
    course.save_revision().publish()
    answer = as_alice.post(f"/learn/enrol/{course.translation_key}/", follow=True)
    assert Enrolment.objects.count() == 0
    assert "in preparation" in answer.content.decode()


def test_a_stranger_is_asked_to_sign_in(client, course):
    answer = client.get(lesson_url())
    assert answer.url == f"/account/login/?next={lesson_url()}"


def test_who_is_not_enrolled_finds_no_lesson(as_alice, course):
    assert as_alice.get(lesson_url()).status_code == 404


def test_reading_goes_on_lesson_by_lesson(enrolled):
    enrolled.get(lesson_url())
    assert enrolled.post(lesson_url() + "done/").url == lesson_url(1, 2)
    assert enrolled.post(lesson_url(1, 2) + "done/").url == lesson_url(2, 1)
    assert verbs() == ["registered", "initialized", "completed", "progressed", "completed", "progressed"]


def test_resume_on_another_device(enrolled, alice, client):
    """The place is kept with the account: another browser goes on in the same lesson at the same block."""
    enrolled.get(lesson_url(1, 2))
    enrolled.post(lesson_url(1, 2) + "place/", {"block": "b-123"})
    client.logout()
    client.force_login(alice)
    page = client.get("/learn/").content.decode()
    assert lesson_url(1, 2) in page
    assert 'data-place="b-123"' in client.get(lesson_url(1, 2)).content.decode()


def test_a_place_that_is_no_block_is_refused(enrolled):
    answer = enrolled.post(lesson_url() + "place/", {"block": "<script>"})
    assert answer.status_code == 400
    assert b"block" in answer.content


def test_progress_counts_minutes(enrolled):
    """Four lessons of 5 minutes and a quiz of 20: one lesson is an eighth, 35 minutes are left."""
    enrolled.post(lesson_url() + "done/")
    page = enrolled.get("/learn/course-j/").content.decode()
    assert "12" in page
    assert "35" in page


def test_a_lesson_done_twice_is_told_once(enrolled):
    enrolled.post(lesson_url() + "done/")
    enrolled.post(lesson_url() + "done/")
    assert verbs().count("completed") == 1


def test_course_without_quiz_completes_with_its_last_lesson(as_alice, course, alice):
    course.has_final_quiz = False
    course.save_revision().publish()
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    for module in (1, 2):
        for lesson in (1, 2):
            as_alice.get(lesson_url(module, lesson))
            as_alice.post(lesson_url(module, lesson) + "done/")
    completion = Completion.objects.of(alice).get()
    assert (completion.learning_minutes, completion.course_version) == (20, "1.0")
    assert verbs()[-3:] == ["completed", "progressed", "completed"]


def test_a_finished_course_can_be_taken_again(as_alice, course, alice):
    course.has_final_quiz = False
    course.repeat_after_months = 0
    course.save_revision().publish()
    for _ in range(2):
        as_alice.post(f"/learn/enrol/{course.translation_key}/")
        for module in (1, 2):
            for lesson in (1, 2):
                as_alice.post(lesson_url(module, lesson) + "done/")
    assert Completion.objects.of(alice).count() == 2


def test_fault_33_the_desk_of_another_learner_is_not_found(enrolled, client):
    client.force_login(UserFactory())
    for path in ("/learn/course-j/", lesson_url()):
        assert client.get(path).status_code == 404
    assert client.post(lesson_url() + "done/").status_code == 404


def test_rebuild_finds_no_difference(enrolled, capsys):
    enrolled.get(lesson_url())
    enrolled.post(lesson_url() + "done/")
    call_command("rebuild_progress")
    assert "1 enrolments, no difference" in capsys.readouterr().out


def test_rebuild_names_what_differs_and_brings_it_back(enrolled, capsys):
    enrolled.get(lesson_url())
    enrolled.post(lesson_url() + "done/")
    StepProgress.objects.all().delete()
    with pytest.raises(CommandError, match="1 enrolments differ"):
        call_command("rebuild_progress")
    call_command("rebuild_progress", apply=True)
    assert StepProgress.objects.exclude(done_at=None).count() == 1


@pytest.mark.parametrize("size", [2, 6])
def test_queries_do_not_grow_with_lessons(as_alice, home, size, django_assert_max_num_queries):
    from tests.pages import make_course

    course = make_course(home, code="Q", modules=size, lessons=size)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    as_alice.get("/learn/course-q/m1/lesson-1/")
    with django_assert_max_num_queries(26):
        as_alice.get("/learn/course-q/m1/lesson-1/")
    with django_assert_max_num_queries(20):
        as_alice.get("/learn/course-q/")
