"""The page of counters."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.lrs.counts.board import board_of, cut_to
from portal.lrs.counts.forms import CountsFilter
from portal.lrs.models import DailyCount, Tally
from portal.lrs.permissions import may_browse


@login_required
@require_safe
def show(request: AuthedRequest) -> HttpResponse:
    """How many statements were stored, of summaries alone."""
    if not may_browse(request.user):
        raise PermissionDenied
    form = CountsFilter(request.GET, today=now().date())
    tally, whole = Tally.objects.first(), DailyCount.objects.period()
    context: dict[str, Any] = {
        "here": "counts",
        "form": form,
        "as_of": tally.as_of if tally else None,
        "whole": whole,
        "whole_url": "?since={}&until={}".format(*whole) if whole else "",
    }
    if form.is_valid():
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        counts = DailyCount.objects.between(since, until).cut(form.cut)
        context |= {
            "board": board_of(counts, since, until, form.address),
            "only": cut_to(form.cut, form.address),
        }
    return render(request, "lrs/counts/show.html", context, status=200 if form.is_valid() else 422)
