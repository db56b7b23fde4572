"""How gunicorn serves, wherever it is started: ``gunicorn --config portal/config/server.py portal.config.wsgi``.

A proxy in front takes slow clients on itself; here they cannot stop the portal where there is none.
"""

import bisect
import functools
import selectors
import socket
import time
from typing import Any

from gunicorn.util import close_graceful
from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10  # for the head of a request to come in
HEAD_PEEKED = 32 * 1024  # a longer one is given to gunicorn, which refuses it
BODY_SECONDS = 10  # for the body, and a second more for each
BODY_RATE = 16 * 1024  # bytes that came in


class Worker(ThreadWorker):
    """gunicorn's threads, except that a slow client holds none of them for long.

    A thread gets a connection once the head of its request lies in the socket whole; until then the connection waits
    with the idle ones. A body must come in at a rate that every telephone has.
    """

    def enqueue_req(self, conn: TConn) -> None:
        if self.has_head(conn):
            conn.head_until = None
            super().enqueue_req(conn)
            return
        conn.timeout = conn.head_until = getattr(conn, "head_until", None) or time.monotonic() + HEAD_SECONDS
        conn.sock.setblocking(False)
        bisect.insort(self.pending_conns, conn, key=lambda waiting: waiting.timeout)
        self.poller.register(conn.sock, selectors.EVENT_READ, functools.partial(self.on_pending_socket_readable, conn))

    def has_head(self, conn: TConn) -> bool:
        """Whether a thread will find a whole head, or something that ends the connection; else wakes at the next byte."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        conn.sock.setblocking(False)
        try:
            lying = conn.sock.recv(HEAD_PEEKED, socket.MSG_PEEK)
        except BlockingIOError:
            lying = None
        except OSError:
            return True
        read = conn.parser.unreader.buf.getvalue() if conn.parser else b""
        if lying == b"" or len(lying or b"") >= HEAD_PEEKED or b"\r\n\r\n" in read + (lying or b""):
            return True
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, len(lying or b"") + 1)
        return False

    def handle(self, conn: TConn) -> Any:
        conn.data_ready = True
        conn.sock.setblocking(True)
        conn.init()
        conn.parser.unreader.sock = Impatient(conn.sock)
        goes_on = super().handle(conn)
        if not goes_on:  # gunicorn lingers up to two seconds in its main loop; here it waits for nobody
            conn.sock.setblocking(True)
            close_graceful(conn.sock)
        return goes_on


class Impatient:
    """A socket that is read for one request: raises TimeoutError when the client sends too slowly."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.until = time.monotonic() + BODY_SECONDS

    def recv(self, size: int) -> bytes:
        self.sock.settimeout(max(self.until - time.monotonic(), 0.001))
        try:
            data = self.sock.recv(size)
        finally:
            self.sock.settimeout(None)
        self.until += len(data) / BODY_RATE
        return data

    def gettimeout(self) -> None:
        """None: how long it may take is decided here."""

    def settimeout(self, seconds: float | None) -> None:
        """What gunicorn asks for when it reads away a body that nobody wanted."""
        if seconds is not None:
            self.until = min(self.until, time.monotonic() + seconds)


worker_class = Worker
threads = 8
graceful_timeout = 5
max_requests = 20000
max_requests_jitter = 2000
control_socket_disable = True
