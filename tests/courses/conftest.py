"""A learner at her desk: enrolled, or ready for the quiz."""

import pytest

from courses.catalogue.outlines import outline_of
from courses.learning.actions import complete_step, enrol, open_step
from portal.core.clock import now
from tests.courses.quizzes.builders import make_quiz


@pytest.fixture
def outline(course):
    return outline_of(course)


@pytest.fixture
def enrolment(alice, course):
    return enrol(user=alice, course=course, at=now())


@pytest.fixture
def quiz(course):
    return make_quiz(course)


@pytest.fixture
def has_read_all(enrolment, outline, quiz):
    """Alice has read every lesson and stands before the quiz."""
    for lesson in outline.lessons():
        open_step(enrolment=enrolment, outline=outline, step=lesson, at=now())
        complete_step(enrolment=enrolment, outline=outline, step=lesson, at=now())
    enrolment.refresh_from_db()
    return enrolment
