"""Later editions of a certificate's file: the same page with a time stamp, or signed by a newer key."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.issuing.models.certificates import Certificate, private_storage
from certificates.issuing.models.signing_keys import SigningKey
from certificates.issuing.querysets import EditionQuerySet


class Edition(models.Model):
    """A file beside the one issued, which stays as it is; both are accepted by verification for ever.

    ``made_of`` is the digest of the file that it continues, so that interrupted or doubled work makes it once.
    """

    class Kind(models.TextChoices):
        STAMPED = "stamped", _("With a time stamp")
        SIGNED_ANEW = "signed anew", _("Signed by a newer key")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="editions")
    kind = models.CharField(max_length=12, choices=Kind)
    made_at = models.DateTimeField()
    made_of = models.CharField(max_length=64)
    file = models.FileField(storage=private_storage)
    sha256 = models.CharField(max_length=64, unique=True)
    signing_key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="editions_signed")

    objects: ClassVar[EditionQuerySet] = EditionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("edition of a certificate")
        verbose_name_plural = _("editions of certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "made_of", "signing_key"], name="one_edition_of_a_file_a_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.kind}"

    @property
    def number(self) -> str:
        """Of the certificate."""
        return self.certificate.number
