"""The server is killed again and again while batches come in: each is stored whole or not at all, and 200 is a promise."""

import random
import threading
import time
from hashlib import sha256

import httpx
import pytest

from tests.portal.lrs.parts import MIXED, attachment, data_piece, json_piece, mixed
from tests.portal.lrs.samples import new_id, statement
from tests.support.live import LivePortal
from tests.support.wire import Backstage, client_of, faults_in, serve, workers_of

pytestmark = pytest.mark.services

KILLS, WRITERS, BATCH = 50, 4, 50
ALL_AT = 10  # each tenth time the process that starts the others dies with them
SHARED = b"everybody sends this" * 3000

STATEMENTS = """
    FROM lrs_statementid given
    JOIN lrs_statement statement ON statement.id = given.statement AND statement.stored = given.stored
    WHERE given.uuid = ANY(%s::uuid[]) AND statement.uuid = given.uuid
"""
PRESENT = f"SELECT given.uuid::text {STATEMENTS}"
ATTACHED = f"""
    SELECT named.uuid, attachment.data_id,
           (SELECT encode(sha256(string_agg(content, ''::bytea ORDER BY number)), 'hex')
              FROM lrs_attachmentpiece WHERE data_id = attachment.data_id)
    FROM (SELECT given.uuid::text AS uuid, statement.id {STATEMENTS}) named
    JOIN lrs_attachment attachment ON attachment.statement_id = named.id
"""
ORPHANS = """
    SELECT (SELECT count(*) FROM lrs_attachmentdata WHERE sha256 NOT IN (SELECT data_id FROM lrs_attachment)),
           (SELECT count(*) FROM lrs_attachment WHERE statement_id NOT IN (SELECT id FROM lrs_statement)),
           (SELECT count(*) FROM lrs_statementid WHERE statement NOT IN (SELECT id FROM lrs_statement))
"""


class Batch:
    """Fifty statements; where they have attachments, one of them is everybody's and one is its own."""

    def __init__(self, writer, number):
        agent = {"objectType": "Agent", "mbox": f"mailto:writer{writer}@example.org"}
        activity = {"id": f"https://example.org/killed/{number % 7}"}
        own = f"{writer} {number}".encode() * 5000
        self.contents = [SHARED, own] if number % 2 else []
        described = [attachment(each) for each in self.contents]
        more = {"attachments": described} if described else {}
        self.statements = [statement(id=new_id(), actor=agent, object=activity, **more) for _ in range(BATCH)]
        self.ids = [each["id"] for each in self.statements]
        self.is_answered = False

    @property
    def hashes(self):
        return {sha256(each).hexdigest() for each in self.contents}

    def send(self, client):
        if not self.contents:
            return client.post(self.statements)
        return client.post(mixed(json_piece(self.statements), *map(data_piece, self.contents)), MIXED)


class Writer(threading.Thread):
    """Sends batch after batch; one without an answer is left as it is, and the next one follows."""

    def __init__(self, client, number, over):
        super().__init__(daemon=True)
        self.client, self.number, self.over = client, number, over
        self.batches, self.faults = [], []

    def run(self):
        while not self.over.is_set():
            batch = Batch(self.number, len(self.batches))
            self.batches.append(batch)
            try:
                answer = batch.send(self.client)
            except httpx.ConnectError:  # nobody there: it did not leave
                self.batches.pop()
                time.sleep(0.05)
                continue
            except httpx.TransportError:
                continue
            batch.is_answered = answer.status_code == 200 and answer.json() == batch.ids
            if not batch.is_answered:
                self.faults.append(f"{answer.status_code} {answer.text[:300]}")

    @property
    def answered(self):
        return sum(each.is_answered for each in self.batches)


@pytest.fixture(scope="module")
def live():
    portal = LivePortal("services")
    try:
        portal.prepare(demo=False)
        start(portal)
        yield portal
    finally:
        portal.stop()


def start(portal):
    """Loaded before the processes that serve are made, so that new ones are there at once."""
    serve(portal, "--preload")


def kill(portal, *, all_of_it):
    if all_of_it:
        portal.kill("web")
        start(portal)
    else:
        for each in workers_of(portal):
            each.kill()


def compare(store, batches):
    """All answered batches are there with their data, and of the others there is no part.

    Which are answered is looked at first, because more are while the question runs.
    """
    answered = {n for n, each in enumerate(batches) if each.is_answered}
    asked = [uuid for each in batches for uuid in each.ids]
    with store.link.transaction():
        store.link.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        present = {uuid for (uuid,) in store.link.execute(PRESENT, [asked])}
        attached = {}
        for uuid, named, kept in store.link.execute(ATTACHED, [asked]):
            assert named == kept
            attached.setdefault(uuid, set()).add(named)
    for n, each in enumerate(batches):
        found = present.intersection(each.ids)
        assert len(found) in ({BATCH} if n in answered else {0, BATCH})
        assert all(attached.get(uuid, set()) == (each.hashes if found else set()) for uuid in each.ids)


def test_batches_answered_are_there_and_no_part_of_another_after_50_kills(live):
    client = client_of(live, "killed")
    store = Backstage(live)
    over = threading.Event()
    writers = [Writer(client, n, over) for n in range(WRITERS)]
    for each in writers:
        each.start()
    chance = random.Random(9)
    compared = [0] * WRITERS
    for n in range(1, KILLS + 1):
        before = sum(each.answered for each in writers)
        live.wait_until(lambda: sum(each.answered for each in writers) > before + 1, "batches are stored", seconds=30)  # noqa: B023
        time.sleep(chance.uniform(0, 0.3))
        kill(live, all_of_it=n % ALL_AT == 0)
        sent = [each.batches[begun:] for each, begun in zip(writers, compared, strict=True)]
        compare(store, [batch for several in sent for batch in several])
        compared = [begun + len(several) - 1 for begun, several in zip(compared, sent, strict=True)]
    over.set()
    for each in writers:
        each.join(60)
    batches = [batch for each in writers for batch in each.batches]
    lost = [each for each in batches if not each.is_answered]
    assert [fault for each in writers for fault in each.faults] == []
    assert len(lost) > KILLS, "most kills came while batches were on their way"
    compare(store, batches)
    assert store.link.execute(ORPHANS).fetchone() == (0, 0, 0)
    for each in lost:
        assert each.send(client).json() == each.ids, "what was cut off can be sent again, stored before or not"
        each.is_answered = True
    compare(store, batches)
    assert store.count("lrs_statement", "NOT own") == len(batches) * BATCH
    for each in writers:
        agent = {"mbox": f"mailto:writer{each.number}@example.org"}
        assert sorted(client.all_ids(agent=agent)) == sorted(uuid for batch in each.batches for uuid in batch.ids)
    store.close()
    assert faults_in(live) == []
