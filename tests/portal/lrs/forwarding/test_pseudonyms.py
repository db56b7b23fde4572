"""Pseudonyms: nobody in a statement can be told any more, and the same person stays the same."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.lrs.forwarding.pseudonyms import pseudonymised
from portal.lrs.indexing import people
from portal.lrs.statement import check_statement
from portal.lrs.versions import V2
from portal.lrs.vocabulary import SIGNATURE
from tests.portal.lrs.parts import attachment
from tests.portal.lrs.samples import ANNA, new_id, statement

HOME = "https://campus.example/pseudonym"
# None of these is a word of the standard or of a sample.
WORDS = some.text("qxzwvkj" + string.digits, min_size=6, max_size=12).map(lambda word: f"q{word}z")
NAMES = some.fixed_dictionaries({}, optional={"name": WORDS})
MBOX = WORDS.map(lambda word: {"mbox": f"mailto:{word}@{word}.example"})
IDENTIFIED = some.one_of(
    MBOX,
    some.text("0123456789abcdef", min_size=40, max_size=40).map(lambda text: {"mbox_sha1sum": text}),
    WORDS.map(lambda word: {"openid": f"https://{word}.example/"}),
    WORDS.map(lambda word: {"account": {"homePage": "https://lms.example", "name": word}}),
)
AGENT = some.builds(lambda who, name: {"objectType": "Agent", **who, **name}, IDENTIFIED, NAMES)
MEMBERS = some.lists(AGENT, min_size=1, max_size=3)
GROUP = some.one_of(
    some.builds(lambda who, name: {"objectType": "Group", **who, **name}, IDENTIFIED, NAMES),
    some.builds(lambda members, name: {"objectType": "Group", "member": members, **name}, MEMBERS, NAMES),
)
ACTOR = some.one_of(AGENT, GROUP)
CONTEXT = some.fixed_dictionaries(
    {},
    optional={
        "instructor": ACTOR,
        "team": GROUP,
        "contextAgents": some.lists(AGENT, max_size=2).map(
            lambda several: [{"objectType": "contextAgent", "agent": each} for each in several]
        ),
        "contextGroups": some.lists(GROUP, max_size=2).map(
            lambda several: [{"objectType": "contextGroup", "group": each} for each in several]
        ),
    },
)
ACTIVITY = some.just({"id": "https://example.org/activities/hike"})


def sentence(actor, what, context):
    return {"actor": actor, "verb": {"id": "https://example.org/verbs/saw"}, "object": what, "context": context}


SUBSTATEMENT = some.builds(
    lambda *parts: {"objectType": "SubStatement", **sentence(*parts)}, ACTOR, some.one_of(ACTIVITY, ACTOR), CONTEXT
)
STATEMENT = some.builds(sentence, ACTOR, some.one_of(ACTIVITY, ACTOR, SUBSTATEMENT), CONTEXT)


def texts_of(agent):
    """What tells who it is."""
    found = [agent.get("name"), agent.get("mbox", "").removeprefix("mailto:"), agent.get("mbox_sha1sum")]
    return [each for each in (*found, agent.get("openid"), agent.get("account", {}).get("name")) if each]


@given(STATEMENT, some.data())
def test_no_identifier_and_no_name_survives(sent, data):
    named = [text for each in people(sent) for text in texts_of(each)]
    told = [text for each in people(sent) for text in texts_of({**each, "name": ""})]
    if told:  # and in what somebody wrote
        leak = data.draw(some.sampled_from(told))
        sent["result"] = {"response": f"I am {leak}", "extensions": {"https://example.org/x": {leak: [leak]}}}
    sent["authority"] = {"objectType": "Agent", "mbox": "mailto:qauthority@example.org"}
    made = json.dumps(pseudonymised(sent, key=b"k", home_page=HOME))
    assert [text for text in (*named, "qauthority") if text.lower() in made.lower()] == []


@given(STATEMENT)
def test_what_comes_out_is_a_statement_about_as_many_people(sent):
    made = pseudonymised(sent, key=b"k", home_page=HOME)
    check_statement(made, version=V2)
    assert len(list(people(made))) == len(list(people(sent)))
    assert [each.get("objectType") for each in people(made)] == [each.get("objectType") for each in people(sent)]


@given(STATEMENT)
def test_the_same_key_tells_the_same_and_another_one_something_else(sent):
    before = json.dumps(sent)
    made = pseudonymised(sent, key=b"k", home_page=HOME)
    assert made == pseudonymised(sent, key=b"k", home_page=HOME)
    assert json.dumps(sent) == before
    assert made != pseudonymised(sent, key=b"other", home_page=HOME)


def test_everything_else_stays_and_what_is_attached_goes():
    whole = statement(
        id=new_id(),
        actor={**ANNA, "name": "Anna"},
        context={
            "registration": new_id(),
            "platform": "Alara",
            "statement": {"objectType": "StatementRef", "id": new_id()},
        },
        result={"score": {"scaled": 0.5}, "response": "42"},
        timestamp="2026-11-24T12:00:00.000Z",
        attachments=[attachment(usageType=SIGNATURE)],
    )
    made = pseudonymised(whole, key=b"k", home_page=HOME)
    left_out = {"actor", "attachments"}
    assert {name: value for name, value in made.items() if name != "actor"} == {
        name: value for name, value in whole.items() if name not in left_out
    }
    assert list(made["actor"]) == ["objectType", "account"]


@pytest.mark.parametrize(
    ("response", "made"),
    [("ab", "digest"), ("about", "about"), ("table ab", "table ab")],
)
def test_a_short_account_name_is_not_cut_out_of_words(response, made):
    actor = {"account": {"homePage": "https://lms.example", "name": "ab"}}
    told = pseudonymised(statement(actor=actor, result={"response": response}), key=b"k", home_page=HOME)
    digest = told["actor"]["account"]["name"]
    assert told["result"]["response"] == (digest if made == "digest" else made)


def test_an_address_in_an_activity_is_replaced_percent_encoded_too():
    hidden = {"id": "https://example.org/people/anna%40example.org", "definition": {"name": {"en": "ANNA@example.org"}}}
    told = pseudonymised(statement(actor=ANNA, object=hidden), key=b"k", home_page=HOME)
    digest = told["actor"]["account"]["name"]
    assert told["object"] == {
        "id": f"https://example.org/people/{digest}",
        "definition": {"name": {"en": digest}},
    }
