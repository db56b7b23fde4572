"""Telling the operator, and not again and again."""

from datetime import datetime, timedelta

from django.core.mail import mail_admins
from django.db import transaction
from django.db.models import Model

from portal.audit.actions import record
from portal.audit.models import Entry

TELL_AGAIN = timedelta(hours=20)  # less than a day: the next night tells again


@transaction.atomic
def tell_operator(
    *, verb: str, about: Model, subject: str, text: str, at: datetime, again: timedelta = TELL_AGAIN, **data: str
) -> bool:
    """One mail and one entry ``verb`` in the log, unless there was one within ``again``; whether it was told now.

    Args:
        about: what the entry is of.
        data: what the entry holds, without personal data.
    """
    if Entry.objects.filter(verb=verb, at__gt=at - again).exists():
        return False
    record(verb, about, at=at, **data)
    mail_admins(subject, text, fail_silently=True)
    return True
