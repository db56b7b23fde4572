"""What happens when somebody learns. Each action writes its fact and its sentences in one transaction."""

from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from courses.catalogue.editions import edition_of
from courses.catalogue.models import CoursePage
from courses.catalogue.outline import Outline, Step
from courses.learning import rules, statements
from courses.learning.models import Completion, Enrolment, StepProgress
from courses.learning.permissions import may_study, repeat_from
from courses.learning.scenes import scene_of, tell
from courses.learning.signals import course_completed
from portal.accounts.models import User
from portal.audit.actions import record


class TooEarlyError(Exception):
    """The course was completed not long ago; ``opens_on`` is the day from which it may be taken again."""

    def __init__(self, opens_on: date) -> None:
        super().__init__(f"may be taken again from {opens_on}")
        self.opens_on = opens_on


def enrol(*, user: User, course: CoursePage, at: datetime) -> Enrolment:
    """The open enrolment of ``user`` in ``course``; made now if there is none.

    Raises:
        PermissionDenied: the course is an outline, not published, or a translation with holes.
        TooEarlyError: she completed it not long ago.
    """
    edition = edition_of(course)
    if not may_study(user, edition):
        raise PermissionDenied
    key = course.translation_key
    try:
        with transaction.atomic():
            existing = Enrolment.objects.of(user).open().in_course(key).first()
            if existing:
                return existing
            opens_on = repeat_from(user, course)
            if opens_on and localdate(at) < opens_on:
                raise TooEarlyError(opens_on)
            enrolment = Enrolment.objects.create(user=user, course=course, course_key=key, enrolled_at=at)
            tell(statements.registered(scene_of(enrolment, edition.outline, at)), at=at)
            record("enrolled", enrolment, at=at, course=course.code)
            return enrolment
    except IntegrityError:  # the other tab was faster
        return Enrolment.objects.of(user).open().in_course(key).get()


@transaction.atomic
def open_step(*, enrolment: Enrolment, outline: Outline, step: Step, at: datetime) -> StepProgress:
    """Keep that the learner is at ``step`` now; the first step ever opened starts the course."""
    enrolment = Enrolment.objects.locked(enrolment)
    progress, _ = StepProgress.objects.get_or_create(enrolment=enrolment, step=step.key, defaults={"opened_at": at})
    if enrolment.closed_at is None:
        enrolment.last_step, enrolment.last_seen_at = step.key, at
        if enrolment.started_at is None:
            enrolment.started_at = at
            tell(statements.initialized(scene_of(enrolment, outline, at)), at=at)
        enrolment.save(update_fields=["last_step", "last_seen_at", "started_at"])
    return progress


def keep_place(*, enrolment: Enrolment, step: Step, place: str) -> None:
    """Remember the block last in sight, to go on there on another device."""
    StepProgress.objects.filter(enrolment=enrolment, step=step.key).update(place=place)


@transaction.atomic
def complete_step(
    *,
    enrolment: Enrolment,
    outline: Outline,
    step: Step,
    at: datetime,
    score: float | None = None,
    pass_mark: float | None = None,
) -> Completion | None:
    """Mark ``step`` done; the last one completes the course. Done twice, it changes nothing.

    A step done before still completes a course in which nothing else is left: its lessons may have been taken down
    for a while when the last step was done.

    Args:
        enrolment: an open one; a closed one is left as it is.
        outline: the outline as published now; its version and minutes go into the Completion.
        step: a lesson that was read, or the final quiz that was passed.
        at: when.
        score: of the quiz, 0.0 to 1.0.
        pass_mark: that applied to the quiz, 0.0 to 1.0.

    Returns:
        The Completion when the course is complete with this step, else None.
    """
    enrolment = Enrolment.objects.locked(enrolment)
    if enrolment.closed_at is not None:
        return Completion.objects.filter(enrolment=enrolment).first()
    progress, _ = StepProgress.objects.get_or_create(enrolment=enrolment, step=step.key, defaults={"opened_at": at})
    scene = scene_of(enrolment, outline, at)
    told = []
    is_new = progress.done_at is None
    if is_new:
        progress.done_at, progress.score, progress.pass_mark = at, score, pass_mark
        progress.save(update_fields=["done_at", "score", "pass_mark"])
    done = finished_steps(enrolment)
    if is_new:
        told += [statements.lesson_completed(scene, step)] if step.kind == "lesson" else []
        told.append(statements.progressed(scene, rules.progress(outline, done, None).percent))
    completion = None
    if rules.is_complete(outline, done):
        completion = _complete(enrolment, outline, at)
        told.append(statements.completed(scene, completion.score, completion.pass_mark))
    if told:
        tell(*told, at=at)
    return completion


def _complete(enrolment: Enrolment, outline: Outline, at: datetime) -> Completion:
    quiz = enrolment.progress.filter(step=outline.quiz.key).first() if outline.quiz else None
    completion = Completion.objects.create(
        enrolment=enrolment,
        course_title=outline.title,
        course_code=outline.code,
        course_version=outline.version,
        language=outline.language,
        learning_minutes=outline.minutes,
        score=quiz.score if quiz else None,
        pass_mark=quiz.pass_mark if quiz else None,
        completed_at=at,
    )
    enrolment.closed_at = at
    enrolment.save(update_fields=["closed_at"])
    record("completed course", enrolment, at=at, course=outline.code, version=outline.version)
    transaction.on_commit(partial(course_completed.send_robust, sender=Completion, completion_id=completion.pk))
    return completion


def finished_steps(enrolment: Enrolment) -> set[UUID]:
    """The keys of the steps that are done."""
    return set(enrolment.progress.exclude(done_at=None).values_list("step", flat=True))
