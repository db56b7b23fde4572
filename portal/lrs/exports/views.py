"""Copies of statements for administrators."""

from uuid import UUID

import structlog
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.core.tasks import enqueue
from portal.lrs.exports import actions
from portal.lrs.exports.filters import in_words
from portal.lrs.exports.forms import ExportForm
from portal.lrs.exports.tasks import write_export
from portal.lrs.models import Export
from portal.lrs.permissions import may_browse

log = structlog.get_logger(__name__)
PER_PAGE = 20


def _check(request: AuthedRequest) -> None:
    if not may_browse(request.user):
        raise PermissionDenied


@login_required
@never_cache
@require_safe
def index(request: AuthedRequest) -> HttpResponse:
    """Every export of the last days; asks again by itself while one is under way."""
    _check(request)
    exports = Export.objects.select_related("asked_by").order_by("-asked_at", "-pk")
    page = Paginator(exports, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "here": "exports",
        "page": page,
        "entries": [(export, in_words(export.filters)) for export in page],
        "is_busy": any(export.is_under_way for export in page),
        "days": actions.KEPT.days,
    }
    return render(request, "lrs/exports/list.html", context)


@login_required
def new(request: AuthedRequest) -> HttpResponse:
    _check(request)
    form = ExportForm(request.POST) if request.method == "POST" else ExportForm()
    if form.is_bound and form.is_valid():
        export = actions.ask(by=request.user, form=form.cleaned_data["form"], filters=form.filters(), at=now())
        enqueue(write_export, export.pk)
        return redirect("exports:list")
    return render(
        request, "lrs/exports/new.html", {"here": "exports", "form": form}, status=422 if form.errors else 200
    )


@login_required
@require_safe
def download(request: AuthedRequest, uuid: UUID) -> HttpResponseBase:
    _check(request)
    export = get_object_or_404(Export, uuid=uuid, state=Export.State.READY)
    try:
        file = export.file.open("rb")
    except Exception:  # whatever a storage's library raises when the file or the storage is away
        log.exception("export file away", export=str(export.uuid))
        messages.error(request, gettext("The file cannot be read at the moment. Try again later, or export anew."))
        return redirect("exports:list")
    actions.note_download(export=export, at=now())
    name = f"statements-{export.asked_at:%Y-%m-%d-%H%M}.{export.form}"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=actions.content_type(export))
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_POST
def cancel(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    _check(request)
    actions.cancel(export=get_object_or_404(Export, uuid=uuid), at=now())
    return redirect("exports:list")
