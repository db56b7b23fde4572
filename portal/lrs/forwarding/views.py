"""The screens on which administrators say where statements go, and see how far they have come."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.lrs.audiences import name_of
from portal.lrs.forwarding import actions
from portal.lrs.forwarding.actions import Begin
from portal.lrs.forwarding.forms import NewReceiverForm, ReceiverForm
from portal.lrs.forwarding.permissions import may_set_up_delivery
from portal.lrs.forwarding.standing import standings_of
from portal.lrs.forwarding.trial import Outcome, try_out
from portal.lrs.horizon import newest
from portal.lrs.models import Receiver

RECEIVERS_A_PAGE = 20
REFUSED_A_PAGE = 25

View = Callable[..., HttpResponse]


def _for_administrators(view: View) -> View:
    """Others learn nothing of what is there."""

    @login_required
    @wraps(view)
    def checked(request: AuthedRequest, *args: UUID, **kwargs: UUID) -> HttpResponse:
        if not may_set_up_delivery(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return checked


def _render(request: AuthedRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, template, {"here": "delivery", **context}, status=status)


@_for_administrators
def index(request: AuthedRequest) -> HttpResponse:
    page = Paginator(Receiver.objects.with_state(), RECEIVERS_A_PAGE).get_page(request.GET.get("page"))
    return _render(request, "lrs/delivery/list.html", {"page": page, "standings": standings_of(page, newest())})


@_for_administrators
def create(request: AuthedRequest) -> HttpResponse:
    form = NewReceiverForm(request.POST or None)
    if not form.is_valid():
        return _render(request, "lrs/delivery/form.html", {"form": form}, status=422 if form.is_bound else 200)
    given = form.cleaned_data
    receiver = actions.set_up_receiver(
        receiver=form.instance,
        secret=given["secret"],
        begin=Begin(given["begin"]),
        since=form.since,
        paused=given["paused"],
        at=now(),
    )
    messages.success(request, _("The receiver is set up."))
    return redirect("delivery:show", receiver.uuid)


@_for_administrators
def show(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    receiver = get_object_or_404(Receiver.objects.with_state(), uuid=uuid)
    [standing] = standings_of([receiver], newest())
    page = Paginator(receiver.parked.all(), REFUSED_A_PAGE).get_page(request.GET.get("page"))
    context = {"standing": standing, "receiver": receiver, "page": page, "audience": name_of(receiver.audience)}
    return _render(request, "lrs/delivery/show.html", context)


@_for_administrators
def edit(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    receiver = get_object_or_404(Receiver, uuid=uuid)
    form = ReceiverForm(request.POST or None, instance=receiver)
    if not form.is_valid():
        context = {"form": form, "receiver": Receiver.objects.get(pk=receiver.pk)}
        return _render(request, "lrs/delivery/form.html", context, status=422 if form.is_bound else 200)
    actions.change_receiver(
        receiver=form.instance, secret=form.cleaned_data["secret"], changed=form.changed_data, at=now()
    )
    messages.success(request, _("The changes are saved. They hold for what is sent from now on."))
    return redirect("delivery:show", uuid)


@_for_administrators
def remove(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    receiver = get_object_or_404(Receiver, uuid=uuid)
    if request.method != "POST":
        return _render(request, "lrs/delivery/remove.html", {"receiver": receiver})
    actions.remove_receiver(receiver=receiver, at=now())
    messages.success(request, _("The receiver is removed."))
    return redirect("delivery:list")


@require_POST
@_for_administrators
def test(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    outcome = try_out(get_object_or_404(Receiver, uuid=uuid))
    tell = {Outcome.GOOD: messages.success, Outcome.BLIND: messages.warning}.get(outcome, messages.error)
    tell(request, str(outcome.label))
    return redirect("delivery:show", uuid)


@require_POST
@_for_administrators
def retry(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    actions.retry_now(receiver=get_object_or_404(Receiver, uuid=uuid), at=now())
    messages.success(request, _("It is tried again now. Look at this page in a moment."))
    return redirect("delivery:show", uuid)


@require_POST
@_for_administrators
def pause(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    actions.pause(receiver=get_object_or_404(Receiver, uuid=uuid), at=now())
    messages.success(request, _("Nothing more is sent. What is stored meanwhile follows when you resume."))
    return redirect("delivery:show", uuid)


@require_POST
@_for_administrators
def resume(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    actions.resume(receiver=get_object_or_404(Receiver, uuid=uuid), at=now())
    messages.success(request, _("The delivery goes on."))
    return redirect("delivery:show", uuid)


@require_POST
@_for_administrators
def refused(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Send the chosen statements once more, or give them up; "all" chooses every one."""
    receiver = get_object_or_404(Receiver, uuid=uuid)
    if "all" in request.POST:
        chosen = list(receiver.parked.values_list("pk", flat=True))
    else:
        chosen = [int(each) for each in request.POST.getlist("parked") if each.isdecimal() and len(each) < 19]
    if request.POST.get("do") == "dismiss":
        actions.dismiss_parked(receiver=receiver, parked=chosen, at=now())
        messages.success(request, _("This receiver does not get them."))
    else:
        actions.retry_parked(receiver=receiver, parked=chosen, at=now())
        messages.success(request, _("They are sent once more now. Look at this page in a moment."))
    return redirect("delivery:show", uuid)
