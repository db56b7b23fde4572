"""Data that came with statements."""

from typing import ClassVar

from django.db import models

from portal.lrs.models.statements import Statement


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

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="attachments", db_constraint=False)
    data = models.ForeignKey(AttachmentData, on_delete=models.PROTECT, related_name="+")
    sha2 = models.CharField(max_length=128)
    content_type = models.TextField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["statement", "sha2"], name="attachment_once")
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.sha2}"
