"""What an organiser sends, and what reviewers and she read."""

import re
from datetime import timedelta

from post_office.models import Email

from tests.factories import NOON

TODAY = NOON.date()
LAST = TODAY + timedelta(days=89)
PAGES = ("/review/", "/review/questions/", "/review/evaluation/", "/review/report/")


def send(client, path, emails="one@body.example", **changed):
    form = {"emails": emails, "starts_on": str(TODAY), "ends_on": str(LAST), "language": "en", **changed}
    return client.post(path, form, follow=True)


def links_to(email):
    """The paths of the links that were sent to that address, the oldest first."""
    mails = Email.objects.filter(to__contains=email).order_by("pk")
    return [re.search(r"https?://[^/\s]+(/review/open/\S+)", mail.message)[1] for mail in mails]


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
