"""Certificates for a transcript, and what its pages say."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.test import Client

from certificates.issuing.models import Certificate
from certificates.issuing.transcripts import actions
from certificates.issuing.transcripts.rules import Scope
from tests.certificates.factories import make_completion
from tests.factories import NOON

TODAY = NOON.date()


OWN = "/certificates/transcript/"


LINKS = OWN + "links/"


def issued(person, at=NOON, **facts) -> Certificate:
    """As ``issue`` leaves it, without the work of drawing a file that no transcript looks at."""
    completion = make_completion(person, completed_at=at, **{"course_title": "Justification", **facts.pop("of", {})})
    given = {
        "number": f"AC-{uuid4().hex[:12].upper()}",
        "completion": completion,
        "holder_name": person.name,
        "course_title": completion.course_title,
        "course_code": "J",
        "course_version": "1.0",
        "learning_minutes": 140,
        "completed_on": at.date(),
        "language": "en",
        "issuer": "Alara Campus",
        "created_at": at,
        "issued_at": at,
        **facts,
    }
    return Certificate.objects.create(**given)


def with_credits(scheme: str, number: str, unit: str = "points") -> dict:
    return {
        "scheme_code": scheme,
        "scheme_name": f"The {scheme}",
        "credits": Decimal(number),
        "credits_unit": unit,
        "accreditation_number": f"{scheme}-7",
        "accredited_from": date(2026, 1, 1),
        "accredited_to": date(2026, 12, 31),
    }


def years_ago(n: int) -> datetime:
    return NOON.replace(year=NOON.year - n)


def share(person, scope=Scope(), days=30):  # noqa: B008  it cannot change
    return actions.share(person=person, uuid=uuid4(), scope=scope, ends_on=TODAY + timedelta(days=days), at=NOON)


def shown(token, client=None):
    return (client or Client()).get(f"/shared/transcript/{token}")


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
