"""What a person types at the account pages, and the mail she reads."""

import email
import re
from email import policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from post_office.models import STATUS, Email

from portal.core.tasks import deliver_waiting_mail
from tests.factories import PASSWORD


def sign_up_form(**changes):
    return {
        "name": "Ilse Nováková",
        "email": "ilse@example.org",
        "password1": "an aperture of quiet light",
        "profession": "radiologist",
        "country": "CZ",
        "language": "de",
        "consent": "on",
    } | changes


def sign_up(client, **changes):
    return client.post("/account/signup/", sign_up_form(**changes))


def sign_in(client, address, password=PASSWORD, **extra):
    return client.post("/account/login/", {"login": address, "password": password}, **extra)


def change_address(client, address):
    """Ask for another address and give the password again, which goes on with what was asked."""
    asked = client.post("/account/email/", {"action_add": "", "email": address})
    assert asked.url == "/account/reauthenticate/?next=%2Faccount%2Femail%2F"
    return client.post(asked.url, {"password": PASSWORD})


def signed_in(client) -> bool:
    """Whether the portal shows this browser its profile page."""
    return client.get("/account/email/").status_code == 200


def mails(address: str) -> list[EmailMessage]:
    """Send what waits and read the folder: the messages to ``address``, oldest first."""
    deliver_waiting_mail()
    left = Email.objects.exclude(status=STATUS.sent)
    assert not left, [(each.subject, each.status, [log.message for log in each.logs.all()]) for each in left]
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob(f"*-{address}-*.eml"), key=lambda file: file.stat().st_mtime_ns)
    return [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def link_in(message: EmailMessage) -> str:
    """The path of the one-time link."""
    return re.search(r"https?://[^/\s]+(/account/(?:confirm-email|password/reset/key)/\S+)", text_of(message))[1]
