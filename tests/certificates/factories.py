"""A completion, as learning leaves it behind."""

from courses.catalogue.models import CoursePage
from courses.learning.models import Completion, Enrolment
from tests.factories import NOON, UserFactory
from tests.pages import make_course, make_site


def make_completion(user=None, course=None, **facts) -> Completion:
    course = course or CoursePage.objects.first() or make_course(make_site())
    user = user or UserFactory()
    enrolment = Enrolment.objects.create(
        user=user, course=course, course_key=course.translation_key, enrolled_at=NOON, started_at=NOON, closed_at=NOON
    )
    given = {
        "course_title": "Justification: the clinical question drives the exam",
        "course_code": "J",
        "course_version": "1.0",
        "language": "en",
        "learning_minutes": 140,
        "score": 0.9,
        "pass_mark": 0.75,
        "completed_at": NOON,
        **facts,
    }
    return Completion.objects.create(enrolment=enrolment, **given)
