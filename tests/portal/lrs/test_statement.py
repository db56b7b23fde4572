"""Every rule of a statement, told by statements that keep or break exactly one."""

import pytest

from portal.lrs.errors import InvalidError
from portal.lrs.statement import check_agent, check_statement
from portal.lrs.versions import V1, V2
from tests.portal.lrs.samples import ANNA, BEN, new_id, statement, voiding

HIKE = {"id": "https://example.org/hike"}
TEAM = {"objectType": "Group", "member": [ANNA, BEN]}
REF = {"objectType": "StatementRef", "id": new_id()}
SUB = {"objectType": "SubStatement", **statement()}
FILE = {
    "usageType": "https://example.org/usage/certificate",
    "display": {"en": "A certificate"},
    "contentType": "application/pdf",
    "length": 27,
    "sha2": "a" * 64,
    "fileUrl": "https://example.org/c.pdf",
}


def defined(**definition):
    return statement(object={**HIKE, "definition": definition})


def scored(**score):
    return statement(result={"score": score})


def around(**context):
    return statement(context=context)


GOOD = [
    statement(),
    statement(actor=TEAM),
    statement(actor={"objectType": "Group", "mbox": "mailto:team@example.org"}),
    statement(actor={"openid": "https://anna.example.org"}),
    statement(actor={"mbox_sha1sum": "cd9b00a5611f94eaa7b1661edab976068e364975"}),
    statement(actor={**ANNA, "name": ""}),
    statement(object=ANNA),
    statement(object=TEAM),
    statement(object=REF),
    statement(object=SUB),
    statement(object={"objectType": "SubStatement", **statement(object=REF)}),
    statement(object={"objectType": "SubStatement", **statement(timestamp="2999-01-01T00:00:00Z")}),
    statement(verb={"id": "https://example.org/did", "display": {"en-GB": "did", "zh-Hant-TW": ""}}),
    statement(id=new_id(), timestamp="2026-11-24T12:00:00.000Z", stored="2026-11-24T12:00:00Z", version="1.0.9"),
    statement(version="1.0"),
    statement(authority=ANNA),
    statement(authority={"objectType": "Group", "member": [ANNA, BEN]}),
    statement(attachments=[FILE]),
    statement(attachments=[]),
    defined(name={"en": "Hike"}, type="https://example.org/t", moreInfo="https://example.org/m"),
    defined(interactionType="choice", correctResponsesPattern=["a[,]b"], choices=[{"id": "a"}, {"id": "b"}]),
    defined(interactionType="matching", source=[{"id": "a"}], target=[{"id": "a"}]),
    defined(interactionType="likert", scale=[{"id": "1", "description": {"en": "No"}}]),
    defined(interactionType="performance", steps=[{"id": "1"}]),
    defined(interactionType="true-false", correctResponsesPattern=["true"]),
    defined(extensions={"https://example.org/e": {"anything": [None, "", {}]}}),
    scored(scaled=-1, raw=1.5, min=0, max=100),
    scored(scaled=1.0),
    statement(result={"success": False, "completion": True, "response": "", "duration": "PT1H0.12567S"}),
    statement(result={"extensions": {"https://example.org/e": None}}),
    around(registration=new_id(), instructor=TEAM, team=TEAM, language="de-AT", revision="1", platform="web"),
    around(contextActivities={"parent": HIKE, "grouping": [HIKE], "category": [], "other": [HIKE, HIKE]}),
    around(statement=REF, extensions={"https://example.org/e": 1}),
    voiding(new_id()),
]

BAD = [
    # the statement as a whole
    ([], "", "not an object"),
    ("statement", "", "not an object"),
    (statement(actor=...), "actor", "missing"),
    (statement(verb=...), "verb", "missing"),
    (statement(object=...), "object", "missing"),
    (statement(extra=1), "extra", "not a property"),
    (statement(Result={}), "Result", "not a property"),
    (statement(result=None), "result", "null"),
    (statement(id=""), "id", "UUID"),
    (statement(id="{" + new_id() + "}"), "id", "UUID"),
    (statement(id=new_id().replace("-", "")), "id", "UUID"),
    (statement(id=5), "id", "string"),
    (statement(version="1.1.0"), "version", "1.0"),
    (statement(version="0.9.9"), "version", "1.0"),
    (statement(version="2.0.0"), "version", "1.0"),
    (statement(timestamp="yesterday"), "timestamp", "timestamp"),
    (statement(timestamp="2008-09-15T15:53:00.601-00:00"), "timestamp", "timestamp"),
    (statement(timestamp=1764000000), "timestamp", "string"),
    (statement(stored="never"), "stored", "timestamp"),
    # actors
    (statement(actor={}), "actor", "exactly one"),
    (statement(actor={"objectType": "Agent", "name": "Anna"}), "actor", "exactly one"),
    (statement(actor={**ANNA, "openid": "https://a.example"}), "actor", "exactly one"),
    (statement(actor={**ANNA, "objectType": "agent"}), "actor.objectType", "Agent"),
    (statement(actor={**ANNA, "objectType": "Activity"}), "actor.objectType", "Agent"),
    (statement(actor={**ANNA, "objectType": {}}), "actor.objectType", "Agent"),
    (statement(actor={**ANNA, "member": []}), "actor.member", "not a property"),
    (statement(actor={**ANNA, "name": 1}), "actor.name", "string"),
    (statement(actor={"mbox": "anna@example.org"}), "actor.mbox", "mailto"),
    (statement(actor={"mbox_sha1sum": "abc"}), "actor.mbox_sha1sum", "SHA-1"),
    (statement(actor={"openid": "anna"}), "actor.openid", "IRI"),
    (statement(actor={"account": {"name": "anna"}}), "actor.account.homePage", "missing"),
    (statement(actor={"account": {"homePage": "https://a.example"}}), "actor.account.name", "missing"),
    (statement(actor={"account": {"homePage": "a", "name": "b"}}), "actor.account.homePage", "IRI"),
    (statement(actor={"objectType": "Group"}), "actor", "members"),
    (statement(actor={"objectType": "Group", "member": []}), "actor", "members"),
    (statement(actor={"objectType": "Group", "member": [TEAM]}), "actor.member[0].objectType", "Agent"),
    (statement(actor={"objectType": "Group", "member": [ANNA, {}]}), "actor.member[1]", "exactly one"),
    (statement(actor={"objectType": "Group", "member": ANNA}), "actor.member", "array"),
    (statement(actor={**BEN, **ANNA, "objectType": "Group"}), "actor", "at most one"),
    (statement(authority={**TEAM, "member": [ANNA]}), "authority", "pair"),
    (statement(authority={**TEAM, "mbox": "mailto:t@example.org"}), "authority", "pair"),
    # verbs, activities, interactions
    (statement(verb={}), "verb.id", "missing"),
    (statement(verb={"id": "did"}), "verb.id", "IRI"),
    (
        statement(verb={"id": "https://example.org/did", "display": {"a12345678": "did"}}),
        "verb.display",
        "language tag",
    ),
    (statement(verb={"id": "https://example.org/did", "display": {"en": 1}}), "verb.display.en", "string"),
    (statement(verb={"id": "https://example.org/did", "display": "did"}), "verb.display", "object"),
    (statement(object={}), "object.id", "missing"),
    (statement(object={"id": "hike"}), "object.id", "IRI"),
    (statement(object={**HIKE, "objectType": "activity"}), "object.objectType", "Activity"),
    (statement(object={"mbox": "mailto:anna@example.org"}), "object.id", "missing"),
    (defined(type="t"), "object.definition.type", "IRI"),
    (defined(moreInfo="more"), "object.definition.moreInfo", "IRI"),
    (defined(interactionType="Choice"), "object.definition.interactionType", "choice"),
    (defined(choices=[{"id": "a"}]), "object.definition", "interactionType"),
    (defined(correctResponsesPattern=["a"]), "object.definition", "interactionType"),
    (defined(interactionType="likert", choices=[{"id": "a"}]), "object.definition", "choices"),
    (defined(interactionType="choice", choices=[{"id": "a"}, {"id": "a"}]), "object.definition", "same id"),
    (defined(interactionType="choice", choices=[{}]), "object.definition.choices[0].id", "missing"),
    (defined(interactionType="choice", choices=[{"id": 1}]), "object.definition.choices[0].id", "string"),
    (
        defined(interactionType="numeric", correctResponsesPattern="1"),
        "object.definition.correctResponsesPattern",
        "array",
    ),
    (defined(extensions={"e": 1}), "object.definition.extensions", "IRI"),
    (defined(name={"en": None}), "object.definition.name.en", "null"),
    # references, statements within statements, voiding
    (statement(object={"objectType": "StatementRef", "id": "1"}), "object.id", "UUID"),
    (statement(object={"objectType": "StatementRef"}), "object.id", "missing"),
    (statement(object={**SUB, "id": new_id()}), "object.id", "not a property"),
    (statement(object={**SUB, "stored": "2026-11-24T12:00:00Z"}), "object.stored", "not a property"),
    (statement(object={**SUB, "version": "1.0.0"}), "object.version", "not a property"),
    (statement(object={**SUB, "authority": ANNA}), "object.authority", "not a property"),
    (statement(object={**SUB, "object": SUB}), "object.object.objectType", "Activity"),
    (statement(object={**SUB, "actor": {}}), "object.actor", "exactly one"),
    (statement(object={**SUB, "timestamp": "later"}), "object.timestamp", "timestamp"),
    (voiding(new_id(), object=HIKE), "", "StatementRef"),
    # results
    (scored(scaled=1.001), "result.score.scaled", "less than or equal to 1"),
    (scored(scaled=-1.001), "result.score.scaled", "greater than or equal to -1"),
    (scored(scaled="1"), "result.score.scaled", "number"),
    (scored(scaled=True), "result.score.scaled", "number"),
    (scored(raw=1, min=2), "result.score", "raw is less"),
    (scored(raw=3, max=2), "result.score", "raw is greater"),
    (scored(min=2, max=2), "result.score", "min"),
    (scored(points=2), "result.score.points", "not a property"),
    (statement(result={"success": "true"}), "result.success", "true or false"),
    (statement(result={"completion": 1}), "result.completion", "true or false"),
    (statement(result={"response": 1}), "result.response", "string"),
    (statement(result={"duration": "P4W1D"}), "result.duration", "duration"),
    (statement(result={"extensions": {"": 1}}), "result.extensions", "IRI"),
    (statement(result={"extensions": []}), "result.extensions", "object"),
    # contexts
    (around(registration="1"), "context.registration", "UUID"),
    (around(language="english!"), "context.language", "language tag"),
    (around(team=ANNA), "context.team.objectType", "Group"),
    (around(instructor={}), "context.instructor", "exactly one"),
    (around(statement={"id": new_id()}), "context.statement.objectType", "missing"),
    (around(contextActivities={"sibling": HIKE}), "context.contextActivities.sibling", "not a property"),
    (around(contextActivities={"parent": [{}]}), "context.contextActivities.parent[0].id", "missing"),
    (around(contextActivities={"parent": {"id": "x"}}), "context.contextActivities.parent.id", "IRI"),
    (around(contextActivities={"parent": "x"}), "context.contextActivities.parent", "object"),
    (around(contextActivities=[]), "context.contextActivities", "object"),
    (statement(object=ANNA, context={"revision": "1"}), "", "revision"),
    (statement(object=REF, context={"platform": "web"}), "", "platform"),
    (statement(object={**SUB, "object": REF, "context": {"platform": "web"}}), "object", "platform"),
    (around(contextAgents=[{"objectType": "contextAgent", "agent": ANNA}]), "context", "2.0"),
    (around(extensions={"e": 1}), "context.extensions", "IRI"),
]


@pytest.mark.parametrize("data", GOOD)
def test_good(data):
    check_statement(data, version=V1)
    check_statement(data, version=V2)


@pytest.mark.parametrize(("data", "path", "reason"), BAD)
def test_bad(data, path, reason):
    with pytest.raises(InvalidError, match=reason) as caught:
        check_statement(data, version=V1, at=(3,))
    assert caught.value.path == (f"[3].{path}" if path else "[3]")


@pytest.mark.parametrize("name", ["usageType", "display", "contentType", "length", "sha2"])
def test_fault_13_an_attachment_says_what_it_is(name):
    lacking = {key: value for key, value in FILE.items() if key != name}
    with pytest.raises(InvalidError, match="missing") as caught:
        check_statement(statement(attachments=[FILE, lacking]), version=V1)
    assert caught.value.path == f"attachments[1].{name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sha2", "a" * 63),
        ("sha2", "g" * 64),
        ("sha2", "a" * 40),
        ("contentType", "pdf"),
        ("contentType", "application/pdf\r\nX: y"),
        ("length", -1),
        ("length", "27"),
        ("length", 27.5),
        ("length", True),
        ("usageType", "certificate"),
        ("display", {"!": "x"}),
        ("fileUrl", "c.pdf"),
    ],
)
def test_fault_13_what_an_attachment_says_is_well_formed(name, value):
    with pytest.raises(InvalidError) as caught:
        check_statement(statement(attachments=[{**FILE, name: value}]), version=V1)
    assert caught.value.path == f"attachments[0].{name}"


def test_2_0_adds_agents_and_groups_of_the_context():
    kinds = ["https://example.org/kinds/coach"]
    coach = {"objectType": "contextAgent", "agent": ANNA, "relevantTypes": kinds}
    crew = {"objectType": "contextGroup", "group": TEAM, "relevantTypes": kinds}
    check_statement(around(contextAgents=[coach], contextGroups=[crew]), version=V2)
    for wrong, path in (
        ({**coach, "relevantTypes": []}, "context.contextAgents[0].relevantTypes"),
        ({**coach, "relevantTypes": ["coach"]}, "context.contextAgents[0].relevantTypes[0]"),
        ({**coach, "objectType": "Agent"}, "context.contextAgents[0].objectType"),
        ({**coach, "agent": {}}, "context.contextAgents[0].agent"),
        ({"objectType": "contextAgent"}, "context.contextAgents[0].agent"),
    ):
        with pytest.raises(InvalidError) as caught:
            check_statement(around(contextAgents=[wrong]), version=V2)
        assert caught.value.path == path


def test_2_0_takes_statements_of_both_versions_and_1_0_only_its_own():
    check_statement(statement(version="2.0.0"), version=V2)
    check_statement(statement(version="1.0.3"), version=V2)
    with pytest.raises(InvalidError):
        check_statement(statement(timestamp="20261124T120000Z"), version=V2)
    check_statement(statement(timestamp="20261124T120000Z"), version=V1)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (2**64, "64 bits"),
        ("a\0b", r"U\+0000"),
        ("ä\0", r"U\+0000"),
        ("\ud800", "surrogate"),
        (object(), "JSON"),
        ({"\0": 1}, r"U\+0000"),
        ({1: 1}, "string"),
    ],
)
def test_what_cannot_be_stored_is_refused_even_in_extensions(value, reason):
    with pytest.raises(InvalidError, match=reason) as caught:
        check_statement(statement(result={"extensions": {"https://example.org/e": value}}), version=V1)
    assert caught.value.path == 'result.extensions["https://example.org/e"]'


def test_an_agent_that_stands_alone():
    check_agent(ANNA)
    check_agent({"objectType": "Group", "mbox": "mailto:team@example.org"})
    with pytest.raises(InvalidError, match="identifier"):
        check_agent(TEAM)
    with pytest.raises(InvalidError):
        check_agent({"objectType": "Group", "mbox": "mailto:team@example.org"}, only_agent=True)
    with pytest.raises(InvalidError):
        check_agent([])
