"""The two renderings beside the exact one."""

from portal.lrs.formats import accepted_languages, canonical, ids
from tests.portal.lrs.samples import ANNA, BEN, statement


def test_ids_keeps_what_identifies_and_nothing_else():
    short = ids(
        statement(
            actor={"objectType": "Group", "name": "Crew", "member": [{**ANNA, "name": "Anna"}]},
            verb={"id": "https://example.org/did", "display": {"en": "did"}},
            object={"objectType": "Activity", "id": "https://example.org/hike", "definition": {"name": {"en": "Hike"}}},
            authority={**BEN, "name": "Ben"},
            context={
                "instructor": {**ANNA, "name": "Anna"},
                "contextActivities": {"parent": [{"id": "https://example.org/week", "definition": {}}]},
            },
        )
    )
    assert short == {
        "actor": {"objectType": "Group", "member": [{"mbox": "mailto:anna@example.org"}]},
        "verb": {"id": "https://example.org/did"},
        "object": {"id": "https://example.org/hike"},
        "authority": {"account": BEN["account"]},
        "context": {
            "instructor": {"mbox": "mailto:anna@example.org"},
            "contextActivities": {"parent": [{"id": "https://example.org/week"}]},
        },
    }
    assert ids(statement(object={**ANNA, "name": "Anna"}))["object"] == ANNA
    inner = {"objectType": "SubStatement", **statement(object=BEN)}
    assert ids(statement(object=inner))["object"]["objectType"] == "SubStatement"


def test_canonical_chooses_one_language_for_each_map_on_its_own():
    whole = statement(
        actor={**ANNA, "name": "Anna"},
        verb={"id": "https://example.org/did", "display": {"en": "did", "fr": "fit"}},
        object={
            "id": "https://example.org/quiz",
            "definition": {
                "name": {"de": "Prüfung", "en": "Quiz"},
                "interactionType": "choice",
                "choices": [{"id": "a", "description": {"en": "Yes", "de": "Ja"}}, {"id": "b"}],
            },
        },
        context={
            "contextActivities": {"parent": [{"id": "https://e.org/w", "definition": {"name": {"en": "W", "de": "V"}}}]}
        },
    )
    shown = canonical(whole, ["de-AT", "fr"])
    assert shown["verb"]["display"] == {"fr": "fit"}
    assert shown["object"]["definition"]["name"] == {"de": "Prüfung"}
    assert shown["object"]["definition"]["choices"] == [{"id": "a", "description": {"de": "Ja"}}, {"id": "b"}]
    assert shown["context"]["contextActivities"]["parent"][0]["definition"]["name"] == {"de": "V"}
    assert shown["actor"] == whole["actor"]
    assert canonical(whole, [])["verb"]["display"] == {"en": "did"}


def test_accept_language_in_order_of_weight():
    assert accepted_languages("en;q=0.5, de-AT, *;q=0.1, fr;q=0, xx;q=z,,") == ["de-AT", "en", "*"]
    assert accepted_languages("") == []
