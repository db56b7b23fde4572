"""Every question that the store answers, and every way to ask it: what is tried across two organisations."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlencode

from portal.lrs.cursor import Cursor, seal
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.samples import ANNA, BEN, DID, new_id, statement
from tests.portal.lrs.shelves import HIKE, PLACES

DONAU, ISAR = "6a0b5c0e-0000-4000-8000-000000000001", "6a0b5c0e-0000-4000-8000-000000000002"
KEPT, GONE, REGISTRATION = new_id(), new_id(), new_id()
WEEK = "https://example.org/activities/week"
LONG_AGO, LATE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
FORM = "application/x-www-form-urlencoded"
# Lists of statements; all of them find the one of ``rich``.
LISTS = [
    {},
    {"agent": ANNA},
    {"agent": BEN, "related_agents": "true"},
    {"agent": LMS, "related_agents": "true"},
    {"verb": DID},
    {"activity": HIKE},
    {"activity": WEEK, "related_activities": "true"},
    {"registration": REGISTRATION},
    {"since": LONG_AGO},
    {"until": LATE},
    {"limit": "1"},
    {"ascending": "true"},
    {"format": "ids"},
    {"format": "canonical"},
    {"attachments": "true"},
    {"agent": ANNA, "verb": DID, "activity": HIKE, "registration": REGISTRATION, "ascending": "true"},
]
SHOWN = [{}, {"format": "ids"}, {"format": "canonical"}, {"attachments": "true"}]


def rich(secret="Secret", **changes):
    """A statement that every list of ``LISTS`` finds."""
    context = {
        "registration": REGISTRATION,
        "team": {"objectType": "Group", "name": "Team", "member": [ANNA, BEN]},
        "contextActivities": {"grouping": [{"id": WEEK, "definition": {"name": {"en": f"{secret} week"}}}]},
    }
    hike = {"id": HIKE, "definition": {"name": {"en": f"{secret} hike"}}}
    actor = {**ANNA, "name": f"Anna {secret}"}
    return statement(**{"actor": actor, "object": hike, "context": context, **changes})


def _continued():
    """``more`` as it goes on from behind everything."""
    return {"more": seal(Cursor({}, datetime(2099, 1, 1, tzinfo=UTC), 2**62))}


def _of_documents(place):
    """The list, the list since then, and one document; of state, with and without a registration."""
    named = [{}, {"since": LONG_AGO}, {place.id_name: "x"}]
    registered = [{"registration": REGISTRATION, **each} for each in named] if place.is_state else []
    return [{**place.parameters, **each} for each in named + registered]


@cache
def questions():
    """By resource, the parameters of each question; a parameter that none of them has is not tried at all."""
    single = [
        {name: uuid, **how} for name, uuid in (("statementId", KEPT), ("voidedStatementId", GONE)) for how in SHOWN
    ]
    return {
        "statements": [*LISTS, *single, _continued()],
        "activities": [{"activityId": iri} for iri in (HIKE, WEEK)],
        "agents": [{"agent": ANNA}],
        **{place.resource: _of_documents(place) for place in PLACES},
    }


@dataclass(frozen=True)
class Way:
    """How a request is made: on the address of a version or the common one, in a form or not, with or without a body."""

    name: str
    base: str = ""
    method: str = "GET"
    in_form: bool = False

    def send(self, client, method, resource, body=b"", headers=None, **parameters):
        path = f"{self.base}{resource}"
        if not self.in_form:
            return client.send(method, path, body, headers=headers, **parameters)
        fields = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in parameters.items()}
        if method in {"PUT", "POST"}:
            fields |= {"content": body if isinstance(body, bytes) else json.dumps(body)}
        form = urlencode({**fields, **client.headers(), **(headers or {})}).encode()
        return client.client.post(f"/xapi/{path}?method={method}", form, content_type=FORM)

    def ask(self, client, resource, **parameters):
        """What an answer says, but for the time and what is new in each: status, body and the headers that tell of it."""
        answer = self.send(client, self.method, resource, **parameters)
        told = {name: answer.get(name) for name in ("ETag", "Last-Modified", "Content-Length")}
        content = answer.getvalue()
        kind, _, boundary = answer.get("Content-Type", "").partition("; boundary=")
        if boundary:
            content = content.replace(boundary.encode(), b"")
        return answer.status_code, kind, told, re.sub(rb'\?more=[^"]*', b"", content)

    def ask_all(self, client):
        """The answers to all questions, by resource and parameters."""
        return {
            (resource, json.dumps(asked)): self.ask(client, resource, **asked)
            for resource, several in questions().items()
            for asked in several
        }


PLAIN = Way("plain")
WAYS = [
    PLAIN,
    Way("head", method="HEAD"),
    Way("of 1.0.3", base="1.0.3/"),
    Way("of 2.0.0", base="2.0.0/"),
    Way("form", in_form=True),
    Way("form of 1.0.3", base="1.0.3/", in_form=True),
    Way("head in a form", method="HEAD", in_form=True),
]
