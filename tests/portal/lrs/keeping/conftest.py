"""A learner who has passed a course, and what other systems tell of her."""

import pytest
from django.conf import settings

from tests.courses.learning.builders import pass_quiz, read_all
from tests.courses.quizzes.builders import make_quiz
from tests.portal.lrs.conftest import credential_for, lms, other  # noqa: F401


@pytest.fixture
def account_of():
    def agent(user):
        return {"account": {"homePage": settings.PUBLIC_URL, "name": str(user.uuid)}}

    return agent


@pytest.fixture
def passed(as_alice, alice, course):
    """Alice has read course J and passed its quiz at the second go."""
    make_quiz(course)
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    read_all(as_alice)
    assert pass_quiz(as_alice, alice).passed
    return alice
