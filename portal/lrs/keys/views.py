"""Credentials of outside clients: a list, a form, a secret shown once, and an end."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.lrs.credentials import create_credential, revoke_credential
from portal.lrs.errors import ConflictError
from portal.lrs.keys.forms import SCOPES, KeyFilter, KeyForm
from portal.lrs.keys.lines import lines_of
from portal.lrs.keys.permissions import manageable_by, may_manage
from portal.lrs.querysets import CredentialQuerySet
from portal.lrs.tenants import tenants_of

PER_PAGE = 50
HERE = {"here": "keys"}  # in the menu of the record store


@login_required
@require_safe
def index(request: AuthedRequest) -> HttpResponse:
    at = now()
    credentials, tenants = _hers(request, at)
    form = KeyFilter(request.GET, tenants=tenants, is_administrator=request.user.is_superuser)
    found = _chosen(credentials, form, at).order_by("-created_at", "-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": lines_of(page, tenants, at),
        "is_empty": not page.object_list and not credentials.exists(),
    }
    return render(request, "lrs/keys/index.html", HERE | context, status=200 if form.is_valid() else 400)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret")
def new(request: AuthedRequest) -> HttpResponse:
    """The form; sent rightly, it is answered with the secret itself, which is kept nowhere and so cannot come again."""
    at = now()
    hers, tenants = _hers(request, at)
    form = KeyForm(request.POST or None, at=at, tenants=tenants, is_administrator=request.user.is_superuser)
    if request.method != "POST" or not form.is_valid():
        return render(request, "lrs/keys/new.html", HERE | {"form": form}, status=422 if form.is_bound else 200)
    public_id = form.cleaned_data["public_id"]
    try:
        credential, secret = create_credential(**form.given(), public_id=public_id, at=at)
    except ConflictError:  # sent again: a reload, a second click
        get_object_or_404(hers, public_id=public_id)
        messages.warning(request, _("The secret was shown already and cannot be shown again."))
        return redirect("keys:show", public_id)
    endpoint = f"{settings.PUBLIC_URL}/xapi/"
    context = {
        "credential": credential,
        "secret": secret,
        "endpoint": endpoint,
        "token_address": f"{endpoint}oauth/token",
    }
    return render(request, "lrs/keys/made.html", HERE | context)


@login_required
@require_safe
def show(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    at = now()
    credentials, tenants = _hers(request, at)
    credential = get_object_or_404(credentials, public_id=public_id)
    [line] = lines_of([credential], tenants, at)
    words = dict(SCOPES)
    scopes = [words.get(each, each) for each in credential.scopes]
    context = {"line": line, "credential": credential, "scopes": scopes}
    return render(request, "lrs/keys/show.html", HERE | context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: AuthedRequest, public_id: UUID) -> HttpResponse:
    """Asks first; done twice, it changes nothing."""
    at = now()
    credential = get_object_or_404(_hers(request, at)[0], public_id=public_id)
    if request.method != "POST":
        return render(request, "lrs/keys/revoke.html", HERE | {"credential": credential})
    revoke_credential(credential=credential, at=at)
    messages.success(request, _("“%(name)s” is revoked.") % {"name": credential.name})
    return redirect("keys:show", public_id)


def _hers(request: AuthedRequest, at: datetime) -> tuple[CredentialQuerySet, dict[str, str]]:
    """The credentials that are hers to manage, and her organisations as of ``tenants_of``.

    Raises:
        Http404: these screens are not hers.
    """
    tenants = tenants_of(request.user, at)
    if not may_manage(request.user, tenants):
        raise Http404
    return manageable_by(request.user, tenants), tenants


def _chosen(credentials: CredentialQuerySet, form: KeyFilter, at: datetime) -> CredentialQuerySet:
    chosen = form.cleaned_data if form.is_valid() else {}
    match chosen.get("state"):
        case "usable":
            credentials = credentials.usable(at)
        case "expired":
            credentials = credentials.expired(at)
        case "revoked":
            credentials = credentials.revoked()
        case _:
            pass
    match chosen.get("owner"):
        case "" | None:
            return credentials
        case "portal" | "person" as holder:
            return credentials.filter(holder=holder)
        case tenant:
            return credentials.of_organisations([tenant])
