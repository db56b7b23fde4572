"""What is kept how long, when it was looked at, and what was put away."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.core.tasks import enqueue
from portal.lrs.keeping import hours
from portal.lrs.keeping.forms import RuleForm
from portal.lrs.keeping.permissions import may_keep_order
from portal.lrs.keeping.retention import add_rule, remove_rule
from portal.lrs.keeping.tasks import count_rule
from portal.lrs.models import Archive, Check, RetentionRule

PER_PAGE = 20


@login_required
def show(request: AuthedRequest) -> HttpResponse:
    """The rules and their counts; a new rule by POST."""
    _check(request)
    form = RuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        rule = add_rule(rule=form.save(commit=False), at=now())
        enqueue(count_rule, rule.pk)
        messages.success(request, _("The rule is applied from the next night on."))
        return redirect("keeping:show")
    return render(
        request,
        "lrs/keeping/show.html",
        {
            "here": "keeping",
            "form": form,
            "rules": Paginator(RetentionRule.objects.all(), PER_PAGE).get_page(request.GET.get("page")),
            "next_run": hours.following(hours.RETENTION, now()).astimezone(get_current_timezone()),
            "check": Check.objects.first(),
            "archives": Paginator(Archive.objects.all(), PER_PAGE).get_page(request.GET.get("archives")),
        },
        status=422 if form.is_bound else 200,
    )


@login_required
@require_POST
def count(request: AuthedRequest, pk: int) -> HttpResponse:
    _check(request)
    rule = get_object_or_404(RetentionRule, pk=pk)
    enqueue(count_rule, rule.pk)
    messages.info(request, _("It is being counted. Open this page again in a moment."))
    return redirect("keeping:show")


@login_required
def remove(request: AuthedRequest, pk: int) -> HttpResponse:
    """Asks first; what the rule has done already stays done."""
    _check(request)
    rule = get_object_or_404(RetentionRule, pk=pk)
    if request.method == "POST":
        remove_rule(rule=rule, at=now())
        messages.success(request, _("The rule is removed."))
        return redirect("keeping:show")
    return render(request, "lrs/keeping/remove.html", {"here": "keeping", "rule": rule})


def _check(request: AuthedRequest) -> None:
    if not may_keep_order(request.user):
        raise Http404
