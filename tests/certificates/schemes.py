"""Bodies that give credits, as an administrator would enter them."""

from datetime import date

from certificates.issuing.models import Accreditation, EvaluationQuestion, EvaluationQuestionText, Scheme, SchemeText
from courses.catalogue.models import CoursePage

WORDING = "“{course}” is accredited for at most {maximum} {unit}. Number {number}, {from} to {to}. Claimed: {credits}."


def make_scheme(code: str = "board", **facts) -> Scheme:
    """A body that has been verified and asks nothing; its unit is that of its code in capitals."""
    texts = facts.pop("texts", {"en": {"name": f"The {code}", "unit": code.upper(), "wording": WORDING}})
    scheme = Scheme(code=code, **{"source": "Its rules", "verified_by": "Dora Admin", **facts})
    scheme.texts = [SchemeText(language=language, **text) for language, text in texts.items()]
    scheme.save()
    return Scheme.objects.get(pk=scheme.pk)


def make_own(**facts) -> Scheme:
    wording = "Counted by the provider."
    texts = {"en": {"name": "Hours of learning", "unit": "hours of learning", "wording": wording}}
    return make_scheme("own", **{"needs_accreditation": False, "rank": 90, "step": "0.25", "texts": texts, **facts})


def accredit(scheme: Scheme, course: CoursePage, **facts) -> Accreditation:
    """For the whole of 2026, two credits, version 1.0."""
    given = {
        "course_version": "1.0",
        "credits": "2.00",
        "status": "granted",
        "number": f"{scheme.code}-2026-7",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
        "source": "Letter of 1 December 2025",
        "verified_by": "Dora Admin",
        **facts,
    }
    accreditation = Accreditation(scheme=scheme, course=course, **given)
    accreditation.full_clean()
    accreditation.save()
    return accreditation


def ask(code: str, kind: str = "scale", scheme: Scheme | None = None, **facts) -> EvaluationQuestion:
    question = EvaluationQuestion(code=code, kind=kind, scheme=scheme, **facts)
    options = "Too easy\nRight\nToo hard" if kind == "choice" else ""
    question.texts = [EvaluationQuestionText(language="en", text=f"What of {code}?", options=options)]
    question.save()
    return question
