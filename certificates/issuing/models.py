"""A certificate: a snapshot of what was completed, by whom, when; and the file that says so."""

from typing import ClassVar
from uuid import uuid4

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.issuing.querysets import CertificateQuerySet
from courses.learning.models import Completion


def private_storage() -> Storage:
    return storages["private"]


def file_name(certificate: "Certificate", _filename: str) -> str:
    return f"certificates/{certificate.uuid.hex[:2]}/{certificate.uuid}.pdf"


class Certificate(models.Model):
    """Row first, file after: a row without ``issued_at`` is being prepared, and the sweep finishes it.

    Nothing of the snapshot changes after issue. ``number`` is random and never used twice; ``uuid`` (128 bits) is the
    public address.
    """

    class Reason(models.TextChoices):
        ERROR = "error", _("Issued in error")
        IDENTITY = "identity", _("Identity not confirmed")
        CONDUCT = "conduct", _("Rules of the course broken")

    class Hold(models.TextChoices):
        NAME = "name", _("The name has characters that no shipped font can draw.")
        TITLE = "title", _("The course's title has characters that no shipped font can draw.")
        FIT = "fit", _("Name and title do not fit on one page.")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    number = models.CharField(max_length=24, unique=True, editable=False)
    completion = models.OneToOneField(Completion, on_delete=models.PROTECT, related_name="certificate")
    holder_name = models.CharField(max_length=200)
    course_title = models.CharField(max_length=255)
    course_code = models.CharField(max_length=8)
    course_version = models.CharField(max_length=20)
    learning_minutes = models.PositiveSmallIntegerField()
    completed_on = models.DateField()
    language = models.CharField(max_length=8)
    issuer = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True, db_index=True)
    file = models.FileField(storage=private_storage, upload_to=file_name, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    held_because = models.CharField(
        max_length=300, blank=True, help_text=_("Why an administrator must look at it before issue.")
    )
    held_for = models.CharField(max_length=8, choices=Hold, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=12, choices=Reason, blank=True)

    objects: ClassVar[CertificateQuerySet] = CertificateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")

    def __str__(self) -> str:
        return self.number

    @property
    def is_held(self) -> bool:
        """Whether an administrator must decide before it is issued."""
        return self.issued_at is None and bool(self.held_because)
