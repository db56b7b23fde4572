"""The keys that certificates were signed with."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from certificates.issuing.querysets import SigningKeyQuerySet


class SigningKey(models.Model):
    """A key that this portal has signed with; kept for ever, because what it signed is told from what others signed.

    ``certificates`` are in PEM: its own, then those of its issuers. ``used_to`` is empty for the one in use.
    """

    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    certificates = models.TextField()
    is_own = models.BooleanField(help_text=_("Whether the portal's own authority vouches for it."))
    expires_at = models.DateTimeField()
    used_from = models.DateTimeField()
    used_to = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[SigningKeyQuerySet] = SigningKeyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")

    def __str__(self) -> str:
        return self.fingerprint
