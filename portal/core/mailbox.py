"""Mail of the embedded installation: one readable file a message in ``var/mail``."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class MailFolder(BaseEmailBackend):
    """Write each message as ``<time>-<recipient>.eml``; any mail program opens it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            when = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            to = "".join(c if c.isalnum() or c in "@.-_" else "_" for c in message.to[0])[:80]
            draft = folder / f".{uuid4().hex}"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(folder / f"{when}-{to}-{uuid4().hex[:6]}.eml")
        return len(email_messages)
