"""Claims and evaluations in one moment: on PostgreSQL, each in a thread with its own connection."""

import pytest

from certificates.issuing.actions import LearnerAskedError, issue
from certificates.issuing.cme.actions import give_details, open_claim
from certificates.issuing.evaluation.actions import give_evaluation
from certificates.issuing.models import Certificate, Claim, EvaluationAnswer, EvaluationGiven
from portal.audit.models import Entry
from portal.core.clock import now
from tests.certificates.factories import make_completion
from tests.certificates.schemes import accredit, ask, make_scheme
from tests.factories import UserFactory
from tests.services.test_completion_concurrency import at_once, course  # noqa: F401  the fixture

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

ROUNDS = 5


def test_two_workers_open_one_claim(course):  # noqa: F811
    accredit(make_scheme("ecmec", counts_hours_spent=True), course)
    for _ in range(ROUNDS):
        completion = make_completion(UserFactory(), course)
        first, second = at_once(*[lambda c=completion: open_claim(completion=c, at=now())] * 2)
        assert first.pk == second.pk
        with pytest.raises(LearnerAskedError):
            issue(completion=completion, at=now())


def test_a_claim_sent_twice_settles_once(course):  # noqa: F811
    accredit(make_scheme("ecmec", counts_hours_spent=True), course)
    for _ in range(ROUNDS):
        completion = make_completion(UserFactory(), course)
        claim = open_claim(completion=completion, at=now())

        def send(claimed, claim=claim):
            return give_details(claim=claim, claimed=claimed, identity_number="", at=now())

        at_once(*[lambda amount=amount: send(amount) for amount in (1, 2)])
        assert Entry.objects.filter(verb="settled credits", target_id=str(claim.pk)).count() == 1
        certificate = issue(completion=completion, at=now())
        assert certificate.credits == Claim.objects.get(pk=claim.pk).credits
    assert Certificate.objects.count() == ROUNDS


def test_evaluations_in_one_moment_are_each_kept_once(course):  # noqa: F811
    """Ten learners at once, each of whom sends her form twice: none is lost, none is doubled, none waits for ever."""
    accredit(make_scheme("ecmec", needs_evaluation=True), course)
    questions = [ask("aims"), ask("useful")]
    claims = [open_claim(completion=make_completion(UserFactory(), course), at=now()) for _ in range(10)]

    def give(claim, value):
        return give_evaluation(claim=claim, answers=dict.fromkeys(questions, value), at=now())

    at_once(*[lambda claim=claim: give(claim, 4) for claim in claims for _ in range(2)])
    assert EvaluationGiven.objects.count() == 10
    for question in questions:
        answers = EvaluationAnswer.objects.filter(question=question)
        assert answers.count() == 10
        assert not answers.waiting().exists()  # shown at the fifth and at the tenth
    assert not Claim.objects.open().exists()
