"""What runs inside the portal's own process for the bench: people at their desks, and certificates."""

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from weasyprint import HTML

from certificates.issuing import pdf, rules
from certificates.issuing.actions import issue
from certificates.issuing.models import Certificate
from courses.catalogue.models import CoursePage
from courses.catalogue.outlines import outline_of
from courses.learning.actions import complete_step, enrol
from courses.learning.models import Completion
from courses.quizzes.actions import start_attempt
from courses.quizzes.models import Draw
from portal.core.clock import now
from tests.certificates.factories import make_completion
from tests.factories import UserFactory

SAMPLE = Certificate(
    number=rules.new_number(),
    holder_name="Dr. Ilse Nováková",
    course_title="Justification: the clinical question drives the exam",
    course_version="1.0",
    learning_minutes=140,
    completed_on=date(2026, 11, 24),
    language="en",
    issuer="Alara Campus",
)


def seat(people: int) -> None:
    """Enrol ``people`` in Justification, all lessons read, one attempt each with every question there is."""
    course = CoursePage.objects.get(code="J", locale__language_code="en")
    Draw.objects.update(count=50)
    outline = outline_of(course)
    desks = []
    for _ in range(people):
        user = UserFactory(email=f"bench-{time.monotonic_ns()}@example.org")
        enrolment = enrol(user=user, course=course, at=now())
        for lesson in outline.lessons():
            complete_step(enrolment=enrolment, outline=outline, step=lesson, at=now())
        attempt = start_attempt(enrolment=enrolment, outline=outline, quiz=course.quiz, at=now())
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        answers = [
            [response.position, str(response.question.choices.first().uuid)]
            for response in attempt.responses.select_related("question").order_by("position")
        ]
        desks.append({"session": session.session_key, "attempt": str(attempt.uuid), "answers": answers})
    print(json.dumps(desks))


def finish(people: int) -> None:
    """Completions of ``people`` whose certificates nobody has issued yet."""
    print(
        json.dumps(
            [make_completion(UserFactory(email=f"done-{time.monotonic_ns()}@example.org")).pk for _ in range(people)]
        )
    )


def timed(calls: list[Callable[[], object]]) -> None:
    """Say "ready", wait for a line, make the calls, and print when each began and ended (one clock for all processes)."""
    print("ready", flush=True)
    sys.stdin.readline()
    times = []
    for call in calls:
        begun = time.monotonic()
        call()
        times.append((begun, time.monotonic()))
    print(json.dumps(times), flush=True)


def issue_all(completions: list[int]) -> None:
    """What a worker does: row, PDF, file, hash, audit entry and mail of each completion."""
    pdf.render(SAMPLE)  # fonts and style sheet are read once in the life of a worker
    timed([partial(issue, completion=each, at=now()) for each in Completion.objects.filter(pk__in=completions)])


def write_bare(count: int) -> None:
    """A bare WeasyPrint call of the same HTML."""
    base, sheet = pdf.STATIC.as_uri() + "/", str(pdf.STATIC / "css" / "certificate.css")
    page = pdf.html_of(SAMPLE)

    def write() -> object:
        return HTML(string=page, base_url=base).write_pdf(stylesheets=[sheet])

    write()
    timed([write] * count)
