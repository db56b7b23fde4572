"""The learning record store: accepted statements whole, and index rows that only serve queries."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from portal.lrs.querysets import CredentialQuerySet, DocumentQuerySet, StatementQuerySet


class Credential(models.Model):
    """A client's key and the digest of its secret, which is shown once. ``authority`` is the agent it writes as.

    ``tenant`` is the customer whose documents it shares with the customer's other credentials; empty means that it shares
    them only with credentials of the same authority.
    """

    key = models.CharField(max_length=64, unique=True)
    secret_digest = models.CharField(max_length=200)
    name = models.CharField(max_length=100)
    authority = models.JSONField()
    tenant = models.CharField(max_length=100, blank=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CredentialQuerySet] = CredentialQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name


class Statement(models.Model):
    """One accepted statement. ``body`` is its JSON as stored (with id, stored, authority, version, timestamp set).

    The columns beside it are what the query interface asks: ``authority``, ``actor`` and ``activity`` are identifier
    strings (an agent's inverse functional identifier, an activity's IRI; ``indexing.py`` makes them). ``own`` marks what
    the portal itself wrote: only these may move progress.
    """

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid4, unique=True)
    stored = models.DateTimeField()
    timestamp = models.DateTimeField()
    authority = models.CharField(max_length=500)
    actor = models.CharField(max_length=500, blank=True)
    verb = models.CharField(max_length=500)
    activity = models.CharField(max_length=500, blank=True)
    registration = models.UUIDField(null=True, blank=True)
    target = models.UUIDField(null=True, blank=True, help_text="the statement that a StatementRef object points at")
    voided = models.BooleanField(default=False)
    own = models.BooleanField(default=False)
    credential = models.ForeignKey(Credential, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()

    objects: ClassVar[StatementQuerySet] = StatementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar[list[str]] = ["-stored", "-id"]
        indexes = [
            models.Index(fields=["-stored", "-id"], name="statement_stored"),
            models.Index(fields=["actor", "verb", "-stored"], name="statement_actor_verb"),
            models.Index(fields=["verb", "-stored"], name="statement_verb"),
            models.Index(fields=["activity", "-stored"], name="statement_activity"),
            models.Index(fields=["registration", "-stored"], name="statement_registration"),
            models.Index(fields=["authority", "-stored"], name="statement_authority"),
            models.Index(fields=["target"], name="statement_target"),
            # The statements that point at another one: few, and asked by every filtered query.
            models.Index(
                fields=["-stored", "-id"], name="statement_referrer", condition=models.Q(target__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class RelatedAgent(models.Model):
    """An agent that a statement names anywhere but as authority: actor, object, instructor, team, context agents, members
    of these, all of this in a sub-statement. ``direct`` are actor, object and their members: what ``agent`` alone asks.
    """

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="related_agents")
    agent = models.CharField(max_length=500)
    direct = models.BooleanField(default=False)
    stored = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["agent", "-stored"], name="related_agent")]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.agent}"


class RelatedActivity(models.Model):
    """An activity that a statement names anywhere: object, context activities, in a sub-statement.

    ``defined`` says that the statement holds a definition of it.
    """

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="related_activities")
    activity = models.CharField(max_length=500)
    stored = models.DateTimeField()
    defined = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["activity", "-stored"], name="related_activity"),
            models.Index(
                fields=["activity", "-stored"], name="related_activity_defined", condition=models.Q(defined=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.activity}"


class Document(models.Model):
    """A document as a client sent it, byte by byte, or as two of them were merged.

    ``shelf`` and ``key`` are digests of what names it (``documents.py``), because the names together are longer than an
    index takes. The columns after them say the same in words; ``owner`` is ``Authority.owner``.
    """

    key = models.CharField(max_length=64, unique=True)
    shelf = models.CharField(max_length=64)
    owner = models.CharField(max_length=500)
    kind = models.CharField(max_length=20)
    activity = models.CharField(max_length=500, blank=True)
    agent = models.CharField(max_length=500, blank=True)
    registration = models.UUIDField(null=True, blank=True)
    name = models.TextField(help_text="stateId or profileId")
    content = models.BinaryField()
    content_type = models.CharField(max_length=255)
    etag = models.CharField(max_length=40)
    updated = models.DateTimeField()

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["shelf", "updated"], name="document_shelf")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class AttachmentData(models.Model):
    """Bytes that came as attachments, once, by their SHA-256. Who may have them is for ``Attachment`` to say."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()

    def __str__(self) -> str:
        return self.sha256


class AttachmentPiece(models.Model):
    """Part of the bytes: a driver needs many times the memory of what it writes at once."""

    data = models.ForeignKey(AttachmentData, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["data", "number"], name="attachment_piece_once")
        ]

    def __str__(self) -> str:
        return f"{self.data_id} {self.number}"


class Attachment(models.Model):
    """That data came with a statement. An attachment of which only an address was sent has no row.

    ``sha2`` and ``content_type`` are as the statement writes them.
    """

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="attachments")
    data = models.ForeignKey(AttachmentData, on_delete=models.PROTECT, related_name="+")
    sha2 = models.CharField(max_length=128)
    content_type = models.TextField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["statement", "sha2"], name="attachment_once")
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.sha2}"
