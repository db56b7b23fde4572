"""Who is let in, and to do what."""

import base64
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from portal.audit.models import Entry
from portal.core.clock import now
from portal.lrs.actions import create_credential, revoke_credential
from portal.lrs.auth import local_authority
from portal.lrs.errors import InvalidError
from portal.lrs.models import Credential, Statement
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.samples import ANNA, XapiClient, new_id, statement


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


def test_the_command_creates_lists_and_revokes(db, client, capsys):
    call_command("lrs_credential", "create", "The LMS", "--account", "https://lms.example.org", "lms", "--days", "7")
    key, secret = re.fullmatch(r"key +(\S+)\nsecret +(\S+)\n", capsys.readouterr().out).groups()
    speaker = XapiClient(client, key, secret)
    assert speaker.post(statement()).status_code == speaker.get().status_code == 200
    call_command("lrs_credential", "list")
    listed = capsys.readouterr().out
    assert re.search(
        rf"{key}  usable  statements/read/mine, statements/write  account:https://lms.example.org\|lms  The LMS", listed
    )
    assert secret not in listed
    call_command("lrs_credential", "revoke", key)
    assert speaker.get().status_code == 401
    call_command("lrs_credential", "list")
    assert "revoked" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("lrs_credential", "revoke", "unknown")
    with pytest.raises(CommandError, match="mbox"):
        call_command("lrs_credential", "create", "x", "--mbox", "anna@example.org")


def test_a_signed_in_browser_is_nobody_here_and_a_client_needs_no_csrf_token(lms, alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert XapiClient(browser).post(statement()).status_code == 401
    lms.client = browser
    assert lms.post(statement()).status_code == 200
