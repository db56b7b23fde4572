"""Work on many certificates: one at a time, each idempotent, and the row says how far it is, so that a restart goes on."""

from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from certificates.issuing.actions import issue
from certificates.issuing.editions import sign_anew
from certificates.issuing.models import Bulk, Certificate
from courses.learning.models import Completion
from portal.accounts.models import User
from portal.audit.actions import record
from portal.core.clock import now
from portal.core.failpoints import failpoint

log = structlog.get_logger(__name__)
SILENCE = timedelta(minutes=2)  # far longer than one certificate takes


class NothingToDoError(Exception):
    """No certificate is concerned."""


def ask(*, kind: str, course_code: str, by: User | None, at: datetime) -> Bulk:
    """Keep what is to be done; asked for while the same is under way, it gives that.

    Whoever calls this gives it to a worker, and the sweep does so otherwise.

    Raises:
        NothingToDoError: there is nothing to do.
    """
    running = Bulk.objects.running().filter(kind=kind, course_code=course_code)
    if found := running.first():
        return found
    ids = _concerned(kind, course_code)
    last = ids.last()
    if last is None:
        raise NothingToDoError
    try:
        with transaction.atomic():
            bulk = Bulk.objects.create(
                kind=kind,
                course_code=course_code,
                asked_by=by,
                asked_at=at,
                beat_at=at - SILENCE,
                last=last,
                total=ids.count(),
            )
            record("asked for work on many certificates", bulk, at=at, kind=kind, course=course_code, total=bulk.total)
    except IntegrityError:  # a second click was faster
        return running.get()
    return bulk


def _concerned(kind: str, course_code: str) -> QuerySet[Any, int]:
    """Ids in order: of completions that wait for a certificate, or of certificates that another key has signed."""
    if kind == Bulk.Kind.ISSUE:
        owed = Certificate.objects.unfinished() | Certificate.objects.held()
        completions = Completion.objects.filter(certificate=None) | Completion.objects.filter(certificate__in=owed)
        found = completions.filter(course_code=course_code) if course_code else completions
        return found.order_by("pk").values_list("pk", flat=True).distinct()
    valid = Certificate.objects.valid().filter(course_code=course_code) if course_code else Certificate.objects.valid()
    return valid.exclude(signing_key=None).order_by("pk").values_list("pk", flat=True)


def work(*, bulk_id: int, at: datetime, until: datetime) -> bool:
    """Go on from where it stands, until ``until`` at the latest; whether more is left.

    Of two workers at once, the second finds the first one's sign of life and does nothing. One that is killed leaves it to
    the sweep: at most one certificate is looked at twice, which changes nothing.
    """
    claimed = Bulk.objects.silent_since_before(at - SILENCE + timedelta(microseconds=1)).filter(pk=bulk_id)
    if not claimed.update(beat_at=at):
        return False
    bulk = Bulk.objects.get(pk=bulk_id)
    left = _concerned(bulk.kind, bulk.course_code).filter(pk__gt=bulk.current or bulk.place, pk__lte=bulk.last)
    for pk in chain([bulk.current] if bulk.current else [], left.iterator(500)):
        moment = now()
        mine = Bulk.objects.running().filter(pk=bulk.pk, place=bulk.place)
        if moment >= until:
            mine.update(beat_at=moment - SILENCE)
            return True
        mine.update(current=pk, beat_at=moment)
        outcome = "done" if _do(bulk, pk, moment) else "failed"
        failpoint("bulk.after_one")
        if not mine.update(place=pk, current=None, **{outcome: F(outcome) + 1}):
            return False  # another worker took this one for silent and is further
        bulk.place = pk
    _end(bulk, now())
    return False


def _do(bulk: Bulk, pk: int, at: datetime) -> bool:
    """Whether that one is as it should be now."""
    try:
        if bulk.kind == Bulk.Kind.ISSUE:
            completion = Completion.objects.with_learner().get(pk=pk)
            return issue(completion=completion, at=at).issued_at is not None
        sign_anew(certificate=Certificate.objects.get(pk=pk), at=at)
    except Exception:
        log.exception("one of many not done", bulk=str(bulk.uuid), row=pk)
        return False
    return True


@transaction.atomic
def _end(bulk: Bulk, at: datetime) -> None:
    if Bulk.objects.running().filter(pk=bulk.pk).update(ended_at=at):
        bulk.refresh_from_db()
        record("ended work on many certificates", bulk, at=at, done=bulk.done, failed=bulk.failed)
