"""The keys of outside clients."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lrs.querysets import CredentialQuerySet


class Credential(models.Model):
    """A client's key and the digest of its secret, which is shown once. ``authority`` is the agent it writes as.

    ``tenant`` is the customer whose statements and documents it shares with the customer's other credentials: the uuid of
    an organisation or of a person, or a name that the operator gives. Empty is the portal itself: such a credential sees
    the whole store, and shares documents only with credentials of the same authority.

    ``origins`` are those whose scripts may use it; none listed: all. ``rate`` (requests a minute) and ``body_limit``
    (bytes) stand in place of the portal's own limits. ``last_used_at`` is right to about a minute.
    """

    class Holder(models.TextChoices):
        PORTAL = "portal", _("The portal")
        ORGANISATION = "organisation", _("Organisation")
        PERSON = "person", _("Person")

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    key = models.CharField(max_length=64, unique=True)
    secret_digest = models.CharField(max_length=200)
    name = models.CharField(max_length=100)
    authority = models.JSONField()
    holder = models.CharField(max_length=20, choices=Holder, default=Holder.PORTAL)
    tenant = models.CharField(max_length=100, blank=True)
    scopes = models.JSONField(default=list)
    origins = models.JSONField(default=list, blank=True)
    rate = models.PositiveIntegerField(null=True, blank=True)
    body_limit = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CredentialQuerySet] = CredentialQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["tenant", "-created_at"], name="credential_tenant")]

    def __str__(self) -> str:
        return self.name
