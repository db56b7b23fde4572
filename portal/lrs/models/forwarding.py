"""Outside stores that get our statements, how far each has come, and what they refused."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lrs.forwarding.querysets import DeliveryQuerySet, ParkedQuerySet, ReceiverQuerySet
from portal.lrs.versions import V1, V2


class Receiver(models.Model):
    """An outside store, the key to it, and which statements it gets.

    ``sealed_secret`` is opened with ``forwarding.secrecy``. ``verbs`` and ``activities`` are lists of IRIs, ``audience``
    a group of ``audiences.py``; what is empty filters nothing. Statements stored before ``since`` are not sent.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    endpoint = models.CharField(_("address"), max_length=500)
    version = models.CharField(_("xAPI version"), max_length=10, choices=[(V1, "1.0.3"), (V2, "2.0.0")], default=V1)
    key = models.CharField(_("key"), max_length=200)
    sealed_secret = models.TextField()
    verbs = models.JSONField(_("verbs"), default=list, blank=True)
    activities = models.JSONField(_("activities"), default=list, blank=True)
    related = models.BooleanField(_("also statements that name the activity in their context"), default=False)
    tenant = models.CharField(_("customer"), max_length=100, blank=True)
    audience = models.CharField(_("people"), max_length=200, blank=True)
    pseudonymise = models.BooleanField(_("replace people by pseudonyms"), default=False)
    since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects: ClassVar[ReceiverQuerySet] = ReceiverQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """How far a receiver has come: every statement with an id up to ``watermark`` is delivered, parked or not meant for it.

    Whoever holds ``lease`` until ``leased_until`` is the one sender. ``batch`` is how many statements it is given at
    once, ``refused_in_a_row`` how many were parked since it last took one. ``halted`` waits for a person,
    ``next_try_at`` for the time, and ``paused`` was a person's wish.
    """

    class Fault(models.TextChoices):
        UNREACHABLE = "unreachable", _("It cannot be reached.")
        SLOW = "slow", _("It did not answer in time.")
        BUSY = "busy", _("It is busy and asked to be left alone for a while.")
        BROKEN = "broken", _("It answered with an error of its own.")
        STRANGE = "strange", _("Its answer is not that of a record store. Check the address.")
        CLOSED = "closed", _("It refused the key, or the key may not write statements. Change the key or its rights.")
        SECRET = "secret", _("Its secret can no longer be read, because the portal's own key changed. Enter it anew.")
        CHOOSY = "choosy", _("It refused many statements in a row. See the reasons below.")

    receiver = models.OneToOneField(Receiver, on_delete=models.CASCADE, related_name="delivery")
    watermark = models.BigIntegerField(default=0)
    delivered = models.BigIntegerField(default=0)
    batch = models.PositiveSmallIntegerField()
    last_success_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=20, choices=Fault, blank=True)
    fault_status = models.PositiveSmallIntegerField(null=True, blank=True)
    fault_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    refused_in_a_row = models.PositiveIntegerField(default=0)
    paused = models.BooleanField(default=False)
    next_try_at = models.DateTimeField(null=True, blank=True)
    halted = models.BooleanField(default=False)
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.receiver_id} up to {self.watermark}"


class Parked(models.Model):
    """A statement that a receiver refused; the others go on. ``retry`` asks that it is sent once more."""

    receiver = models.ForeignKey(Receiver, on_delete=models.CASCADE, related_name="parked")
    statement = models.BigIntegerField(help_text="its number, for the order; the row may be gone")
    uuid = models.UUIDField()
    status = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    retry = models.BooleanField(default=False)

    objects: ClassVar[ParkedQuerySet] = ParkedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar[list[str]] = ["statement"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["receiver", "statement"], name="statement_parked_once")
        ]

    def __str__(self) -> str:
        return f"{self.receiver_id} {self.uuid}"
