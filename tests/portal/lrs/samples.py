"""Statements to send, and a client that sends them as the standard asks."""

import base64
import json
from uuid import uuid4

from portal.lrs.vocabulary import VOIDED

ANNA = {"objectType": "Agent", "mbox": "mailto:anna@example.org"}
BEN = {"objectType": "Agent", "account": {"homePage": "https://lms.example.org", "name": "ben"}}
DID = "http://adlnet.gov/expapi/verbs/experienced"


def statement(**changes):
    """A short valid statement; ``changes`` replace its properties, and ... (Ellipsis) takes one away."""
    whole = {
        "actor": ANNA,
        "verb": {"id": DID},
        "object": {"id": "https://example.org/activities/hike"},
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def voiding(target, **changes):
    target = {"objectType": "StatementRef", "id": str(target)}
    return statement(**{"verb": {"id": VOIDED}, "object": target, **changes})


def new_id():
    return str(uuid4())


class XapiClient:
    """Wraps Django's client; ``key`` and ``secret`` are those of a credential."""

    def __init__(self, client, key="", secret="", version="1.0.3"):
        self.client, self.version = client, version
        self.basic = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode() if key else None

    def headers(self):
        headers = {}
        if self.basic:
            headers["Authorization"] = self.basic
        if self.version:
            headers["X-Experience-API-Version"] = self.version
        return headers

    def post(self, body, content_type="application/json", path="/xapi/statements"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(path, body, content_type=content_type, headers=self.headers())

    def put(self, body, **parameters):
        return self.client.put(
            "/xapi/statements",
            json.dumps(body),
            content_type="application/json",
            headers=self.headers(),
            query_params=parameters,
        )

    def get(self, path="/xapi/statements", headers=None, **parameters):
        parameters = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in parameters.items()}
        return self.client.get(path, parameters or None, headers={**self.headers(), **(headers or {})})

    def head(self, **parameters):
        return self.client.head("/xapi/statements", parameters, headers=self.headers())

    def send(self, method, resource, body=b"", content_type="application/json", headers=None, **parameters):
        """Any request to ``/xapi/<resource>``; what is no bytes is sent as JSON."""
        parameters = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in parameters.items()}
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        # Django's client names the type of a body only where there is one.
        empty = {"CONTENT_TYPE": content_type} if method in {"PUT", "POST"} and not body and content_type else {}
        return self.client.generic(
            method,
            f"/xapi/{resource}",
            body,
            content_type=content_type,
            **empty,
            headers={**self.headers(), **(headers or {})},
            query_params=parameters,
        )

    def list(self, **parameters):
        """The statements of one page."""
        answer = self.get(**parameters)
        assert answer.status_code == 200, answer.content
        return answer.json()["statements"]

    def ids(self, **parameters):
        return [each["id"] for each in self.list(**parameters)]
