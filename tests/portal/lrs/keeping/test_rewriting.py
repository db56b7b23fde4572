"""Statements without a person: valid as before, and she is nowhere in them."""

import hashlib
import json
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from portal.lrs.indexing import identifier
from portal.lrs.keeping.rewriting import Texts, account, replacing, replacing_all, with_people
from portal.lrs.statement import check_statement
from portal.lrs.versions import V2
from tests.portal.lrs.samples import ANNA, BEN, statement

HOME, PSEUDONYM = "https://campus.example.org", UUID("11111111-1111-4111-8111-111111111111")
HERS = [
    {"mbox": "mailto:alice@example.org"},
    {"mbox_sha1sum": hashlib.sha1(b"mailto:alice@example.org").hexdigest()},
    {"account": {"homePage": HOME, "name": "alice"}},
    {"openid": "https://id.example.org/alice"},
]
KEYS = {identifier(each) for each in HERS}
names = st.sampled_from([{}, {"name": "Alice Huber"}])
agents = st.builds(lambda who, name: {**who, **name}, st.sampled_from([*HERS, ANNA, BEN]), names)
groups = st.builds(
    lambda members, who: {"objectType": "Group", "member": members, **who},
    st.lists(agents, min_size=1, max_size=4),
    st.sampled_from([{}, *HERS, {"mbox": "mailto:team@example.org", "name": "Team"}]),
)
actors = agents | groups


def objects(actor):
    return {**actor, "objectType": actor.get("objectType", "Agent")}


@st.composite
def contexts(draw):
    context = {}
    if draw(st.booleans()):
        context["instructor"] = draw(actors)
    if draw(st.booleans()):
        context["team"] = draw(groups)
    if draw(st.booleans()):
        context["contextAgents"] = [{"objectType": "contextAgent", "agent": draw(agents)}]
    if draw(st.booleans()):
        context["contextGroups"] = [{"objectType": "contextGroup", "group": draw(groups)}]
    return context


@st.composite
def sentences(draw):
    whole = statement(actor=draw(actors), context=draw(contexts()))
    if draw(st.booleans()):
        whole["object"] = objects(draw(actors))
    return whole


@st.composite
def statements(draw):
    whole = draw(sentences())
    if draw(st.booleans()):
        whole["object"] = {"objectType": "SubStatement", **draw(sentences())}
    return whole


@given(statements())
def test_she_is_nowhere_and_the_statement_is_valid(sent):
    check_statement(sent, version=V2)
    told = with_people(sent, replacing(KEYS, account(HOME, PSEUDONYM)))
    check_statement(told, version=V2)
    assert "alice@" not in json.dumps(told)
    assert all(each not in json.dumps(told) for each in ("id.example.org/alice", '"alice"', HERS[1]["mbox_sha1sum"]))
    assert with_people(told, replacing(KEYS, account(HOME, PSEUDONYM))) == told


@given(statements())
def test_who_names_nobody_of_hers_is_left_alone(sent):
    assert with_people(sent, replacing({"mailto:nobody@example.org"}, account(HOME, PSEUDONYM))) == sent


@given(statements())
def test_everybody_but_her_can_be_replaced(sent):
    told = with_people(sent, replacing_all(lambda _: account(HOME, PSEUDONYM), but=KEYS))
    check_statement(told, version=V2)
    assert "anna@" not in json.dumps(told)
    for hers in ("alice@example.org", HERS[1]["mbox_sha1sum"], "id.example.org/alice"):
        assert (hers in json.dumps(told)) == (hers in json.dumps(sent))


texts = Texts(["alice@example.org"], UUID("22222222-2222-4222-8222-222222222222"), PSEUDONYM)


def test_addresses_and_identifiers_go_from_texts_whatever_their_case():
    sent = {"ALICE@Example.org": ["mailto:alice@example.org, 22222222-2222-4222-8222-222222222222.", None, 1, True]}
    mailbox = f"{PSEUDONYM}@erased.invalid"
    assert texts.removed(sent) == {mailbox: [f"mailto:{mailbox}, {PSEUDONYM}.", None, 1, True]}


def test_longer_addresses_of_others_stay():
    for other in ("malice@example.org", "alice@example.organic", "big.alice@example.org", "alice@example.org-x"):
        assert texts.removed(other) == other


# Letters that re takes for an ASCII one whatever the case, though they are another one in small letters.
LOOK_ALIKE = {"i": "iI\u0130\u0131", "s": "sS\u017f", "k": "kK\u212a"}
hospital = Texts(
    ["kris@hospital.at", "KIM.\u0130K@hospital.at"], UUID("22222222-2222-4222-8222-222222222222"), PSEUDONYM
)


@st.composite
def spellings(draw):
    return "".join(draw(st.sampled_from(LOOK_ALIKE.get(each, each + each.upper()))) for each in "kris@hospital.at")


@given(spellings(), st.sampled_from(["{}", "mailto:{}", "to {}, by post"]))
def test_no_spelling_of_an_address_stops_the_removal(spelling, around):
    assert hospital.removed(around.format(spelling)) == around.format(f"{PSEUDONYM}@erased.invalid")


def test_an_address_with_a_letter_that_is_two_in_small_goes_as_well():
    assert hospital.removed("kim.\u0130k@hospital.at") == f"{PSEUDONYM}@erased.invalid"


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_other_values_stay_as_they_are(value):
    assert texts.removed(value) == value
