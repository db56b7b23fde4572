"""A certificate: a snapshot of what was completed, by whom, when; and the file that says so."""

from datetime import date
from typing import ClassVar
from uuid import uuid4

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.issuing.models.designs import Design
from certificates.issuing.models.signing_keys import SigningKey
from certificates.issuing.querysets import CertificateQuerySet
from certificates.issuing.rules import Status, status_of
from courses.learning.models import Completion


def private_storage() -> Storage:
    return storages["private"]


def file_name(certificate: "Certificate", _filename: str) -> str:
    return f"certificates/{certificate.uuid.hex[:2]}/{certificate.uuid}.pdf"


class Certificate(models.Model):
    """Row first, file after: a row without ``issued_at`` is being prepared, and the sweep finishes it.

    Nothing of the snapshot changes after issue, but for the name when its holder is erased. ``number`` is random and never
    used twice; ``uuid`` (128 bits) is the public address. A corrected one ``replaces`` another, so the certificates of a
    completion are a chain of which the last one counts. ``design`` is what it is drawn with, empty for the sheet that the
    portal ships. ``stamped_at`` is of the time stamp of its newest file.
    """

    class Reason(models.TextChoices):
        ERROR = "error", _("Issued in error")
        IDENTITY = "identity", _("Identity not confirmed")
        CONDUCT = "conduct", _("Rules of the course broken")

    class Hold(models.TextChoices):
        NAME = "name", _("The name has characters that no shipped font can draw.")
        TITLE = "title", _("The course's title has characters that no shipped font can draw.")
        FIT = "fit", _("Name and title do not fit on one page.")
        RESTORED = (
            "restored",
            _("It had been issued, and the restored database does not know it. It gets another number."),
        )

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    completion = models.ForeignKey(
        Completion, on_delete=models.PROTECT, related_name="certificates", related_query_name="certificate"
    )
    replaces = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="replaced_by"
    )
    holder_name = models.CharField(_("holder"), max_length=200)
    course_title = models.CharField(_("course"), max_length=255)
    course_code = models.CharField(max_length=8)
    course_version = models.CharField(max_length=20)
    learning_minutes = models.PositiveSmallIntegerField()
    completed_on = models.DateField(
        _("completed on"),
    )
    expires_on = models.DateField(
        null=True, blank=True, help_text=_("The last day on which it is valid; empty: it has no end.")
    )
    language = models.CharField(max_length=8)
    issuer = models.CharField(max_length=120)
    design = models.ForeignKey(
        Design, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="certificates"
    )
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True, db_index=True)
    file = models.FileField(storage=private_storage, upload_to=file_name, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    signing_key = models.ForeignKey(
        SigningKey, null=True, blank=True, on_delete=models.PROTECT, related_name="certificates_signed"
    )
    held_because = models.CharField(
        _("held because"), max_length=300, blank=True, help_text=_("Why an administrator must look at it before issue.")
    )
    held_for = models.CharField(max_length=8, choices=Hold, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    scheme_code = models.CharField(max_length=40, blank=True, editable=False)
    scheme_name = models.CharField(max_length=160, blank=True, editable=False)
    credits = models.DecimalField(max_digits=6, decimal_places=2, null=True, editable=False)
    credits_maximum = models.DecimalField(max_digits=6, decimal_places=2, null=True, editable=False)
    credits_unit = models.CharField(max_length=60, blank=True, editable=False)
    credits_wording = models.TextField(blank=True, editable=False)
    accreditation_number = models.CharField(max_length=80, blank=True, editable=False)
    accredited_from = models.DateField(null=True, editable=False)
    accredited_to = models.DateField(null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_reason = models.CharField(max_length=12, choices=Reason, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    stamped_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CertificateQuerySet] = CertificateQuerySet.as_manager()  # type: ignore[assignment]
    # The CMS would keep a row for each that says to which key and completion it refers; nobody asks, and it takes time.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["completion"], condition=Q(replaces=None), name="one_first_certificate_a_completion"
            ),
        ]
        indexes = [
            models.Index(
                "id",
                condition=Q(revoked_at__isnull=False) | Q(superseded_at__isnull=False),
                name="certificates_withdrawn",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_held(self) -> bool:
        """Whether an administrator must decide before it is issued."""
        return self.issued_at is None and self.revoked_at is None and bool(self.held_because)

    @property
    def is_replaceable(self) -> bool:
        """Whether a corrected one may take its place: it is issued, and nothing else has ended it or is about to."""
        ended = self.revoked_at or self.superseded_at or self.erased_at
        return self.issued_at is not None and not ended and not hasattr(self, "replaced_by")

    def status(self, on: date) -> Status:
        """What the verification page says of an issued one on that day in the portal's zone."""
        return status_of(
            revoked=self.revoked_at is not None,
            superseded=self.superseded_at is not None,
            expires_on=self.expires_on,
            erased=self.erased_at is not None,
            on=on,
        )
