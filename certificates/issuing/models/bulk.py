"""Work on many certificates at once."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.issuing.querysets import BulkQuerySet


class Bulk(models.Model):
    """What is to be done to the certificates of a course (or of all), and how far it is.

    ``last`` is the id of the last one that is to be looked at, ``place`` of the last one that was, ``current`` of the one
    that a worker has in hand; a restart begins with that one and goes on from there.
    """

    class Kind(models.TextChoices):
        ISSUE = "issue", _("Issue what is not issued yet")
        SIGN_ANEW = "sign anew", _("Sign again with the key in use now")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    course_code = models.CharField(max_length=8, blank=True, help_text=_("Empty: every course."))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    last = models.BigIntegerField()
    place = models.BigIntegerField(default=0)
    current = models.BigIntegerField(null=True, blank=True)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    objects: ClassVar[BulkQuerySet] = BulkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("work on many certificates")
        verbose_name_plural = _("work on many certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "course_code"], condition=Q(ended_at=None), name="one_bulk_of_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.course_code}"

    @property
    def seen(self) -> int:
        """How many were looked at: done, or failed."""
        return self.done + self.failed
