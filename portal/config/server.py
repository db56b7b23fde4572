"""How gunicorn serves, wherever it is started: ``gunicorn --config portal/config/server.py portal.config.wsgi``.

A proxy in front takes slow clients on itself; here they cannot stop the portal where there is none.
"""

import bisect
import ctypes
import functools
import select
import selectors
import socket
import time
from concurrent.futures import Future
from typing import Any

from gunicorn.http.body import Body, ChunkedReader
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10  # for the head of a request to come in
HEAD_PEEKED = 32 * 1024  # a longer one is given to gunicorn, which refuses it
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of glibc's malloc.h
BODY_SECONDS = 10  # for the body, and a second more for each
BODY_RATE = 16 * 1024  # bytes that came in
NEXT_MILLISECONDS = 2  # a client that answers an answer at once
LAST_SECONDS = 2  # for a client to close its side
LEFT_BYTES = 60 * 1024  # of a body, that a connection goes on after
UNWANTED_SECONDS = 5  # for the rest of a body that was refused, so that the client reads why
UNWANTED_BYTES = 32 * 1024 * 1024


class Worker(ThreadWorker):
    """gunicorn's threads, except that a slow client holds none of them for long.

    A thread gets a connection once the head of its request lies in the socket whole; until then the connection waits
    with the idle ones. A body must come in at a rate that every telephone has. A client that asks without pause keeps its
    thread only while nobody waits for one.
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
        while goes_on and self.alive and self.tpool._work_queue.empty() and follows_at_once(conn):
            conn.parser.unreader.sock = Impatient(conn.sock)
            goes_on = super().handle(conn)
        if not goes_on:  # gunicorn lingers in its main loop; here it waits for nobody
            conn.sock.setblocking(True)
            unwanted = conn.parser.mesg and not conn.parser.mesg.body.failed and much_is_left(conn.parser.mesg.body)
            close_graceful(conn.sock, UNWANTED_SECONDS if unwanted else LAST_SECONDS, UNWANTED_BYTES)
        return goes_on

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """An answer given long before the end of the body says that the connection ends with it.

        gunicorn promises to go on, reads away 64 KiB and then closes, so that the client's next request meets nobody.
        """
        ends = req.should_close
        req.should_close = lambda: ends() or much_is_left(req.body)
        return super().handle_request(req, conn)

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        if conn.sock.fileno() == -1:  # its thread has closed it; gunicorn would fail to, and count it twice
            self.nr_conns -= 1
        else:
            super().finish_request(conn, fs)


def much_is_left(body: Body) -> bool:
    """Whether so much of a request's body was not asked for that gunicorn would not read it away."""
    if isinstance(body.reader, ChunkedReader):
        return body.reader.parser is not None
    return bool(body.reader.length > LEFT_BYTES)


def follows_at_once(conn: TConn) -> bool:
    """Whether the next request's head is there, whole, within ``NEXT_MILLISECONDS``.

    The thread that has answered then goes on by itself. By way of the poller, the main thread and the queue a request that
    says nothing takes a fifth more of the processor.
    """
    if conn.parser.unreader.buf.getvalue():
        return False
    soon = select.poll()
    soon.register(conn.sock, select.POLLIN)
    if not soon.poll(NEXT_MILLISECONDS):
        return False
    return b"\r\n\r\n" in conn.sock.recv(HEAD_PEEKED, socket.MSG_PEEK)


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


def give_memory_back() -> None:
    """Tell the C library, where it can be told, to return what a long request took once it has ended.

    By itself it keeps freed blocks of up to 32 MB, in an arena for each thread (mallopt(3): M_MMAP_THRESHOLD,
    M_ARENA_MAX), so that eight threads with long pages grow a process by 200 MB and more.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, 256 * 1024)
        mallopt(M_ARENA_MAX, 2)


give_memory_back()


def post_worker_init(worker: Any) -> None:
    from portal.config import collector  # found once the application is loaded

    collector.settle()


worker_class = Worker
threads = 8
graceful_timeout = 5
keepalive = 30  # seconds; an idle connection holds no thread
max_requests = 500_000  # an hour or two of a busy record store; its clients' connections end with the process
max_requests_jitter = 50_000
control_socket_disable = True
