"""Clients that other people wrote, unchanged, against the real server: in Node, and in a page of another origin."""

import functools
import http.server
import json
import os
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.browsing import browser
from tests.clients.conftest import kept_by
from tests.support.migrated import ROOT

pytestmark = pytest.mark.services

HERE = Path(__file__).parent
PACKAGES = ROOT / ".venv" / "clients" / "node_modules"
VERB = "http://adlnet.gov/expapi/verbs/experienced"
HIKE = "https://example.org/activities/hike"
TEXT = "The text of an attachment"


@pytest.fixture(scope="module", autouse=True)
def packages():
    for name in ("@xapi/xapi", "tincanjs", "xapiwrapper"):
        assert (PACKAGES / name / "package.json").exists(), f"{name} is not installed: make clients"


def in_node(script, asked, **more):
    done = subprocess.run(
        ["node", str(HERE / script), json.dumps({**asked, **more})],
        env={**os.environ, "NODE_PATH": str(PACKAGES)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def another_origin():
    """A web server of its own that holds nothing but the script of xapiwrapper; its address."""
    handler = functools.partial(QuietHandler, directory=str(PACKAGES / "xapiwrapper" / "dist"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def in_page(asked):
    with another_origin() as origin, browser() as chromium:
        page = chromium.new_page()
        page.goto(f"{origin}/")
        page.add_script_tag(url=f"{origin}/xapiwrapper.min.js")
        return page.evaluate((HERE / "wrapper.js").read_text().strip().removesuffix(";"), asked)


def check_statements(told, asked):
    """What every client can do with statements, and that the store holds what it sent and no more."""
    assert told["versions"] == ["2.0.0", "1.0.3"]
    [one], [first, second] = told["one"], told["many"]
    assert told["fetched"]["id"] == one
    assert told["fetched"]["result"] == {"score": {"scaled": 0.5}, "response": "Größe ✓"}
    assert told["byAgent"] == [second, first, one]
    assert told["byVerb"] == told["byRelated"][::-1] == [one, first, second]
    assert told["sinceNow"] == []
    assert told["pages"] == [one, first, second]
    assert told["voided"] == first
    kept = {each["id"]: each for each in kept_by(asked)}
    assert list(kept) == [one, second, told["voiding"], told["attached"]]
    assert kept[second]["result"] == {"success": True}
    assert {each["verb"]["id"] for each in kept.values()} == {VERB, "http://adlnet.gov/expapi/verbs/voided"}
    assert kept[told["voiding"]]["object"] == {"objectType": "StatementRef", "id": first}
    assert kept[told["attached"]]["attachments"][0]["length"] == len(TEXT)


def check_documents(told):
    assert told["state"] == {"page": 1, "chapter": "ä"}
    assert told["activityProfile"] == {"limit": 3, "colour": "blue"}
    assert told["activityProfiles"] == ["settings"]
    assert told["agentProfile"] == {"language": "de"}
    assert told["agentProfiles"] == ["preferences"]


def check_replaced(told):
    """Each kind of profile was replaced by who knew its tag, and stayed so for who knew the old one."""
    assert told["replacedActivityProfile"] == {"limit": 4}
    assert told["replacedAgentProfile"] == {"language": "it"}
    assert told["staleActivityProfile"] == told["staleAgentProfile"] == told["stale"]


@pytest.mark.parametrize("adapter", ["axios", "fetch"])
def test_xapi_js(asked, adapter):
    told = in_node("xapi.js", asked, adapter=adapter)
    check_statements(told, asked)
    check_documents(told)
    check_replaced(told)
    assert told["ids"]["object"] == {"id": HIKE}
    assert (told["kept"], told["names"], told["empty"]) == ({"page": 2}, ["bookmark"], [])
    assert told["person"] == {"objectType": "Person", "name": ["Anna"], "mbox": ["mailto:anna@example.org"]}
    assert told["activity"]["definition"]["name"] == {"en": "Hike"}
    refused = [told[each] for each in ("hidden", "stale", "gone", "second", "invalid", "stranger")]
    if adapter == "axios":
        assert told["unsent"] == 400
        assert refused == [404, 412, 404, 412, 400, 401]
    else:
        assert told["attachment"] == TEXT
        assert [each.split(",")[0] for each in refused] == [
            "no such statement",
            "does not hold: the stored document is another one",
            "no such document",
            "does not hold: the stored document is another one",
            "is not an IRI with a scheme",
            "the credential is unknown",
        ]


def test_tincanjs(asked):
    told = in_node("tincan.js", asked)
    check_statements(told, asked)
    check_documents(told)
    check_replaced(told)
    assert told["attachment"] == TEXT
    assert (told["kept"], told["names"], told["empty"]) == ({"page": 2}, ["bookmark"], [])
    assert told["activity"]["definition"]["name"] == {"en": "Hike"}
    assert told["gone"] is None
    assert [told[each] for each in ("hidden", "stale", "second", "invalid", "stranger")] == [404, 412, 412, 400, 401]


def test_xapiwrapper_in_a_page_of_another_origin(asked):
    told = in_page(asked)
    check_statements(told, asked)
    check_documents(told)
    assert told["ids"]["object"] == {"id": HIKE}
    assert TEXT in told["attachment"]
    assert told["kept"] == "another"
    assert sorted(told["names"]) == ["bookmark", "text"]
    assert told["textOfActivity"] == told["textOfAgent"] == ["a text", "another"]
    assert told["person"]["mbox"] == ["mailto:anna@example.org"]
    assert told["activity"]["definition"]["name"] == {"en": "Hike"}
    assert (told["hidden"], told["gone"]) == (None, None)
    assert (told["invalid"], told["stranger"]) == (400, 401)
