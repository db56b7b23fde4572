"""Who is let in, and to do what."""

import base64
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from portal.audit.models import Entry
from portal.core.clock import now
from portal.core.nearby import ear
from portal.lrs.auth import PERSONAL_SCOPES, local_authority
from portal.lrs.credentials import agent_of_person, create_credential, origin_of, revoke_credential
from portal.lrs.errors import InvalidError
from portal.lrs.models import Credential, Statement
from tests.factories import NOON
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.samples import ANNA, XapiClient, new_id, statement
from tests.portal.lrs.shelves import HIKE


def basic(text):
    return "Basic " + base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic YQ",
        "Bearer abc",
        basic("nobody"),
        basic("nobody:nothing"),
        basic("nobody:"),
        basic(":"),
        basic("a\0b:c"),
        basic(b"\xff\xfe:\xff"),
        basic("nobody:" + "x" * 5000),
    ],
)
def test_fault_10_without_a_good_credential_nothing_opens(lms, header):
    lms.basic = header
    for answer in (lms.get(), lms.post(statement()), lms.put(statement(), statementId=new_id()), lms.head()):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Basic ")
    assert not Statement.objects.exists()


def test_fault_10_expired_revoked_and_wrong_credentials(credential_for, client):
    expiring = credential_for(expires_at=now() + timedelta(hours=1))
    assert expiring.get().status_code == 200
    with time_machine.travel(now() + timedelta(hours=2)):
        assert expiring.get().status_code == 401
    revoked = credential_for()
    revoke_credential(credential=revoked.credential, at=now())
    assert revoked.get().status_code == 401
    assert XapiClient(client, expiring.credential.key, "wrong").get().status_code == 401
    assert XapiClient(client, expiring.credential.key, expiring.credential.secret_digest).get().status_code == 401


def test_the_secret_is_shown_once_and_not_kept(db):
    credential, secret = create_credential(name="lms", authority=LMS, scopes=["all"], at=now())
    assert len(secret) >= 43
    kept = Credential.objects.get()
    assert secret not in f"{kept.secret_digest} {kept.key}"
    entry = Entry.objects.get(verb="created credential")
    assert entry.target_id == str(credential.pk)
    assert secret not in str(entry.data)


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [
        ("all", "all", True),
        ("all/read", "all", False),
        ("statements/read", "all", False),
        ("statements/read/mine", "mine", False),
        ("statements/write", None, True),
    ],
)
def test_scopes(credential_for, other, scope, reads, writes):
    [foreign] = other.post(statement()).json()
    credential_for(LMS, ["all"]).post(statement(id=(mine := new_id())))
    client = credential_for(LMS, [scope])
    answer = client.get()
    if reads is None:
        assert answer.status_code == client.get(statementId=mine).status_code == 403
    else:
        expected = {mine, foreign} if reads == "all" else {mine}
        assert {each["id"] for each in answer.json()["statements"]} == expected
        assert client.get(statementId=foreign).status_code == (200 if reads == "all" else 404)
        assert client.get(statementId=mine).status_code == 200
    written = [client.post(statement()).status_code, client.put(statement(), statementId=new_id()).status_code]
    assert written == ([200, 204] if writes else [403, 403])


def test_reading_ones_own_does_not_reach_others_by_filters_or_pages(credential_for, other):
    other.post([statement() for _ in range(3)])
    client = credential_for(LMS, ["statements/read/mine", "statements/write"])
    client.post([statement() for _ in range(3)])
    seen = []
    page = client.get(agent=ANNA, limit="1").json()
    while True:
        seen += page["statements"]
        if not page["more"]:
            break
        assert other.get(page["more"]).status_code == 200
        page = client.get(page["more"]).json()
    assert len(seen) == 3
    assert {each["authority"]["account"]["name"] for each in seen} == {"lms"}


@pytest.mark.parametrize(
    ("agent", "scopes"),
    [
        ({}, ["all"]),
        ({"objectType": "Group", "mbox": "mailto:a@b"}, ["all"]),
        (None, ["all"]),
        (LMS, []),
        (LMS, ["everything"]),
    ],
)
def test_what_is_no_credential(db, agent, scopes):
    with pytest.raises(InvalidError):
        create_credential(name="x", authority=agent, scopes=scopes, at=now())


@pytest.mark.parametrize(
    "origin",
    [
        "player",
        "ftp://a.example",
        "https://",
        "https://a.example/x",
        "https://me@a.example",
        "https://a:b",
        "null",
        "*",
    ],
)
def test_what_is_no_origin(db, origin):
    with pytest.raises(InvalidError, match="origin"):
        create_credential(name="x", authority=LMS, scopes=["all"], at=now(), origins=[origin])


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("HTTPS://Player.Example/", "https://player.example"),
        ("https://a.example:443", "https://a.example"),
        ("http://a.example:443", "http://a.example:443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_origins_are_kept_as_browsers_write_them(written, kept):
    assert origin_of(written) == kept


@pytest.mark.parametrize("limits", [{"rate": 0}, {"rate": 10**7}, {"body_limit": 1}, {"body_limit": 2**40}])
def test_limits_out_of_bounds(db, limits):
    with pytest.raises(InvalidError):
        create_credential(name="x", authority=LMS, scopes=["all"], at=now(), **limits)


def test_the_key_of_a_person_has_scopes_that_fit_her(alice):
    hers = {"name": "x", "authority": agent_of_person(alice.uuid), "tenant": str(alice.uuid), "at": now()}
    for scope in ("all", "all/read", "statements/read", "define"):
        with pytest.raises(InvalidError, match="statements/write"):
            create_credential(**hers, scopes=["statements/write", scope])
    assert create_credential(**hers, scopes=PERSONAL_SCOPES)[0].holder == "person"


def test_fault_4_the_key_of_a_person_tells_of_her_and_ends_with_her_account(credential_for, alice, bob):
    agent = agent_of_person(alice.uuid)
    hers = credential_for(agent, PERSONAL_SCOPES, tenant=str(alice.uuid))
    assert hers.post(statement(actor=agent)).status_code == 200
    assert hers.post(statement(actor=agent_of_person(bob.uuid))).status_code == 403
    assert len(hers.list()) == 1
    alice.is_active = False
    alice.save()
    cache.clear()  # both, as after CACHE_SECONDS
    ear().forget_all()
    assert hers.get().status_code == 401


def test_without_the_scope_define_nothing_is_told_of_activities(credential_for, lms):
    def told(client, name):
        hike = {"id": HIKE, "definition": {"name": {"en": name}}}
        assert client.post(statement(object=hike)).status_code == 200
        return lms.get("/xapi/activities", activityId=HIKE).json().get("definition")

    assert told(credential_for(LMS, ["statements/write"]), "A walk") is None
    assert told(credential_for(LMS, ["statements/write", "define"]), "A hike") == {"name": {"en": "A hike"}}
    assert told(credential_for(LMS, ["statements/write"]), "A crawl") == {"name": {"en": "A hike"}}
    assert told(lms, "A long hike") == {"name": {"en": "A long hike"}}


def test_scripts_of_other_origins_are_refused_and_may_read_why(credential_for):
    client = credential_for(origins=["https://player.example"])
    assert client.get().status_code == 200, "no script of a page at all"
    assert client.get(headers={"Origin": "https://player.example"}).status_code == 200
    for origin in ("https://player.example.evil.test", "http://player.example", "https://player.example:8443", "null"):
        answer = client.get(headers={"Origin": origin})
        assert (answer.status_code, answer.json()["path"]) == (403, "Origin")
        assert answer["Access-Control-Allow-Origin"] == "*"
    sent = client.send("POST", "statements", statement(), headers={"Origin": "https://evil.test"})
    assert sent.status_code == 403
    assert not Statement.objects.exists()
    assert credential_for().get(headers={"Origin": "https://evil.test"}).status_code == 200, "none listed: any"


@time_machine.travel(NOON, tick=False)
def test_a_rate_of_its_own(credential_for):
    slow, usual = credential_for(rate=2), credential_for()
    assert [slow.get().status_code for _ in range(3)] == [200, 200, 429]
    assert usual.get().status_code == 200, "another credential of the same authority is counted apart"


def test_a_body_limit_of_its_own(credential_for, settings):
    settings.XAPI_BODY_LIMIT = 3000
    small, large = credential_for(body_limit=1024), credential_for(body_limit=8000)
    long = statement(result={"response": "x" * 2000})
    assert (small.post(long).status_code, large.post(long).status_code) == (413, 200)
    assert large.post(statement(result={"response": "x" * 6000})).status_code == 200
    state = {"activityId": HIKE, "agent": ANNA, "stateId": "x"}
    assert small.send("PUT", "activities/state", b"x" * 1025, "text/plain", **state).status_code == 413
    assert large.send("POST", "activities/state", {"a": "x" * 5000}, **state).status_code == 204
    assert large.send("POST", "activities/state", {"b": "x" * 2000}, **state).status_code == 204
    assert large.send("POST", "activities/state", {"c": "x" * 2000}, **state).status_code == 413
    form = urlencode({**small.headers(), "content": json.dumps(long)}).encode()
    asked = small.client.post("/xapi/statements?method=POST", form, "application/x-www-form-urlencoded")
    assert asked.status_code == 413


@pytest.mark.parametrize(
    ("headers", "challenge"),
    [
        ({}, 'Basic realm="xAPI", charset="UTF-8", Bearer realm="xAPI"'),
        ({"Sec-Fetch-Mode": "cors"}, 'Basic realm="xAPI", charset="UTF-8", Bearer realm="xAPI"'),
        ({"Sec-Fetch-Mode": "navigate"}, 'Bearer realm="xAPI"'),
    ],
)
def test_a_browser_that_goes_to_an_address_is_not_asked_for_a_key(client, headers, challenge):
    answer = XapiClient(client).get(headers=headers)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, challenge)


def test_nobody_is_given_the_portals_own_voice(db):
    with pytest.raises(InvalidError, match="portal itself"):
        create_credential(name="x", authority=local_authority().agent, scopes=["all"], at=now())


def test_revoking_twice_is_one_fact(lms):
    first = revoke_credential(credential=lms.credential, at=now()).revoked_at
    assert revoke_credential(credential=lms.credential, at=now() + timedelta(hours=1)).revoked_at == first
    assert Entry.objects.filter(verb="revoked credential").count() == 1


def test_keys_are_taken_by_a_command_line(db):
    """A key that began with a hyphen was read as an option, once in sixty-four times."""
    keys = [create_credential(name="x", authority=LMS, scopes=["all"], at=now())[0].key for _ in range(40)]
    assert all(key.isalnum() and len(key) == 32 for key in keys)
    assert len(set(keys)) == 40


def test_the_command_creates_lists_and_revokes(db, client, capsys, django_capture_on_commit_callbacks):
    call_command("lrs_credential", "create", "The LMS", "--account", "https://lms.example.org", "lms", "--days", "7")
    key, secret = re.fullmatch(r"key +(\S+)\nsecret +(\S+)\n", capsys.readouterr().out).groups()
    speaker = XapiClient(client, key, secret)
    assert speaker.post(statement()).status_code == speaker.get().status_code == 200
    call_command("lrs_credential", "list")
    listed = capsys.readouterr().out
    assert re.search(
        rf"{key}  usable  statements/read/mine, statements/write  account:https://lms.example.org\|lms  -  The LMS",
        listed,
    )
    assert secret not in listed
    with django_capture_on_commit_callbacks(execute=True):
        call_command("lrs_credential", "revoke", key)
    assert speaker.get().status_code == 401
    call_command("lrs_credential", "list")
    assert "revoked" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("lrs_credential", "revoke", "unknown")
    with pytest.raises(CommandError, match="mbox"):
        call_command("lrs_credential", "create", "x", "--mbox", "anna@example.org")
    with pytest.raises(CommandError, match="origins"):
        call_command("lrs_credential", "create", "x", "--mbox", "mailto:a@b.example", "--origin", "player")


def test_the_command_takes_tenant_origins_and_limits(db, capsys):
    limits = ["--origin", "https://One.example", "--origin", "http://two.example:8080", "--rate", "90"]
    limits += ["--body-limit", "2048", "--tenant", "donau"]
    call_command("lrs_credential", "create", "Player", "--mbox", "mailto:lms@example.org", *limits)
    kept = Credential.objects.get()
    assert kept.origins == ["http://two.example:8080", "https://one.example"]
    assert (kept.rate, kept.body_limit, kept.tenant, kept.holder) == (90, 2048, "donau", "organisation")
    call_command("lrs_credential", "list")
    assert "mailto:lms@example.org  donau  Player" in capsys.readouterr().out


def test_a_signed_in_browser_is_nobody_here_and_a_client_needs_no_csrf_token(lms, alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert XapiClient(browser).post(statement()).status_code == 401
    lms.client = browser
    assert lms.post(statement()).status_code == 200
