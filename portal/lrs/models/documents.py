"""What clients keep beside statements."""

from typing import ClassVar

from django.db import models

from portal.lrs.querysets import DocumentQuerySet


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
        indexes = [
            models.Index(fields=["shelf", "updated"], name="document_shelf"),
            models.Index(fields=["agent"], name="document_agent", condition=~models.Q(agent="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
