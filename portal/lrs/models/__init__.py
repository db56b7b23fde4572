"""What the record store keeps, one noun a file."""

from portal.lrs.models.attachments import Attachment, AttachmentData, AttachmentPiece
from portal.lrs.models.credentials import Credential
from portal.lrs.models.documents import Document
from portal.lrs.models.exports import Export
from portal.lrs.models.forwarding import Delivery, Parked, Receiver
from portal.lrs.models.keeping import Archive, Check, Erasure, RetentionRule
from portal.lrs.models.parquet import ParquetDay
from portal.lrs.models.statements import Reference, RelatedActivity, RelatedAgent, Statement, StatementId
from portal.lrs.models.summaries import DailyCount, Tally, Term

__all__ = [
    "Archive",
    "Attachment",
    "AttachmentData",
    "AttachmentPiece",
    "Check",
    "Credential",
    "DailyCount",
    "Delivery",
    "Document",
    "Erasure",
    "Export",
    "Parked",
    "ParquetDay",
    "Receiver",
    "Reference",
    "RelatedActivity",
    "RelatedAgent",
    "RetentionRule",
    "Statement",
    "StatementId",
    "Tally",
    "Term",
]
