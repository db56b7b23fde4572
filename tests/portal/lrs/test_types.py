"""One full statement with every property there is, and each of them in turn of another type or spelled another way."""

import pytest

from portal.lrs.models import Statement
from tests.portal.lrs.rewriting import all_places, at, replaced
from tests.portal.lrs.samples import ANNA, BEN, new_id, statement

TEXTS = {"en": "A text"}
IRI = "https://example.org/x"
EXTENSIONS = {IRI: 1}
FILE = {
    "usageType": IRI,
    "display": TEXTS,
    "description": TEXTS,
    "contentType": "text/plain",
    "length": 3,
    "sha2": "a" * 64,
    "fileUrl": IRI,
}
DEFINITION = {
    "name": TEXTS,
    "description": TEXTS,
    "type": IRI,
    "moreInfo": IRI,
    "extensions": EXTENSIONS,
    "interactionType": "choice",
    "correctResponsesPattern": ["a"],
    "choices": [{"id": "a", "description": TEXTS}],
}
ACTIVITY = {"objectType": "Activity", "id": IRI, "definition": DEFINITION}
GROUP = {"objectType": "Group", "name": "Crew", "openid": IRI, "member": [{**ANNA, "name": "Anna"}, BEN]}
REFERENCE = {"objectType": "StatementRef", "id": new_id()}
CONTEXT = {
    "registration": new_id(),
    "instructor": {"objectType": "Agent", "mbox_sha1sum": "a" * 40},
    "team": GROUP,
    "contextActivities": {"parent": [ACTIVITY], "grouping": ACTIVITY, "category": [ACTIVITY], "other": [ACTIVITY]},
    "revision": "1",
    "platform": "web",
    "language": "en",
    "statement": REFERENCE,
    "extensions": EXTENSIONS,
}
RESULT = {
    "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10},
    "success": True,
    "completion": False,
    "response": "yes",
    "duration": "PT1S",
    "extensions": EXTENSIONS,
}
SENTENCE = statement(
    actor=GROUP,
    verb={"id": IRI, "display": TEXTS},
    object=ACTIVITY,
    context=CONTEXT,
    result=RESULT,
    timestamp="2026-11-24T12:00:00.000Z",
    attachments=[FILE],
)
WHOLE = {
    "1.0.3": {**SENTENCE, "authority": ANNA, "stored": "2026-11-24T12:00:00Z", "version": "1.0.0"},
    "2.0.0": {
        **SENTENCE,
        "object": {"objectType": "SubStatement", **SENTENCE},
        "context": {
            **{key: value for key, value in CONTEXT.items() if key not in {"revision", "platform"}},
            "contextAgents": [{"objectType": "contextAgent", "agent": ANNA, "relevantTypes": [IRI]}],
            "contextGroups": [{"objectType": "contextGroup", "group": GROUP, "relevantTypes": [IRI]}],
        },
    },
}
PLACES = [(version, path) for version, whole in WHOLE.items() for path in all_places(whole)]
# The keys that the standard names; not languages, IRIs or positions.
KEYS = [(version, path) for version, path in PLACES if isinstance(path[-1], str) and path[-1] not in {"en", IRI}]
TYPES = (True, 1, 1.5, "a text", "1", "true", [], ["x"], {}, {"x": "y"})


def each(places):
    names = [f"{version} {'.'.join(map(str, path))}" for version, path in places]
    return pytest.mark.parametrize(("version", "path"), places, ids=names)


def kind(value):
    return "number" if type(value) in {int, float} else type(value).__name__


def fits(path, value, other):
    """Where another type is right: one context activity or several, and any text map may be empty."""
    is_plural = len(path) >= 2 and path[-2] == "contextActivities"
    return kind(value) == kind(other) or (is_plural and other == [])


@pytest.mark.parametrize("version", WHOLE)
def test_the_whole_is_valid(credential_for, version):
    assert credential_for(version=version).post(WHOLE[version]).status_code == 200


@each(PLACES)
def test_a_value_of_another_type_is_refused(credential_for, version, path):
    client, value = credential_for(version=version), at(WHOLE[version], path)
    for other in (other for other in TYPES if not fits(path, value, other)):
        answer = client.post(replaced(WHOLE[version], path, lambda _, other=other: other))
        assert answer.status_code == 400, other
    assert not Statement.objects.exists()


def renamed(holder, key, other):
    return {other if name == key else name: value for name, value in holder.items()}


@each(KEYS)
def test_a_key_in_another_case_is_refused(credential_for, version, path):
    *before, key = path
    whole = WHOLE[version]
    client = credential_for(version=version)
    for other in {key.upper(), key.capitalize(), key + " "} - {key}:
        changed = replaced(whole, before, lambda holder, other=other: renamed(holder, key, other))
        assert client.post(changed).status_code == 400, other
    assert not Statement.objects.exists()
