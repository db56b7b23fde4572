"""FAULT 71: no address takes a POST from another site. FAULT 73: with the database away a page says so."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings as configured
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

FORGERY_PROOF = {"xapi/": "Basic credentials or a launch token in a header, which no other site can send"}
VALUES = {"int": "1", "uuid": "8c2b1f6e-6d3a-4b53-9d0e-2a6f1f0c9b11", "slug": "a", "path": "a/b", "str": "a"}


def patterns(found, prefix="") -> Iterator[tuple[str, URLPattern]]:
    for entry in found:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path, entry
        else:
            yield from patterns(entry.url_patterns, path)


def an_address(path: str) -> str:
    """One address that the pattern could mean; a view is not reached, so it need not exist."""
    path = re.sub(r"<(?:(\w+):)?\w+>", lambda found: VALUES.get(found[1] or "str", "a"), path)
    path = re.sub(r"\(\?P<\w+>[^()]*(?:\([^()]*\)[^()]*)*\)", "1", path)
    path = re.sub(r"\([^()]*\)", "1", path)
    return "/" + re.sub(r"[\^$?*+\\]|\(\?:|\)|/(?=/)", "", path)


ADDRESSES = sorted({an_address(path) for path, _ in patterns(get_resolver().url_patterns)})


def test_the_crawl_finds_the_portal():
    for known in ("/account/login/", "/account/profile/", "/i18n/setlang/", "/cms/", "/start/", "/healthz"):
        assert known in ADDRESSES
    assert len(ADDRESSES) > 300


@pytest.fixture
def administrator(db):
    return UserFactory(is_superuser=True, is_staff=True)


@pytest.mark.usefixtures("home")
def test_fault_71_no_post_without_token(administrator):
    """Signed in, with her cookies, as a form on another site would send it."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(administrator)
    answers = {
        address: client.post(address, {"action": "delete"}, headers={"origin": "https://evil.example"}).status_code
        for address in ADDRESSES
        if not address.startswith(tuple(f"/{path}" for path in FORGERY_PROOF))
    }
    assert {address: status for address, status in answers.items() if status not in (403, 404)} == {}
    lost = [address for address, status in answers.items() if status == 404]
    assert len(lost) < len(answers) / 20, f"the crawl makes addresses that do not exist: {lost}"


@pytest.mark.usefixtures("home")
def test_fault_71_fragments_and_json_neither(administrator):
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    for path in ("/account/profile/", "/account/email/", "/account/login/", "/i18n/setlang/"):
        for headers in ({"hx-request": "true"}, {"x-requested-with": "XMLHttpRequest"}):
            assert client.post(path, {}, headers=headers).status_code == 403
        for kind in ("application/json", "text/plain"):
            assert client.post(path, "{}", content_type=kind).status_code == 403


def test_fault_71_signing_in_for_somebody_else_is_refused(alice):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/login/", {"login": alice.email, "password": "correct horse battery"})
    assert answer.status_code == 403
    assert configured.SESSION_COOKIE_NAME not in client.cookies


def test_fault_71_with_token_it_works(alice):
    client = Client(enforce_csrf_checks=True)
    client.get("/account/login/")
    token = client.cookies[configured.CSRF_COOKIE_NAME].value
    form = {"login": alice.email, "password": "correct horse battery", "csrfmiddlewaretoken": token}
    assert client.post("/account/login/", form).url == "/start/"


@pytest.fixture
def database_away(home):
    """The server drops the connection at each question, as psycopg tells it."""

    def refuse(*_):
        raise OperationalError("server closed the connection unexpectedly at 10.0.0.7, user portal")

    return connection.execute_wrapper(refuse)


@pytest.mark.parametrize(
    "path", ["/en/", "/start/", "/account/login/", "/account/profile/", "/learn/", "/nothing-here", "/cms/"]
)
@pytest.mark.parametrize("who", ["visitor", "signed in"])
def test_fault_73_a_page_says_that_the_database_is_away(database_away, alice, path, who):
    client = Client(raise_request_exception=False)
    if who == "signed in":
        client.force_login(alice)
    with database_away:
        answer = client.get(path)
        sent = client.post(path, {"name": "x"})
    for response in (answer, sent):
        if response.status_code != 503:
            assert who == "visitor", "a session is in the database"
            assert response.status_code < 500
            continue
        page = response.content.decode()
        assert response["Retry-After"] == "15"
        assert "Traceback" not in page
        assert "OperationalError" not in page
        assert "10.0.0.7" not in page
        assert "<h1" in page
        assert "unsafe" not in response["Content-Security-Policy"] or path == "/cms/"
    after = client.get("/start/")
    assert after.status_code == (200 if who == "signed in" else 302), "it comes back without a restart"


def test_fault_73_visitor_pages_and_forms_are_503_too(database_away):
    client = Client(raise_request_exception=False)
    with database_away:
        assert client.get("/en/").status_code == 503
        assert client.post("/account/password/reset/", {"email": "a@example.org"}).status_code == 503
        assert client.get("/healthz").status_code == 200
        assert client.get("/static/portal/css/kit.css").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["database"] == "away"


def test_fault_73_the_language_of_the_page_is_kept(database_away):
    with database_away:
        answer = Client(raise_request_exception=False).get("/de/")
    assert answer.status_code == 503
    assert 'lang="de"' in answer.content.decode()
