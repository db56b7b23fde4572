"""tincan 1.0.0 of Python, unchanged, against the real server, with the faults that it has on every store."""

import json

import httpx
import pytest
import tincan
from tincan import (
    Activity,
    ActivityDefinition,
    Agent,
    AgentAccount,
    Result,
    Statement,
    StatementRef,
    SubStatement,
    Verb,
)
from tincan.documents import ActivityProfileDocument, AgentProfileDocument, StateDocument

from portal.lrs.vocabulary import VOIDED
from tests.clients.conftest import kept_by

pytestmark = pytest.mark.services

ANNA = Agent(name="Anna", account=AgentAccount(home_page="https://lms.example.org", name="anna"))
DID = Verb(id="http://adlnet.gov/expapi/verbs/experienced", display={"en": "experienced"})
HIKE = Activity(id="https://example.org/hike", definition=ActivityDefinition(name={"en": "Hike"}))


@pytest.fixture
def lrs(asked):
    return tincan.RemoteLRS(endpoint=asked["endpoint"], username=asked["key"], password=asked["secret"])


def content_of(answer):
    assert answer.success, answer.data
    return answer.content


def status_of(answer):
    assert not answer.success
    return answer.response.status


def test_statements(lrs, asked):
    one = content_of(
        lrs.save_statement(Statement(actor=ANNA, verb=DID, object=HIKE, result=Result(response="Größe ✓")))
    )
    inner = SubStatement(actor=ANNA, verb=DID, object=HIKE)
    batch = [Statement(actor=ANNA, verb=DID, object=HIKE), Statement(actor=ANNA, verb=DID, object=inner)]
    two, three = content_of(lrs.save_statements(batch))
    fetched = content_of(lrs.retrieve_statement(str(one.id)))
    assert (fetched.id, fetched.result.response, fetched.actor.account.name) == (one.id, "Größe ✓", "anna")
    query = {"agent": ANNA, "verb": DID, "activity": HIKE, "ascending": "true", "limit": 1}
    page = content_of(lrs.query_statements(query))
    rest = content_of(lrs.more_statements(page))
    assert [each.id for each in [*page.statements, *rest.statements]] == [one.id, two.id]
    assert rest.more == ""
    voiding = Statement(actor=ANNA, verb=Verb(id=VOIDED), object=StatementRef(id=two.id))
    assert lrs.save_statement(voiding).success
    assert status_of(lrs.retrieve_statement(str(two.id))) == 404
    assert content_of(lrs.retrieve_voided_statement(str(two.id))).id == two.id
    assert lrs.save_statement(one).success, "what was sent may be sent again"
    other = Statement(id=one.id, actor=ANNA, verb=DID, object=HIKE, result=Result(response="another"))
    assert status_of(lrs.save_statement(other)) == 409
    assert [each["id"] for each in kept_by(asked)] == [str(one.id), str(three.id), str(voiding.id)]


def test_state_though_the_client_sends_it_twice_and_reads_no_etag(lrs):
    place = {"activity": HIKE, "agent": ANNA}
    text = bytearray(json.dumps({"page": 1}).encode())
    document = StateDocument(id="bookmark", content=text, content_type="application/json", **place)
    assert lrs.save_state(document).success
    kept = content_of(lrs.retrieve_state(state_id="bookmark", **place))
    assert (kept.content, kept.etag) == (text, None)
    assert content_of(lrs.retrieve_state_ids(**place)) == ["bookmark"]
    document.etag = '"' + "0" * 40 + '"'
    assert status_of(lrs.save_state(document)) == 412
    document.etag = None
    assert lrs.delete_state(document).success
    assert content_of(lrs.retrieve_state_ids(**place)) == []
    assert lrs.save_state(document).success
    assert lrs.clear_state(HIKE, ANNA).success
    assert lrs.retrieve_state(state_id="bookmark", **place).response.status == 404


@pytest.mark.parametrize("kind", ["activity", "agent"])
def test_profiles_once_the_first_one_is_there(lrs, asked, kind):
    """A new profile needs If-None-Match in 1.0.3, which this client cannot send; it replaces one whose tag it is told."""
    whose, document = (
        ({"activity": HIKE}, ActivityProfileDocument) if kind == "activity" else ({"agent": ANNA}, AgentProfileDocument)
    )
    save, retrieve, ids, delete = (
        getattr(lrs, name.format(kind))
        for name in ("save_{}_profile", "retrieve_{}_profile", "retrieve_{}_profile_ids", "delete_{}_profile")
    )
    new = document(id="settings", content=bytearray(b"a text"), content_type="text/plain", **whose)
    assert status_of(save(new)) == 400
    new.etag = "*"
    assert status_of(save(new)) == 412, "If-Match: * asks for one that is there"
    assert content_of(ids(*whose.values())) == []
    assert retrieve(*whose.values(), "settings").response.status == 404
    first = tag_of_first_profile(asked, kind)
    kept = content_of(retrieve(*whose.values(), "settings"))
    assert (kept.content, kept.etag) == (bytearray(b"the first"), None), "it reads no tag"
    new.etag = first
    assert content_of(save(new)).content == bytearray(b"a text")
    assert content_of(retrieve(*whose.values(), "settings")).content == bytearray(b"a text")
    late = document(id="settings", content=bytearray(b"too late"), content_type="text/plain", etag=first, **whose)
    assert status_of(save(late)) == 412, "the tag of the first is an old one"
    late.etag = None
    assert status_of(save(late)) == 409, "nor without a tag, which 1.0.3 asks for"
    assert content_of(retrieve(*whose.values(), "settings")).content == bytearray(b"a text")
    assert content_of(ids(*whose.values())) == ["settings"]
    assert delete(document(id="settings", **whose)).success
    assert content_of(ids(*whose.values())) == []


def tag_of_first_profile(asked, kind):
    """Another client stores it, and tells its tag."""
    whose = {"activityId": HIKE.id} if kind == "activity" else {"agent": ANNA.to_json("1.0.3")}
    with httpx.Client(
        auth=(asked["key"], asked["secret"]),
        headers={"X-Experience-API-Version": "1.0.3"},
        params={**whose, "profileId": "settings"},
    ) as client:
        address = f"{asked['endpoint']}{'activities' if kind == 'activity' else 'agents'}/profile"
        headers = {"If-None-Match": "*", "Content-Type": "text/plain"}
        assert client.put(address, content=b"the first", headers=headers).status_code == 204
        return client.get(address).headers["ETag"]


def test_a_boolean_of_python_is_none_of_the_standard(lrs):
    """The client writes True with its capital letter into the address."""
    assert status_of(lrs.query_statements({"ascending": True})) == 400


def test_about_is_answered_with_what_the_client_does_not_know(lrs):
    with pytest.raises(ValueError, match=r"2\.0\.0"):
        lrs.about()


def test_a_wrong_secret(asked):
    stranger = tincan.RemoteLRS(endpoint=asked["endpoint"], username=asked["key"], password="wrong")
    assert status_of(stranger.save_statement(Statement(actor=ANNA, verb=DID, object=HIKE))) == 401
