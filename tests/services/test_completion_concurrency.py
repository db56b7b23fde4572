"""One enrolment completed by two people's clicks in one moment: on PostgreSQL, each in a thread with its own connection."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from post_office.models import Email
from wagtail.models import Locale, Page

from certificates.issuing.actions import issue
from certificates.issuing.life import reissue
from certificates.issuing.models import Certificate
from courses.catalogue.outlines import outline_of
from courses.learning.actions import complete_step, enrol
from courses.learning.models import Completion, Enrolment
from portal.audit.models import Entry
from portal.core.clock import now
from portal.lrs.models import Statement
from portal.lrs.vocabulary import COMPLETED
from tests.factories import UserFactory
from tests.pages import make_course, make_site

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

ROUNDS = 5


@pytest.fixture
def course():
    assert settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    if not Page.objects.exists():  # a test with real transactions before this one ended by emptying every table
        Locale.objects.get_or_create(language_code="en")
        Page.add_root(instance=Page(title="Root", slug="root"))
    course = make_course(make_site(), code="C", modules=1, lessons=2)
    course.has_final_quiz = False
    course.save_revision().publish()
    return course


@pytest.fixture
def last_lesson_left(course):
    """A fresh learner who has read all but the last lesson, each time it is called."""
    outline = outline_of(course)

    def make():
        enrolment = enrol(user=UserFactory(), course=course, at=now())
        *before, last = outline.lessons()
        for lesson in before:
            complete_step(enrolment=enrolment, outline=outline, step=lesson, at=now())
        return enrolment, outline, last

    return make


def at_once(*calls):
    """Call all at the same moment; what they returned, in order."""
    gate = threading.Barrier(len(calls))

    def one(call):
        try:
            gate.wait(timeout=60)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def assert_one_of_everything(enrolment):
    completion = Completion.objects.get(enrolment=enrolment)
    certificate = Certificate.objects.get(completion=completion)
    assert certificate.issued_at
    assert Statement.objects.filter(registration=enrolment.uuid, verb=COMPLETED).count() == 3  # two lessons, the course
    assert Email.objects.filter(to__contains=enrolment.user.email).count() == 1
    of_course = Entry.objects.filter(verb="completed course", target_id=str(enrolment.uuid))
    of_certificate = Entry.objects.filter(verb="issued certificate", target_id=str(certificate.uuid))
    assert (of_course.count(), of_certificate.count()) == (1, 1)


def test_fault_44_two_completions_in_one_moment_are_one(last_lesson_left):
    """The learner and somebody who completes for her, then two workers that were both told of it."""
    for _ in range(ROUNDS):
        enrolment, outline, last = last_lesson_left()

        def complete(enrolment=enrolment, outline=outline, last=last):
            own = Enrolment.objects.get(pk=enrolment.pk)  # each has read it for itself
            completion = complete_step(enrolment=own, outline=outline, step=last, at=now())
            return completion and issue(completion=completion, at=now()).number

        numbers = at_once(complete, complete)
        assert len(set(numbers)) == 1
        assert numbers[0]
        assert_one_of_everything(enrolment)


def test_fault_44_two_clicks_in_one_moment_are_one(course, last_lesson_left):
    """Through the door: the same person in two browsers."""
    for _ in range(ROUNDS):
        enrolment, _, last = last_lesson_left()
        clients = [Client(), Client()]
        for client in clients:
            client.force_login(enrolment.user)
        page = f"/learn/course-c/m1/{last.slug}/done/"
        answers = at_once(*(partial(client.post, page) for client in clients))
        assert [answer.status_code for answer in answers] == [302, 302]
        completion = Completion.objects.get(enrolment=enrolment)
        certificates = at_once(*[partial(issue, completion=completion, at=now())] * 4)
        assert len({certificate.number for certificate in certificates}) == 1
        assert_one_of_everything(enrolment)


def test_fault_44_fifty_completions_in_one_moment_are_one(last_lesson_left):
    """Fifty who complete the same enrolment and see to its certificate, each with a connection of its own."""
    enrolment, outline, last = last_lesson_left()

    def complete():
        own = Enrolment.objects.get(pk=enrolment.pk)
        complete_step(enrolment=own, outline=outline, step=last, at=now())
        return issue(completion=Completion.objects.get(enrolment=own), at=now()).number

    assert len(set(at_once(*[complete] * 50))) == 1
    assert_one_of_everything(enrolment)


def test_fault_44_two_corrections_in_one_moment_are_one(last_lesson_left):
    enrolment, outline, last = last_lesson_left()
    completion = complete_step(enrolment=enrolment, outline=outline, step=last, at=now())
    certificate = issue(completion=completion, at=now())
    facts = {"holder_name": "Alicia Huber", "course_title": certificate.course_title}
    rows = at_once(*[partial(reissue, certificate=certificate, **facts, at=now())] * 4)
    assert len({row.pk for row in rows}) == 1
    numbers = {each.number for each in at_once(*[partial(issue, completion=completion, at=now())] * 4)}
    assert numbers == {rows[0].number}
    certificate.refresh_from_db()
    assert certificate.superseded_at
    assert Email.objects.filter(to__contains=enrolment.user.email).count() == 2
