"""Giving an evaluation: that it was given is kept with the person, what it says is kept without."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from random import SystemRandom
from uuid import uuid4

from django.db import transaction

from certificates.issuing.cme.actions import settle_when_done
from certificates.issuing.cme.offers import standing_of
from certificates.issuing.evaluation import rules
from certificates.issuing.models import Claim, EvaluationAnswer, EvaluationGiven, EvaluationQuestion
from portal.audit.actions import record

_mixed = SystemRandom()


@transaction.atomic
def give_evaluation(*, claim: Claim, answers: Mapping[EvaluationQuestion, int | str], at: datetime) -> Claim:
    """Keep an evaluation; the second time it changes nothing.

    No answer is kept with the person, the time, or the other answers. See ``EvaluationAnswer`` for when it is shown.

    Args:
        claim: of the completion that is evaluated, settled or not.
        answers: as the form has checked them: a value of the scale, the place of a choice, or a text that is not empty.
        at: when; it goes into the log, which holds no answer.
    """
    claim = Claim.objects.locked(claim)
    given, is_new = EvaluationGiven.objects.get_or_create(completion=claim.completion)
    if not is_new:
        return claim
    _one_at_a_time(answers)
    completion = claim.completion
    offer = standing_of(claim).offer
    kept = [
        EvaluationAnswer(
            question=question,
            course_key=completion.enrolment.course_key,
            course_version=completion.course_version,
            accreditation=offer.accreditation if offer else None,
            value=None if isinstance(answer, str) else answer,
            text=answer if isinstance(answer, str) else "",
        )
        for question, answer in answers.items()
    ]
    EvaluationAnswer.objects.bulk_create(kept)
    for one in kept:
        _release(one)
    record("gave evaluation", given, at=at, course=completion.course_code)
    return settle_when_done(claim=claim, at=at)


def _one_at_a_time(questions: Iterable[EvaluationQuestion]) -> None:
    """Those who answer in one moment see one another's answers, so that the fifth is there when five are.

    The weaker lock, because an answer of somebody else refers to these rows.
    """
    asked = EvaluationQuestion.objects.filter(pk__in=[question.pk for question in questions])
    list(asked.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _release(one: EvaluationAnswer) -> None:
    """Show the answers that wait beside ``one``, once they are enough: written anew in a mixed order."""
    waiting = EvaluationAnswer.objects.waiting().beside(one).order_by("pk").select_for_update()
    rows = list(waiting)
    if not rules.ready(len(rows)):
        return
    EvaluationAnswer.objects.filter(pk__in=[row.pk for row in rows]).delete()
    _mixed.shuffle(rows)
    for row in rows:
        row.pk, row.released = uuid4(), True
    EvaluationAnswer.objects.bulk_create(rows)
