"""Mail to a person: text and HTML from ``templates/emails/``, in the reader's language."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override
from post_office import mail
from post_office.backends import EmailBackend

from portal.core.brand import current

_SYNTAX = {"{%": "openblock", "{{": "openvariable", "{#": "opencomment"}


def literal(text: str) -> str:
    """``text`` for the outbox, which renders whatever it is given as a template: what people wrote must not be one."""
    return re.sub("{[%{#]", lambda found: f"{{% templatetag {_SYNTAX[found[0]]} %}}", text)


class Outbox(EmailBackend):
    """The outbox for mail that others write: allauth, and Django to administrators."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int | None:
        """Put them into the outbox as they are; how many were sent at once, if any."""
        for message in email_messages:
            message.subject, message.body = literal(str(message.subject)), literal(str(message.body))
            if isinstance(message, EmailMultiAlternatives):
                written = [(literal(str(each[0])), each[1]) for each in message.alternatives]
                message.alternatives = []
                for content, kind in written:
                    message.attach_alternative(content, str(kind))
        sent: int | None = super().send_messages(email_messages)
        return sent


def send(kind: str, *, to: str, language: str, context: Mapping[str, Any]) -> None:
    """Put ``templates/emails/<kind>.{subject.txt,txt,html}`` into the outbox, in the caller's transaction.

    The message is sent once the transaction has committed, by a worker or by the sweep.
    """
    with override(language):
        data = {"public_url": settings.PUBLIC_URL, "site_name": current().name, **context}
        mail.send(
            recipients=[to],
            subject=literal(" ".join(render_to_string(f"emails/{kind}.subject.txt", data).split())),
            message=literal(render_to_string(f"emails/{kind}.txt", data)),
            html_message=literal(render_to_string(f"emails/{kind}.html", data)),
            headers={"Auto-Submitted": "auto-generated", "Content-Language": language},
        )
