"""Machine-readable credentials of certificates, and the keys that signed them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.issuing import rules
from certificates.issuing.models.certificates import Certificate
from certificates.issuing.querysets import CredentialKeyQuerySet, CredentialQuerySet


class Credential(models.Model):
    """What a program reads of a certificate. Row first, document after: both come with the certificate's.

    The primary key is the place in the status lists: the database gives each once, whoever asks at the same moment.
    ``certificate`` is empty for one that a signed export names and a restored database has lost: its number and
    its place stay taken, and ``uuid``, ``sha256``, ``issued_at``, ``revoked_at`` and ``revoked_reason`` are what the list
    said of it. Of any other the certificate says these, and they are empty here.
    """

    number = models.CharField(max_length=24, unique=True, editable=False)
    certificate = models.OneToOneField(Certificate, null=True, on_delete=models.PROTECT, related_name="credential")
    document = models.TextField(blank=True, editable=False)
    token = models.TextField(blank=True, editable=False)
    uuid = models.UUIDField(null=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False, default="", db_default="")
    issued_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(
        max_length=12, choices=Certificate.Reason, blank=True, editable=False, default="", db_default=""
    )

    objects: ClassVar[CredentialQuerySet] = CredentialQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("verifiable credential")
        verbose_name_plural = _("verifiable credentials")
        indexes = [models.Index("id", condition=Q(revoked_at__isnull=False), name="lost_and_revoked")]

    def __str__(self) -> str:
        return self.number

    @property
    def linkedin_url(self) -> str:
        """Where the holder adds the certificate to her profile at LinkedIn; nothing is sent before she follows it."""
        certificate = self.certificate
        if certificate is None or certificate.issued_at is None:
            return ""
        return rules.linkedin_url(
            title=certificate.course_title,
            issuer=certificate.issuer,
            number=certificate.number,
            completed_on=certificate.completed_on,
            verify_url=f"{settings.PUBLIC_URL}/verify/{certificate.uuid}",
        )


class CredentialKey(models.Model):
    """A key that signed credentials or status lists; kept for ever, because did.json tells what it signed from forgeries.

    ``used_to`` is empty for the one in use. A key that others may have is no longer published once it is ``distrusted_at``.
    """

    multibase = models.CharField(max_length=64, unique=True, editable=False)
    pem = models.TextField()
    is_own = models.BooleanField(help_text=_("Whether the portal made it itself."))
    used_from = models.DateTimeField()
    used_to = models.DateTimeField(null=True, blank=True)
    distrusted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CredentialKeyQuerySet] = CredentialKeyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("key of verifiable credentials")
        verbose_name_plural = _("keys of verifiable credentials")

    def __str__(self) -> str:
        return self.multibase
