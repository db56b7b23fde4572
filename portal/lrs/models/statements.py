"""Accepted statements whole, and index rows that only serve queries.

On PostgreSQL statements lie in partitions by month of ``stored`` (``partitions.py``), so what points at one says both its
id and its ``stored``, and no constraint of the database ties them together: ``verify_statements`` looks after that.
"""

from typing import ClassVar

from django.db import models

from portal.lrs.models.credentials import Credential
from portal.lrs.querysets import StatementQuerySet


class StatementId(models.Model):
    """An id that was given away, for ever: when its statement is erased, ``statement`` and ``stored`` are empty."""

    uuid = models.UUIDField(primary_key=True)
    statement = models.BigIntegerField(null=True)
    stored = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.uuid)


class Statement(models.Model):
    """One accepted statement. ``body`` is its JSON as stored (with id, stored, authority, version, timestamp set).

    The columns beside it are what the query interface asks: ``authority``, ``actor``, ``verb`` and ``activity`` are
    identifier strings (an agent's inverse functional identifier, an IRI; ``indexing.py`` makes them). ``own`` marks what
    the portal itself wrote: only these may move progress. ``tenant`` is that of the credential. ``defined`` says that it
    holds a definition of its activity. ``id`` grows in the order of storing (``horizon.py``).
    """

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField()
    stored = models.DateTimeField()
    timestamp = models.DateTimeField()
    tenant = models.CharField(max_length=100, blank=True)
    authority = models.CharField(max_length=500)
    actor = models.CharField(max_length=500, blank=True)
    verb = models.CharField(max_length=500)
    activity = models.CharField(max_length=500, blank=True)
    defined = models.BooleanField(default=False)
    registration = models.UUIDField(null=True, blank=True)
    target = models.UUIDField(null=True, blank=True, help_text="the statement that a StatementRef object points at")
    voided = models.BooleanField(default=False)
    own = models.BooleanField(default=False)
    credential = models.ForeignKey(
        Credential,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    sha256 = models.BinaryField(max_length=32, help_text="of body in UTF-8")
    body = models.TextField()

    objects: ClassVar[StatementQuerySet] = StatementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar[list[str]] = ["-stored", "-id"]
        # Each ends as lists are ordered: else the planner would sort, and rather walk all statements for what is rare.
        indexes = [
            models.Index(fields=["-stored", "-id"], name="statement_stored"),
            models.Index(fields=["actor", "-stored", "-id"], name="statement_actor"),
            models.Index(fields=["actor", "verb", "-stored", "-id"], name="statement_actor_verb"),
            models.Index(fields=["verb", "-stored", "-id"], name="statement_verb"),
            models.Index(fields=["activity", "-stored", "-id"], name="statement_activity"),
            models.Index(
                fields=["activity", "-stored", "-id"], name="statement_defining", condition=models.Q(defined=True)
            ),
            models.Index(
                fields=["registration", "-stored", "-id"],
                name="statement_registration",
                condition=models.Q(registration__isnull=False),
            ),
            models.Index(fields=["authority", "-stored", "-id"], name="statement_authority"),
            models.Index(fields=["tenant", "-stored", "-id"], name="statement_tenant", condition=~models.Q(tenant="")),
            # The statements that point at another one: few, and asked by every filtered query.
            models.Index(
                fields=["-stored", "-id"], name="statement_referrer", condition=models.Q(target__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class RelatedAgent(models.Model):
    """An agent that a statement names beside actor and authority: object, instructor, team, context agents, members of
    these and of the actor, all of this in a sub-statement. ``direct`` are object and members of both: with the actor what
    ``agent`` alone asks.
    """

    pk = models.CompositePrimaryKey("statement_id", "agent")
    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="related_agents", db_constraint=False, db_index=False
    )
    agent = models.CharField(max_length=500)
    direct = models.BooleanField(default=False)
    stored = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["agent", "-stored", "-statement"], name="related_agent")]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.agent}"


class RelatedActivity(models.Model):
    """An activity that a statement names beside its object: context activities, and all of a sub-statement.

    ``defined`` says that the statement holds a definition of it.
    """

    pk = models.CompositePrimaryKey("statement_id", "activity")
    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, related_name="related_activities", db_constraint=False, db_index=False
    )
    activity = models.CharField(max_length=500)
    stored = models.DateTimeField()
    defined = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["activity", "-stored", "-statement"], name="related_activity"),
            models.Index(
                fields=["activity", "-stored", "-statement"],
                name="related_activity_defined",
                condition=models.Q(defined=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.activity}"


class Reference(models.Model):
    """That a statement's object is another statement, which may be yet to come; ``voids`` it, or only tells of it."""

    statement = models.OneToOneField(
        Statement, primary_key=True, on_delete=models.CASCADE, related_name="reference", db_constraint=False
    )
    target = models.UUIDField(db_index=True)
    voids = models.BooleanField()
    own = models.BooleanField()
    tenant = models.CharField(max_length=100, blank=True)
    authority = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"{self.statement_id} {self.target}"
