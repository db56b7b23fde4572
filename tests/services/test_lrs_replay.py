"""What is stored already and comes again, in whatever order and company, changes nothing. By hand with a million:
``python -m tests.bench.replay``.
"""

import copy
from datetime import datetime
from functools import partial

import pytest

from tests.bench.replay import batches, send, send_all, shuffled
from tests.bench.sentences import sentence
from tests.support.live import LivePortal
from tests.support.wire import Backstage, at_once, client_of, faults_in, serve

pytestmark = pytest.mark.services

STORED = 20_000


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
    """With 20,000 statements stored."""
    client = client_of(live, "replay")
    send_all(client, batches(range(STORED), 1000))
    return client


@pytest.fixture
def store(live, client):
    """Its contents are the same after the test."""
    store = Backstage(live)
    before = store.contents()
    assert before["lrs_statement"][0] == STORED
    yield store
    assert store.contents() == before
    store.close()
    assert faults_in(live) == []


def test_fault_2_20000_statements_sent_again_shuffled_and_together_change_nothing(client, store):
    """Twice over at the same moment, in batches of two sizes, so that the same statements also meet each other."""
    at_once([partial(send_all, client, batches(shuffled(STORED, seed), size)) for seed, size in ((1, 1000), (2, 333))])


def test_fault_2_as_the_store_tells_them_they_are_the_same(client, store):
    page = client.get(limit="500").json()["statements"]
    assert len(page) == 500
    assert client.post(page).json() == [each["id"] for each in page]


def test_fault_2_what_the_standard_lets_differ_is_the_same(client, store):
    batch = [sentence(n) for n in range(500)]
    for each in batch:
        each["verb"]["display"] = {"de": "anders"}
        each["object"]["definition"] = {"name": {"de": "anders"}}
        moment = datetime.fromisoformat(each["timestamp"])
        each["timestamp"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        each["authority"] = {"mbox": "mailto:somebody@example.org"}
        each["stored"] = "2020-01-01T00:00:00Z"
    assert client.post(batch).json() == [each["id"] for each in batch]


@pytest.mark.parametrize("place", [0, 499, 998])
def test_fault_3_one_other_statement_among_known_and_new_ones_refuses_them_all(client, store, place):
    batch = [sentence(n) for n in range(700)] + [sentence(STORED + n) for n in range(299)]
    other = copy.deepcopy(sentence(9999))
    other["result"]["score"]["scaled"] = -1
    batch.insert(place, other)
    answer = client.post(batch)
    assert (answer.status_code, answer.json()["path"]) == (409, f"[{place}].id")


def test_fault_2_a_statement_alone(client, store):
    for n in (0, 1, STORED - 1):
        send(client, [n])
        assert client.send("PUT", "statements", sentence(n), statementId=sentence(n)["id"]).status_code == 204
