"""Which bodies give credits for a completion, how many, and what they still ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.translation import override

from certificates.issuing.cme import rules
from certificates.issuing.cme.rules import Asked, Step
from certificates.issuing.models.evaluation import EvaluationQuestion
from certificates.issuing.models.schemes import Accreditation, Claim, Scheme, SchemeText
from courses.learning.models import Completion
from portal.departments.rules import day_in

SPENT = 60  # seconds in a minute


@dataclass(frozen=True)
class Offer:
    """Of one body for one completion; ``accreditation`` is None for one that counts every course."""

    scheme: Scheme
    accreditation: Accreditation | None
    maximum: Decimal

    @property
    def asks_details(self) -> bool:
        return self.scheme.counts_hours_spent or self.scheme.needs_identity

    def grants(self, claimed: Decimal | None) -> bool:
        """Whether so many may be claimed, where the learner claims them."""
        return claimed is not None and rules.claim_fault(claimed, self.scheme.step, self.maximum) is None

    def has_details(self, claim: Claim) -> bool:
        """Whether ``claim`` says all that this body asks, and says it of this body."""
        return (
            claim.scheme_id == self.scheme.pk
            and (not self.scheme.counts_hours_spent or self.grants(claim.credits))
            and (not self.scheme.needs_identity or claim.identity_number != "")
        )


@dataclass(frozen=True)
class Standing:
    """A claim with all that may be done about it."""

    claim: Claim
    offers: Sequence[Offer]

    @property
    def offer(self) -> Offer | None:
        """The one chosen, or the only one; a choice that no longer applies is none. Settled, it is as it was settled."""
        if len(self.offers) == 1:
            return self.offers[0]
        return next((each for each in self.offers if each.scheme.pk == self.claim.scheme_id), None)

    @cached_property
    def questions(self) -> Sequence[EvaluationQuestion]:
        """Of the evaluation form, whether a body insists on it or not."""
        return list(EvaluationQuestion.objects.asked_by(self.offer.scheme if self.offer else None))

    @property
    def has_evaluation(self) -> bool:
        return hasattr(self.claim.completion, "evaluation")

    @property
    def may_evaluate(self) -> bool:
        """Whether an evaluation can still be given; it is hers to give, where no body insists on it."""
        return not self.has_evaluation and bool(self.questions)

    @cached_property
    def steps(self) -> list[Asked]:
        offer = self.offer
        asks_evaluation = offer is not None and offer.scheme.needs_evaluation and bool(self.questions)
        return rules.steps_before(
            bodies=len(self.offers),
            is_chosen=offer is not None,
            asks_details=offer is not None and offer.asks_details,
            has_details=offer is not None and offer.has_details(self.claim),
            asks_evaluation=asks_evaluation,
            has_evaluation=asks_evaluation and self.has_evaluation,
        )

    @property
    def next(self) -> Step | None:
        return rules.next_step(self.steps)


def completed_on(completion: Completion) -> date:
    """The day that decides about windows: by the calendar of the portal, as it is printed."""
    return day_in(completion.completed_at, settings.TIME_ZONE)


def offers_for(completion: Completion) -> list[Offer]:
    """The bodies that give credits for it, as their rules are now and their accreditations were on its day."""
    enrolment = completion.enrolment
    began = enrolment.started_at or enrolment.enrolled_at
    done = rules.Achievement(
        profession=enrolment.user.profession,
        score=completion.score,
        minutes=max(0.0, (completion.completed_at - began).total_seconds() / SPENT),
    )
    accredited = (
        Accreditation.objects.granted()
        .of_version(enrolment.course_key, completion.course_version)
        .covering(completed_on(completion))
        .for_display()
    )
    found = [Offer(each.scheme, each, each.credits) for each in accredited]
    found += [Offer(each, None, _own(each, completion)) for each in Scheme.objects.always().with_texts()]
    offers = [each for each in found if each.maximum > 0 and rules.meets(done, each.scheme.terms)]
    return sorted(offers, key=lambda each: (each.scheme.rank, each.scheme.code))


def _own(scheme: Scheme, completion: Completion) -> Decimal:
    return rules.credits_for(completion.learning_minutes, scheme.credit_minutes, scheme.step, scheme.maximum)


def standing_of(claim: Claim) -> Standing:
    if claim.settled_at is None:
        return Standing(claim, offers_for(claim.completion))
    if claim.scheme is None or claim.maximum is None:
        return Standing(claim, [])
    return Standing(claim, [Offer(claim.scheme, claim.accreditation, claim.maximum)])


def plain(number: Decimal) -> str:
    """As it is written in the language of the moment: 1.5, 1,5, 2."""
    return number_format(Decimal(f"{number.normalize():f}"))


def printed(claim: Claim, language: str) -> dict[str, object]:
    """The fields of a certificate that tell of its credits, in the holder's language; none where no body applies."""
    if claim.scheme is None or claim.credits is None:
        return {}
    text: SchemeText = claim.scheme.text_in(language)
    accreditation = claim.accreditation
    first, last = (accreditation.valid_from, accreditation.valid_to) if accreditation else (None, None)
    with override(language):
        wording = text.wording.format_map(
            {
                "course": claim.completion.course_title,
                "credits": plain(claim.credits),
                "maximum": plain(claim.maximum or claim.credits),
                "unit": text.unit,
                "number": accreditation.number if accreditation else "",
                "from": date_format(first) if first else "",
                "to": date_format(last) if last else "",
            }
        )
    return {
        "scheme_code": claim.scheme.code,
        "scheme_name": text.name,
        "credits": claim.credits,
        "credits_maximum": claim.maximum if claim.scheme.counts_hours_spent else None,
        "credits_unit": text.unit,
        "credits_wording": wording,
        "accreditation_number": accreditation.number if accreditation else "",
        "accredited_from": first,
        "accredited_to": last,
    }
