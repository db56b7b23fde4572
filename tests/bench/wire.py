"""A closed-loop client that costs little: ready-made requests over kept-alive connections, in one thread.

What the client itself uses is taken from the same cores as the server, so it only sends, counts bytes and reads the status.
"""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Rate:
    """Answers a second, the median and the 99th percentile in milliseconds, answers that were not as expected, and all."""

    rate: float
    median: float
    p99: float
    errors: int
    answers: int


@dataclass
class Line:
    """One connection, and the requests that it sends one after the other."""

    sock: socket.socket
    requests: Iterator[bytes]
    begun: float = 0.0
    got: bytearray = field(default_factory=bytearray)
    ends: int = 0

    def send(self) -> bool:
        request = next(self.requests, None)
        if request is None:
            return False
        self.got.clear()
        self.ends = 0
        self.begun = time.perf_counter()
        self.sock.sendall(request)
        return True

    def receive(self) -> bool:
        """Whether the answer is whole."""
        more = self.sock.recv(262_144)
        if not more:
            raise ConnectionError("the server closed the connection")
        self.got += more
        if not self.ends:
            head = self.got.find(b"\r\n\r\n")
            if head < 0:
                return False
            at = self.got.lower().find(b"content-length:", 0, head)
            length = int(self.got[at + 15 : self.got.index(b"\r\n", at)]) if at >= 0 else 0
            self.ends = head + 4 + length
        return len(self.got) >= self.ends


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    if method in {"POST", "PUT"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def drive(url: str, plans: Sequence[Iterator[bytes]], *, seconds: float, expected: int = 200) -> Rate:
    """Send the requests of each plan over a connection of its own, until the time is over or all are sent."""
    place = urlsplit(url)
    selector = selectors.DefaultSelector()
    times: list[float] = []
    errors = 0
    status = str(expected).encode()
    begun = time.perf_counter()
    for plan in plans:
        line = Line(socket.create_connection((place.hostname, place.port)), plan)
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if line.send():
            selector.register(line.sock, selectors.EVENT_READ, line)
    while selector.get_map():
        for key, _ in selector.select():
            line = key.data
            if not line.receive():
                continue
            now = time.perf_counter()
            times.append(now - line.begun)
            errors += line.got[9:12] != status
            if now - begun > seconds or not line.send():
                selector.unregister(line.sock)
                line.sock.close()
    took = time.perf_counter() - begun
    times.sort()
    count = len(times)
    return Rate(count / took, 1000 * times[count // 2], 1000 * times[int(count * 0.99)], errors, count)
