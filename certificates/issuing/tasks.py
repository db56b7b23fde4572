"""Thin wrappers for the workers."""

from contextlib import suppress
from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.db.models import Exists, OuterRef

from certificates.issuing import actions, bulk, editions, life, renewal
from certificates.issuing.cme import actions as claims
from certificates.issuing.models import Bulk, Certificate, Claim
from certificates.issuing.reviewing import actions as reviewing
from certificates.issuing.transcripts import actions as sharing
from courses.learning.models import Completion
from portal.core.clock import now
from portal.core.tasks import enqueue
from portal.departments.rules import day_in

log = structlog.get_logger(__name__)
GRACE = timedelta(seconds=30)  # a worker may be at it right now
SLICE = timedelta(minutes=10)  # less than the hour after which a broker hands the same task to another worker


@shared_task
def issue_certificate(completion_id: int) -> None:
    completion = Completion.objects.with_learner().get(pk=completion_id)
    with suppress(actions.LearnerAskedError):  # what she does last asks for this task again
        actions.issue(completion=completion, at=now())


@shared_task
def sweep() -> None:
    """Issue what a crash or an absent broker left: completions without certificate, certificates without file.

    Those that wait for their learner are left out until she has done her part.
    """
    before = now() - GRACE
    asked = Claim.objects.open().filter(completion=OuterRef("pk"))
    unmade = Completion.objects.filter(certificate=None, completed_at__lt=before).exclude(Exists(asked))
    waiting = unmade | Completion.objects.filter(
        certificate__in=Certificate.objects.unfinished().filter(created_at__lt=before)
    )
    for completion in waiting.with_learner().order_by("pk")[:500]:
        try:
            with suppress(actions.LearnerAskedError):
                actions.issue(completion=completion, at=now())
        except Exception:
            log.exception("certificate not issued, the next sweep tries again", completion=completion.pk)


@shared_task
def call_learners() -> None:
    """Tell those whose certificates wait for them."""
    at = now()
    for claim in Claim.objects.to_be_called(at).order_by("pk")[:500]:
        try:
            claims.call(claim=claim, at=at)
        except Exception:
            log.exception("learner not told that her certificate waits, the next sweep tries again", claim=claim.pk)


@shared_task
def add_time_stamps() -> None:
    """Time stamps for what was issued while the service was away, or before there was one; until it fails again."""
    if not settings.TIMESTAMP_URL:
        return
    from certificates.issuing.timestamps import TimeStampError, is_available, note_away

    for certificate in Certificate.objects.without_time_stamp().order_by("pk")[:200]:
        if not is_available():
            return
        try:
            editions.add_time_stamp(certificate=certificate, at=now())
        except TimeStampError as error:
            note_away(str(error))
            editions.report_no_stamp(certificate=certificate, reason=str(error), at=now())
        except Exception:
            log.exception("no time stamp added, the next sweep tries again", number=certificate.number)


@shared_task
def work_on_many(bulk_id: int) -> None:
    at = now()
    if bulk.work(bulk_id=bulk_id, at=at, until=at + SLICE):
        enqueue(work_on_many, bulk_id)


@shared_task
def sweep_bulk() -> None:
    """Go on with work on many certificates that the broker missed or a killed worker left."""
    for pk in Bulk.objects.silent_since_before(now() - bulk.SILENCE).values_list("pk", flat=True):
        enqueue(work_on_many, pk)


@shared_task
def check_files() -> None:
    """Nightly: every issued file is there and unchanged."""
    actions.report_damage(certificates=actions.damaged_files(), at=now())


@shared_task
def check_key() -> None:
    """Nightly: the key that signs does not end soon."""
    renewal.report_end(at=now())


@shared_task
def forget_old() -> None:
    """Nightly: holders of certificates older than the operator keeps them are erased."""
    at = now()
    life.forget_old(on=day_in(at, settings.TIME_ZONE), at=at)


@shared_task
def forget_outsiders() -> None:
    """Nightly: links that ended long ago, and addresses of reviewers whose access did."""
    at = now()
    today = day_in(at, settings.TIME_ZONE)
    reviewing.forget_old(on=today, at=at)
    sharing.forget_old(on=today, at=at)
