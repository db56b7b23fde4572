"""What the demo does not hold: people in every state, so that every screen can be seen as it is in life.

``make`` runs inside the portal (``LivePortal.python``) and prints who is signed in and where each thing is.
"""

import hashlib
import json
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import quote
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
from django.utils.timezone import localdate

from certificates.issuing.actions import issue, revoke
from certificates.issuing.cme.actions import choose_body, give_details, open_claim
from certificates.issuing.life import erase, reissue
from certificates.issuing.models import (
    Accreditation,
    Certificate,
    EvaluationAnswer,
    EvaluationQuestion,
    Scheme,
)
from courses.catalogue.models import CoursePage
from courses.catalogue.outlines import outline_of
from courses.learning.actions import complete_step, enrol, open_step
from courses.learning.models import Completion, Enrolment
from courses.quizzes.actions import answer, start_attempt
from portal.accounts.models import User
from portal.core.clock import now
from portal.departments.models import Department, Membership, Organisation
from portal.lrs.actions import store_statements
from portal.lrs.auth import Authority
from portal.lrs.browser.actions import void_statement
from portal.lrs.counts.actions import count_new_statements
from portal.lrs.credentials import agent_of_client, create_credential, revoke_credential
from portal.lrs.exports.actions import ask as ask_for_export
from portal.lrs.forwarding.actions import Begin, set_up_receiver
from portal.lrs.models import Delivery, Export, Parked, Receiver, RetentionRule, Statement
from portal.lrs.multipart import Part
from tests.browser.outsiders import collect, review

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


def lead_elsewhere() -> User:
    """Somebody who leads a department of an organisation where nothing has happened yet."""
    organisation = Organisation.objects.create(name="Zell Clinic", country="AT")
    department = Department.objects.create(organisation=organisation, name="X-ray")
    founding = person("founding")
    Membership.objects.create(department=department, user=founding, role="lead", valid_from=date(2026, 1, 1))
    return founding


def key_of(organisation: Organisation, *, ended: bool = False) -> str:
    """The public id of a credential with everything that can be said of one."""
    tenant, name = str(organisation.uuid), "Old player" if ended else "Player <of> the course"
    credential, _ = create_credential(
        name=name,
        authority=agent_of_client(name, tenant),
        scopes=["statements/write", "statements/read/mine", "state"],
        at=now(),
        tenant=tenant,
        expires_at=now() + timedelta(days=365),
        origins=["https://player.example.org", "https://a-rather-long-name-of-a-learning-platform.example.org:8443"],
        rate=600,
        body_limit=1024 * 1024,
    )
    if ended:
        revoke_credential(credential=credential, at=now())
    return str(credential.public_id)


def receiver_of(name: str, begin: Begin, **state) -> Receiver:
    """A store that gets statements, and how the delivery stands."""
    receiver = set_up_receiver(
        receiver=Receiver(name=name, endpoint="https://records.screens.example/xapi", key="campus"),
        secret="never shown",
        begin=begin,
        since=None,
        paused=True,
        at=now(),
    )
    Delivery.objects.filter(receiver=receiver).update(**state)
    return receiver


def make_exports() -> None:
    """One in each state, and counters of what has been stored by now."""
    count_new_statements(at=now())
    admin = User.objects.get(email="admin@demo.example")
    filters = {"verb": "http://adlnet.gov/expapi/verbs/passed", "agent": '{"mbox": "mailto:anna@screens.example"}'}
    for state in Export.State.values:
        export = ask_for_export(by=admin, form="csv", filters=filters, at=now())
        reason = Export.Reason.NO_ROOM if state == "failed" else ""
        # Far from now, so that no sweep takes them for forgotten.
        Export.objects.filter(pk=export.pk).update(
            state=state, reason=reason, done_share=0.4, written=1234, beat_at=now() + timedelta(days=1)
        )
    Export.objects.filter(state=Export.State.WAITING).update(asked_at=now() + timedelta(days=1))


def accredit(course: CoursePage) -> None:
    """Two bodies give credits for the course; what learners said of it is known."""
    eaccme = Scheme.objects.get(code="eaccme")
    Scheme.objects.filter(pk=eaccme.pk).update(verified_by="Dora Admin", needs_identity=True)
    today = localdate(now())
    granted = {
        "course": course,
        "course_version": course.version,
        "status": Accreditation.Status.GRANTED,
        "valid_from": today - timedelta(days=1),
        "valid_to": today + timedelta(days=700),
        "verified_by": "Dora Admin",
    }
    Accreditation.objects.create(scheme=eaccme, credits=2, number="ELM/2026/00123", **granted)
    EvaluationAnswer.objects.bulk_create(
        EvaluationAnswer(
            question=question,
            course_key=course.translation_key,
            course_version=course.version,
            value=None if question.kind == "text" else (n > 1) + (n > 8) + (question.kind == "scale"),
            text=f"Words <b>of</b> number {n}" if question.kind == "text" else "",
            released=True,
        )
        for question in EvaluationQuestion.objects.all()
        for n in range(17)
    )


def complete_with_credits(user: User, course: CoursePage) -> Enrolment:
    """She has passed, and is asked from which body her credits come."""
    enrolment = read(user, course)
    sit(enrolment, course, right=True)
    open_claim(completion=Completion.objects.get(enrolment=enrolment), at=now())
    return enrolment


def tell_from_outside(about: User) -> dict[str, str]:
    """A client that sends what is hard to show: other scripts, names that try to turn the page, a group, a file."""
    hospital = {"homePage": "https://lms.hospital.example", "name": "lms"}
    credential, _secret = create_credential(
        name="Hospital LMS", authority={"account": hospital}, scopes=["all"], at=now(), tenant="Donau"
    )
    authority = Authority(credential.authority, credential.pk, frozenset(credential.scopes), credential.tenant)
    text = b"seen by nobody yet"
    sha2 = hashlib.sha256(text).hexdigest()
    her = {"mbox": f"mailto:{about.email}", "name": "Passed \u202e<b>dessaP</b>"}
    talk = {
        "id": "https://lms.hospital.example/talks/" + "dose-" * 40,
        "definition": {
            "name": {"de": "Vortrag über Dosis", "ar": "محاضرة عن الجرعة"},
            "description": {"en": "A talk."},
        },
    }
    attended = {"id": "http://adlnet.gov/expapi/verbs/attended", "display": {"de": "nahm teil an", "en": "attended"}}
    file = {
        "usageType": "https://lms.hospital.example/notes",
        "display": {"en": "Notes <of> the talk"},
        "contentType": "text/html",
        "length": len(text),
        "sha2": sha2,
    }
    told = [
        {"actor": her, "verb": attended, "object": talk, "attachments": [file]},
        {
            "actor": {"objectType": "Group", "member": [her, {"mbox": "mailto:ben@hospital.example", "name": "Ben"}]},
            "verb": {"id": "https://lms.hospital.example/verbs/talked-about"},
            "object": talk,
            "result": {"score": {"raw": 7, "max": 8}, "success": False, "duration": "PT1H5M", "response": "yes & no"},
            "context": {"instructor": {"openid": "https://id.hospital.example/mia"}, "registration": str(uuid4())},
        },
        {
            "actor": {"mbox": "mailto:mia@hospital.example"},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/planned"},
            "object": {"objectType": "SubStatement", "actor": her, "verb": attended, "object": talk},
        },
    ]
    part = Part("[1]", sha2, sha2, "text/html", memoryview(text))
    uuids = store_statements(told, authority=authority, at=now(), parts=[part])
    administrator = User.objects.get(email="admin@demo.example")
    trial = Statement.objects.get(uuid=uuids[1])
    void_statement(statement=trial, by=administrator, reason="trial", at=now())
    agents = {"mia": {"mbox": "mailto:mia@hospital.example"}, "nobody": {"openid": "https://id.hospital.example/x"}}
    names = dict(zip(("told", "voided", "planned"), map(str, uuids), strict=True))
    return {**names, "talk": talk["id"], **{name: quote(json.dumps(agent)) for name, agent in agents.items()}}


def make() -> None:
    course = CoursePage.objects.get(code="J", locale__language_code="en")
    names = ("reading", "asked", "failed", "passed", "waiting", "safe", "keyless", "moving", "careful", "typing")
    reading, asked, failed, passed, waiting, safe, _, moving, careful, typing = people = list(map(person, names))
    choosing, claiming, judging = map(person, ("choosing", "claiming", "judging"))
    collecting = person("collecting")
    people += [choosing, claiming, judging, collecting]
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
    replaced, expired, erased = Certificate.objects.valid().exclude(pk=certificate.pk)[:3]
    newer = reissue(certificate=replaced, holder_name=replaced.holder_name, course_title="Justification", at=now())
    issue(completion=newer.completion, at=now())
    Certificate.objects.filter(pk=expired.pk).update(expires_on=expired.completed_on)
    erase(certificate=erased, at=now())
    pending = read(waiting, course)
    User.objects.filter(pk=waiting.pk).update(name="李明")  # not printable: the certificate is held
    sit(pending, course, right=True)
    open_claim(completion=Completion.objects.get(enrolment=pending), at=now())  # before there is anything to choose
    accredit(course)
    waits = {each: complete_with_credits(each, course) for each in (choosing, claiming, judging)}
    for each in (claiming, judging):
        choose_body(claim=waits[each].completion.claim, scheme=Scheme.objects.get(code="eaccme"), at=now())
    claim = waits[judging].completion.claim
    give_details(claim=claim, claimed=Decimal("1.5"), identity_number="802760123", at=now())
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
    led = Department.objects.get(name="Radiology")
    credential, ended = key_of(led.organisation), key_of(led.organisation, ended=True)
    organisation = Organisation.objects.first()
    empty = Department.objects.create(organisation=organisation, name="Nuclear Medicine")
    people.append(lead_elsewhere())
    make_exports()
    request = RequestFactory().get("/", HTTP_HOST=settings.PUBLIC_URL.split("://")[1])
    request.user = AnonymousUser()
    rule = RetentionRule.objects.create(kind="outside", tenant="North", months=24, action="delete", due=0)
    context = {"path": "/", "certificate": certificate}
    receiver = receiver_of(
        "Records of the hospital group", Begin.NEW, paused=False, delivered=1234, last_success_at=now()
    )
    fault = {"fault": "choosy", "fault_status": 400, "fault_at": now(), "failures": 1}
    stopped = receiver_of("University records", Begin.ALL, paused=False, halted=True, **fault)
    Parked.objects.bulk_create(
        Parked(
            receiver=stopped, statement=n, uuid=uuid4(), status=400, reason="the verb is not in our profile", at=now()
        )
        for n in range(30)
    )
    reviewed = review(Accreditation.objects.get(scheme__code="eaccme"))
    told = {
        "sessions": {
            **{each.email.split("@")[0]: session_of(each) for each in people},
            "reviewing": reviewed.pop("reviewing"),
        },
        "places": {
            "lesson": lesson,
            "attempt": str(attempt.uuid),
            "typed": str(typed.uuid),
            "lost": str(lost.uuid),
            "won": str(won.uuid),
            "enrolment": str(enrolment.uuid),
            "pending": str(pending.uuid),
            "certificate": str(certificate.uuid),
            "accreditation": str(Accreditation.objects.get(scheme__code="eaccme").uuid),
            "choosing": str(waits[choosing].uuid),
            "claiming": str(waits[claiming].uuid),
            "judging": str(waits[judging].uuid),
            "course": str(course.translation_key),
            "number": certificate.number,
            "revoked": str(revoked.uuid),
            "replaced": str(replaced.uuid),
            "expired": str(expired.uuid),
            "erased": str(erased.uuid),
            "unknown": str(uuid4()),
            "department": str(led.uuid),
            "credential": credential,
            "ended": ended,
            "empty": str(empty.uuid),
            "key": str(key.pk),
            "receiver": str(receiver.uuid),
            "stopped": str(stopped.uuid),
            **tell_from_outside(passed),
            **reviewed,
            "first_lesson": str(next(outline_of(course).lessons()).key),
            "passed": str(passed.uuid),
            "rule": str(rule.pk),
            **collect(collecting, certificate),
            "reset": f"{user_pk_to_url_str(failed)}-{default_token_generator.make_token(failed)}",
            "confirm": EmailConfirmationHMAC(new).key,
        },
        "shown": {name: render_to_string(name, context, request=request) for name in SHOWN},
    }
    sys.stdout.write(json.dumps(told))
