"""The resources under /xapi/."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import get_random_string
from django.utils.http import http_date

from portal.core.types import JsonObject
from portal.lrs import known
from portal.lrs.actions import store_statements
from portal.lrs.attachments import OCTETS, Shown, attachments_of, each_once
from portal.lrs.cursor import Cursor, seal, unseal
from portal.lrs.documents import (
    ACTIVITY_PROFILE,
    AGENT_PROFILE,
    STATE,
    Kind,
    Sent,
    Shelf,
    delete_document,
    delete_shelf,
    note_refusal,
    post_document,
    put_document,
)
from portal.lrs.errors import ForbiddenError, InvalidError, LrsError, NotFoundError, TooLargeError
from portal.lrs.etag import Preconditions, read_preconditions, tag_of
from portal.lrs.firsts import firsts
from portal.lrs.formats import accepted_languages, canonical, ids
from portal.lrs.indexing import identifier
from portal.lrs.iri import index_key, is_iri
from portal.lrs.models import Document, Statement
from portal.lrs.multipart import JSON, MIXED, TYPE, Part, closing, opening
from portal.lrs.parameters import (
    check_given,
    check_names,
    read_agent,
    read_bool,
    read_format,
    read_moment,
    read_name,
    read_query,
    read_shelf,
    read_uuid,
)
from portal.lrs.permissions import check_kind, check_shelf, may_read, readable_statements
from portal.lrs.querysets import Place
from portal.lrs.resource import LrsView, parameters, read_body, read_statements
from portal.lrs.versions import VERSIONS

# What one page of a list holds at most; it ends earlier once its texts and attachments pass the second.
PAGE_STATEMENTS = 500
PAGE_BYTES = 8 * 1024 * 1024
# How much of a page is fetched at once.
HEAP_BYTES = 1024 * 1024
# Of how many statements what is known of one activity or agent is put together.
KNOWN_STATEMENTS = 100
TYPE_LIMIT = 255


class StatementsView(LrsView):
    http_method_names = ["get", "head", "post", "put"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        if not self.authority.may_read_own:
            raise ForbiddenError("this credential may not read statements")
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
            return self._one(read_uuid(given["statementId"], "statementId"), show, voided=False)
        if "voidedStatementId" in given:
            return self._one(read_uuid(given["voidedStatementId"], "voidedStatementId"), show, voided=True)
        return self._list(request.path, given, after, show)

    def _one(self, uuid: UUID, show: "_Rendering", *, voided: bool) -> HttpResponseBase:
        found = Statement.objects.find(uuid)
        if found is None or found.voided != voided or not may_read(self.authority, found):
            raise NotFoundError("no such statement")
        response = show.response([show.statement(found.body)], show.attachments([found.id]))
        response["Last-Modified"] = http_date(found.stored.timestamp())
        return response

    def _list(self, path: str, given: dict[str, str], after: Cursor | None, show: "_Rendering") -> HttpResponseBase:
        query = read_query(given)
        limit = min(query.limit or PAGE_STATEMENTS, PAGE_STATEMENTS)
        places = firsts(self.authority, query, after, limit=limit + 1)
        attached = show.attachments([each.id for each in places[:limit]])
        page = _fitting(places[:limit], attached)
        more = ""
        if len(page) < len(places):
            last = page[-1]
            more = f"{path}?more={seal(Cursor(given, last.stored, last.id))}"
        content = [b'{"statements":[', *_texts(page, show), b'],"more":' + orjson.dumps(more) + b"}"]
        given_out = {each.id for each in page}
        return show.response(content, [each for each in attached if each.statement_id in given_out])

    def post(self, request: HttpRequest) -> HttpResponse:
        self._may_write()
        for name in parameters(request):
            raise InvalidError("POST of statements takes no parameters", name[:100])
        sent, parts = read_statements(request, self.body_limit)
        batch = sent if isinstance(sent, list) else [sent]
        if len(batch) > settings.XAPI_BATCH_LIMIT:
            raise TooLargeError(f"more than {settings.XAPI_BATCH_LIMIT} statements in one batch")
        uuids = self._store(batch, parts, is_single=not isinstance(sent, list))
        return HttpResponse(orjson.dumps([str(each) for each in uuids]), content_type=JSON)

    def put(self, request: HttpRequest) -> HttpResponse:
        self._may_write()
        given = parameters(request)
        for name in given.keys() - {"statementId"}:
            raise InvalidError("is not a parameter of PUT", name[:100])
        if "statementId" not in given:
            raise InvalidError("is missing", "statementId")
        uuid = read_uuid(given["statementId"], "statementId")
        sent, parts = read_statements(request, self.body_limit)
        if isinstance(sent, dict):
            said = sent.setdefault("id", str(uuid))
            if isinstance(said, str) and said.lower() != str(uuid):
                raise InvalidError("is not the statementId of the address", "id")
        self._store([sent], parts, is_single=True)
        return HttpResponse(status=204)

    def _may_write(self) -> None:
        if not self.authority.may_write:
            raise ForbiddenError("this credential may not write statements")

    def _store(self, batch: list[JsonObject], parts: Sequence[Part], *, is_single: bool) -> list[UUID]:
        try:
            return store_statements(batch, authority=self.authority, at=self.at, version=self.version, parts=parts)
        except LrsError as error:
            if is_single:
                error.path = error.path.removeprefix("[0]").removeprefix(".")
            raise


class DocumentsView(LrsView):
    """One resource of documents; ``kind`` says which."""

    http_method_names = ["get", "head", "put", "post", "delete"]
    kind: ClassVar[Kind]

    def get(self, request: HttpRequest) -> HttpResponse:
        given = parameters(request)
        shelf, name = self._asked(given, optional=set() if self.kind.id_name in given else {"since"})
        return self._one(shelf, name) if name else self._list(shelf, given)

    def _one(self, shelf: Shelf, name: str) -> HttpResponse:
        found = Document.objects.filter(key=shelf.key(name)).first()
        if found is None:
            raise NotFoundError("no such document", self.kind.id_name)
        response = HttpResponse(bytes(found.content), content_type=found.content_type)
        response["ETag"] = f'"{found.etag}"'
        response["Last-Modified"] = http_date(found.updated.timestamp())
        response["Content-Disposition"] = "attachment"  # whatever a client stored, no browser shows it as a page
        return response

    def _list(self, shelf: Shelf, given: dict[str, str]) -> HttpResponse:
        since = read_moment(given, "since")
        rows = list(
            Document.objects.on(shelf.digest).updated_since(since).order_by("pk").values_list("name", "updated")
        )
        response = _tagged([name for name, _ in rows])
        if rows:
            response["Last-Modified"] = http_date(max(updated for _, updated in rows).timestamp())
        return response

    def put(self, request: HttpRequest) -> HttpResponse:
        shelf, name = self._asked(parameters(request), writes=True, needs_name=True)
        sent = _sent(request, self.body_limit)
        put_document(shelf, name, sent, preconditions=_preconditions(request), version=self.version, at=self.at)
        return HttpResponse(status=204)

    def post(self, request: HttpRequest) -> HttpResponse:
        shelf, name = self._asked(parameters(request), writes=True, needs_name=True)
        sent = _sent(request, self.body_limit)
        post_document(shelf, name, sent, preconditions=_preconditions(request), limit=self.body_limit, at=self.at)
        return HttpResponse(status=204)

    def delete(self, request: HttpRequest) -> HttpResponse:
        shelf, name = self._asked(parameters(request), writes=True, needs_name=self.kind is not STATE)
        preconditions = _preconditions(request)
        if name:
            delete_document(shelf, name, preconditions=preconditions)
        elif preconditions.is_given:
            raise InvalidError("the header speaks of one document, so this parameter is needed", self.kind.id_name)
        else:
            delete_shelf(shelf)
        return HttpResponse(status=204)

    def _asked(
        self, given: dict[str, str], *, writes: bool = False, needs_name: bool = False, optional: Set[str] = frozenset()
    ) -> tuple[Shelf, str]:
        check_kind(self.authority, self.kind, writes=writes)
        names = {self.kind.id_name}
        check_given(
            given,
            required=self.kind.required | (names if needs_name else set()),
            optional=self.kind.optional | optional | names,
        )
        shelf = read_shelf(self.kind, given, self.authority.owner)
        try:
            check_shelf(self.authority, shelf, writes=writes)
        except ForbiddenError as error:
            if writes:
                note_refusal(shelf, error, authority=self.authority, at=self.at)
            raise
        return shelf, read_name(given, self.kind)


class StateView(DocumentsView):
    kind = STATE


class ActivityProfileView(DocumentsView):
    kind = ACTIVITY_PROFILE


class AgentProfileView(DocumentsView):
    kind = AGENT_PROFILE


class ActivitiesView(LrsView):
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        given = parameters(request)
        check_given(given, required={"activityId"})
        iri = given["activityId"]
        if not is_iri(iri):
            raise InvalidError("is not an IRI with a scheme", "activityId")
        places = readable_statements(self.authority).telling_of_activity(index_key(iri), limit=KNOWN_STATEMENTS)
        return _tagged(known.activity(iri, reversed(list(_statements(places)))))


class AgentsView(LrsView):
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        given = parameters(request)
        check_given(given, required={"agent"})
        agent = read_agent(given["agent"])
        places = readable_statements(self.authority).telling_of_agent(identifier(agent), limit=KNOWN_STATEMENTS)
        return _tagged(known.person(agent, _statements(places)))


class AboutView(LrsView):
    http_method_names = ["get", "head"]
    is_open = True

    def get(self, request: HttpRequest) -> HttpResponse:
        check_given(parameters(request))
        return HttpResponse(orjson.dumps({"version": VERSIONS}), content_type=JSON)


def _preconditions(request: HttpRequest) -> Preconditions:
    return read_preconditions(request.headers.get("If-Match"), request.headers.get("If-None-Match"))


def _sent(request: HttpRequest, limit: int) -> Sent:
    content_type = request.headers.get("Content-Type") or OCTETS
    if len(content_type) > TYPE_LIMIT:
        raise InvalidError(f"is longer than {TYPE_LIMIT} characters", "Content-Type")
    if not content_type.isprintable():
        raise InvalidError("is not one line of text", "Content-Type")
    return Sent(read_body(request, limit), content_type)


def _tagged(value: Any) -> HttpResponse:
    content = orjson.dumps(value)
    response = HttpResponse(content, content_type=JSON)
    response["ETag"] = f'"{tag_of(content)}"'
    return response


def _bodies(places: Sequence[Place]) -> dict[int, str]:
    """The texts of statements by their place's id; those that did not come along are fetched."""
    bodies = {each.id: each.body for each in places if each.body is not None}
    missing = [each for each in places if each.body is None]
    return bodies | Statement.objects.texts_at(missing) if missing else bodies


def _texts(places: Sequence[Place], show: "_Rendering") -> Iterator[bytes]:
    """The statements as members of a JSON array, some at a time: of a whole page, several copies would be in memory."""
    begun = 0
    between = b""
    while begun < len(places):
        some = _fitting(list(places[begun:]), limit=HEAP_BYTES)
        bodies = _bodies(some)
        for each in some:
            if each.id in bodies:  # it may have been erased meanwhile
                yield between + show.statement(bodies[each.id])
                between = b","
        begun += len(some)


def _statements(places: list[Place]) -> Iterator[JsonObject]:
    """The statements of the first places that are not too long together, in their order."""
    fitting = _fitting(places)
    bodies = Statement.objects.texts_at(fitting)
    return (orjson.loads(bodies[each.id]) for each in fitting if each.id in bodies)


def _fitting(places: list[Place], attached: Sequence[Shown] = (), limit: int | None = None) -> list[Place]:
    """The first places whose texts, with what is attached to them, stay within ``limit`` bytes together; at least one.

    Where nothing else is said, the limit is ``PAGE_BYTES``.
    """
    sizes = Counter({each.id: each.size for each in places})
    for shown in attached:
        sizes[shown.statement_id] += shown.size
    total = 0
    for n, each in enumerate(places):
        total += sizes[each.id]
        if total > (limit or PAGE_BYTES) and n:
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

    def attachments(self, statement_ids: Sequence[int]) -> list[Shown]:
        return attachments_of(statement_ids) if self.is_multipart else []

    def response(self, content: Sequence[bytes], attached: Sequence[Shown]) -> HttpResponseBase:
        return _parts(content, each_once(attached)) if self.is_multipart else HttpResponse(content, content_type=JSON)


def _parts(content: Sequence[bytes], attached: Sequence[Shown]) -> StreamingHttpResponse:
    """The JSON, then the data, of which one piece at a time is in memory."""
    boundary = get_random_string(32)
    first = [opening(boundary, [(TYPE, JSON)]).removeprefix(b"\r\n"), *content]
    openings = [each.opening(boundary) for each in attached]
    last = closing(boundary)

    def chunks() -> Iterator[bytes]:
        yield from first
        for each, head in zip(attached, openings, strict=True):
            yield head
            yield from each.pieces()
        yield last

    response = StreamingHttpResponse(chunks(), content_type=f"{MIXED}; boundary={boundary}")
    length = sum(map(len, first)) + sum(map(len, openings)) + sum(each.size for each in attached) + len(last)
    response["Content-Length"] = str(length)
    return response
