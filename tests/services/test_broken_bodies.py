"""Documents of requests whose body is sent in pieces, or breaks off: through the real server."""

import base64
import json
import socket
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.live import LivePortal

pytestmark = pytest.mark.services
STATE = {
    "activityId": "https://example.org/hike",
    "agent": json.dumps({"mbox": "mailto:anna@example.org"}),
    "stateId": "x",
}


@pytest.fixture(scope="module")
def live():
    portal = LivePortal("embedded")
    try:
        portal.prepare(demo=False)
        portal.start("web")
        yield portal
    finally:
        portal.stop()


@pytest.fixture(scope="module")
def headers(live):
    printed = live.manage("lrs_credential", "create", "player", "--mbox", "mailto:player@example.org", "--scope", "all")
    key, secret = (line.split()[-1] for line in printed.splitlines() if line.lower().startswith(("key", "secret")))
    credential = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {credential}", "X-Experience-API-Version": "1.0.3"}


@pytest.fixture
def address(live, headers):
    address = f"{live.url}/xapi/activities/state?{urlencode(STATE)}"
    assert httpx.put(address, content=b"the whole text", headers=headers).status_code == 204
    return address


def test_a_body_in_pieces_is_stored_whole(address, headers):
    assert httpx.put(address, content=iter([b"first, ", b"second"]), headers=headers).status_code == 204
    assert httpx.get(address, headers=headers).content == b"first, second"


def test_a_body_that_breaks_off_changes_nothing(live, address, headers):
    with socket.create_connection(("localhost", live.port), timeout=10) as line:
        head = [f"PUT {address.removeprefix(live.url)} HTTP/1.1", "Host: localhost", "Content-Length: 1000"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        line.sendall("\r\n".join([*head, "", "half a te"]).encode())
        line.shutdown(socket.SHUT_WR)
        assert b" 400 " in line.makefile("rb").readline()
    assert httpx.get(address, headers=headers).content == b"the whole text"
