"""FAULT 5: what others tell about a learner is hers to see and never moves her progress."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from certificates.issuing.models import Certificate
from courses.learning.models import Completion, Enrolment, StepProgress
from portal.core.clock import now
from portal.lrs.credentials import create_credential
from portal.lrs.models import Statement
from tests.factories import UserFactory
from tests.portal.lrs.samples import XapiClient

pytestmark = pytest.mark.django_db
LMS = {"account": {"homePage": "https://lms.example.org", "name": "lms"}}


@pytest.fixture
def outsider(db):
    credential, secret = create_credential(name="Elsewhere", authority=LMS, scopes=["all"], at=now())
    return XapiClient(Client(), credential.key, secret)


def as_claimed(body, verb, **result):
    """The portal's own sentence, told again by somebody else with another verb and result."""
    told = {key: body[key] for key in ("actor", "object", "context")}
    return {**told, "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"}, "result": result}


def state_of(enrolment):
    rows = StepProgress.objects.filter(enrolment=enrolment).values_list("step", "done_at", "score")
    facts = Enrolment.objects.values_list("started_at", "closed_at").get(pk=enrolment.pk)
    return list(rows), facts, Completion.objects.count(), Certificate.objects.count()


def test_fault_05_claims_are_shown_and_give_nothing(
    as_alice, has_read_all, outsider, django_capture_on_commit_callbacks
):
    before = state_of(has_read_all)
    own = [json.loads(body) for body in Statement.objects.own().values_list("body", flat=True)]
    lesson = next(body for body in own if "/lesson/" in body["object"]["id"])
    course = next(body for body in own if "/course/" in body["object"]["id"])
    quiz = {**lesson, "object": {"id": lesson["object"]["id"].replace("/lesson/", "/quiz/")}}
    whole = {"completion": True, "success": True, "score": {"scaled": 1.0}, "duration": "PT1H"}
    claims = [as_claimed(quiz, "passed", **whole), as_claimed(course, "completed", **whole)]
    with django_capture_on_commit_callbacks(execute=True):
        assert outsider.post(claims).status_code == 200
    assert state_of(has_read_all) == before
    page = as_alice.get("/account/records/").content.decode()
    assert page.count("Elsewhere") == 2
    call_command("rebuild_progress")
    call_command("rebuild_progress", apply=True)
    assert state_of(has_read_all) == before


def test_a_statement_voided_by_an_administrator_leaves_progress_alone(has_read_all, outsider):
    before = state_of(has_read_all)
    own = json.loads(Statement.objects.own().latest("pk").body)
    uuid = outsider.post(as_claimed(own, "failed", success=False)).json()[0]
    desk = Client()
    desk.force_login(UserFactory(is_superuser=True))
    assert desk.post(f"/records/{uuid}/void/", {"reason": "wrong"}).status_code == 302
    assert Statement.objects.get(uuid=uuid).voided
    call_command("rebuild_progress")
    assert state_of(has_read_all) == before
