"""FAULT 84: slow and oversized requests against gunicorn as the portal runs it; on this machine's own address only."""

import base64
import re
import signal
import socket
import threading
import time

import httpx
import pytest

from tests.support.live import LivePortal

pytestmark = pytest.mark.services

THREADS = 8
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def live():
    portal = LivePortal("embedded")
    try:
        portal.prepare(demo=False)
        portal.python("from tests.pages import make_site; make_site()")
        portal.start("web")
        yield portal
    finally:
        portal.stop()


class Slow:
    """Connections that send ``beginning`` and then a byte now and then, and notice when the server ends them."""

    def __init__(self, live, count, beginning):
        self.sockets = [socket.create_connection(("127.0.0.1", live.port), timeout=10) for _ in range(count)]
        self.ended_after: dict[int, float] = {}
        self.begun = time.monotonic()
        self.over = threading.Event()
        for each in self.sockets:
            each.sendall(beginning)
            each.setblocking(False)
        self.thread = threading.Thread(target=self.drip, daemon=True)

    def drip(self):
        while not self.over.wait(0.4):
            for number, each in enumerate(self.sockets):
                if number in self.ended_after:
                    continue
                try:
                    each.send(b"x")
                    ended = each.recv(65536) == b""
                except BlockingIOError:
                    ended = False
                except OSError:
                    ended = True
                if ended:
                    self.ended_after[number] = time.monotonic() - self.begun

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(5)
        for each in self.sockets:
            each.close()


def seconds_for(live, path):
    begun = time.monotonic()
    answer = httpx.get(live.url + path, timeout=30, follow_redirects=True)
    assert answer.status_code == 200
    return time.monotonic() - begun


HEAD = b"GET /en/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
POST = (
    f"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: 90000\r\n"
    f"Cookie: csrftoken={'a' * 32}\r\n\r\nlogin="
).encode()  # with the cookie, so that the body is read for the token in it


@pytest.fixture(scope="module")
def xapi(live):
    """A good credential before a slow body."""
    printed = live.manage("lrs_credential", "create", "slow", "--mbox", "mailto:slow@example.org", "--scope", "all")
    key, secret = (re.search(rf"{name} +(\S+)", printed)[1] for name in ("key", "secret"))
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return (
        "POST /xapi/statements HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Basic {basic}\r\nX-Experience-API-Version: 1.0.3\r\nContent-Length: 90000\r\n\r\n["
    ).encode()


def test_fault_84_a_hundred_slow_heads_hold_nobody_up(live):
    seconds_for(live, "/en/")
    with Slow(live, 100, HEAD) as slow:
        end = slow.begun + 8
        while time.monotonic() < end:
            assert seconds_for(live, "/healthz") < 2
            assert seconds_for(live, "/en/") < 3
        live.wait_until(lambda: len(slow.ended_after) == 100, "all are sent away", seconds=15)
        assert min(slow.ended_after.values()) > 8
    assert "Traceback" not in live.log("web")


def test_fault_84_connections_that_say_nothing_hold_nobody_up(live):
    with Slow(live, 100, b""):
        for _ in range(5):
            assert seconds_for(live, "/healthz") < 2
    for beginning in (b"\r\n", b"GET", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01" * 50, b"\0" * 100):
        with Slow(live, 20, beginning):
            assert seconds_for(live, "/healthz") < 2


def test_fault_84_slow_bodies_leave_the_other_threads_free(live, xapi):
    half = (THREADS - 2) // 2
    with Slow(live, half, POST) as forms, Slow(live, half, xapi) as statements:
        end = time.monotonic() + 8
        while time.monotonic() < end:
            assert seconds_for(live, "/en/") < 3
        live.wait_until(lambda: len(forms.ended_after) == len(statements.ended_after) == half, "all ended", seconds=15)
        assert min(forms.ended_after.values()) > 8
        assert min(statements.ended_after.values()) > 8
    log = live.log("web")
    assert "POST /xapi/statements" in log
    for word in ("Traceback", "request_failed", "code=500"):
        assert word not in log, "a client's slowness is no fault of the portal"


def test_fault_84_more_slow_bodies_than_threads_end_by_themselves(live):
    with Slow(live, THREADS * 2, POST):
        assert seconds_for(live, "/healthz") < 28
    assert seconds_for(live, "/healthz") < 2


def test_clients_that_ask_without_pause_leave_the_threads_to_others(live):
    over = threading.Event()
    answered = [0] * THREADS * 2

    def ask(number):
        with httpx.Client(base_url=live.url) as client:
            while not over.is_set():
                assert client.get("/healthz").status_code == 200
                answered[number] += 1

    chatting = [threading.Thread(target=ask, args=(number,)) for number in range(len(answered))]
    for each in chatting:
        each.start()
    try:
        for _ in range(5):
            assert seconds_for(live, "/en/") < 3
    finally:
        over.set()
        for each in chatting:
            each.join()
    assert min(answered) > 0


def test_a_slow_but_honest_client_is_served(live):
    """A head in pieces over seconds, and a body in pieces: as from a telephone in a tunnel."""
    with socket.create_connection(("127.0.0.1", live.port), timeout=20) as link:
        for piece in (b"POST /account/lo", b"gin/ HTTP/1.1\r\nHo", b"st: localhost\r\nContent-Length: 9\r\n", b"\r\n"):
            link.sendall(piece)
            time.sleep(1)
        for piece in (b"log", b"in=", b"abc"):
            link.sendall(piece)
            time.sleep(1)
        assert link.recv(100).startswith(b"HTTP/1.1 403 ")  # no token: the portal has read it all and answered
        link.sendall(
            b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HT"
        )  # two in one, the second in pieces
        time.sleep(0.5)
        link.sendall(b"TP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        told = b""
        while chunk := link.recv(65536):
            told += chunk
    assert told.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    ("head", "allowed"),
    [
        ("GET /en/ HTTP/1.1\r\nHost: localhost\r\nX-Big: " + "a" * 100_000, {400, 431}),
        ("GET /en/ HTTP/1.1\r\nHost: localhost\r\nCookie: " + "a=b; " * 20_000, {400, 431}),
        (
            "GET /en/ HTTP/1.1\r\nHost: localhost\r\n" + "\r\n".join(f"X-{n}: {'b' * 90}" for n in range(1000)),
            {400, 431},
        ),
        (f"GET /en/?q={'a' * 100_000} HTTP/1.1\r\nHost: localhost", {400, 414}),
        ("GET /en/ HTTP/1.1\r\nHost: " + "a" * 5000, {400}),
        ("GET /en/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1", {400}),
        ("POST /en/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked", {400}),
    ],
    ids=["field", "cookies", "fields", "line", "host", "negative", "two lengths"],
)
def test_fault_84_heads_too_large_are_refused(live, head, allowed):
    with socket.create_connection(("127.0.0.1", live.port), timeout=10) as link:
        link.sendall(head.encode() + b"\r\n\r\n")
        told = link.recv(4096)
    assert int(told.split()[1]) in allowed, told[:300]
    assert b"Traceback" not in told
    assert seconds_for(live, "/healthz") < 2


def test_fault_84_forms_too_large_are_refused(live):
    client = httpx.Client(base_url=live.url, timeout=30)
    client.get("/account/login/")
    token = client.cookies["csrftoken"]
    huge = {"csrfmiddlewaretoken": token, "login": "a" * 6_000_000, "password": "b"}
    many = {"csrfmiddlewaretoken": token, **{f"f{n}": "x" for n in range(20_000)}}
    for form in (huge, many):
        for answer in (
            client.post("/account/login/", data=form),
            client.post("/account/login/", files={name: (None, value) for name, value in form.items()}),
            client.post("/account/signup/", data=form),
            client.post("/verify/", data=form),
        ):
            assert answer.status_code in (400, 413)
            assert "Traceback" not in answer.text
    files = [("file", (f"{n}.txt", b"x")) for n in range(300)]
    assert client.post("/verify/", data={"csrfmiddlewaretoken": token}, files=files).status_code == 400
    xapi = client.post(
        "/xapi/statements",
        content=b"[" + b" " * 11_000_000 + b"]",
        headers={"X-Experience-API-Version": "1.0.3", "Content-Type": "application/json"},
    )
    assert xapi.status_code in (401, 413)
    assert client.get("/account/login/").status_code == 200


def test_fault_84_who_is_refused_half_way_learns_that_the_connection_ends(live):
    body = b"&".join(b"field%d=x" % n for n in range(200_000))
    head = f"POST /verify/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", live.port), timeout=10) as link:
        link.sendall(head.encode() + body)
        told = b""
        while chunk := link.recv(65536):
            told += chunk
    assert told.split()[1] in (b"400", b"403", b"413"), told[:300]
    assert b"connection: close" in told.lower()
    with httpx.Client(base_url=live.url, timeout=30) as client:
        for _ in range(3):
            assert client.post("/verify/", content=body, headers={"Content-Type": FORM}).status_code in (400, 403, 413)
            assert client.get("/healthz").status_code == 200


def test_who_is_being_answered_when_the_portal_stops_is_answered(live):
    for _ in range(20):  # connections that end after their answer
        assert httpx.get(f"{live.url}/healthz", headers={"Connection": "close"}).status_code == 200
    with socket.create_connection(("127.0.0.1", live.port), timeout=20) as link:
        link.sendall(POST.replace(b"90000", b"9"))
        time.sleep(1)  # a thread waits for the rest
        live.processes["web"].send_signal(signal.SIGTERM)
        time.sleep(1)
        link.sendall(b"abc")
        assert link.recv(100).startswith(b"HTTP/1.1 403 ")
    live.processes["web"].wait(20)
    live.start("web")


def test_fault_84_a_long_password_costs_no_more_than_a_short_one(live):
    client = httpx.Client(base_url=live.url, timeout=30)
    client.get("/account/login/")
    form = {
        "csrfmiddlewaretoken": client.cookies["csrftoken"],
        "login": "nobody@example.org",
        "password": "p" * 4_000_000,
    }
    begun = time.monotonic()
    assert client.post("/account/login/", data=form).status_code in (200, 400)
    assert time.monotonic() - begun < 5
