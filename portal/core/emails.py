"""Mail to a person: text and HTML from ``templates/emails/``, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override
from post_office import mail

from portal.core.brand import current


def send(kind: str, *, to: str, language: str, context: Mapping[str, Any]) -> None:
    """Put ``templates/emails/<kind>.{subject.txt,txt,html}`` into the outbox, in the caller's transaction.

    The message is sent once the transaction has committed, by a worker or by the sweep.
    """
    with override(language):
        data = {"public_url": settings.PUBLIC_URL, "site_name": current().name, **context}
        mail.send(
            recipients=[to],
            subject=" ".join(render_to_string(f"emails/{kind}.subject.txt", data).split()),
            message=render_to_string(f"emails/{kind}.txt", data),
            html_message=render_to_string(f"emails/{kind}.html", data),
            headers={"Auto-Submitted": "auto-generated", "Content-Language": language},
        )
