"""Any valid statement is stored and read back as it was; under its id it stays, however it is told, and nothing else comes."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lrs.iri import read_timestamp
from tests.portal.lrs import grammar
from tests.portal.lrs.rewriting import (
    ASSIGNED,
    WAYS,
    added,
    additions,
    all_places,
    at,
    counting_places,
    iri_places,
    ordered_places,
    other_value,
    replaced,
    rewritten,
    wrong_kind,
)
from tests.portal.lrs.samples import new_id
from tests.portal.lrs.shelves import each_version

HEALTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


def examples(count):
    """The same ones in every run."""
    return settings(max_examples=count, derandomize=True, database=None, suppress_health_check=HEALTH)


def drawn(data, version, condition=bool):
    """Any valid statement, with an id that no other one has had."""
    return {"id": new_id(), **data.draw(grammar.statements(version).filter(condition))}


@pytest.fixture
def store(credential_for, version):
    """A client of the version, and what it does most."""
    return Store(credential_for(version=version))


class Store:
    def __init__(self, client):
        self.client = client

    def put(self, statement, uuid):
        return self.client.put(statement, statementId=uuid)

    def fetch(self, uuid, **parameters):
        answer = self.client.get(statementId=uuid, **parameters)
        assert answer.status_code == 200, answer.content
        return answer.content

    def keep(self, statement):
        """Store it; its id, and the text that is read back."""
        answer = self.client.post(statement)
        assert answer.status_code == 200, (answer.content, statement)
        [uuid] = answer.json()
        assert uuid == statement["id"].lower()
        return uuid, self.fetch(uuid)


def text_of(value):
    """JSON that tells true from 1 and 1 from 1.0, whatever the order of keys."""
    return json.dumps(value, sort_keys=True)


def settled(sentence):
    """What the standard has a store write its own way: context activities in arrays, sub-statement likewise."""
    told = {key: value for key, value in sentence.items() if key != "timestamp"}
    around = told.get("context", {}).get("contextActivities")
    if around is not None:
        arrays = {key: each if isinstance(each, list) else [each] for key, each in around.items()}
        told["context"] = {**told["context"], "contextActivities": arrays}
    if told["object"].get("objectType") == "SubStatement":
        told["object"] = settled(told["object"])
    return told


def check_timestamp(sent, kept):
    """The moment is the one that was sent, in UTC, with all its digits."""
    if "timestamp" in sent:
        told = kept["timestamp"]
        assert told.endswith("Z")
        assert read_timestamp(told, strict=True) == read_timestamp(sent["timestamp"].upper())
        digits = sent["timestamp"].partition(".")[2]
        assert digits.startswith(told.partition(".")[2][:-1])
        assert not digits[len(told.partition(".")[2]) - 1 :][:1].isdigit(), "none is lost"
    if sent["object"].get("objectType") == "SubStatement":
        assert ("timestamp" in sent["object"]) == ("timestamp" in kept["object"])
        check_timestamp(sent["object"], kept["object"])


@each_version
@examples(70)
@given(data=st.data())
def test_any_valid_statement_is_stored_and_read_back_equal(store, version, data):
    sent = drawn(data, version)
    _, body = store.keep(sent)
    kept = json.loads(body)
    check_timestamp(sent, kept)
    stored = datetime.fromisoformat(kept["stored"])
    assert abs(stored - datetime.now(UTC)) < timedelta(minutes=1)
    assert kept["authority"] == store.client.credential.authority
    assert kept["version"] == sent.get("version", {"1.0.3": "1.0.0", "2.0.0": "2.0.0"}[version])
    if "timestamp" not in sent:
        assert kept["timestamp"] == kept["stored"]
    assigned = {"stored": kept["stored"], "authority": kept["authority"], "version": kept["version"]}
    assert text_of(settled(kept)) == text_of({**settled(sent), **assigned})


@each_version
@examples(30)
@given(data=st.data())
def test_any_valid_statement_in_every_format_and_list(store, version, data):
    sent = drawn(data, version)
    uuid, body = store.keep(sent)
    kept = json.loads(body)
    short = json.loads(store.fetch(uuid, format="ids"))
    assert short["verb"] == {"id": sent["verb"]["id"]}
    assert not places_named(short, {"definition", "display", "name"}), "nothing but what identifies"
    canonical = json.loads(store.fetch(uuid, format="canonical"))
    if sent["object"].get("objectType", "Activity") == "Activity":
        assert short["object"] == {"id": sent["object"]["id"]}
        for texts in (canonical["object"].get("definition", {}).get(key, {}) for key in ("name", "description")):
            assert len(texts) <= 1
    assert len(canonical["verb"].get("display", {})) <= 1
    assert canonical.keys() == short.keys() == kept.keys()
    for unchanged in ("id", "timestamp", "stored", "actor", "authority", "version"):
        assert canonical[unchanged] == kept[unchanged]
    newest = store.client.list(verb=sent["verb"]["id"], limit="1")
    assert newest == [kept]


def places_named(statement, names):
    """The paths of such keys where agents, activities and verbs have them."""
    return [
        path
        for path in all_places({key: each for key, each in statement.items() if key != "attachments"})
        if path[-1] in names and path[-2] != "account" and "attachments" not in path
    ]


@each_version
@examples(40)
@given(data=st.data())
def test_told_another_way_under_its_id_it_is_the_same_and_stays(store, version, data):
    sent = drawn(data, version)
    uuid, body = store.keep(sent)
    ways = data.draw(st.lists(st.sampled_from(sorted(WAYS)), min_size=1, max_size=4, unique=True))
    again = rewritten(sent, ways)
    answer = store.put(again, uuid)
    assert answer.status_code == 204, (ways, sent, answer.content)
    if "id" in again:
        assert store.client.post([again]).json() == [uuid]
    assert store.client.post(json.loads(body)).status_code == 200, "what was fetched may be sent again"
    assert store.fetch(uuid) == body


@pytest.mark.parametrize("way", WAYS)
@each_version
@examples(2)
@given(data=st.data())
def test_each_way_to_tell_the_same(store, version, way, data):
    sent = drawn(data, version, lambda each: rewritten(each, [way]) != each or way in TEXTUAL)
    uuid, body = store.keep(sent)
    assert store.put(rewritten(sent, [way]), uuid).status_code == 204
    assert store.fetch(uuid) == body


# These differ in their text alone: Python takes 1 and 1.0, and objects in any order, for equal.
TEXTUAL = {"keys turned", "numbers with a point"}
CHANGES = {
    "left out": lambda *_: ...,
    "another value": other_value,
    "another type": lambda _, value: wrong_kind(value),
}


@pytest.mark.parametrize("change", CHANGES)
@each_version
@examples(30)
@given(data=st.data())
def test_any_single_change_that_counts_is_refused_and_the_first_stays(store, version, change, data):
    sent = drawn(data, version)
    uuid, body = store.keep(sent)
    places = [path for path in counting_places(sent) if change != "left out" or path not in ASSIGNED]
    for path in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4)):
        changed = replaced(sent, path, lambda value, key=path[-1]: CHANGES[change](key, value))
        answer = store.put(changed, uuid)
        assert answer.status_code in {400, 409}, (path, at(sent, path), answer.status_code)
        if answer.status_code == 409:
            fresh = store.client.post({key: each for key, each in changed.items() if key != "id"})
            assert fresh.status_code == 200, "another statement that is valid by itself"
    assert store.fetch(uuid) == body


# What they do to a statement at one of the places that they name; the standard (2.3.1) leaves none of it out when two are
# compared: only the members of a group are in no order, and an IRI has its case.
REFUSED = {
    "added": lambda sent, version: [added(sent, *one) for one in additions(sent, version)],
    "activities turned": lambda sent, _: [
        replaced(sent, path, lambda each: each[::-1]) for path in ordered_places(sent)
    ],
    "case of an IRI": lambda sent, _: [replaced(sent, path, str.swapcase) for path in iri_places(sent)],
}


def with_a_list_of_activities(sent):
    """Few have two of a kind, so two more stand in a list."""
    context = sent.get("context", {})
    around = context.get("contextActivities", {}) | {"category": [{"id": "tag:b"}, {"id": "tag:a"}]}
    return {**sent, "context": {**context, "contextActivities": around}}


@pytest.mark.parametrize("kind", REFUSED)
@each_version
@examples(30)
@given(data=st.data())
def test_what_is_added_turned_or_told_in_another_case_is_another_statement(store, version, kind, data):
    sent = drawn(data, version)
    if kind == "activities turned":
        sent = with_a_list_of_activities(sent)
    uuid, body = store.keep(sent)
    several = REFUSED[kind](sent, version)
    for changed in data.draw(st.lists(st.sampled_from(several), min_size=1, max_size=6)):
        answer = store.put(changed, uuid)
        assert answer.status_code == 409, (sent, changed, answer.content)
        fresh = store.client.post({key: each for key, each in changed.items() if key != "id"})
        assert fresh.status_code == 200, "another statement that is valid by itself"
    assert store.fetch(uuid) == body


@pytest.mark.parametrize("fault", ["null", "an unknown property"])
@each_version
@examples(25)
@given(data=st.data())
def test_what_is_invalid_is_refused_wherever_it_stands(store, version, fault, data):
    sent = drawn(data, version)
    paths = [path for path in all_places(sent) if fault == "null" or is_closed(path, at(sent, path))]
    path = data.draw(st.sampled_from(paths))
    unknown = {"unknown": "x"}
    changed = replaced(sent, path, lambda value: None if fault == "null" else {**value, **unknown})
    answers = [store.client.post(changed), store.client.post([changed]), store.put(changed, sent["id"])]
    assert [each.status_code for each in answers] == [400, 400, 400]
    assert store.client.get(statementId=sent["id"]).status_code == 404


def is_closed(path, value):
    """An object whose properties the standard names; a text map takes any language."""
    key = next(each for each in reversed(path) if isinstance(each, str))
    return isinstance(value, dict) and key not in {"extensions", "display", "name", "description"}
