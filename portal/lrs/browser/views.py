"""What an administrator sees of the record store."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.core.types import JsonObject
from portal.lrs import known
from portal.lrs.attachments import OCTETS, attachments_of
from portal.lrs.browser.actions import void_statement
from portal.lrs.browser.forms import QueryForm, VoidForm
from portal.lrs.browser.page import browser_lines, statement_page, verb_lines
from portal.lrs.errors import ForbiddenError, InvalidError
from portal.lrs.identity import keys_of, people_named, wanted_of
from portal.lrs.indexing import identifier
from portal.lrs.iri import index_key, is_iri
from portal.lrs.lines import bodies_of
from portal.lrs.listing import page_of, rows_at
from portal.lrs.models import Statement
from portal.lrs.multipart import JSON
from portal.lrs.parameters import read_agent
from portal.lrs.permissions import may_browse, may_void
from portal.lrs.querysets import AnyOf, StatementQuerySet, Wanted
from portal.lrs.wording import activity_name, identifier_text

# Of how many statements what is known of one activity or agent is put together.
KNOWN_STATEMENTS = 25

View = Callable[..., HttpResponseBase]


def browsing(view: View) -> View:
    """For administrators; to everybody else the page does not exist."""

    @login_required
    @wraps(view)
    def guarded(request: AuthedRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_browse(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@browsing
def index(request: AuthedRequest) -> HttpResponse:
    form = QueryForm(request.GET)
    context: dict[str, Any] = {"form": form, "is_asked": any(request.GET.get(name) for name in form.fields)}
    if not form.is_valid():
        return _page(request, "lrs/browser/list.html", context, status=400)
    return _listed(request, "lrs/browser/list.html", form.narrowed(Statement.objects.all()), form.wanted(), context)


def _page(request: AuthedRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, template, {**context, "here": "statements"}, status=status)


def _listed(
    request: AuthedRequest, template: str, found: StatementQuerySet, wanted: Wanted | AnyOf, context: dict[str, Any]
) -> HttpResponse:
    """The page with the statements that the address asks for."""
    try:
        page = page_of(found, wanted, after=request.GET.get("after", ""))
    except InvalidError:
        return _page(request, template, {**context, "is_lost": True}, status=400)
    lines = browser_lines(page.rows)
    return _page(request, template, {**context, "lines": lines, "following": page.following})


@browsing
def statement(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    row = _row(uuid)
    context = {
        "row": row,
        "page": statement_page(row, Statement.objects.all()),
        "may_void": may_void(request.user, row),
    }
    return _page(request, "lrs/browser/statement.html", context)


@browsing
def raw(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """The text as it is stored."""
    response = HttpResponse(_row(uuid).body, content_type=JSON)
    response["Content-Disposition"] = f'attachment; filename="{uuid}.json"'
    return response


@browsing
def attachment(request: AuthedRequest, uuid: UUID, sha2: str) -> StreamingHttpResponse:
    """The data as bytes to be saved, whatever type the sender gave them."""
    found = next((each for each in attachments_of([_row(uuid).pk]) if each.sha2 == sha2), None)
    if found is None:
        raise Http404
    response = StreamingHttpResponse(found.pieces(), content_type=OCTETS)
    response["Content-Length"] = str(found.size)
    response["Content-Disposition"] = f'attachment; filename="{found.sha256}"'
    return response


@browsing
def void(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    row = _row(uuid)
    if not may_void(request.user, row):
        raise Http404
    form = VoidForm(request.POST or None)
    if form.is_valid():
        try:
            void_statement(statement=row, by=request.user, reason=form.cleaned_data["reason"], at=now())
        except ForbiddenError:  # somebody else was faster
            messages.warning(request, _("This statement was voided already."))
        else:
            messages.success(request, _("The statement is voided."))
        return redirect("browser:statement", uuid)
    (line,) = browser_lines([row])
    return _page(request, "lrs/browser/void.html", {"form": form, "line": line}, status=422 if form.errors else 200)


@browsing
def person(request: AuthedRequest) -> HttpResponse:
    """Everything that names one person of the portal, by all her identifiers, or one agent."""
    context: dict[str, Any]
    if "person" in request.GET:
        user = get_object_or_404(User, uuid=_uuid(request.GET["person"]))
        keys, context = keys_of(user), {"person": user}
    else:
        agent = _agent(request.GET.get("agent", ""))
        keys = [identifier(agent)]
        places = Statement.objects.telling_of_agent(keys[0], limit=KNOWN_STATEMENTS)
        told = known.person(agent, (body for _row, body in bodies_of(rows_at(places))))
        context = {
            "names": told.get("name", []),
            "identifier": identifier_text(agent),
            "known_as": people_named([agent]).get(keys[0]),
        }
    verbs = verb_lines(Statement.objects.valid().of_actors(keys).counted_by_verb())
    return _listed(
        request,
        "lrs/browser/person.html",
        Statement.objects.all(),
        wanted_of(keys),
        {**context, "verbs": verbs, "total": sum(each.counted.number for each in verbs)},
    )


@browsing
def activity(request: AuthedRequest) -> HttpResponse:
    """What is told of one activity, and every statement that names it."""
    iri = request.GET.get("id", "")
    if not is_iri(iri):
        raise Http404
    key = index_key(iri)
    places = Statement.objects.telling_of_activity(key, limit=KNOWN_STATEMENTS)
    told = known.activity(iri, (body for _row, body in reversed(bodies_of(rows_at(places)))))
    verbs = verb_lines(Statement.objects.valid().of_activity(key).counted_by_verb())
    context = {
        "activity": told,
        "name": activity_name(told),
        "verbs": verbs,
        "total": sum(each.counted.number for each in verbs),
    }
    wanted = Wanted(activity=key, related_activities=True)
    return _listed(request, "lrs/browser/activity.html", Statement.objects.all(), wanted, context)


def _row(uuid: UUID) -> Statement:
    return get_object_or_404(Statement.objects.named([uuid]).select_related("credential"))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _agent(text: str) -> JsonObject:
    try:
        return read_agent(text)
    except InvalidError:
        raise Http404 from None
