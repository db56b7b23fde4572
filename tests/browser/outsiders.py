"""What people without an account are shown, in every state: a transcript behind a link, a course that is reviewed."""

from datetime import date, timedelta
from uuid import uuid4

from django.contrib.sessions.backends.db import SessionStore
from django.utils.timezone import localdate

from certificates.issuing.models import Accreditation, Certificate, Reviewer
from certificates.issuing.reviewing.actions import end, invite
from certificates.issuing.reviewing.tokens import digest_of
from certificates.issuing.transcripts.actions import share, withdraw
from certificates.issuing.transcripts.rules import Scope
from courses.learning.models import Completion, Enrolment
from portal.accounts.models import User
from portal.core.clock import now


def collect(user: User, like: Certificate) -> dict[str, str]:
    """A transcript of two years with a certificate in every status, and links to it in two."""
    facts = {
        "scheme_code": "eaccme",
        "scheme_name": "European Accreditation Council for Continuing Medical Education (EACCME)",
        "credits": 2,
        "credits_unit": "ECMEC",
        "accreditation_number": "ELM/2026/00123",
        "accredited_from": date(2026, 1, 1),
        "accredited_to": date(2026, 12, 31),
    }
    completion = like.completion
    at, long_ago = now(), now() - timedelta(days=400)
    made = []
    for number, state in enumerate(
        [{}, {"expires_on": long_ago.date()}, {"revoked_at": at, "revoked_reason": "error"}, {"superseded_at": at}]
    ):
        enrolment = Enrolment.objects.get(pk=completion.enrolment_id)
        enrolment.pk, enrolment.uuid, enrolment.user = None, uuid4(), user
        enrolment.save()
        own = Completion.objects.get(pk=completion.pk)
        own.pk, own.uuid, own.enrolment = None, uuid4(), enrolment
        own.save()
        made.append(
            Certificate.objects.create(
                number=f"AC-7K3M-9QXD-2FH{number}",
                completion=own,
                holder_name=user.name,
                course_title=completion.course_title,
                course_code=completion.course_code,
                course_version=completion.course_version,
                learning_minutes=140,
                completed_on=(long_ago if number % 2 else at).date(),
                language="en",
                issuer="Alara Campus",
                created_at=at,
                issued_at=at,
                **state,
                **(facts if number != 1 else {}),
            )
        )
    ends_on = localdate(at) + timedelta(days=300)
    link, token = share(person=user, uuid=uuid4(), scope=Scope(), ends_on=ends_on, at=at)
    gone, withdrawn = share(person=user, uuid=uuid4(), scope=Scope(scheme="eaccme"), ends_on=ends_on, at=at)
    withdraw(link=gone, at=at)
    return {"shared": token, "withdrawn": withdrawn, "link": str(link.uuid), "collected": str(made[0].uuid)}


def review(accreditation: Accreditation) -> dict[str, str]:
    """Reviewers of the body in every state, and the cookie of one of them."""
    at = now()
    today = localdate(at)
    last = today + timedelta(days=89)
    people = ["Wilhelmina.Featherstonehaugh@accreditation.example", "second@body.example", "third@body.example"]
    opened, unopened, ended = invite(
        accreditation=accreditation, emails=people, starts_on=today, ends_on=last, language="en", at=at
    )
    invite(
        accreditation=accreditation, emails=["late@body.example"], starts_on=last, ends_on=last, language="de", at=at
    )
    Reviewer.objects.filter(pk=opened.pk).update(opened_at=at, seen_at=at)
    end(reviewer=ended, at=at)
    ended.links.update(digest=digest_of("ended"))
    session = SessionStore()
    session["reviewer_link"] = opened.links.get().pk
    session.save()
    return {"reviewing": session.session_key, "reviewer": str(unopened.uuid), "ended_reviewer": str(ended.uuid)}
