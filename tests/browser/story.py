"""What the story of a certificate begins with: two bodies that accredit the course, and a learner before her last question.

``begin`` runs inside the portal (``LivePortal.python``) and prints where she goes on. The bodies are for a profession that
nobody else in the browser tests has, so that nobody else is asked for anything by them.
"""

import json
import sys
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.utils.timezone import localdate

from courses.catalogue.models import CoursePage
from courses.catalogue.outlines import outline_of
from courses.quizzes.actions import answer, start_attempt
from portal.accounts.models import User
from portal.core.clock import now
from tests.browser.states import read
from tests.certificates.schemes import WORDING, accredit, make_scheme

ADDRESS = "jelena.story@example.org"
NAME = "Dr. Jelena Petrović-Lindström"
PASSWORD = "an aperture of quiet light"
BODY, OTHER_BODY = "Fachkammer für Medizinphysik", "Verband der Medizinphysiker"
NUMBER = "story-2026-7"


def body(code: str, name: str, **facts) -> None:
    """It gives two credits for the course to physicists, from yesterday on."""
    texts = {
        language: {"name": name, "unit": "CPD", "wording": WORDING, "identity_label": "Mitgliedsnummer"}
        for language in ("de", "en")
    }
    scheme = make_scheme(code, texts=texts, professions=["physicist"], **facts)
    course, today = CoursePage.objects.get(code="J", locale__language_code="en"), localdate(now())
    accredit(scheme, course, valid_from=today - timedelta(days=1), valid_to=today + timedelta(days=700), number=NUMBER)


def begin() -> None:
    body("story", BODY, counts_hours_spent=True, needs_evaluation=True, needs_identity=True)
    body("other-story", OTHER_BODY)
    learner = User.objects.create_user(
        ADDRESS, PASSWORD, name=NAME, profession="physicist", country="AT", language="de"
    )
    EmailAddress.objects.create(user=learner, email=ADDRESS, verified=True, primary=True)
    course = CoursePage.objects.get(code="J", locale__language_code="en")
    outline = outline_of(course)
    attempt = start_attempt(enrolment=read(learner, course), outline=outline, quiz=course.quiz, at=now())
    *before, last = attempt.responses.select_related("question").order_by("position")
    for response in before:
        right = [str(choice.uuid) for choice in response.question.choices.all() if choice.right]
        answer(attempt=attempt, outline=outline, position=response.position, given=right, at=now())
    sys.stdout.write(json.dumps(f"/learn/justification/quiz/{attempt.uuid}/{last.position}/"))
