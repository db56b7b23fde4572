"""What a learner did: facts, never overwritten by summaries."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.catalogue.models import CoursePage
from courses.learning.querysets import CompletionQuerySet, EnrolmentQuerySet


class Enrolment(models.Model):
    """A person takes a course; ``uuid`` is the xAPI registration. Repeating it years later is a new enrolment."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="enrolments")
    course_key = models.UUIDField(editable=False)
    enrolled_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.UUIDField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[EnrolmentQuerySet] = EnrolmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "course_key"], condition=Q(closed_at=None), name="one_open_enrolment_a_course"
            ),
        ]
        indexes = [models.Index(fields=["user", "-last_seen_at"], name="enrolment_recent")]

    def __str__(self) -> str:
        return str(self.uuid)


class StepProgress(models.Model):
    """How far one lesson is read, or that the final quiz is passed; ``step`` is the key from the outline."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="progress")
    step = models.UUIDField()
    opened_at = models.DateTimeField()
    place = models.CharField(
        max_length=40, blank=True, help_text=_("The block last in sight, to resume on another device.")
    )
    done_at = models.DateTimeField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)])
    pass_mark = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "step"], name="one_progress_a_step")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.step}"


class Completion(models.Model):
    """The fact that all floors above react to: this course is complete. Rules that applied are copied in."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="completion")
    course_title = models.CharField(max_length=255)
    course_code = models.CharField(max_length=8)
    course_version = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    learning_minutes = models.PositiveSmallIntegerField()
    score = models.FloatField(null=True, blank=True)
    pass_mark = models.FloatField(null=True, blank=True)
    completed_at = models.DateTimeField(db_index=True)

    objects: ClassVar[CompletionQuerySet] = CompletionQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.completed_at:%Y-%m-%d}"
