"""What a course page shows of the reader's own enrolment."""

from typing import Any

from django import template
from django.conf import settings
from django.template import RequestContext
from django.utils.timezone import localdate
from django.utils.translation import get_language

from courses.catalogue.editions import Edition
from courses.catalogue.models import CoursePage
from courses.catalogue.outline import Outline
from courses.learning.desks import latest_desk
from courses.learning.permissions import repeat_from
from portal.core.clock import now

register = template.Library()


@register.inclusion_tag("learning/_enrolment.html", takes_context=True)
def enrolment_card(context: RequestContext, course: CoursePage, outline: Outline) -> dict[str, Any]:
    """Sign in, enrol, continue or repeat: whichever comes next for this reader of a course page."""
    request = context.get("request")
    user = getattr(request, "user", None)
    desk = waits_until = None
    if user is not None and user.is_authenticated:
        desk = latest_desk(user, [outline.key], get_language() or settings.LANGUAGE_CODE)
        opens_on = repeat_from(user, course) if desk and desk.enrolment.closed_at else None
        waits_until = opens_on if opens_on and localdate(now()) < opens_on else None
    return {
        "request": request,
        "user": user,
        "course": course,
        "outline": outline,
        "is_open": Edition(course, outline).is_open,
        "desk": desk,
        "waits_until": waits_until,
    }
