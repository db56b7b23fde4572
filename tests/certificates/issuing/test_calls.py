"""A certificate that waits for its learner: she is told so once after a day and for the last time after two weeks."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from post_office.models import Email

from certificates.issuing.cme.rules import CALLED_AFTER, Call, call_due
from certificates.issuing.models import Certificate, Claim
from certificates.issuing.tasks import call_learners, issue_certificate, sweep
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.certificates.schemes import accredit, ask, make_scheme
from tests.factories import NOON, UserFactory


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as moving:
        yield moving


@pytest.fixture
def scheme(course):
    scheme = make_scheme("ecmec", needs_evaluation=True)
    accredit(scheme, course)
    ask("pace", scheme=scheme)
    return scheme


@pytest.fixture
def learner(scheme, course):
    """Somebody of whom an evaluation is asked, and who reads German."""
    learner = UserFactory(name="Anna Huber", language="de")
    issue_certificate(make_completion(learner, course).pk)
    return learner


def mails(learner):
    return list(Email.objects.filter(to__contains=learner.email).order_by("pk"))


def after(clock, days):
    clock.move_to(NOON + timedelta(days=days))
    call_learners()


def test_two_messages_each_once_however_often_it_is_swept(learner, clock):
    for days in (0, 0.9, 1, 1, 2, 13.9, 14, 14, 30, 400):
        after(clock, days)
    first, last = mails(learner)
    assert first.subject.startswith("Ihr Zertifikat wartet auf Sie: ")
    assert "eine kurze Bewertung des Kurses beantworten" in first.message
    assert "die Stelle wählen" not in first.message, "only what is asked"
    assert "unsere letzte Nachricht" in last.message
    assert "unsere letzte Nachricht" not in first.message
    assert Entry.objects.filter(verb="told learner that certificate waits").count() == 2
    claim = Claim.objects.get()
    assert (claim.called_at, claim.called_last_at) == (NOON + timedelta(days=1), NOON + timedelta(days=14))


def test_the_link_leads_to_what_is_asked(learner, clock, settings):
    after(clock, 1)
    (mail,) = mails(learner)
    (address,) = [line for line in mail.message.splitlines() if "/certificates/credits/" in line]
    assert address in mail.html_message
    client = Client()
    client.force_login(learner)
    answer = client.get(address.removeprefix(settings.PUBLIC_URL), follow=True)
    assert "certificates/cme/evaluation.html" in [each.name for each in answer.templates]


def test_who_is_told_late_is_told_once_and_for_the_last_time(learner, clock):
    after(clock, 40)
    after(clock, 41)
    (mail,) = mails(learner)
    assert "unsere letzte Nachricht" in mail.message


def test_whoever_has_answered_or_cannot_sign_in_is_not_told(learner, scheme, course, clock):
    done = make_completion(UserFactory(), course)
    issue_certificate(done.pk)
    Claim.objects.filter(completion=done).update(settled_at=NOON)
    learner.is_active = False
    learner.save()
    after(clock, 20)
    assert not Email.objects.exists()


def test_what_is_not_asked_any_more_frees_the_certificate(learner, scheme, clock):
    scheme.questions.update(retired=True)
    after(clock, 1)
    assert mails(learner) == []
    assert Claim.objects.get().settled_at
    sweep()
    assert Certificate.objects.issued().count() == 1


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=100)), max_size=30))
def test_never_twice_never_early_and_nothing_after_the_last(moments):
    called = []
    for waited in sorted(moments):
        call = call_due(waited, called)
        if call:
            assert waited >= CALLED_AFTER[call]
            called.append(call)
    assert called in ([], [Call.FIRST], [Call.LAST], [Call.FIRST, Call.LAST])
    assert (Call.LAST in called) == any(waited >= CALLED_AFTER[Call.LAST] for waited in moments)
