"""A holder's transcript, and the page that a stranger sees behind a link to it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from certificates.issuing.credentials.views import file
from certificates.issuing.keys import KeyAwayError
from certificates.issuing.models import ShareLink
from certificates.issuing.transcripts import actions
from certificates.issuing.transcripts.files import signed_paper, spreadsheet
from certificates.issuing.transcripts.forms import ScopeForm, ShareForm
from certificates.issuing.transcripts.lines import lines_of, name_on, scheme_names, words_for
from certificates.issuing.transcripts.rules import Line, Scope, State, by_scheme, by_year, scopes_of, within
from certificates.issuing.views import RATE, caller, too_many
from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.core.ratelimit import allowed
from portal.departments.rules import day_in

log = structlog.get_logger(__name__)
PER_PAGE = 20
PDF_RATE = "10/minute"  # each is drawn and signed for whoever asks


def day_of(at: datetime) -> date:
    """In the portal's zone, in which days of certificates are told."""
    return day_in(at, settings.TIME_ZONE)


def shown(lines: list[Line]) -> dict[str, Any]:
    """What the page of a transcript is made of, the holder's own and the stranger's alike."""
    return {"name": name_on(lines), "years": by_year(lines), "sums": by_scheme(lines), "count": len(lines)}


def chosen(request: AuthedRequest, lines: list[Line]) -> tuple[ScopeForm, Scope]:
    """The form with the scopes that she has something in, and the one that she asks for.

    Raises:
        Http404: there is no such scope.
    """
    asked = request.GET if "scope" in request.GET else QueryDict(f"scope={Scope().word}")
    form = ScopeForm(asked, scopes=scopes_of(lines), names=scheme_names(lines))
    if not form.is_valid():
        raise Http404
    return form, form.cleaned_data["scope"]


@login_required
@require_safe
def show(request: AuthedRequest) -> HttpResponse:
    lines = lines_of(request.user, day_of(now()))
    form, scope = chosen(request, lines)
    context = {"form": form, "scope": scope, **shown(within(lines, scope)), "is_own": True}
    return render(request, "certificates/transcripts/show.html", context)


@login_required
@require_safe
def pdf(request: AuthedRequest) -> HttpResponse:
    if not allowed(PDF_RATE, "transcript", str(request.user.pk)):
        return too_many(request)
    at = now()
    lines = lines_of(request.user, day_of(at))
    scope = chosen(request, lines)[1]
    words = words_for(scope, scheme_names(lines))
    try:
        data = signed_paper(within(lines, scope), words, request.LANGUAGE_CODE, at)
    except KeyAwayError as error:
        log.error("no key to sign a transcript with", reason=str(error))  # noqa: TRY400  the reason says it all
        messages.error(request, _("The PDF cannot be signed right now, and it is never given out unsigned. Try later."))
        return redirect("transcripts:show")
    return file(data, f"transcript-{day_of(at)}.pdf", "application/pdf")


@login_required
@require_safe
def csv(request: AuthedRequest) -> HttpResponse:
    at = now()
    lines = lines_of(request.user, day_of(at))
    data = spreadsheet(within(lines, chosen(request, lines)[1]))
    return file(data, f"transcript-{day_of(at)}.csv", "text/csv; charset=utf-8")


@login_required
@require_safe
def code(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One certificate, to be held out on a phone."""
    found = [line for line in lines_of(request.user, day_of(now())) if line.uuid == uuid]
    if not found:
        raise Http404
    return render(request, "certificates/transcripts/code.html", {"line": found[0]})


@login_required
@require_safe
def links(request: AuthedRequest) -> HttpResponse:
    today = day_of(now())
    names = scheme_names(lines_of(request.user, today))
    page = Paginator(ShareLink.objects.of(request.user).order_by("-made_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    listed = [{"link": link, "words": words_for(link.scope, names), "state": link.state(today)} for link in page]
    return render(request, "certificates/transcripts/links.html", {"page": page, "listed": listed})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token", "address")
def new(request: AuthedRequest) -> HttpResponse:
    """The form; sent rightly, it is answered with the link itself, which is kept nowhere and so cannot come again."""
    at = now()
    lines = lines_of(request.user, day_of(at))
    names = scheme_names(lines)
    form = ShareForm(request.POST or None, scopes=scopes_of(lines), names=names, today=day_of(at))
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "certificates/transcripts/new.html", {"form": form}, status=status)
    given = form.cleaned_data
    try:
        link, token = actions.share(
            person=request.user, uuid=given["uuid"], scope=given["scope"], ends_on=given["ends_on"], at=at
        )
    except actions.SharedAlreadyError:  # sent again: a reload, a second click
        messages.warning(request, _("The link was shown already and cannot be shown again. Make another one."))
        return redirect("transcripts:links")
    address = settings.PUBLIC_URL + reverse("transcripts:shared", args=[token])
    context = {"link": link, "address": address, "words": words_for(link.scope, names)}
    return render(request, "certificates/transcripts/made.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Asks first; done twice, it changes nothing."""
    at = now()
    link = get_object_or_404(ShareLink.objects.of(request.user), uuid=uuid)
    if request.method == "POST":
        actions.withdraw(link=link, at=at)
        messages.success(request, _("The link is withdrawn. It shows nothing any more."))
        return redirect("transcripts:links")
    words = words_for(link.scope, scheme_names(lines_of(request.user, day_of(at))))
    return render(request, "certificates/transcripts/withdraw.html", {"link": link, "words": words})


@never_cache
@require_safe
@sensitive_variables("token")
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The transcript behind a link, for whoever has it: no sign-in, no cookie, nothing kept but when it was opened.

    A link that was never made and one that shows nothing any more are answered alike, after the same question.
    """
    if not allowed(RATE, "verify", caller(request)):
        return too_many(request)
    at = now()
    link = ShareLink.objects.select_related("user").with_token(token).first()
    state = link.state(day_of(at)) if link else State.UNKNOWN
    context: dict[str, Any] = {"state": state, "host": settings.PUBLIC_URL.split("://")[1]}
    if link and state == State.OPEN:
        lines = lines_of(link.user, day_of(at))
        words = words_for(link.scope, scheme_names(lines))
        context |= {"link": link, "words": words, "at": at, **shown(within(lines, link.scope))}
        if request.method == "GET":
            actions.note_opened(link=link, at=at)
    status = 200 if state == State.OPEN else 404
    response = render(request, "certificates/transcripts/shared.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
