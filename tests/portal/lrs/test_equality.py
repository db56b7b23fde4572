"""Which differences make another statement, and which do not."""

import pytest

from portal.lrs.equality import same
from tests.portal.lrs.samples import ANNA, BEN, new_id, statement

ONE = new_id()
KEPT = statement(
    id=ONE,
    actor={"objectType": "Group", "name": "Crew", "member": [ANNA, BEN]},
    verb={"id": "https://example.org/did", "display": {"en": "did"}},
    object={"id": "https://example.org/hike", "definition": {"name": {"en": "Hike"}}},
    result={"duration": "PT1.23S", "score": {"raw": 1}},
    context={
        "registration": "2c8e9d4e-aaaa-4000-8000-000000000000",
        "language": "de-AT",
        "contextActivities": {"parent": [{"id": "https://example.org/week"}]},
        "instructor": {"mbox": "mailto:Ida@example.org"},
    },
    timestamp="2026-11-24T12:00:00.000Z",
    stored="2026-11-24T12:00:01.000Z",
    version="1.0.0",
    authority=BEN,
)


def sent(**changes):
    return statement(**{**KEPT, **changes})


EQUAL = [
    sent(),
    sent(id=..., stored=..., authority=..., timestamp=..., version=...),
    sent(authority=ANNA, stored="2020-01-01T00:00:00Z"),
    sent(timestamp="2026-11-24T13:00:00+01:00"),
    sent(actor={"objectType": "Group", "name": "Crew", "member": [BEN, ANNA]}),
    sent(verb={"id": "https://example.org/did"}),
    sent(object={"id": "https://example.org/hike"}),
    sent(attachments=[{"any": "thing"}]),
    sent(result={"duration": "PT1.239S", "score": {"raw": 1.0}}),
    sent(
        context={
            **KEPT["context"],
            "registration": "2C8E9D4E-AAAA-4000-8000-000000000000",
            "language": "de-at",
            "contextActivities": {"parent": {"id": "https://example.org/week", "definition": {}}},
            "instructor": {"mbox": "mailto:Ida@EXAMPLE.org"},
        }
    ),
]

DIFFERENT = [
    sent(actor=ANNA),
    sent(actor={"objectType": "Group", "name": "Crew", "member": [ANNA]}),
    sent(verb={"id": "https://example.org/didnot"}),
    sent(object={"id": "https://example.org/walk"}),
    sent(object={"objectType": "Activity", "id": "https://example.org/hike", "x": 1}, verb={"id": "https://e.org/x"}),
    sent(result={"duration": "PT1.24S", "score": {"raw": 1}}),
    sent(result={"duration": "PT0M1.23S", "score": {"raw": 1}}),
    sent(result={"duration": "PT1.23S", "score": {"raw": 2}}),
    sent(result=...),
    sent(context={**KEPT["context"], "instructor": {"mbox": "mailto:ida@example.org"}}),
    sent(context={**KEPT["context"], "contextActivities": {"grouping": [{"id": "https://example.org/week"}]}}),
    sent(timestamp="2026-11-24T12:00:00.001Z"),
    sent(version="1.0.3"),
]


@pytest.mark.parametrize("received", EQUAL)
def test_the_same(received):
    assert same(received, KEPT)


@pytest.mark.parametrize("received", DIFFERENT)
def test_another(received):
    assert not same(received, KEPT)


def test_true_is_not_one_and_the_inside_of_a_substatement_counts():
    def extended(value):
        return statement(result={"extensions": {"https://example.org/e": value}})

    assert not same(extended(True), extended(1))
    assert same(extended([1.0, {"a": 2}]), extended([1, {"a": 2.0}]))
    inner = {"objectType": "SubStatement", **statement(verb={"id": "https://example.org/did", "display": {"en": "x"}})}
    assert same(statement(object=inner), statement(object={**inner, "verb": {"id": "https://example.org/did"}}))
    assert not same(statement(object=inner), statement(object={**inner, "actor": BEN}))
