"""Who may study what, and when again."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.utils.timezone import localdate

from courses.catalogue.editions import Edition
from courses.catalogue.models import CoursePage
from courses.learning import rules
from courses.learning.models import Completion
from portal.accounts.models import User


def may_study(user: User | AnonymousUser, edition: Edition) -> bool:
    """Everyone with an active account, when the course is published and has all its lessons."""
    return user.is_authenticated and user.is_active and edition.is_open


def repeat_from(user: User, course: CoursePage) -> date | None:
    """The day from which ``user`` may take ``course`` again, by the portal's calendar; None: never completed it.

    How long that is stands with the course in the language in which it was written.
    """
    latest = Completion.objects.of(user).in_course(course.translation_key).order_by("-completed_at").first()
    if latest is None:
        return None
    (written,) = CoursePage.objects.as_written([course])
    return rules.repeat_from(localdate(latest.completed_at), written.repeat_after_months)
