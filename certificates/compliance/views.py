"""What a lead sees of her department, and what a person's departments ask of her."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from certificates.compliance.board import ORDER, board_of, boards_of, duties_of, summaries_of
from certificates.compliance.charts import standing_chart
from certificates.compliance.forms import BoardFilter
from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.departments.models import Department
from portal.departments.permissions import can_view

PER_PAGE = 50


@login_required
def index(request: AuthedRequest) -> HttpResponse:
    """The departments that this person leads (an administrator: all), each with its counts."""
    at = now()
    departments = Department.objects.select_related("organisation")
    if not request.user.is_superuser:
        departments = departments.led_by(request.user, at)
    page = Paginator(departments.order_by("organisation__name", "name"), 20).get_page(request.GET.get("page"))
    lines = boards_of(list(page), at)
    boards = [(department, summaries_of(lines.get(department.pk, []))) for department in page]
    return render(request, "compliance/index.html", {"boards": boards, "page": page})


@login_required
def department(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    found = get_object_or_404(Department.objects.select_related("organisation"), uuid=uuid)
    at = now()
    if not can_view(request.user, found, at):
        raise Http404
    everything = board_of(found, at)
    form = BoardFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    lines = [
        line
        for line in everything
        if chosen.get("state") in (None, "", line.standing.state)
        and chosen.get("profession") in (None, "", line.person.profession)
    ]
    if chosen.get("sort") != "name":
        lines.sort(key=lambda line: (ORDER[line.standing.state], line.person.name))
    return render(
        request,
        "compliance/department.html",
        {
            "department": found,
            "on": found.organisation.day_of(at),
            "standing": standing_chart(summaries_of(everything)),
            "form": form,
            "page": Paginator(lines, PER_PAGE).get_page(request.GET.get("page")),
            "is_empty": not everything,
        },
        status=200 if form.is_valid() else 400,
    )


@login_required
def my_duties(request: AuthedRequest) -> HttpResponse:
    return render(request, "compliance/duties.html", {"lines": duties_of(request.user, now())})
