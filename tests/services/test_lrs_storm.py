"""64 clients at one moment, through the real server with two processes, on PostgreSQL."""

import json
import random
import time
from collections import Counter
from functools import partial

import pytest

from tests.portal.lrs.parts import MIXED, attachment, data_piece, json_piece, mixed
from tests.portal.lrs.samples import new_id, statement
from tests.portal.lrs.shelves import Shelf, each_place, each_version
from tests.support.live import LivePortal
from tests.support.wire import Backstage, at_once, client_of, faults_in, serve

pytestmark = pytest.mark.services

CLIENTS, BATCH, WRITERS = 64, 25, 16
PEOPLE = [{"objectType": "Agent", "mbox": f"mailto:person{n}@example.org"} for n in range(12)]
PLACES = [f"https://example.org/storm/{n}" for n in range(9)]
CONTENTS = [f"data {n}".encode() * 2000 for n in range(12)]


@pytest.fixture(scope="module")
def live():
    portal = LivePortal("services")
    try:
        serve(portal.prepare(demo=False))
        yield portal
    finally:
        portal.stop()


@pytest.fixture(scope="module")
def store(live):
    """In all that the tests do, PostgreSQL had no deadlock to end, not even one that was tried again."""
    store = Backstage(live)
    yield store
    time.sleep(1.1)
    deadlocks = store.deadlocks()
    store.close()
    assert deadlocks == 0


@pytest.fixture(scope="module")
def client(live):
    return client_of(live, "storm")


@pytest.fixture(autouse=True)
def _nothing_unforeseen(live):
    yield
    assert faults_in(live) == []


def told_of(everyone, **changes):
    """A statement that names four of the people, and three activities, in any order."""
    one, two, three, four = everyone.sample(PEOPLE, 4)
    here, around, above = everyone.sample(PLACES, 3)
    context = {
        "instructor": two,
        "team": {"objectType": "Group", "member": [three, four]},
        "contextActivities": {"parent": [{"id": around}], "grouping": [{"id": above}]},
    }
    return statement(id=new_id(), actor=one, object={"id": here}, context=context, **changes)


def posted(client, batch):
    return partial(client.post, batch)


def people_of(sent):
    team = sent["context"]["team"]["member"]
    return [each["mbox"] for each in (sent["actor"], sent["context"]["instructor"], *team)]


def places_of(sent):
    around = sent["context"]["contextActivities"].values()
    return [sent["object"]["id"], *(each["id"] for several in around for each in several)]


def test_64_batches_that_share_people_and_activities(client, store):
    everyone = random.Random(4)
    rows = {"lrs_statement": 1, "lrs_statementid": 1, "lrs_relatedagent": 3, "lrs_relatedactivity": 2}
    before = {name: store.count(name) for name in rows}
    sent = []
    for _ in range(3):
        batches = [[told_of(everyone) for _ in range(BATCH)] for _ in range(CLIENTS)]
        answers = at_once([posted(client, each) for each in batches])
        assert {each.status_code for each in answers} == {200}
        assert [each.json() for each in answers] == [[one["id"] for one in each] for each in batches]
        sent += [one for batch in batches for one in batch]
    assert len(sent) == 3 * CLIENTS * BATCH
    assert {name: store.count(name) - before[name] for name in rows} == {
        name: each * len(sent) for name, each in rows.items()
    }
    people = Counter(name for each in sent for name in people_of(each))
    places = Counter(place for each in sent for place in places_of(each))
    for agent in PEOPLE:
        found = client.all_ids(agent=agent, related_agents="true")
        assert len(found) == len(set(found)) == people[agent["mbox"]]
        found = client.all_ids(agent=agent)
        assert sorted(found) == sorted(each["id"] for each in sent if each["actor"] == agent)
    for place in PLACES:
        found = client.all_ids(activity=place, related_activities="true")
        assert len(found) == len(set(found)) == places[place]
        assert len(client.all_ids(activity=place)) == sum(each["object"]["id"] == place for each in sent)


def test_fault_2_64_batches_of_the_same_statements_in_turned_order(client, store):
    everyone = random.Random(2)
    for _ in range(3):
        before = store.count("lrs_statement")
        same = [told_of(everyone) for _ in range(40)]
        batches = [everyone.sample(same, len(same)) for _ in range(CLIENTS)]
        answers = at_once([posted(client, each) for each in batches])
        assert {each.status_code for each in answers} == {200}
        assert [each.json() for each in answers] == [[one["id"] for one in each] for each in batches]
        assert store.count("lrs_statement") == before + len(same)
        once = store.contents()
        assert client.post(same).status_code == 200
        assert store.contents() == once


def test_64_batches_that_overlap_each_keep_what_is_theirs(client, store):
    """Half of each batch others send too, half is its own; half of the batches leave the ids of these to the store."""
    everyone = random.Random(3)
    before = store.count("lrs_statement")
    shared = [told_of(everyone) for _ in range(80)]
    batches = []
    for n in range(CLIENTS):
        own = [told_of(everyone) for _ in range(20)]
        for each in own if n % 2 else ():
            del each["id"]
        batches.append(everyone.sample([*everyone.sample(shared, 20), *own], 40))
    answers = at_once([posted(client, each) for each in batches])
    assert [each.text for each in answers if each.status_code != 200] == []
    stored = {uuid for each in answers for uuid in each.json()}
    own = len(stored - {each["id"] for each in shared})
    assert own == CLIENTS * 20
    assert len(stored) == store.count("lrs_statement") - before


def test_fault_3_64_different_statements_under_one_id(client, store):
    for _ in range(4):
        before = store.count("lrs_statement")
        uuid = new_id()
        calls = [posted(client, [statement(id=uuid, result={"response": str(n)}), statement()]) for n in range(CLIENTS)]
        answers = at_once(calls)
        codes = [each.status_code for each in answers]
        assert sorted(codes) == [200] + [409] * (CLIENTS - 1)
        kept = client.get(statementId=uuid).json()
        assert kept["result"] == {"response": str(codes.index(200))}
        assert store.count("lrs_statement") == before + 2, "the batches that lost left nothing"


def test_64_batches_with_the_same_attachments_in_turned_order(client, store):
    everyone = random.Random(13)
    before = {name: store.count(name) for name in ("lrs_statement", "lrs_attachment", "lrs_attachmentdata")}
    for turn in range(2):
        calls = []
        for n in range(CLIENTS):
            contents = [bytes([turn]) + each for each in everyone.sample(CONTENTS, len(CONTENTS))]
            contents.append(b"only mine %d %d" % (turn, n))
            batch = [told_of(everyone, attachments=[attachment(each)]) for each in contents]
            calls.append(partial(client.post, mixed(json_piece(batch), *map(data_piece, contents)), MIXED))
        assert {each.status_code for each in at_once(calls)} == {200}
    each = 2 * CLIENTS * (len(CONTENTS) + 1)
    assert store.count("lrs_statement") - before["lrs_statement"] == each
    assert store.count("lrs_attachment") - before["lrs_attachment"] == each
    assert store.count("lrs_attachmentdata") - before["lrs_attachmentdata"] == 2 * (len(CONTENTS) + CLIENTS)


def codes(answers):
    return sorted(each.status_code for each in answers)


def sending(shelf, method, name, body, headers=None):
    return partial(shelf.send, method, name, body, headers=headers or {})


@each_place
@each_version
def test_fault_9_of_writers_with_one_etag_exactly_one_wins(client, store, place, version):
    shelf = Shelf(client.speaking(version), place)
    wanted = [204] + [412] * (WRITERS - 1)
    for methods in (["PUT"], ["POST"], ["DELETE"], ["PUT", "POST", "DELETE"]):
        name = new_id()
        calls = [sending(shelf, "PUT", name, {"n": n}, {"If-None-Match": "*"}) for n in range(WRITERS)]
        answers = at_once(calls)
        assert codes(answers) == wanted
        first = shelf.get(name)
        assert first.json() == {"n": [each.status_code for each in answers].index(204)}
        tag = {"If-Match": first.headers["ETag"]}
        chosen = [methods[n % len(methods)] for n in range(WRITERS)]
        answers = at_once([sending(shelf, each, name, {f"w{n}": n}, tag) for n, each in enumerate(chosen)])
        assert codes(answers) == wanted
        winner = [each.status_code for each in answers].index(204)
        kept = {"PUT": {}, "POST": first.json()}
        answer = shelf.get(name)
        if chosen[winner] == "DELETE":
            assert answer.status_code == 404
        else:
            assert answer.json() == {**kept[chosen[winner]], f"w{winner}": winner}


@each_place
@each_version
def test_fault_9_writers_without_an_etag(client, store, place, version):
    """State is free in 1.0.3 and profiles ask for a header there; in 2.0 all but the first learn what they overlooked."""
    shelf = Shelf(client.speaking(version), place)
    first, others = (204, 409) if version == "2.0.0" else (204, 204) if place.is_state else (400, 400)
    for _ in range(3):
        name = new_id()
        answers = at_once([sending(shelf, "PUT", name, {"n": n}) for n in range(WRITERS)])
        assert codes(answers) == sorted([first] + [others] * (WRITERS - 1))
        won = [n for n, each in enumerate(answers) if each.status_code == 204]
        assert shelf.get(name).json()["n"] in won if won else shelf.get(name).status_code == 404


@each_place
@each_version
def test_fault_9_no_merge_through_two_processes_is_lost(client, store, place, version):
    shelf = Shelf(client.speaking(version), place)
    name = new_id()
    for turn in range(3):
        answers = at_once([sending(shelf, "POST", name, {f"{turn}-{n}": n}) for n in range(WRITERS)])
        assert codes(answers) == [204] * WRITERS
    assert json.loads(shelf.content(name)) == {f"{turn}-{n}": n for turn in range(3) for n in range(WRITERS)}
