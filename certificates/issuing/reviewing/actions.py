"""Letting reviewers of an accrediting body look at a course, and ending it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from certificates.issuing.models import Accreditation, Reviewer, ReviewerLink
from certificates.issuing.reviewing.rules import State, latest_end
from certificates.issuing.reviewing.tokens import digest_of, new_token
from certificates.issuing.rules import months_later
from portal.audit.actions import record
from portal.core.emails import send
from portal.departments.rules import day_in

TWICE = timedelta(minutes=1)  # what is asked for again so soon is a second click
LOOK = timedelta(minutes=5)  # of one visit not every page is a write


class WrongDaysError(ValueError):
    """The access would begin before today, end before it begins, or end later than in a year."""


class OverError(Exception):
    """The access has ended: whoever is to have it again is invited anew."""


@transaction.atomic
def invite(
    *,
    accreditation: Accreditation,
    emails: Iterable[str],
    starts_on: date,
    ends_on: date,
    language: str,
    at: datetime,
) -> list[Reviewer]:
    """Let the people at ``emails`` look at the course, and send each a link of her own; those invited by this call.

    Whoever has access already keeps it as it is, and is not written to again. An access that is over stays as it was,
    and the new one is another row.

    Args:
        accreditation: granted or only applied for.
        emails: addresses, in whatever case.
        starts_on: the first day on which the links open, in the portal's zone.
        ends_on: the last one.
        language: of the mail.
        at: when.

    Raises:
        WrongDaysError: see there.
    """
    today = day_in(at, settings.TIME_ZONE)
    if not today <= starts_on <= ends_on <= latest_end(today):
        raise WrongDaysError(f"{starts_on} {ends_on}")
    days = {"starts_on": starts_on, "ends_on": ends_on, "language": language, "invited_at": at}
    addresses = dict.fromkeys(email.strip().lower() for email in emails)
    made = []
    for email in addresses:
        before = Reviewer.objects.of(accreditation).filter(email=email).first()
        if reviewer := _let_in(accreditation, email, before, days, today):
            after = {"after": str(before.uuid)} if before else {}
            record("invited reviewer", reviewer, at=at, starts_on=str(starts_on), ends_on=str(ends_on), **after)
            _send_link(reviewer, at)
            made.append(reviewer)
    return made


def _let_in(
    accreditation: Accreditation, email: str, before: Reviewer | None, days: dict[str, object], today: date
) -> Reviewer | None:
    """A new access; None if that address has one already. ``before``, which is over, gives it its address and links."""
    if before and Reviewer.objects.locked(before).state(today) in {State.OPEN, State.EARLY}:
        return None
    try:
        with transaction.atomic():
            if before:
                Reviewer.objects.filter(pk=before.pk).update(email="")  # an address has one row at a time
            reviewer = Reviewer.objects.create(accreditation=accreditation, email=email, **days)
            if before:
                before.links.update(reviewer=reviewer)  # so that the old link says that there is a newer one
    except IntegrityError:  # another organiser was faster
        return None
    return reviewer


@transaction.atomic
def send_again(*, reviewer: Reviewer, at: datetime) -> bool:
    """Send her a new link; the old one opens nothing from now on. Whether one was sent: a second click sends none.

    Raises:
        OverError: there is nothing to open any more.
    """
    reviewer = Reviewer.objects.locked(reviewer)
    if reviewer.state(day_in(at, settings.TIME_ZONE)) not in {State.OPEN, State.EARLY}:
        raise OverError
    if reviewer.links.filter(sent_at__gt=at - TWICE).exists():
        return False
    record("sent reviewer a new link", reviewer, at=at)
    _send_link(reviewer, at)
    return True


@sensitive_variables("token")
def _send_link(reviewer: Reviewer, at: datetime) -> None:
    reviewer.links.filter(replaced_at=None).update(replaced_at=at)
    token = new_token()
    ReviewerLink.objects.create(reviewer=reviewer, digest=digest_of(token), sent_at=at)
    accreditation = reviewer.accreditation
    send(
        "reviewer_invited",
        to=reviewer.email,
        language=reviewer.language,
        context={
            "reviewer": reviewer,
            "course": accreditation.course,
            "body": accreditation.scheme.text_in(reviewer.language).name,
            "url": settings.PUBLIC_URL + reverse("reviewing:open", args=[token]),
            "kept_months": settings.LINKS_KEPT_MONTHS,
        },
    )


@transaction.atomic
def end(*, reviewer: Reviewer, at: datetime) -> Reviewer:
    """From now on her link says that the access has ended. The second time nothing changes."""
    today = day_in(at, settings.TIME_ZONE)
    if Reviewer.objects.filter(pk=reviewer.pk, ended_on=None).update(ended_on=today):
        record("ended access of reviewer", reviewer, at=at)
    reviewer.refresh_from_db()
    return reviewer


@transaction.atomic
def note_opened(*, reviewer: Reviewer, at: datetime) -> None:
    """Keep when she looked at the course first and last, and nothing of what she looked at."""
    if Reviewer.objects.filter(pk=reviewer.pk, opened_at=None).update(opened_at=at, seen_at=at):
        record("reviewer opened course", reviewer, at=at)
        return
    Reviewer.objects.filter(Q(seen_at=None) | Q(seen_at__lt=at - LOOK), pk=reviewer.pk).update(seen_at=at)


@transaction.atomic
def forget(*, reviewer: Reviewer, at: datetime) -> bool:
    """Take her address out, and end what she could still open; whether this call did it."""
    if not Reviewer.objects.filter(pk=reviewer.pk).known().update(email=""):
        return False
    if reviewer.state(day_in(at, settings.TIME_ZONE)) in {State.EARLY, State.OPEN}:
        end(reviewer=reviewer, at=at)
    record("forgot address of reviewer", reviewer, at=at)
    return True


def forget_old(*, on: date, at: datetime, limit: int = 500) -> int:
    """Forget the addresses of those whose access ended more than ``LINKS_KEPT_MONTHS`` ago; how many."""
    since = months_later(on, -settings.LINKS_KEPT_MONTHS)
    old = Reviewer.objects.known().over_before(since).order_by("pk")[:limit]
    return sum(forget(reviewer=reviewer, at=at) for reviewer in old)
