"""How the store is kept in order: rules of retention, erasures under way, checks, archives."""

from typing import ClassVar
from uuid import uuid4

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class RetentionRule(models.Model):
    """What is done with one kind of data once it is old enough. Without a rule everything is kept.

    ``due`` is how many the rule would touch at ``counted_at``. ``through`` is the moment of storing up to which
    pseudonyms are set already.
    """

    class Kind(models.TextChoices):
        OUTSIDE = "outside", _("Statements of other systems")
        OWN = "own", _("The portal’s own statements")
        ERASED = "erased", _("Proofs of training of erased people")
        STATE = "state", _("State documents")
        ACTIVITY_PROFILE = "activity profile", _("Activity profiles")
        AGENT_PROFILE = "agent profile", _("Agent profiles")

    class Action(models.TextChoices):
        DELETE = "delete", _("Delete")
        PSEUDONYMISE = "pseudonymise", _("Replace people by pseudonyms")

    kind = models.CharField(_("kind of data"), max_length=20, choices=Kind)
    tenant = models.CharField(_("customer"), max_length=100, blank=True, help_text=_("Empty: of all customers."))
    verb = models.CharField(
        _("verb"), max_length=500, blank=True, help_text=_("The verb’s IRI, for statements. Empty: every verb.")
    )
    months = models.PositiveSmallIntegerField(
        _("age in months"), validators=[MinValueValidator(1), MaxValueValidator(1200)]
    )
    action = models.CharField(_("what to do"), max_length=20, choices=Action)
    due = models.PositiveBigIntegerField(null=True, editable=False)
    counted_at = models.DateTimeField(null=True, editable=False)
    applied_at = models.DateTimeField(null=True, editable=False)
    through = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["kind", "tenant", "verb"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "tenant", "verb"], name="retention_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.months}"

    @property
    def is_about_documents(self) -> bool:
        return self.kind in {self.Kind.STATE, self.Kind.ACTIVITY_PROFILE, self.Kind.AGENT_PROFILE}


class Erasure(models.Model):
    """A person is being erased from the statements, or was.

    ``pseudonym`` is kept only until it is finished, so that one begun again uses the same; afterwards nobody can tell
    who stands behind it.
    """

    person = models.UUIDField()
    pseudonym = models.UUIDField(null=True, default=uuid4)
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(finished_at=None), name="one_erasure_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class Check(models.Model):
    """A walk through the whole store that compared everything with everything."""

    at = models.DateTimeField()
    statements = models.PositiveBigIntegerField()
    findings = models.PositiveBigIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Archive(models.Model):
    """A month of statements that was put away into a file of the private storage, and is not in the store any more.

    ``restored_at`` is set once they are back; the file stays.
    """

    month = models.DateField(_("month"), unique=True, help_text=_("its first day, in UTC"))
    file = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    statements = models.PositiveBigIntegerField()
    archived_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
