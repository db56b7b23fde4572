"""How we speak to an outside store: one connection, no redirects, bounded time and answers."""

import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
import orjson

from portal.core.types import JsonObject
from portal.lrs.attachments import Shown, each_once
from portal.lrs.multipart import JSON, MIXED, TYPE, closing, opening
from portal.lrs.versions import HEADER

CONNECT_SECONDS = 5
READ_SECONDS = 20  # between two pieces of an answer
TOTAL_SECONDS = 60  # from the first byte of a request to the last of its answer
ANSWER_BYTES = 1024 * 1024
STATEMENT_BYTES = 12 * 1024 * 1024  # of an answer that holds one


class AwayError(Exception):
    """No whole answer came. ``slow`` tells that the time was up."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__("no answer in time" if slow else "no answer")
        self.slow = slow


@dataclass(frozen=True)
class Answer:
    """``body`` is None where the answer was longer than we read."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None

    def value(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return None if self.body is None else orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    @property
    def text(self) -> str:
        return (self.body or b"")[:2000].decode(errors="replace")


class StoreClient:
    """Requests to one store; to be used in a ``with`` statement.

    Every method raises ``AwayError`` where no whole answer comes.

    Args:
        endpoint: the base address, with or without a slash at the end.
        version: that the requests are made in.
        total: seconds that one request may take.
    """

    def __init__(self, endpoint: str, *, version: str, key: str, secret: str, total: float = TOTAL_SECONDS) -> None:
        self.base = endpoint.rstrip("/")
        self.total = total
        self.sockets: list[socket.socket] = []
        self.http = httpx.Client(
            auth=httpx.BasicAuth(key, secret),
            headers={HEADER: version, "Accept": JSON, "Accept-Encoding": "identity", "User-Agent": "Alara-Campus"},
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=1),
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def send(self, statements: Sequence[JsonObject], attached: Sequence[Shown]) -> Answer:
        """Offer statements, in order, with the data of their attachments."""
        content = orjson.dumps(statements)
        kind = JSON
        if attached:
            boundary = uuid4().hex
            parts = [opening(boundary, [(TYPE, JSON)]).removeprefix(b"\r\n"), content]
            for each in each_once(attached):
                parts += [each.opening(boundary), *each.pieces()]
            content, kind = b"".join([*parts, closing(boundary)]), f"{MIXED}; boundary={boundary}"
        return self._ask("POST", "/statements", content=content, headers={"Content-Type": kind})

    def find(self, uuid: UUID, *, voided: bool) -> Answer:
        """Ask for one statement."""
        name = "voidedStatementId" if voided else "statementId"
        return self._ask("GET", "/statements", params={name: str(uuid)}, limit=STATEMENT_BYTES)

    def about(self) -> Answer:
        return self._ask("GET", "/about")

    def newest(self) -> Answer:
        """Ask for one statement, whichever: a question that changes nothing and needs the key."""
        return self._ask("GET", "/statements", params={"limit": "1"}, limit=STATEMENT_BYTES)

    def _ask(self, method: str, path: str, *, limit: int = ANSWER_BYTES, **more: Any) -> Answer:
        request = self.http.build_request(method, self.base + path, extensions={"trace": self._watch}, **more)
        ended = threading.Event()
        end = threading.Timer(self.total, self._cut, [ended])
        end.daemon = True
        end.start()
        try:
            response = self.http.send(request, stream=True)
            try:
                return Answer(response.status_code, response.headers, _read(response, limit))
            finally:
                response.close()
        except httpx.TimeoutException:
            raise AwayError(slow=True) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            raise AwayError(slow=ended.is_set()) from None
        finally:
            end.cancel()

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        """Remember the socket of the connection: the library bounds each wait, not their sum."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            found = info["return_value"].get_extra_info("socket")
            self.sockets = [found] if isinstance(found, socket.socket) else []

    def _cut(self, ended: threading.Event) -> None:
        ended.set()
        for each in self.sockets:
            try:
                socket.socket.shutdown(each, socket.SHUT_RDWR)  # beneath TLS, which another thread is in
            except OSError:
                continue


def _read(response: httpx.Response, limit: int) -> bytes | None:
    pieces, size = [], 0
    for piece in response.iter_raw():
        size += len(piece)
        if size > limit:
            return None
        pieces.append(piece)
    return b"".join(pieces)
