"""What learners said of a course, pooled, for those who write it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render

from certificates.issuing.evaluation.permissions import courses_to_see
from certificates.issuing.evaluation.results import pooled
from certificates.issuing.evaluation.rules import FEWEST
from certificates.issuing.models import EvaluationAnswer
from portal.accounts.types import AuthedRequest


@login_required
def index(request: AuthedRequest) -> HttpResponse:
    """The courses whose results she may see."""
    return render(request, "certificates/evaluation/index.html", {"courses": courses_to_see(request.user)})


@login_required
def results(request: AuthedRequest, course: UUID) -> HttpResponse:
    page = next((page for page in courses_to_see(request.user) if page.translation_key == course), None)
    if page is None:
        raise Http404
    answers = EvaluationAnswer.objects.about(course)
    context = {"course": page, "results": pooled(answers, request.LANGUAGE_CODE), "fewest": FEWEST}
    return render(request, "certificates/evaluation/results.html", context)
