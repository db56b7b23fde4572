"""A completed course becomes a certificate."""

from typing import Any

from django.dispatch import receiver

from certificates.issuing.tasks import issue_certificate
from courses.learning.signals import course_completed
from portal.core.tasks import enqueue


@receiver(course_completed)
def issue_soon(completion_id: int, **_: Any) -> None:
    enqueue(issue_certificate, completion_id)
