"""Copies of statements that administrators asked for."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.files import private_storage
from portal.lrs.exports.querysets import ExportQuerySet


class Export(models.Model):
    """A file of statements: asked for first, then written by a worker, offered whole, and deleted after a week.

    ``filters`` are those of ``exports.filters``. ``tries`` counts the workers that began it; ``beat_at`` is when the one
    that is writing last said so, and ``done_share`` how much of the period it has behind it, 0.0 to 1.0.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being written")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Withdrawn")

    class Form(models.TextChoices):
        LINES = "jsonl", _("JSON Lines")
        CSV = "csv", _("CSV")

    class Reason(models.TextChoices):
        KILLED = "killed", _("It was stopped before its end three times. Please ask an operator.")
        TOO_LONG = "too_long", _("It took longer than 50 minutes. Choose a shorter period.")
        NO_ROOM = "no_room", _("The file could not be stored: the disk is full, or the storage is away.")
        UNKNOWN = "unknown", _("Something unforeseen happened. It is in the log; please ask an operator.")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    form = models.CharField(max_length=8, choices=Form)
    filters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    written = models.PositiveBigIntegerField(default=0)
    done_share = models.FloatField(default=0)
    file = models.FileField(storage=private_storage, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[ExportQuerySet] = ExportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["state", "asked_at"], name="export_state")]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING}

    @property
    def percent(self) -> int:
        return int(100 * self.done_share)
