"""Reports to the bodies that give credits."""

from datetime import date
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate

from certificates.issuing.models import Accreditation
from certificates.issuing.reporting.files import paper, spreadsheet
from certificates.issuing.reporting.forms import PeriodForm
from certificates.issuing.reporting.permissions import may_report
from certificates.issuing.reporting.report import report_on, window_of
from portal.accounts.types import AuthedRequest
from portal.audit.actions import record
from portal.core.clock import now

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
def index(request: AuthedRequest) -> HttpResponse:
    """The accreditations on which she may report."""
    found = Accreditation.objects.for_display().select_related("course__locale")
    return render(
        request, "certificates/reporting/index.html", {"accreditations": found if may_report(request.user) else []}
    )


@login_required
def show(request: AuthedRequest, accreditation: UUID) -> HttpResponse:
    """The report on the page, or with ``?form=pdf`` or ``xlsx`` as a file; of its whole window if no days are asked for."""
    if not may_report(request.user):
        raise Http404
    found = get_object_or_404(Accreditation.objects.for_display().select_related("course__locale"), uuid=accreditation)
    at = now()
    since, until = window_of(found, localdate(at))
    whole = {"since": since, "until": until}
    form = PeriodForm(request.GET if "since" in request.GET or "until" in request.GET else None, initial=whole)
    if form.is_bound and not form.is_valid():
        return render(request, "certificates/reporting/show.html", {"accreditation": found, "form": form}, status=422)
    days: dict[str, date] = form.cleaned_data if form.is_bound else whole
    tables = report_on(found, days["since"], days["until"], request.LANGUAGE_CODE)
    name = f"report-{found.number or found.uuid}".replace("/", "-")
    wanted = request.GET.get("form")
    if wanted in {"pdf", "xlsx"}:
        record(
            "took report on accreditation",
            found,
            at=at,
            form=wanted,
            since=str(days["since"]),
            until=str(days["until"]),
        )
        data = spreadsheet(tables) if wanted == "xlsx" else paper(tables, name, request.LANGUAGE_CODE, at)
        response = HttpResponse(data, content_type=SHEET if wanted == "xlsx" else "application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
        response["Cache-Control"] = "private, no-store"
        return response
    context = {"accreditation": found, "form": form, "tables": tables, "days": days}
    return render(request, "certificates/reporting/show.html", context)
