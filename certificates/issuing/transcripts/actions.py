"""Sharing a transcript by a link, and taking the link back."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from certificates.issuing.models import ShareLink
from certificates.issuing.rules import months_later
from certificates.issuing.transcripts.rules import Scope, latest_end
from certificates.issuing.transcripts.tokens import digest_of, new_token
from portal.accounts.models import User
from portal.audit.actions import record
from portal.departments.rules import day_in


class WrongEndError(ValueError):
    """The last day of a link lies in the past, or further away than a link may last."""


class SharedAlreadyError(Exception):
    """This link was made before, and nobody knows its token any more."""


@transaction.atomic
def share(*, person: User, uuid: UUID, scope: Scope, ends_on: date, at: datetime) -> tuple[ShareLink, str]:
    """A link to the transcript of ``person``, and its token, which cannot be had again.

    Args:
        person: the holder.
        uuid: of the link; what is sent twice carries the same one.
        scope: what it shows, of what there is then.
        ends_on: the last day on which it shows anything, in the portal's zone.
        at: when.

    Raises:
        WrongEndError: it would end before it begins, or last longer than a year.
        SharedAlreadyError: the second time.
    """
    today = day_in(at, settings.TIME_ZONE)
    if not today <= ends_on <= latest_end(today):
        raise WrongEndError(str(ends_on))
    token = new_token()
    try:
        with transaction.atomic():
            link = ShareLink.objects.create(
                uuid=uuid,
                user=person,
                digest=digest_of(token),
                year=scope.year,
                scheme_code=scope.scheme,
                ends_on=ends_on,
                made_at=at,
            )
    except IntegrityError:
        raise SharedAlreadyError(str(uuid)) from None
    record("shared transcript", link, at=at, scope=scope.word, ends_on=str(ends_on))
    return link, token


@transaction.atomic
def withdraw(*, link: ShareLink, at: datetime) -> ShareLink:
    """From now on the link shows nothing. The second time nothing changes."""
    if ShareLink.objects.filter(pk=link.pk, withdrawn_at=None).update(withdrawn_at=at):
        record("withdrew shared transcript", link, at=at)
    link.refresh_from_db()
    return link


def note_opened(*, link: ShareLink, at: datetime) -> None:
    """Keep when it was last opened, and nothing of whoever opened it: so there is no audit entry either."""
    ShareLink.objects.filter(pk=link.pk).update(opened_at=at)


@transaction.atomic
def forget_old(*, on: date, at: datetime, limit: int = 500) -> int:
    """Remove links whose last day was more than ``LINKS_KEPT_MONTHS`` ago; how many. They are unknown from now on."""
    since = months_later(on, -settings.LINKS_KEPT_MONTHS)
    old = list(ShareLink.objects.over_before(since).order_by("pk")[:limit])
    for link in old:
        record("forgot shared transcript", link, at=at)
    ShareLink.objects.filter(pk__in=[link.pk for link in old]).delete()
    return len(old)
