"""Rows beside statements: do they tell the same, and bringing lost rows back."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields
from uuid import UUID

from django.db import transaction

from courses.catalogue.models import CoursePage
from courses.learning.models import Completion, Enrolment, StepProgress
from courses.learning.rebuild import Told, agree, retell
from portal.accounts.models import User
from portal.lrs.keeping.archive import own_bodies


def told_by_statements() -> dict[UUID, Told]:
    """Every enrolment as the portal's own statements tell it."""
    return retell(own_bodies())


def told_by_rows() -> dict[UUID, Told]:
    """Every enrolment as the rows tell it, in the same form."""
    told = {}
    rows = Enrolment.objects.select_related("user", "completion").prefetch_related("progress")
    for row in rows.iterator(chunk_size=2000):
        completion = getattr(row, "completion", None)
        told[row.uuid] = Told(
            learner=row.user.uuid,
            course=row.course_key,
            enrolled_at=row.enrolled_at,
            started_at=row.started_at,
            done={each.step: (each.done_at, each.score) for each in row.progress.all() if each.done_at},
            closed_at=row.closed_at,
        )
        if completion:
            told[row.uuid].completed_at = completion.completed_at
            told[row.uuid].title = completion.course_title
            told[row.uuid].version = completion.course_version
            told[row.uuid].language = completion.language
            told[row.uuid].minutes = completion.learning_minutes
            told[row.uuid].score = completion.score
            told[row.uuid].pass_mark = completion.pass_mark
    return told


def differences() -> Iterator[str]:
    """One line for every enrolment on which rows and statements disagree."""
    for registration, said, kept in _disagreeing():
        yield f"{registration}: statements tell {said}, rows hold {kept}"


def _disagreeing() -> Iterator[tuple[UUID, Told | None, Told | None]]:
    statements, rows = told_by_statements(), told_by_rows()
    for registration in sorted(statements.keys() | rows.keys()):
        said, kept = statements.get(registration), rows.get(registration)
        if not agree(said, kept):
            yield registration, said, kept


def untold() -> Iterator[tuple[UUID, str]]:
    """The same for the record store's check of itself: without what was told."""
    for registration, said, kept in _disagreeing():
        if said is None:
            yield registration, "no statement tells of this enrolment"
        elif kept is None:
            yield registration, "statements tell of an enrolment that is not there"
        else:
            names = [each.name for each in fields(Told) if getattr(said, each.name) != getattr(kept, each.name)]
            yield registration, f"enrolment and statements differ in {', '.join(names)}"


def rested_on(registrations: Collection[UUID]) -> Iterable[UUID]:
    """Those of an enrolment that is there: its statements are what it would be rebuilt from."""
    return Enrolment.objects.filter(uuid__in=registrations).values_list("uuid", flat=True)


@transaction.atomic
def bring_back() -> int:
    """Make the rows that statements tell of and that are missing, with the facts of then. The number made.

    What is there is never changed, but that an open enrolment is closed by the completion that comes back to it. An
    open enrolment beside which the learner has begun another one stays lost: ``differences`` goes on naming it.
    """
    made = 0
    people = {user.uuid: user for user in User.objects.all()}
    courses = {page.translation_key: page for page in CoursePage.objects.order_by("-pk")}
    for registration, said in told_by_statements().items():
        if said.learner is None or said.learner not in people or said.course not in courses:
            continue
        user, page = people[said.learner], courses[said.course]
        enrolment = Enrolment.objects.filter(uuid=registration).first()
        if enrolment is None:
            if said.closed_at is None and Enrolment.objects.of(user).open().in_course(said.course).exists():
                continue
            enrolment = _enrol_again(registration, said, user, page)
            made += 1
        made += _progress_again(enrolment, said)
        if said.completed_at:
            made += _complete_again(enrolment, said, page.code)
    return made


def _enrol_again(registration: UUID, said: Told, user: User, page: CoursePage) -> Enrolment:
    return Enrolment.objects.create(
        uuid=registration,
        user=user,
        course=page,
        course_key=said.course,
        enrolled_at=said.enrolled_at,
        started_at=said.started_at,
        closed_at=said.closed_at,
    )


def _progress_again(enrolment: Enrolment, said: Told) -> int:
    """The steps done. A step with a score is the quiz: the pass mark of the completion applied to it."""
    made = 0
    for step, (done_at, score) in said.done.items():
        facts = {"opened_at": done_at, "done_at": done_at, "score": score}
        if score is not None:
            facts["pass_mark"] = said.pass_mark
        made += StepProgress.objects.get_or_create(enrolment=enrolment, step=step, defaults=facts)[1]
    return made


def _complete_again(enrolment: Enrolment, said: Told, code: str) -> int:
    facts = {
        "course_title": said.title,
        "course_code": code,
        "course_version": said.version,
        "language": said.language,
        "learning_minutes": said.minutes,
        "score": said.score,
        "pass_mark": said.pass_mark,
        "completed_at": said.completed_at,
    }
    _, is_new = Completion.objects.get_or_create(enrolment=enrolment, defaults=facts)
    if enrolment.closed_at is None:
        enrolment.closed_at = said.closed_at
        enrolment.save(update_fields=["closed_at"])
    return int(is_new)
