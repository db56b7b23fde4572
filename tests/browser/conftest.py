"""One real portal with the demo for all browser tests: SQLite, a folder as broker, a real worker."""

import json

import pytest

from tests.support.live import LivePortal

MAKE = "from tests.browser.states import make; make()"


@pytest.fixture(scope="session")
def portal():
    live = LivePortal("embedded", application="tests.support.told")
    try:
        live.prepare()
        live.start("web")
        live.start("worker")
        yield live
    finally:
        live.stop()


@pytest.fixture(scope="session")
def told(portal):
    """What ``states.py`` has made in the portal: who is signed in, and where each thing is."""
    return json.loads(portal.python(MAKE).strip().splitlines()[-1])
