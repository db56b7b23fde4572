"""A process that serves stays small while long pages go out and long batches come in."""

import json
import threading
import time
from functools import partial

import httpx
import pytest

from tests.portal.lrs.parts import MIXED, attachment, data_piece, json_piece, mixed, sha2
from tests.portal.lrs.samples import statement
from tests.support.live import LivePortal
from tests.support.wire import client_of, faults_in, serve, workers_of

pytestmark = pytest.mark.services

SECONDS, MEGABYTE, LIMIT = 25, 1024 * 1024, 250
LONG = {"extensions": {"https://example.org/long": "x" * 20_000}}
AGENT = {"objectType": "Agent", "mbox": "mailto:long@example.org"}
BIG = [b"%d" % n * MEGABYTE for n in range(8)]


@pytest.fixture(scope="module")
def live():
    portal = LivePortal("services")
    try:
        serve(portal.prepare(demo=False))
        yield portal
    finally:
        portal.stop()


@pytest.fixture(scope="module")
def client(live):
    """With 500 statements of 20 KB stored, of which every fiftieth has a megabyte attached."""
    client = client_of(live, "long")
    for begun in range(0, 500, 125):
        batch = [statement(actor=AGENT, result=LONG) for _ in range(125)]
        contents = BIG[begun // 125 * 2 :][:2]
        for each, content in zip(batch[::60], contents, strict=False):
            each["attachments"] = [attachment(content)]
        answer = client.post(mixed(json_piece(batch), *map(data_piece, contents)), MIXED)
        assert answer.status_code == 200, answer.text
    return client


def streamed(client, path):
    """Read a page piece by piece: its bytes, the length of the longest piece, and whether the first came with a length."""
    parts, longest = [], 0
    with client.client.stream("GET", path, headers=client.headers()) as answer:
        assert answer.status_code == 200
        for piece in answer.iter_raw():
            parts.append(piece)
            longest = max(longest, len(piece))
    return b"".join(parts), longest, answer


PAGE = f"/xapi/statements?agent={json.dumps(AGENT)}&limit=500&attachments=true"


class Watch(threading.Thread):
    """Notes the largest size of each process, in bytes."""

    def __init__(self, processes):
        super().__init__(daemon=True)
        self.processes, self.over = processes, threading.Event()
        self.largest = {each.pid: 0 for each in processes}

    def run(self):
        while not self.over.wait(0.1):
            for each in self.processes:
                self.largest[each.pid] = max(self.largest[each.pid], each.memory_info().rss)


def until(end, faults, call):
    while time.monotonic() < end:
        try:
            answer = call()
        except httpx.HTTPError as error:
            faults.append(repr(error))
            return
        if answer.status_code != 200:
            faults.append(f"{answer.status_code} {answer.text[:300]}")
            return


def read(client):
    content, _, answer = streamed(client, PAGE)
    assert len(content) > 7 * MEGABYTE
    return answer


def test_a_process_stays_under_250_megabytes_in_traffic(live, client):
    """Pages of 20 KB statements with what is attached go out while batches of 1,000 come in."""
    batch = json.dumps([statement(result={"response": "x" * 700}) for _ in range(1000)]).encode()
    calls = [partial(read, client)] * 4 + [partial(client.post, batch)] * 4
    watch = Watch(workers_of(live))
    assert len(watch.processes) == 2
    watch.start()
    faults, end = [], time.monotonic() + SECONDS
    threads = [threading.Thread(target=until, args=(end, faults, each)) for each in calls]
    for each in threads:
        each.start()
    for each in threads:
        each.join(SECONDS + 60)
    watch.over.set()
    watch.join(5)
    assert faults == []
    assert workers_of(live) == watch.processes, "none ended meanwhile"
    assert all(0 < size < LIMIT * MEGABYTE for size in watch.largest.values()), watch.largest
    assert faults_in(live) == []


def test_a_page_of_500_statements_comes_in_pieces_and_whole(client):
    found, path = [], PAGE
    while path:
        content, longest, answer = streamed(client, path)
        boundary = answer.headers["Content-Type"].partition("boundary=")[2].encode()
        first, *data = content.split(b"\r\n--" + boundary)
        page = json.loads(first.partition(b"\r\n\r\n")[2])
        hashes = {each["sha2"] for one in page["statements"] for each in one.get("attachments", ())}
        told = {sha2(each.partition(b"\r\n\r\n")[2]) for each in data if each != b"--\r\n"}
        assert told == hashes
        assert longest < len(content) / 8
        found += [each["id"] for each in page["statements"]]
        path = page["more"]
    assert len(found) == len(set(found)) == 500
