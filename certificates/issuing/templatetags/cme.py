"""What a course page tells of credits, before anybody begins."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext

from certificates.issuing.cme.offers import plain
from certificates.issuing.models import Accreditation, Scheme, SchemeText
from courses.catalogue.outline import Outline
from portal.accounts.models import Profession
from portal.core.clock import now

register = template.Library()
register.filter("plain", plain)


@dataclass(frozen=True)
class Told:
    """One body, as whoever thinks of taking the course reads it."""

    name: str
    credits: str
    unit: str
    number: str
    last_day: date | None
    counts_hours_spent: bool
    professions: list[str]
    asks: list[str]


@register.inclusion_tag("certificates/cme/_told.html")
def credits_told(outline: Outline) -> dict[str, Any]:
    """The bodies that would give credits for a completion today, and what each asks before the certificate."""
    today = localdate(now())
    accredited = Accreditation.objects.granted().of_version(outline.key, outline.version).covering(today).for_display()
    told = [_told(each.scheme, each) for each in accredited]
    return {"bodies": told + [_told(each, None) for each in Scheme.objects.always().with_texts() if _asks(each)]}


def _told(scheme: Scheme, accreditation: Accreditation | None) -> Told:
    text: SchemeText = scheme.text_in(get_language() or "")
    return Told(
        name=text.name,
        credits=plain(accreditation.credits) if accreditation else "",
        unit=text.unit,
        number=accreditation.number if accreditation else "",
        last_day=accreditation.valid_to if accreditation else None,
        counts_hours_spent=scheme.counts_hours_spent,
        professions=[str(Profession(each).label) for each in scheme.professions if each in Profession.values],
        asks=_asks(scheme),
    )


def _asks(scheme: Scheme) -> list[str]:
    asked = []
    if scheme.pass_mark is not None:
        asked.append(gettext("at least %(mark)s %% in the quiz") % {"mark": scheme.pass_mark})
    if scheme.minimum_minutes:
        asked.append(gettext("at least %(n)s minutes on the course") % {"n": scheme.minimum_minutes})
    if scheme.counts_hours_spent:
        asked.append(gettext("the hours that you really spent"))
    if scheme.needs_identity:
        text = scheme.text_in(get_language() or "")
        asked.append(text.identity_label or gettext("your number with this body"))
    if scheme.needs_evaluation:
        asked.append(gettext("a short evaluation of the course; your certificate waits for it"))
    return asked
