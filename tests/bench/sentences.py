"""Statements as many courses send them: of about 0.9 KB, by 1,000 people about 200 activities with 10 verbs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

PEOPLE, ACTIVITIES, VERBS = 1000, 200, 10
BEGUN = datetime(2024, 1, 1, tzinfo=UTC)
NAMES = (
    "answered",
    "experienced",
    "completed",
    "passed",
    "failed",
    "attempted",
    "interacted",
    "progressed",
    "initialized",
    "terminated",
)
COURSE = {"id": "https://campus.example.org/courses/radiation-protection", "definition": {"name": {"en": "Course"}}}


def uuid_of(number: int, kind: int = 0) -> UUID:
    """The same for the same number; spread as random ones are (the multiplier is odd, so none comes twice)."""
    mixed = (number + 1) * 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835 % 2**128
    return UUID(int=mixed ^ kind * 0xC2B2_AE3D_27D4_EB4F, version=4)


def sentence(number: int) -> dict[str, Any]:
    """The statement of this number, as a client sends it; always the same."""
    person, activity = number * 7919 % PEOPLE, number * 104_729 % ACTIVITIES
    session = number // 25
    return {
        "id": str(uuid_of(number)),
        "actor": {
            "objectType": "Agent",
            "name": f"Learner {person}",
            "account": {"homePage": "https://hr.example.org", "name": f"employee-{person:06}"},
        },
        "verb": {
            "id": f"http://adlnet.gov/expapi/verbs/{NAMES[number % VERBS]}",
            "display": {"en": NAMES[number % VERBS]},
        },
        "object": {
            "objectType": "Activity",
            "id": f"https://campus.example.org/courses/radiation-protection/modules/{activity}",
            "definition": {
                "name": {"en": f"Module {activity}"},
                "type": "http://adlnet.gov/expapi/activities/module",
            },
        },
        "result": {"score": {"scaled": number % 101 / 100}, "success": number % 3 > 0, "duration": "PT4M20S"},
        "context": {
            "registration": str(uuid_of(session, 1)),
            "language": "en",
            "contextActivities": {
                "parent": [COURSE],
                "grouping": [{"id": f"https://campus.example.org/programmes/{activity % 8}"}],
            },
            "extensions": {"https://campus.example.org/extensions/attempt": number % 4 + 1},
        },
        "timestamp": (BEGUN + timedelta(seconds=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
