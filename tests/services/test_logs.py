"""FAULT 83: what people do in production leaves no name, address, password or token in a line of the log."""

import json
import logging
import re

import httpx
import pytest
import structlog

from portal.config import logs
from tests.support.live import LivePortal

pytestmark = pytest.mark.services

NAME = "Zebedee Quillfeather"
EMAIL = "zebedee.quillfeather@example.org"
PASSWORD = "an aperture of quiet light"
VISITOR = "203.0.113.77"
LINKS = """
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from portal.accounts.models import User
user = User.objects.get()
print(EmailConfirmationHMAC(EmailAddress.objects.get()).key)
print(f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}")
"""


@pytest.fixture(scope="module")
def told():
    """All lines that web and worker have written, and the secrets that went through them."""
    portal = LivePortal("services", application="tests.support.proxied")
    try:
        production = portal.production()
        portal.environment |= production
        portal.prepare(demo=False)
        portal.python("from tests.pages import make_site; make_site()")
        portal.manage("collectstatic", "--noinput", "--verbosity", "0")
        portal.start("web")
        portal.start("worker")
        secrets = visit(portal)
        portal.wait_until(lambda: "refused" in portal.log("worker").lower(), "the worker tried to send the mail")
        yield portal.log("web") + portal.log("worker"), secrets
    finally:
        portal.stop()


def visit(portal) -> list[str]:
    client = httpx.Client(base_url=portal.url, headers={"X-Forwarded-For": VISITOR}, timeout=30)

    def send(path, **form):
        page = client.get(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        # The cookies are for https only; the client speaks http to the portal, as a proxy does.
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
        headers = {"Cookie": cookies, "Referer": portal.url.replace("http://", "https://") + path}
        return client.post(path, data={**form, "csrfmiddlewaretoken": token}, headers=headers)

    person = {"name": NAME, "email": EMAIL, "password1": PASSWORD, "profession": "radiologist", "country": "AT"}
    joined = send("/account/signup/", **person, language="en", consent="on")
    assert (joined.status_code, joined.headers["location"]) == (302, "/account/confirm-email/")
    confirm, reset = portal.python(LINKS).split()[-2:]
    assert client.get(f"/account/confirm-email/{confirm}/").status_code == 200
    assert client.get(f"/account/password/reset/key/{reset}/").status_code == 302
    assert send("/account/login/", login=EMAIL, password="not this one").status_code == 200
    assert send("/account/password/reset/", email=EMAIL).status_code == 302
    assert client.get("/en/nowhere/", params={"email": EMAIL, "name": NAME}).status_code == 404
    statement = {"actor": {"mbox": f"mailto:{EMAIL}", "name": NAME}}
    version = {"X-Experience-API-Version": "1.0.3"}
    refused = client.post("/xapi/statements", json=statement, auth=(EMAIL, PASSWORD), headers=version)
    assert refused.status_code == 401
    return [confirm, reset, client.cookies.get("sessionid") or PASSWORD]


def test_fault_83_requests_and_tasks_are_told(told):
    text, _ = told
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    asked = {line.get("request") for line in lines}
    assert {"POST /account/signup/", "POST /account/login/", "GET /en/nowhere/", "POST /xapi/statements"} <= asked
    assert "GET /account/confirm-email/…/" in asked
    assert "GET /account/password/reset/key/…/" in asked
    assert any("send_mail" in json.dumps(line) for line in lines)


def test_fault_83_nobody_is_told_of(told):
    text, secrets = told
    words = [NAME, *NAME.split(), EMAIL, EMAIL.partition("@")[0], PASSWORD, "not this one", VISITOR, *secrets]
    found = {line for line in text.splitlines() for word in words if word.lower() in line.lower()}
    assert not found


def test_fault_83_an_error_tells_neither_addresses_nor_the_row_that_was_refused():
    failed = ValueError(f'duplicate key "accounts_user_email"\nDETAIL: Key (name, email)=({NAME}, {EMAIL}) exists.')
    record = logging.LogRecord("x", 40, "f", 1, f"no room for {EMAIL}", (), (ValueError, failed, None))
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()]
    line = structlog.stdlib.ProcessorFormatter(processors=processors, foreign_pre_chain=logs.SHARED).format(record)
    assert "accounts_user_email" in line
    assert NAME not in line
    assert EMAIL not in line
    request = {
        "url": "/account/confirm-email/abc:1/",
        "query_string": f"q={NAME}",
        "headers": {"Host": "campus.example.org", "Referer": f"/cms/users/?q={NAME}"},
    }
    report = {"exception": {"values": [{"value": str(failed)}]}, "request": request}
    sent = json.dumps(logs.scrubbed_report(report, {}))
    assert "accounts_user_email" in sent
    assert "campus.example.org" in sent
    assert not [word for word in (NAME, EMAIL, "abc:1") if word in sent]


@pytest.mark.parametrize("word", ["DETAIL: ", "DÉTAIL : ", "SZCZEGÓŁY: "])
def test_fault_83_a_refused_row_is_cut_to_its_end(word):
    told = logs.scrubbed(f"null value in column x\n{word} Failing row contains (1, Linz\n{NAME}).\n\nThe above")
    assert told.startswith("null value in column x")
    assert NAME not in told
    assert told.endswith("The above")


def test_fault_83_an_address_in_a_link_is_an_address():
    assert "zeb" not in logs.scrubbed("/account/login/?email=zeb%40example.org")
