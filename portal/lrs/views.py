"""The resources under /xapi/."""

from collections.abc import Mapping
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.http import http_date

from portal.core.types import JsonObject
from portal.lrs.actions import store_statements
from portal.lrs.cursor import Cursor, seal, unseal
from portal.lrs.errors import ForbiddenError, InvalidError, LrsError, NotFoundError, TooLargeError
from portal.lrs.formats import accepted_languages, canonical, ids
from portal.lrs.models import Statement
from portal.lrs.parameters import Query, check_names, read_bool, read_format, read_query, read_uuid
from portal.lrs.querysets import Place, StatementQuerySet
from portal.lrs.resource import JSON, LrsView, json_body, parameters
from portal.lrs.versions import VERSIONS

# What one page of a list holds at most; it ends earlier once its texts pass the second.
PAGE_STATEMENTS = 500
PAGE_BYTES = 8 * 1024 * 1024


class StatementsView(LrsView):
    http_method_names = ["get", "head", "post", "put"]

    def get(self, request: HttpRequest) -> HttpResponse:
        readable = self._readable()
        given = parameters(request)
        after = None
        if "more" in given:
            if len(given) > 1:
                raise InvalidError("stands alone", "more")
            after = unseal(given["more"])
            given = after.parameters
        check_names(given)
        show = _Rendering(given, request.headers.get("Accept-Language", ""))
        if "statementId" in given:
            return self._one(readable, read_uuid(given["statementId"], "statementId"), show, voided=False)
        if "voidedStatementId" in given:
            return self._one(readable, read_uuid(given["voidedStatementId"], "voidedStatementId"), show, voided=True)
        return self._list(readable, given, read_query(given), after, show)

    def _readable(self) -> StatementQuerySet:
        if self.authority.may_read_all:
            return Statement.objects.all()
        if self.authority.may_read_own:
            return Statement.objects.of_authority(self.authority.key)
        raise ForbiddenError("this credential may not read statements")

    def _one(self, readable: StatementQuerySet, uuid: UUID, show: "_Rendering", *, voided: bool) -> HttpResponse:
        row = readable.filter(uuid=uuid, voided=voided).values_list("body", "stored").first()
        if row is None:
            raise NotFoundError("no such statement")
        response = show.response(show.statement(row[0]))
        response["Last-Modified"] = http_date(row[1].timestamp())
        return response

    def _list(
        self, readable: StatementQuerySet, given: dict[str, str], query: Query, after: Cursor | None, show: "_Rendering"
    ) -> HttpResponse:
        found = readable.valid().between(query.since, query.until)
        if after:
            found = found.beyond(after.stored, after.id, ascending=query.ascending)
        limit = min(query.limit or PAGE_STATEMENTS, PAGE_STATEMENTS)
        places = found.places(query.wanted, ascending=query.ascending, limit=limit + 1)
        page = _fitting(places[:limit])
        bodies = dict(Statement.objects.filter(pk__in=[each.id for each in page]).values_list("pk", "body"))
        more = ""
        if len(page) < len(places):
            last = page[-1]
            more = f"{reverse('lrs:statements')}?more={seal(Cursor(given, last.stored, last.id))}"
        texts = b",".join(show.statement(bodies[each.id]) for each in page)
        return show.response(b'{"statements":[' + texts + b'],"more":' + orjson.dumps(more) + b"}")

    def post(self, request: HttpRequest) -> HttpResponse:
        self._may_write()
        for name in parameters(request):
            raise InvalidError("POST of statements takes no parameters", name[:100])
        sent = json_body(request)
        batch = sent if isinstance(sent, list) else [sent]
        if len(batch) > settings.XAPI_BATCH_LIMIT:
            raise TooLargeError(f"more than {settings.XAPI_BATCH_LIMIT} statements in one batch")
        uuids = self._store(batch, is_single=not isinstance(sent, list))
        return HttpResponse(orjson.dumps([str(each) for each in uuids]), content_type=JSON)

    def put(self, request: HttpRequest) -> HttpResponse:
        self._may_write()
        given = parameters(request)
        for name in given.keys() - {"statementId"}:
            raise InvalidError("is not a parameter of PUT", name[:100])
        if "statementId" not in given:
            raise InvalidError("is missing", "statementId")
        uuid = read_uuid(given["statementId"], "statementId")
        sent = json_body(request)
        if isinstance(sent, dict):
            said = sent.setdefault("id", str(uuid))
            if isinstance(said, str) and said.lower() != str(uuid):
                raise InvalidError("is not the statementId of the address", "id")
        self._store([sent], is_single=True)
        return HttpResponse(status=204)

    def _may_write(self) -> None:
        if not self.authority.may_write:
            raise ForbiddenError("this credential may not write statements")

    def _store(self, batch: list[JsonObject], *, is_single: bool) -> list[UUID]:
        try:
            return store_statements(batch, authority=self.authority, at=self.at, version=self.version)
        except LrsError as error:
            if is_single:
                error.path = error.path.removeprefix("[0]").removeprefix(".")
            raise


class AboutView(LrsView):
    http_method_names = ["get", "head"]
    is_open = True

    def get(self, request: HttpRequest) -> HttpResponse:
        for name in parameters(request):
            raise InvalidError("is not a parameter of this resource", name[:100])
        return HttpResponse(orjson.dumps({"version": VERSIONS}), content_type=JSON)


def _fitting(places: list[Place]) -> list[Place]:
    """The first places whose texts together stay within ``PAGE_BYTES``; at least one."""
    total = 0
    for n, each in enumerate(places):
        total += each.size
        if total > PAGE_BYTES and n:
            return places[:n]
    return places


class _Rendering:
    """How statements are shown: the parameters ``format`` and ``attachments``."""

    def __init__(self, given: Mapping[str, str], accept_language: str) -> None:
        self.format = read_format(given)
        self.is_multipart = read_bool(given, "attachments")
        self.languages = accepted_languages(accept_language)

    def statement(self, body: str) -> bytes:
        match self.format:
            case "ids":
                return orjson.dumps(ids(orjson.loads(body)))
            case "canonical":
                return orjson.dumps(canonical(orjson.loads(body), self.languages))
            case _:
                return body.encode()

    def response(self, content: bytes) -> HttpResponse:
        """With ``attachments=true`` a multipart of one part: no attachment data are kept, only their addresses."""
        if not self.is_multipart:
            return HttpResponse(content, content_type=JSON)
        boundary = get_random_string(32)
        head = f"--{boundary}\r\nContent-Type: {JSON}\r\n\r\n".encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        return HttpResponse(head + content + tail, content_type=f"multipart/mixed; boundary={boundary}")
