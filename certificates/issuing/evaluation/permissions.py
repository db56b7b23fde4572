"""Who may see what learners said of a course."""

from wagtail.permission_policies.pages import PagePermissionPolicy

from courses.catalogue.models import CoursePage
from portal.accounts.models import User


def courses_to_see(user: User) -> list[CoursePage]:
    """The courses whose pooled results ``user`` may see, each in the language in which it was written: those she may edit."""
    pages = PagePermissionPolicy(CoursePage).instances_user_has_permission_for(user, "change")
    written = CoursePage.objects.as_written(CoursePage.objects.filter(pk__in=pages.values("pk")))
    return sorted(written, key=lambda page: page.path)
