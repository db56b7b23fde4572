"""What a person sees of the record store: everything recorded about her, from everywhere."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from portal.accounts.types import AuthedRequest
from portal.lrs.errors import InvalidError
from portal.lrs.identity import keys_of, wanted_of
from portal.lrs.lines import bodies_of, lines_of
from portal.lrs.listing import page_of
from portal.lrs.mine.everything import everything
from portal.lrs.models import Statement
from portal.lrs.multipart import JSON
from portal.lrs.permissions import statement_about

JSON_LINES = "application/x-ndjson"


@login_required
def index(request: AuthedRequest) -> HttpResponse:
    """Her statements, voided ones too. Only she is called by her name of the portal: others as the statements do."""
    keys = keys_of(request.user)
    try:
        page = page_of(Statement.objects.all(), wanted_of(keys), after=request.GET.get("after", ""))
    except InvalidError:
        return render(request, "lrs/mine/list.html", {"is_lost": True}, status=400)
    lines = lines_of(bodies_of(page.rows), dict.fromkeys(keys, request.user))
    return render(request, "lrs/mine/list.html", {"lines": lines, "following": page.following})


@login_required
def raw(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """One of hers as it is stored; what does not name her does not exist for her."""
    row = statement_about(request.user, uuid)
    if row is None:
        raise Http404
    response = HttpResponse(row.body, content_type=JSON)
    response["Content-Disposition"] = f'attachment; filename="{uuid}.json"'
    return response


@login_required
def download(request: AuthedRequest) -> StreamingHttpResponse:
    """All of it in one file, with the documents that courses keep for her."""
    response = StreamingHttpResponse(everything(keys_of(request.user)), content_type=JSON_LINES)
    response["Content-Disposition"] = 'attachment; filename="records.jsonl"'
    return response
