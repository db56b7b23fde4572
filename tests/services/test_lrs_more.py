"""Pages that follow each other while others write, and while the server is killed and comes back between them."""

import random
import threading

import httpx
import pytest

from tests.portal.lrs.parts import MIXED, attachment, data_piece, json_piece, mixed
from tests.portal.lrs.samples import ANNA, BEN, new_id, statement, voiding
from tests.support.live import LivePortal
from tests.support.wire import client_of, faults_in, serve

pytestmark = pytest.mark.services

STORED, LIMIT, KILLS = 240, 8, 2
WEEK, DONE, OTHER = "https://example.org/week", "https://example.org/done", "https://example.org/other"
CONTENT = b"an appendix" * 500


@pytest.fixture(scope="module")
def live():
    portal = LivePortal("services")
    try:
        portal.prepare(demo=False)
        serve(portal)
        yield portal
    finally:
        portal.stop()


def sample(n, registration, target):
    """One of eight kinds, in turn, so that each filter finds some and leaves some."""
    kinds = [
        {"actor": ANNA},
        {"actor": BEN, "context": {"instructor": ANNA}},
        {"actor": BEN, "verb": {"id": DONE}},
        {"actor": BEN, "object": {"id": WEEK}},
        {"actor": BEN, "context": {"contextActivities": {"parent": [{"id": WEEK}]}}},
        {"actor": BEN, "context": {"registration": registration}},
        {"actor": BEN, "object": {"objectType": "StatementRef", "id": target}},
        {"actor": BEN, "attachments": [attachment(CONTENT)]},
    ]
    return statement(id=new_id(), **kinds[n % len(kinds)])


def sent_by(client, batch):
    return client.post(mixed(json_piece(batch), data_piece(CONTENT)), MIXED)


class Writer(threading.Thread):
    """Goes on storing statements of every kind, and voiding some of those, and the ``victims``."""

    def __init__(self, client, victims, registration, target):
        super().__init__(daemon=True)
        self.client, self.victims = client, list(victims)
        self.registration, self.target = registration, target
        self.over, self.stored, self.voided, self.faults = threading.Event(), 0, [], []

    def run(self):
        while not self.over.wait(0.1):
            batch = [sample(n, self.registration, self.target) for n in range(8)]
            doomed = [batch[0]["id"], *(self.victims.pop() for _ in range(2) if self.victims)]
            try:
                answers = [sent_by(self.client, batch), self.client.post([voiding(each) for each in doomed])]
            except httpx.TransportError:
                continue
            self.faults += [each.text[:300] for each in answers if each.status_code != 200]
            self.stored += len(batch)
            self.voided += doomed


class Reader:
    """Follows one query; what it asks is given as parameters."""

    def __init__(self, client, parameters):
        self.client, self.parameters = client, parameters
        self.found, self.more, self.pages = [], "", 0
        self.take(client.get(**parameters, limit=str(LIMIT)))

    def take(self, answer):
        assert answer.status_code == 200, answer.text
        kind, _, boundary = answer.headers["Content-Type"].partition("; boundary=")
        if kind == "multipart/mixed":
            first, *data = answer.content.split(b"--" + boundary.encode())[1:-1]
            page = httpx.Response(200, content=first.partition(b"\r\n\r\n")[2]).json()
            wanted = any("attachments" in each for each in page["statements"])
            assert [each.endswith(b"\r\n\r\n" + CONTENT + b"\r\n") for each in data] == [True] * wanted
        else:
            page = answer.json()
        self.found += [each["id"] for each in page["statements"]]
        self.more = page["more"]
        self.pages += 1

    def turn(self):
        if self.more:
            self.take(self.client.follow(self.more))


def queries(registration):
    """Every kind of filter, in both directions; ``until`` is what makes the last of them end by itself."""
    kinds = [
        {},
        {"agent": ANNA},
        {"agent": ANNA, "related_agents": "true"},
        {"verb": DONE},
        {"activity": WEEK},
        {"activity": WEEK, "related_activities": "true"},
        {"registration": registration},
        {"agent": BEN, "verb": DONE, "format": "ids"},
        {"agent": BEN, "format": "canonical"},
        {"verb": statement()["verb"]["id"], "attachments": "true"},
        {"since": "2020-01-01T00:00:00Z", "until": "2120-01-01T00:00:00Z"},
    ]
    return [{**each, "ascending": ascending} for each in kinds for ascending in ("true", "false")]


def test_no_statement_of_the_first_moment_is_missed_or_given_twice(live):
    client = client_of(live, "reader")
    registration, target = new_id(), new_id()
    assert client.post(statement(id=target, actor=ANNA, object={"id": WEEK})).status_code == 200
    ids = []
    for begun in range(0, STORED, 24):
        batch = [sample(n, registration, target) for n in range(begun, begun + 24)]
        assert sent_by(client, batch).status_code == 200
        ids += [each["id"] for each in batch]
    victims = set(random.Random(5).sample(ids, 40))  # voided meanwhile, so they may be missed
    snapshots = [client.all_ids(**{**each, "attachments": "false"}) for each in queries(registration)]
    assert all(STORED // 8 <= len(each) <= STORED + 1 for each in snapshots)
    readers = [Reader(client, each) for each in queries(registration)]
    writers = [Writer(client_of(live, f"w{n}"), (), registration, target) for n in range(2)]
    writers.append(Writer(client, victims, registration, target))
    read_in_a_storm(live, readers, writers)
    for snapshot, reader in zip(snapshots, readers, strict=True):
        expected = [each for each in snapshot if each not in victims]
        wanted = set(expected)
        assert reader.pages > 3, reader.parameters
        assert len(reader.found) == len(set(reader.found)), reader.parameters
        assert [each for each in reader.found if each in wanted] == expected, reader.parameters
        if reader.parameters["ascending"] == "false":
            assert set(reader.found) <= set(snapshot), "what came later stands before the first page"
    voided = {uuid for each in writers for uuid in each.voided}
    assert voided & victims
    assert voided.isdisjoint(client.all_ids())
    assert faults_in(live) == []


def read_in_a_storm(live, readers, writers):
    """Turn the pages of all while ``writers`` write and the server is killed; the last pages once it is quiet."""
    for each in writers:
        each.start()
    for turn in range(4):
        for each in readers:
            each.turn()
        if turn < KILLS:
            live.kill("web")
            serve(live)
    for each in writers:
        each.over.set()
        each.join(60)
    assert [fault for each in writers for fault in each.faults] == []
    assert min(each.stored for each in writers) > 0
    while any(each.more for each in readers):
        for each in readers:
            each.turn()


def test_a_continuation_that_was_changed_is_refused(live):
    client = client_of(live, "changed")
    assert client.post([statement() for _ in range(3)]).status_code == 200
    more = client.get(limit="1").json()["more"]
    token = more.partition("=")[2]
    assert client.follow(more).status_code == 200
    changed = [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(0, len(token) - 1, 7)]
    for each in (*changed, token[:-1], token + "A", "", token * 2, token.replace(":", "."), "\0", "é" * 100):
        answer = client.get(more=each)
        assert (answer.status_code, answer.json()["path"]) == (400, "more"), each
    assert faults_in(live) == []


def test_a_continuation_opens_to_another_credential_only_what_it_may_read(live):
    one, own = client_of(live, "one"), client_of(live, "own", "statements/read/mine")
    assert one.post([statement() for _ in range(3)]).status_code == 200
    more = one.get(limit="1").json()["more"]
    assert len(one.follow(more).json()["statements"]) == 1
    assert own.follow(more).json() == {"statements": [], "more": ""}
