"""The way of a learner from her completion to her certificate, where something is asked on it."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from certificates.issuing.cme import actions
from certificates.issuing.cme.forms import BodyForm, DetailsForm
from certificates.issuing.cme.offers import Standing, standing_of
from certificates.issuing.cme.rules import Step
from certificates.issuing.evaluation.actions import give_evaluation
from certificates.issuing.evaluation.forms import EvaluationForm
from certificates.issuing.models import Claim, Scheme
from certificates.issuing.tasks import issue_certificate
from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.core.tasks import enqueue

PAGES = {Step.BODY: "issuing:body", Step.DETAILS: "issuing:details", Step.EVALUATION: "issuing:evaluation"}


@dataclass(frozen=True)
class Shown:
    """A step as the stepper of the kit draws it."""

    title: str
    state: str


def standing_for(request: AuthedRequest, enrolment: UUID) -> Standing:
    """Of her own claim only; 404 while the completion is so new that no worker has looked at it."""
    claims = Claim.objects.of(request.user).with_learner()
    return standing_of(get_object_or_404(claims, completion__enrolment__uuid=enrolment))


def posted(request: AuthedRequest) -> QueryDict | None:
    """What was sent, be it nothing; None where nothing was to be sent."""
    return request.POST if request.method == "POST" else None


def stepper(standing: Standing, here: Step) -> list[Shown]:
    titles = {
        Step.BODY: _("Body"),
        Step.DETAILS: _("Credits"),
        Step.EVALUATION: _("Evaluation"),
    }
    return [
        Shown(titles[asked.step], "current" if asked.step == here else "done" if asked.is_done else "todo")
        for asked in standing.steps
    ]


def page_for(request: AuthedRequest, standing: Standing, here: Step, form: object) -> HttpResponse:
    claim = standing.claim
    text = standing.offer.scheme.text_in(request.LANGUAGE_CODE) if standing.offer else None
    context = {
        "form": form,
        "claim": claim,
        "enrolment": claim.completion.enrolment,
        "scheme": text,
        "offer": standing.offer,
        "steps": stepper(standing, here),
        "is_insisted": here in {asked.step for asked in standing.steps},
        "here": here,
        "can_choose": len(standing.offers) > 1 and claim.settled_at is None,
    }
    status = 422 if getattr(form, "errors", None) else 200
    return render(request, f"certificates/cme/{here}.html", context, status=status)


def onwards(claim: Claim) -> HttpResponse:
    """To what is asked next; with nothing left the certificate is being made, and its card is the place to wait."""
    enrolment = claim.completion.enrolment.uuid
    if claim.settled_at is not None:
        enqueue(issue_certificate, claim.completion_id)
        return redirect("issuing:card", enrolment)
    return redirect("issuing:claim", enrolment)


@login_required
def claim(request: AuthedRequest, enrolment: UUID) -> HttpResponse:
    """Leads to the first step that is not done."""
    standing = standing_for(request, enrolment)
    if standing.claim.settled_at is not None:
        return redirect("issuing:card", enrolment)
    return redirect(PAGES[standing.next or Step.DETAILS], enrolment)


@login_required
def body(request: AuthedRequest, enrolment: UUID) -> HttpResponse:
    """Which body gives the credits."""
    standing = standing_for(request, enrolment)
    if standing.claim.settled_at is not None:
        return redirect("issuing:card", enrolment)
    chosen = standing.claim.scheme
    form = BodyForm(posted(request), standing=standing, initial={"body": str(chosen.uuid)} if chosen else None)
    if request.method == "POST" and form.is_valid():
        scheme = Scheme.objects.get(uuid=form.cleaned_data["body"])
        return onwards(actions.choose_body(claim=standing.claim, scheme=scheme, at=now()))
    return page_for(request, standing, Step.BODY, form)


@login_required
def details(request: AuthedRequest, enrolment: UUID) -> HttpResponse:
    """Hours spent and identity number; with nothing to ask, one button: what was asked before is asked no more."""
    standing = standing_for(request, enrolment)
    if standing.claim.settled_at is not None:
        return redirect("issuing:card", enrolment)
    if standing.offer is None and standing.offers:
        return redirect("issuing:body", enrolment)
    claim, form = standing.claim, None
    if standing.offer is not None and standing.offer.asks_details:
        said = {"credits": claim.credits, "identity_number": claim.identity_number}
        form = DetailsForm(posted(request), offer=standing.offer, initial=said)
    if request.method == "POST" and form is None:
        return onwards(actions.settle_when_done(claim=claim, at=now()))
    if request.method == "POST" and form is not None and form.is_valid():
        data = form.cleaned_data
        return onwards(
            actions.give_details(
                claim=claim,
                claimed=data.get("credits"),
                identity_number=data.get("identity_number", ""),
                at=now(),
            )
        )
    return page_for(request, standing, Step.DETAILS, form)


@login_required
def evaluation(request: AuthedRequest, enrolment: UUID) -> HttpResponse:
    """The evaluation form: before the certificate where the body insists on it, at any time where not; once."""
    standing = standing_for(request, enrolment)
    if not standing.may_evaluate:
        return redirect("issuing:claim", enrolment)
    if standing.offer is None and standing.offers:
        return redirect("issuing:body", enrolment)
    form = EvaluationForm(posted(request), questions=list(standing.questions))
    if request.method == "POST" and form.is_valid():
        claim = give_evaluation(claim=standing.claim, answers=form.answers(), at=now())
        messages.success(request, _("Thank you. Your answers are kept without your name."))
        return onwards(claim)
    return page_for(request, standing, Step.EVALUATION, form)
