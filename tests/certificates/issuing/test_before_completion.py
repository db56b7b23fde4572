"""FAULT 35: no certificate before the course is complete, by whatever door."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from certificates.compliance.tasks import sweep as sweep_evidence
from certificates.issuing.models import Certificate
from certificates.issuing.tasks import issue_certificate, sweep
from courses.catalogue.outlines import outline_of
from courses.learning.models import Completion, Enrolment
from courses.quizzes.actions import start_attempt
from courses.quizzes.models import Attempt
from portal.core.clock import now
from portal.lrs.actions import store_statements
from portal.lrs.auth import Authority
from portal.lrs.credentials import create_credential
from portal.lrs.statement import check_statement
from portal.lrs.versions import V1
from portal.lrs.vocabulary import COMPLETED, PASSED
from tests.courses.quizzes.builders import make_quiz
from tests.factories import UserFactory
from tests.portal.core.test_doors import ADDRESSES

pytestmark = pytest.mark.django_db
LESSONS = [(module, lesson) for module in (1, 2) for lesson in (1, 2)]


@pytest.fixture
def quiz(course):
    return make_quiz(course)


@pytest.fixture
def enrolment(as_alice, alice, course, quiz):
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    return Enrolment.objects.of(alice).get()


def read(client, lessons=LESSONS):
    for module, lesson in lessons:
        client.post(f"/learn/course-j/m{module}/lesson-{lesson}/done/")


def sit(client, attempt, *, right):
    """Answer every question of the attempt, right or wrong."""
    for response in attempt.responses.select_related("question"):
        choices = response.question.choices.all()
        given = [str(choice.uuid) for choice in choices if choice.right is right][: None if right else 1]
        client.post(f"/learn/course-j/quiz/{attempt.uuid}/{response.position}/answer/", {"choice": given})


def begin(client):
    client.post("/learn/course-j/quiz/")
    return Attempt.objects.order_by("-pk").first()


def assert_none(client, enrolment):
    Completion.objects.update(completed_at=now() - timedelta(hours=1))
    sweep()
    sweep_evidence()
    assert not Completion.objects.exists()
    assert not Certificate.objects.exists()
    assert client.get(f"/certificates/card/{enrolment.uuid}/").status_code == 404
    assert client.get(f"/certificates/{enrolment.uuid}.pdf").status_code == 404
    assert client.get(f"/verify/{enrolment.uuid}").status_code == 404
    assert "/certificates/card/" not in client.get("/learn/course-j/").content.decode()
    assert ".pdf" not in client.get("/certificates/").content.decode()


@pytest.mark.parametrize("lessons", [[], LESSONS[:1], LESSONS[1:], [LESSONS[-1]] * 4])
def test_fault_35_not_while_lessons_are_unread(as_alice, enrolment, lessons):
    read(as_alice, lessons)
    assert begin(as_alice) is None
    assert_none(as_alice, enrolment)


def test_fault_35_not_before_the_quiz_is_passed(as_alice, enrolment):
    read(as_alice)
    assert_none(as_alice, enrolment)
    attempt = begin(as_alice)
    assert_none(as_alice, enrolment)
    sit(as_alice, attempt, right=False)
    attempt.refresh_from_db()
    assert attempt.passed is False
    assert_none(as_alice, enrolment)


def test_fault_35_nor_with_the_last_answer_missing(as_alice, enrolment):
    read(as_alice)
    attempt = begin(as_alice)
    last = attempt.responses.order_by("position").last()
    for response in attempt.responses.select_related("question").exclude(pk=last.pk):
        given = [str(choice.uuid) for choice in response.question.choices.filter(right=True)]
        as_alice.post(f"/learn/course-j/quiz/{attempt.uuid}/{response.position}/answer/", {"choice": given})
    assert attempt.responses.filter(answered_at=None).count() == 1
    assert_none(as_alice, enrolment)


def test_fault_35_no_address_gives_one(as_alice, enrolment):
    """Every address of the portal outside the CMS, with the names and numbers of this enrolment in it, asked and posted."""
    read(as_alice, LESSONS[:2])
    for path in ADDRESSES:
        if path.startswith(("/cms/", "/account/", "/static/")):
            continue
        for uuid in (enrolment.uuid, enrolment.course_key):
            address = path.replace("8c2b1f6e-6d3a-4b53-9d0e-2a6f1f0c9b11", str(uuid))
            address = address.replace("/learn/a/a/a/", "/learn/course-j/m2/lesson-1/").replace(
                "/learn/a/", "/learn/course-j/"
            )
            form = {"passed": "true", "score": "100", "completed": "1", "completion": enrolment.pk, "choice": "1"}
            if not address.endswith("/lesson-1/done/"):  # that one lesson is read, as it may be
                as_alice.post(address, form)
            as_alice.get(address)
    enrolment.refresh_from_db()
    assert enrolment.closed_at is None
    assert_none(as_alice, enrolment)


def test_fault_35_a_client_that_says_so_gives_none(as_alice, alice, enrolment, settings):
    """Statements from outside are claims: they move no progress."""
    read(as_alice)
    agent = {"objectType": "Agent", "account": {"homePage": "https://lms.example.org", "name": "lms"}}
    credential, _ = create_credential(name="LMS", authority=agent, scopes=["all"], at=now())
    authority = Authority(agent=agent, credential_id=credential.pk, scopes=frozenset({"all"}))
    course = f"{settings.PUBLIC_URL}/xapi/activities/course/{enrolment.course_key}"
    claims = [
        {
            "actor": {"account": {"homePage": settings.PUBLIC_URL, "name": str(alice.uuid)}},
            "verb": {"id": verb},
            "object": {"id": activity},
            "result": {"success": True, "completion": True, "score": {"scaled": 1.0}},
            "context": {"registration": str(enrolment.uuid)},
        }
        for verb in (COMPLETED, PASSED)
        for activity in (course, f"{course}/quiz")
    ]
    for claim in claims:
        check_statement(claim, version=V1)
    assert len(store_statements(claims, authority=authority, at=now())) == 4
    assert_none(as_alice, enrolment)


def test_fault_35_no_action_gives_one(alice, as_alice, enrolment, quiz, course):
    with pytest.raises(PermissionDenied):
        start_attempt(enrolment=enrolment, outline=outline_of(course), quiz=quiz, at=now())
    with pytest.raises(Completion.DoesNotExist):
        issue_certificate(enrolment.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            number="AC-0000-0000-0000", learning_minutes=1, completed_on=localdate(now()), created_at=now()
        )
    assert_none(as_alice, enrolment)


def test_and_with_everything_done_there_is_one(as_alice, enrolment, client):
    read(as_alice)
    sit(as_alice, begin(as_alice), right=True)
    Completion.objects.update(completed_at=now() - timedelta(hours=1))
    sweep()
    certificate = Certificate.objects.issued().get()
    assert as_alice.get(f"/certificates/card/{enrolment.uuid}/").status_code == 200
    client.force_login(UserFactory())
    assert client.get(f"/certificates/{certificate.uuid}.pdf").status_code == 404
