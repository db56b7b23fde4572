"""A record store of somebody else: a few lines that answer as the standard asks, or as they are told."""

import base64
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from portal.lrs.equality import same
from portal.lrs.multipart import read

KEY, SECRET = "outside-key", "outside-secret"


class OutsideStore(ThreadingHTTPServer):
    """What it got and how it behaves.

    ``kept`` are the statements by id in the order in which they first came, ``data`` what came as attachments,
    ``batches`` the numbers of statements of every POST, ``next_answers`` what it says to the next ones instead:
    (status, headers, body), or a function that is given the handler. ``refuses`` judges a
    statement, ``refusal`` is what it says then.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kept, self.data, self.batches, self.next_answers, self.asked = {}, {}, [], [], []
        self.refuses = lambda _: False
        self.refusal = 400
        self.is_open = True
        self.strict_replay = False  # as Ralph: one known statement turns a whole batch into 409
        self.limit = 10**9
        self.versions = ["1.0.3", "2.0.0"]

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/xapi"

    @property
    def ids(self):
        return list(self.kept)


@contextmanager
def outside_store():
    store = OutsideStore()
    thread = threading.Thread(target=store.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        store.shutdown()
        store.server_close()
        thread.join(10)


def trickle(handler):
    """An answer that never ends: a byte every tenth of a second."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(600):
        try:
            handler.wfile.write(b" ")
        except OSError:
            return
        time.sleep(0.1)


def hang_up(handler):
    """The request is taken, and its acknowledgement lost."""
    handler.store_body()
    handler.close_connection = True
    handler.wfile.close = lambda: None
    handler.connection.shutdown(2)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body=b"", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_let_in(self):
        wanted = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if self.headers.get("Authorization") == wanted and self.server.is_open:
            return True
        self.say(401, {"error": "who are you?"})
        return False

    def do_GET(self):
        store, where = self.server, urlsplit(self.path)
        store.asked.append(self.path)
        if where.path == "/xapi/about":
            return self.say(200, {"version": store.versions})
        if not self.is_let_in():
            return None
        query = parse_qs(where.query)
        if "statementId" in query or "voidedStatementId" in query:
            found = store.kept.get(query.get("statementId", [""])[0])
            return self.say(200, found) if found else self.say(404, {"error": "no such statement"})
        return self.say(200, {"statements": list(store.kept.values())[:1], "more": ""})

    def do_POST(self):
        store = self.server
        if store.next_answers:
            answer = store.next_answers.pop(0)
            if callable(answer):
                return answer(self)
            self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, body = answer
            return self.say(status, body, **headers)
        if not self.is_let_in():
            self.close_connection = True
            return None
        return self.say(*self.store_body())

    def store_body(self):
        store = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) > store.limit:
            return 413, {"error": "too large"}
        kind, _, boundary = self.headers["Content-Type"].partition("; boundary=")
        statements, parts = read(body, boundary) if kind == "multipart/mixed" else (json.loads(body), [])
        store.batches.append(len(statements))
        if any(store.refuses(each) for each in statements):
            return store.refusal, {"error": f"not wanted: {json.dumps(statements)}"}
        known = [each for each in statements if each["id"] in store.kept]
        if any(not same(each, store.kept[each["id"]]) for each in known) or (known and store.strict_replay):
            return 409, {"error": "known already"}
        for each in statements:
            store.kept.setdefault(each["id"], each)
        store.data.update({part.sha2: bytes(part.content) for part in parts})
        return 200, [each["id"] for each in statements]
