"""Hostile bodies against the real server: refused in time, in bounded memory, with no word of a person in the log."""

import base64
import json
import re
import socket
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.portal.lrs.parts import MIXED, TEXT, attachment, data_piece, json_piece, mixed
from tests.portal.lrs.samples import new_id, statement
from tests.support.live import LivePortal

pytestmark = pytest.mark.services

MEGABYTE = 1024 * 1024
NAME, ADDRESS = "Zebedee Quillfeather", "zebedee.quillfeather@example.org"
SOMEBODY = {"name": NAME, "mbox": f"mailto:{ADDRESS}"}
STATE = {"activityId": "https://example.org/hike", "agent": json.dumps(SOMEBODY), "stateId": NAME}
JSON = "application/json"


class Served:
    """A portal and a client of it."""

    def __init__(self, application):
        self.live = LivePortal("services", application=application)
        self.live.prepare(demo=False)
        self.live.start("web")
        whose = ("--mbox", "mailto:player@example.org", "--scope", "all")
        printed = self.live.manage("lrs_credential", "create", "player", *whose)
        self.key, self.secret = (re.search(rf"{word} +(\S+)", printed)[1] for word in ("key", "secret"))
        basic = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        self.headers = {"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3"}
        self.client = httpx.Client(base_url=self.live.url, headers=self.headers, timeout=120)
        self.post(statement())

    def post(self, body, content_type=JSON):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post("/xapi/statements", content=body, headers={"Content-Type": content_type})

    def count(self):
        """How many statements the store holds."""
        return len(self.client.get("/xapi/statements").json()["statements"])

    def workers(self):
        return psutil.Process(self.live.processes["web"].pid).children(recursive=True)

    @contextmanager
    def memory_grows_by_less_than(self, megabytes):
        """The peak of each worker process, told by the kernel, over what it had before."""
        before = {}
        for each in self.workers():
            Path(f"/proc/{each.pid}/clear_refs").write_text("5")  # the peak begins anew
            before[each.pid] = each.memory_info().rss
        yield
        grown = {pid: (peak(pid) - rss) / MEGABYTE for pid, rss in before.items() if psutil.pid_exists(pid)}
        assert len(grown) == len(before), "no worker has died"
        assert max(grown.values()) < megabytes, grown


def peak(pid):
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


@pytest.fixture(scope="module")
def served():
    portal = None
    try:
        portal = Served("portal.config.wsgi")
        yield portal
    finally:
        if portal:
            portal.live.stop()


@pytest.fixture(scope="module")
def roomy():
    portal = None
    try:
        portal = Served("tests.support.roomy")
        yield portal
    finally:
        if portal:
            portal.live.stop()


def extended(value):
    """The JSON of a statement with ``value``, a JSON text, in an extension."""
    text = json.dumps(statement(actor=SOMEBODY))
    return f'{text[:-1]}, "result": {{"extensions": {{"https://example.org/e": {value}}}}}}}'.encode()


def many_parts(count):
    each = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return b"--b\r\nContent-Type: application/json\r\n\r\n[]\r\n" + each * count + b"--b--\r\n"


HOSTILE = {
    "arrays within arrays": lambda: (b"[" * (10 * MEGABYTE - 1), JSON, 400),
    "closed arrays within arrays": lambda: (extended("[" * 4_900_000 + "]" * 4_900_000), JSON, 400),
    "objects within objects": lambda: (extended('{"a":' * 1_000_000 + "1" + "}" * 1_000_000), JSON, 400),
    "a million keys": lambda: (
        ("{" + ",".join(f'"{n}":0' for n in range(1_000_000)) + "}").encode()[: 10 * MEGABYTE],
        JSON,
        400,
    ),
    "many keys": lambda: (("{" + ",".join(f'"{n}":0' for n in range(900_000)) + "}").encode(), JSON, 400),
    "many empty arrays": lambda: (extended("[" + "[]," * 3_000_000 + "1,]"), JSON, 400),
    "a million times the same key": lambda: (extended("{" + '"a":1,' * 1_000_000 + '"b":1}'), JSON, 400),
    "a number of ten million digits": lambda: (extended("9" * 10_000_000), JSON, 400),
    "a text of nuls": lambda: (extended('"' + r"\u0000" * 1_500_000 + '"'), JSON, 400),
    "a hundred thousand statements": lambda: (json.dumps([{"actor": 1}] * 100_000).encode(), JSON, 413),
    "a hundred thousand parts": lambda: (many_parts(100_000), "multipart/mixed; boundary=b", 413),
    "a part with a long header": lambda: (
        mixed(json_piece(statement()), b"X-Long: " + b"a" * 9_000_000 + b"\r\n\r\nx"),
        MIXED,
        413,
    ),
    "a million boundaries": lambda: (b"--b\r\n" * 1_000_000, "multipart/mixed; boundary=b", 400),
    "a wrong hash": lambda: (
        mixed(
            json_piece(statement(attachments=[attachment()])), data_piece(TEXT + b"x", X_Experience_API_Hash="0" * 64)
        ),
        MIXED,
        400,
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_fault_01_hostile_bodies(served, kind):
    body, content_type, status = HOSTILE[kind]()
    assert len(body) <= 10 * MEGABYTE
    served.post(statement())  # so that what a first request needs is there
    before = served.count()
    with served.memory_grows_by_less_than(400):
        begun = time.monotonic()
        answer = served.post(body, content_type)
        assert time.monotonic() - begun < 60
    assert answer.status_code == status, answer.text
    assert answer.json().keys() == {"error", "path"}
    assert len(answer.content) < 1000
    assert served.count() == before


def test_many_keys_where_any_are_right_are_stored_in_bounded_memory(served):
    body = extended("{" + ",".join(f'"k{n}":0' for n in range(700_000)) + "}")
    with served.memory_grows_by_less_than(700):
        assert served.post(body).status_code == 200


class Line:
    """A connection that sends what the test says, and no more."""

    def __init__(self, served, *head):
        self.socket = socket.create_connection(("localhost", served.live.port), timeout=30)
        lines = ["POST /xapi/statements HTTP/1.1", "Host: localhost", f"Content-Type: {JSON}"]
        lines += [f"{name}: {value}" for name, value in served.headers.items()]
        self.socket.sendall("\r\n".join([*lines, *head, "", ""]).encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def status(self):
        return int(self.socket.makefile("rb").readline().split()[1])


def test_a_body_announced_too_long_is_refused_before_it_comes(served):
    with served.memory_grows_by_less_than(50), Line(served, f"Content-Length: {50 * MEGABYTE}") as line:
        line.socket.sendall(b"[" + b" " * 1000)
        begun = time.monotonic()
        assert line.status() == 413
        assert time.monotonic() - begun < 8, "it does not wait for the rest"


def test_a_body_in_pieces_is_read_up_to_the_limit(served):
    piece = b"%x\r\n" % 65536 + b" " * 65536 + b"\r\n"
    sent = 0
    with served.memory_grows_by_less_than(150), Line(served, "Transfer-Encoding: chunked") as line:
        try:
            while sent < 50 * MEGABYTE:
                line.socket.sendall(piece)
                sent += len(piece)
        except OSError:
            pass  # the server has closed the line
        else:
            assert line.status() == 413
    assert served.client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "head",
    [
        ["X-" + "a" * 10_000 + ": 1", "Content-Length: 2"],
        [f"X-{n}: 1" for n in range(500)] + ["Content-Length: 2"],
        ["X-Experience-API-Version : 1.0.3", "Content-Length: 2"],
        ["Content-Length: 2", "Content-Length: 3"],
        ["Content-Length: 2", "Transfer-Encoding: chunked"],
        ["Content-Length: +2"],
        ["Content-Length: 2\x0b"],
        ["Transfer-Encoding: chunked, gzip"],
        ["If-Match: a\r\n folded", "Content-Length: 2"],
        ["X\0: 1", "Content-Length: 2"],
    ],
    ids=[
        "long name",
        "many",
        "space before colon",
        "two lengths",
        "length and pieces",
        "plus",
        "tab",
        "codings",
        "folded",
        "nul",
    ],
)
def test_heads_that_are_none(served, head):
    with Line(served, *head) as line:
        line.socket.sendall(b"[]")
        assert line.status() in {400, 431, 501}
    assert served.client.get("/healthz").status_code == 200


def test_two_versions_in_two_headers(served):
    both = [("X-Experience-API-Version", "1.0.3"), ("X-Experience-API-Version", "2.0.0")]
    answer = httpx.get(
        f"{served.live.url}/xapi/statements", headers=[*both, ("Authorization", served.headers["Authorization"])]
    )
    assert answer.status_code == 400


def test_with_the_limit_at_60_mb_a_batch_of_50_mb_is_stored(roomy):
    ids = [new_id() for _ in range(1000)]
    batch = [statement(id=uuid, actor=SOMEBODY, result={"response": "x" * 50_000}) for uuid in ids]
    with roomy.memory_grows_by_less_than(800):
        answer = roomy.post(batch)
    assert (answer.status_code, answer.json()) == (200, ids)
    assert (
        len(roomy.client.get("/xapi/statements", params={"statementId": ids[-1]}).json()["result"]["response"])
        == 50_000
    )


def test_with_the_limit_at_60_mb_an_attachment_of_50_mb_comes_back(roomy):
    content = bytes(range(256)) * (50 * MEGABYTE // 256)
    uuid = new_id()
    told = attachment(content, contentType="application/octet-stream")
    body = mixed(
        json_piece(statement(id=uuid, attachments=[told])), data_piece(content, Content_Type="application/octet-stream")
    )
    with roomy.memory_grows_by_less_than(400):
        assert roomy.post(body, MIXED).status_code == 200
    with roomy.memory_grows_by_less_than(100):
        answer = roomy.client.get("/xapi/statements", params={"statementId": uuid, "attachments": "true"})
    assert answer.status_code == 200
    assert content in answer.content


def test_with_the_limit_at_60_mb_a_document_of_50_mb_comes_back(roomy):
    content = b"0123456789abcdef" * (50 * MEGABYTE // 16)
    with roomy.memory_grows_by_less_than(800):
        put = roomy.client.put(
            "/xapi/activities/state", params=STATE, content=content, headers={"Content-Type": "text/plain"}
        )
        assert put.status_code == 204
        answer = roomy.client.get("/xapi/activities/state", params=STATE)
    assert answer.content == content


def test_what_is_longer_than_60_mb_is_refused(roomy):
    for resource, content_type in (("statements", JSON), ("statements", MIXED), ("activities/state", "text/plain")):
        with roomy.memory_grows_by_less_than(50):
            answer = roomy.client.put(
                f"/xapi/{resource}",
                params=STATE if resource != "statements" else {"statementId": new_id()},
                content=b" " * (61 * MEGABYTE),
                headers={"Content-Type": content_type},
            )
        assert answer.status_code == 413
        assert roomy.client.get("/healthz").status_code == 200, "the next request meets a server"


def test_fault_83_the_log_tells_of_nobody(served):
    about = {"agent": json.dumps(SOMEBODY)}
    refused = [
        served.post(statement(actor={**SOMEBODY, "mbox": ADDRESS})),
        served.post(statement(actor=SOMEBODY, object={"id": NAME})),
        served.post(f'{{"{NAME}": "{ADDRESS}"'.encode()),
        served.post(b"x", f"text/{ADDRESS}"),
        served.client.get("/xapi/statements", params={**about, "limit": ADDRESS}),
        served.client.get("/xapi/statements", params={NAME: ADDRESS}),
        served.client.put("/xapi/activities/state", params={**STATE, "registration": ADDRESS}, content=b"x"),
        served.client.get("/xapi/agents", params={"agent": ADDRESS}),
        served.client.get("/xapi/statements", headers={"X-Experience-API-Version": ADDRESS}),
        served.client.post("/xapi/statements?method=GET", data={"agent": ADDRESS, NAME: "x"}),
    ]
    assert {each.status_code for each in refused} == {400}
    assert served.client.get("/xapi/statements", params=about, auth=(ADDRESS, NAME)).status_code == 401
    served.live.wait_until(
        lambda: '"code": 401' in served.live.log("web") or "code=401" in served.live.log("web"), "logged", seconds=10
    )
    log = served.live.log("web")
    assert "POST /xapi/statements" in log
    for word in (
        NAME,
        *NAME.split(),
        ADDRESS,
        "quillfeather",
        served.secret,
        served.headers["Authorization"],
        "Traceback",
    ):
        assert word.lower() not in log.lower(), word
    assert "code=500" not in log
