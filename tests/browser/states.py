"""What the demo does not hold: people in every state, so that every screen can be seen as it is in life.

``make`` runs inside the portal (``LivePortal.python``) and prints who is signed in and where each thing is.
"""

import json
import sys
import time
from uuid import uuid4

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.template.loader import render_to_string
from django.test import RequestFactory

from certificates.issuing.actions import issue, revoke
from certificates.issuing.models import Certificate
from courses.catalogue.models import CoursePage
from courses.catalogue.outlines import outline_of
from courses.learning.actions import complete_step, enrol, open_step
from courses.learning.models import Completion, Enrolment
from courses.quizzes.actions import answer, start_attempt
from portal.accounts.models import User
from portal.core.clock import now
from portal.departments.models import Department, Organisation

# Screens that no address leads to in the demo; rendered as the portal would.
SHOWN = (
    "400.html",
    "403.html",
    "403_csrf.html",
    "410.html",
    "429.html",
    "500.html",
    "503.html",
    "account/signup_closed.html",
    "account/verified_email_required.html",
    "certificates/away.html",
)


def person(name: str) -> User:
    user = User.objects.create_user(f"{name}@screens.example", None, name=name.title(), profession="radiologist")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def session_of(user: User) -> str:
    """The key of a session of somebody who has just signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "email": user.email}]
    session.save()
    return session.session_key


def read(user: User, course: CoursePage, *, lessons: int | None = None) -> Enrolment:
    at, outline = now(), outline_of(course)
    enrolment = enrol(user=user, course=course, at=at)
    for lesson in list(outline.lessons())[:lessons]:
        open_step(enrolment=enrolment, outline=outline, step=lesson, at=at)
        complete_step(enrolment=enrolment, outline=outline, step=lesson, at=at)
    return enrolment


def sit(enrolment: Enrolment, course: CoursePage, *, right: bool):
    """A whole attempt."""
    outline = outline_of(course)
    attempt = start_attempt(enrolment=enrolment, outline=outline, quiz=course.quiz, at=now())
    for response in attempt.responses.select_related("question"):
        choices = response.question.choices.all()
        best = [str(choice.uuid) for choice in choices if choice.right]
        wrong = [str(choice.uuid) for choice in choices if not choice.right] or best  # one of many is not all
        given = best if right else wrong[:1]
        answer(attempt=attempt, outline=outline, position=response.position, given=given, at=now())
    return attempt


def make() -> None:
    course = CoursePage.objects.get(code="J", locale__language_code="en")
    names = ("reading", "asked", "failed", "passed", "waiting", "safe", "keyless", "moving", "careful", "typing")
    reading, asked, failed, passed, waiting, safe, _, moving, careful, typing = people = list(map(person, names))
    first = list(outline_of(course).lessons())[2]
    lesson = outline_of(course).module_of(first).slug + "/" + first.slug
    read(reading, course, lessons=2)
    attempt = start_attempt(enrolment=read(asked, course), outline=outline_of(course), quiz=course.quiz, at=now())
    typed = start_attempt(enrolment=read(typing, course), outline=outline_of(course), quiz=course.quiz, at=now())
    lost = sit(read(failed, course), course, right=False)
    enrolment = read(passed, course)
    won = sit(enrolment, course, right=True)
    certificate = issue(completion=Completion.objects.get(enrolment=enrolment), at=now())
    revoked = Certificate.objects.exclude(pk=certificate.pk).issued().first()
    revoke(certificate=revoked, reason="error", at=now())
    pending = read(waiting, course)
    User.objects.filter(pk=waiting.pk).update(name="李明")  # not printable: the certificate is held
    sit(pending, course, right=True)
    for each in (safe, careful):
        TOTP.activate(each, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(each)
        each.set_password("an aperture of quiet light")
        each.save()
    key = Authenticator.objects.create(
        user=safe,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Blue <key>", "credential": {}, "passwordless": True},
    )
    new = EmailAddress.objects.create(user=moving, email="moved@screens.example", verified=False, primary=False)
    organisation = Organisation.objects.first()
    empty = Department.objects.create(organisation=organisation, name="Nuclear Medicine")
    request = RequestFactory().get("/", HTTP_HOST=settings.PUBLIC_URL.split("://")[1])
    request.user = AnonymousUser()
    context = {"path": "/", "certificate": certificate}
    told = {
        "sessions": {each.email.split("@")[0]: session_of(each) for each in people},
        "places": {
            "lesson": lesson,
            "attempt": str(attempt.uuid),
            "typed": str(typed.uuid),
            "lost": str(lost.uuid),
            "won": str(won.uuid),
            "enrolment": str(enrolment.uuid),
            "pending": str(pending.uuid),
            "certificate": str(certificate.uuid),
            "number": certificate.number,
            "revoked": str(revoked.uuid),
            "unknown": str(uuid4()),
            "department": str(Department.objects.get(name="Radiology").uuid),
            "empty": str(empty.uuid),
            "key": str(key.pk),
            "reset": f"{user_pk_to_url_str(failed)}-{default_token_generator.make_token(failed)}",
            "confirm": EmailConfirmationHMAC(new).key,
        },
        "shown": {name: render_to_string(name, context, request=request) for name in SHOWN},
    }
    sys.stdout.write(json.dumps(told))
