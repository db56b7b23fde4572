"""What statements tell of an activity or an agent, without a store."""

from hypothesis import given
from hypothesis import strategies as st

from portal.lrs import known
from portal.lrs.statement import check_statement
from portal.lrs.versions import V1
from tests.portal.lrs.samples import ANNA, BEN, statement

HIKE = "https://example.org/activities/hike"


def about(**definition):
    return statement(object={"id": HIKE, "definition": definition})


def test_an_activity_that_nobody_defined_is_its_id():
    assert known.activity(HIKE, []) == {"objectType": "Activity", "id": HIKE}
    assert known.activity(HIKE, [statement(object=BEN), statement()]) == {"objectType": "Activity", "id": HIKE}


def test_languages_and_extensions_are_put_together_and_the_later_word_stays():
    told = [
        about(name={"en": "Hike", "de": "Wandern"}, extensions={"https://e.org/a": 1, "https://e.org/b": {"x": 1}}),
        about(name={"en": "A hike"}, description={"en": "Far"}, extensions={"https://e.org/b": {"y": None}}),
        about(type="https://example.org/types/walk", moreInfo="https://example.org/hike"),
    ]
    assert known.activity(HIKE, told)["definition"] == {
        "name": {"en": "A hike", "de": "Wandern"},
        "description": {"en": "Far"},
        "extensions": {"https://e.org/a": 1, "https://e.org/b": {"y": None}},
        "type": "https://example.org/types/walk",
        "moreInfo": "https://example.org/hike",
    }


def test_definitions_are_found_wherever_the_activity_stands():
    told = [
        statement(context={"contextActivities": {"parent": [{"id": HIKE, "definition": {"name": {"en": "a"}}}]}}),
        statement(
            object={
                "objectType": "SubStatement",
                **statement(
                    object={"id": HIKE, "definition": {"name": {"de": "b"}}},
                    context={"contextActivities": {"other": [{"id": HIKE, "definition": {"name": {"fr": "c"}}}]}},
                ),
            }
        ),
    ]
    assert known.activity(HIKE, told)["definition"]["name"] == {"en": "a", "de": "b", "fr": "c"}


WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=3)
COMPONENTS = st.lists(st.sampled_from("abcd"), unique=True, max_size=3).map(lambda ids: [{"id": each} for each in ids])
KINDS = {
    "choice": ["choices"],
    "sequencing": ["choices"],
    "likert": ["scale"],
    "matching": ["source", "target"],
    "performance": ["steps"],
    "numeric": [],
}


@st.composite
def definitions(draw):
    definition = {"name": draw(st.dictionaries(st.sampled_from(["en", "de"]), WORDS))}
    if draw(st.booleans()):
        kind = draw(st.sampled_from(sorted(KINDS)))
        definition["interactionType"] = kind
        definition |= {name: draw(COMPONENTS) for name in KINDS[kind] if draw(st.booleans())}
        if draw(st.booleans()):
            definition["correctResponsesPattern"] = ["a"]
    return definition


@given(st.lists(definitions(), max_size=5))
def test_what_is_put_together_of_valid_definitions_is_valid(told):
    whole = known.activity(HIKE, [about(**each) for each in told])
    check_statement(statement(object=whole), version=V1)
    for each in told[-1:]:
        assert whole["definition"].items() >= {key: value for key, value in each.items() if key != "name"}.items()
        assert whole["definition"]["name"].items() >= each["name"].items()


def test_a_person_is_the_agent_asked_for_with_the_names_that_are_told():
    told = [
        statement(actor={**ANNA, "name": "Anna B."}),
        statement(actor={"objectType": "Group", "member": [{**ANNA, "name": "Anna"}, {**BEN, "name": "Ben"}]}),
        statement(context={"instructor": {**ANNA, "name": "Anna B."}}),
        statement(),
    ]
    assert known.person({**ANNA, "name": "A."}, told) == {
        "objectType": "Person",
        "name": ["A.", "Anna B.", "Anna"],
        "mbox": [ANNA["mbox"]],
    }
    assert known.person(BEN, []) == {"objectType": "Person", "account": [BEN["account"]]}
