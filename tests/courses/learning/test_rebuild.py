"""Rows that were lost come back as the statements tell them, whatever the course has become since."""

import pytest
from django.core.management import CommandError, call_command

from courses.catalogue.models import CoursePage
from courses.learning.models import Completion, Enrolment, StepProgress
from courses.quizzes.models import Attempt, Quiz
from tests.courses.learning.builders import pass_quiz, read_all, translate_course
from tests.courses.quizzes.builders import make_quiz

pytestmark = pytest.mark.django_db
FACTS = ("course_title", "course_version", "language", "learning_minutes", "score", "pass_mark", "completed_at")


@pytest.fixture
def completion(as_alice, alice, course):
    """Of the course in German, version 1.0, pass mark 75 %."""
    alice.language = "de"
    alice.save()
    make_quiz(course)
    translate_course(course)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    read_all(as_alice)
    assert pass_quiz(as_alice, alice).passed
    return Completion.objects.get()


def test_a_completion_comes_back_as_it_was(completion):
    was = Completion.objects.values(*FACTS).get()
    assert (was["language"], was["course_title"], was["pass_mark"]) == ("de", "Course J (de)", 0.75)
    CoursePage.objects.update(version="2.0", title="Another title")
    Quiz.objects.update(pass_mark=90)
    Attempt.objects.all().delete()
    Completion.objects.all().delete()
    Enrolment.objects.all().delete()
    call_command("rebuild_progress", apply=True)
    assert Completion.objects.values(*FACTS).get() == was
    assert Enrolment.objects.get().closed_at == was["completed_at"]
    assert StepProgress.objects.get(score=1.0).pass_mark == 0.75


def test_a_completion_that_comes_back_closes_its_enrolment(completion):
    Completion.objects.all().delete()
    Enrolment.objects.update(closed_at=None)
    call_command("rebuild_progress", apply=True)
    assert Enrolment.objects.get().closed_at == Completion.objects.get().completed_at


def test_an_enrolment_begun_anew_stays_and_the_lost_one_is_named(completion, alice, course, capsys):
    """Two cannot be open: what the learner works in now is kept, and the difference stays in sight."""
    lost = Enrolment.objects.get().uuid
    key = course.translation_key
    Attempt.objects.all().delete()
    Completion.objects.all().delete()
    Enrolment.objects.all().delete()
    from portal.lrs.models import Statement

    Statement.objects.filter(verb__endswith="/completed", activity__contains="/course/").delete()
    Enrolment.objects.create(user=alice, course=course, course_key=key, enrolled_at=completion.completed_at)
    with pytest.raises(CommandError, match="enrolments differ"):
        call_command("rebuild_progress", apply=True)
    assert Enrolment.objects.count() == 1
    assert str(lost) in capsys.readouterr().out


@pytest.mark.parametrize(
    "change",
    [
        {"course_title": "Another"},
        {"course_version": "9"},
        {"language": "en"},
        {"learning_minutes": 1},
        {"pass_mark": 0.1},
    ],
)
def test_a_completion_that_says_otherwise_is_a_difference(completion, change):
    Completion.objects.update(**change)
    with pytest.raises(CommandError, match="1 enrolments differ"):
        call_command("rebuild_progress")


def test_an_enrolment_that_stayed_open_is_a_difference(completion):
    Enrolment.objects.update(closed_at=None)
    with pytest.raises(CommandError, match="1 enrolments differ"):
        call_command("rebuild_progress")


def test_a_completion_told_without_pass_mark_is_no_difference(completion):
    """As the portal told it at first; what is not told is not compared."""
    from courses.learning.comparing import told_by_rows, told_by_statements
    from courses.learning.rebuild import agree

    said, kept = told_by_statements(), told_by_rows()
    (registration,) = said
    assert agree(said[registration], kept[registration])
    said[registration].pass_mark = None
    assert agree(said[registration], kept[registration])
