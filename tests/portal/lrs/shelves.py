"""The three resources of documents, as the tests of what they share see them."""

from dataclasses import dataclass, field

import pytest

from tests.portal.lrs.samples import ANNA, BEN, new_id

HIKE = "https://example.org/activities/hike"


@dataclass(frozen=True)
class Place:
    """``parameters`` name the place, ``id_name`` the document in it; ``elsewhere`` are other places."""

    resource: str
    id_name: str
    parameters: dict = field(default_factory=dict)
    elsewhere: tuple = ()

    @property
    def is_state(self):
        return self.id_name == "stateId"


STATE = Place(
    "activities/state",
    "stateId",
    {"activityId": HIKE, "agent": ANNA},
    (
        {"activityId": HIKE + "/2", "agent": ANNA},
        {"activityId": HIKE, "agent": BEN},
        {"activityId": HIKE, "agent": ANNA, "registration": new_id()},
    ),
)
ACTIVITY_PROFILE = Place(
    "activities/profile", "profileId", {"activityId": HIKE}, ({"activityId": HIKE + "/2"}, {"activityId": HIKE + "?"})
)
AGENT_PROFILE = Place(
    "agents/profile",
    "profileId",
    {"agent": ANNA},
    ({"agent": BEN}, {"agent": {"account": {**BEN["account"], "name": "anna"}}}),
)
PLACES = [STATE, ACTIVITY_PROFILE, AGENT_PROFILE]
each_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.resource)
each_version = pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])


class Shelf:
    """A client at one place."""

    def __init__(self, client, place, **parameters):
        self.client, self.place, self.parameters = client, place, {**place.parameters, **parameters}

    def at(self, **parameters):
        return Shelf(self.client, self.place, **parameters)

    def by(self, client):
        return Shelf(client, self.place, **self.parameters)

    def send(self, method, name=None, body=b"", **how):
        named = {} if name is None else {self.place.id_name: name}
        return self.client.send(method, self.place.resource, body, **{**self.parameters, **named, **how})

    def put(self, name, body, **how):
        """With ``If-None-Match: *`` where the test says nothing else, as 1.0.3 asks of profiles."""
        return self.send("PUT", name, body, **{"headers": {"If-None-Match": "*"}, **how})

    def replace(self, name, body, tag, **how):
        return self.send("PUT", name, body, headers={"If-Match": tag}, **how)

    def post(self, name, body, **how):
        return self.send("POST", name, body, **how)

    def get(self, name, **how):
        return self.send("GET", name, **how)

    def delete(self, name=None, **how):
        return self.send("DELETE", name, **how)

    def names(self, **how):
        answer = self.send("GET", **how)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def content(self, name):
        answer = self.get(name)
        assert answer.status_code == 200, answer.content
        return answer.content
