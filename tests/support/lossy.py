"""A proxy in front of a portal that delays, refuses or loses what goes through it."""

import http.client
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LATE_SECONDS = 3
SKIPPED = {"connection", "transfer-encoding", "content-length", "server", "date"}


class LossyProxy(ThreadingHTTPServer):
    """``mode`` is "pass", "slow", "lost" (the request goes through, its answer does not come back), "late" (its
    answer comes after ``LATE_SECONDS``) or a status that it says.

    ``posts`` counts the writes that reached the portal behind it.
    """

    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port, self.mode, self.posts = port, "pass", 0


@contextmanager
def lossy_proxy(port):
    """In front of the portal at ``port``."""
    proxy = LossyProxy(port)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.relay()

    def do_POST(self):
        self.relay()

    def relay(self):
        proxy, mode = self.server, self.server.mode
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if isinstance(mode, int):
            return self.say(mode, [("Retry-After", "2")], b"")
        if mode == "slow":
            time.sleep(1)
        behind = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        try:
            behind.request(self.command, self.path, body, headers)
            answer = behind.getresponse()
            content = answer.read()
        except OSError:
            self.close_connection = True
            return None
        finally:
            behind.close()
        proxy.posts += self.command == "POST"
        if mode == "lost":
            self.close_connection = True
            return None
        if mode == "late":
            time.sleep(LATE_SECONDS)
        return self.say(answer.status, answer.getheaders(), content)

    def say(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in SKIPPED:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
