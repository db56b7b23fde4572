"""The real server, and what a client of it is told."""

import re

import httpx
import pytest

from tests.support.live import LivePortal

SCOPES = ("statements/write", "statements/read/mine", "state", "profile", "define")


@pytest.fixture(scope="module")
def live():
    portal = LivePortal("services")
    try:
        portal.prepare(demo=False)
        portal.start("web")
        yield portal
    finally:
        portal.stop()


@pytest.fixture
def asked(live, request):
    """What a client is told: an address, and a credential of a customer who has nothing yet."""
    name = re.sub(r"\W", "-", request.node.name)
    whose = ("--mbox", f"mailto:{name}@example.org", "--tenant", name)
    scopes = (part for scope in SCOPES for part in ("--scope", scope))
    printed = live.manage("lrs_credential", "create", name, *whose, *scopes)
    key, secret = (re.search(rf"{word} +(\S+)", printed)[1] for word in ("key", "secret"))
    return {"endpoint": f"{live.url}/xapi/", "key": key, "secret": secret}


def kept_by(asked):
    """All statements of the credential, oldest first, as a plain request reads them."""
    answer = httpx.get(
        asked["endpoint"] + "statements",
        params={"ascending": "true"},
        auth=(asked["key"], asked["secret"]),
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    assert answer.status_code == 200
    return answer.json()["statements"]
