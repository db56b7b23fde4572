"""OAuth 2 client credentials: RFC 6749, 4.4 and 5, and RFC 6750."""

import base64
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine

from portal.core.clock import now
from portal.lrs.credentials import revoke_credential
from portal.lrs.models import Statement
from portal.lrs.tokens import Token, seal
from tests.factories import NOON
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.samples import XapiClient, statement

FORM = "application/x-www-form-urlencoded"
GRANT = {"grant_type": "client_credentials"}


def ask(speaker, body=None, headers=None, content_type=FORM, **fields):
    """POST to the token endpoint; ``headers`` are those of HTTP Basic where none are given."""
    body = urlencode({**GRANT, **fields}) if body is None else body
    headers = {"Authorization": speaker.basic} if headers is None else headers
    return speaker.client.post("/xapi/oauth/token", body, content_type=content_type, headers=headers)


def bearing(speaker, token):
    """A client that sends the token, and nothing else."""
    client = XapiClient(speaker.client)
    client.basic = f"Bearer {token}"
    return client


def pair(speaker):
    key, _, secret = base64.b64decode(speaker.basic.removeprefix("Basic ")).decode().partition(":")
    return {"client_id": key, "client_secret": secret}


def test_a_token_for_key_and_secret_opens_the_store(lms):
    for answer in (ask(lms), ask(lms, headers={}, **pair(lms)), ask(lms, client_id=pair(lms)["client_id"])):
        assert answer.status_code == 200
        told = answer.json()
        assert told.keys() == {"access_token", "token_type", "expires_in", "scope"}
        assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 3600, "all")
        assert answer["Content-Type"] == "application/json"
        assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
        assert answer["Access-Control-Allow-Origin"] == "*"
        client = bearing(lms, told["access_token"])
        [uuid] = client.post(statement()).json()
        assert client.get(statementId=uuid).json()["authority"] == {"objectType": "Agent", **LMS}
        assert lms.get(statementId=uuid).status_code == 200, "the token speaks with the credential's authority"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"body": ""}, 400, "invalid_request"),
        ({"body": "grant_type="}, 400, "invalid_request"),
        ({"body": "grant_type"}, 400, "invalid_request"),
        ({"body": "grant_type=client_credentials&grant_type=client_credentials"}, 400, "invalid_request"),
        ({"body": "grant_type=%ff"}, 400, "invalid_request"),
        ({"body": "grant_type=client_credentials", "content_type": "application/json"}, 400, "invalid_request"),
        ({"body": "&".join(f"a{n}=1" for n in range(30))}, 400, "invalid_request"),
        ({"body": "a=" + "x" * 20_000}, 413, "invalid_request"),
        ({"client_secret": "x"}, 400, "invalid_request"),
        ({"client_id": "another"}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "all everything"}, 400, "invalid_scope"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"scope": " "}, 400, "invalid_scope"),
        ({"headers": {}}, 401, "invalid_client"),
        ({"headers": {}, "client_id": "x", "client_secret": "y"}, 401, "invalid_client"),
        ({"headers": {"Authorization": "Basic eDp5"}}, 401, "invalid_client"),
        ({"headers": {"Authorization": "Basic !"}}, 401, "invalid_client"),
        ({"headers": {"Authorization": "Bearer x"}}, 401, "invalid_client"),
    ],
)
def test_faults_have_the_codes_of_the_rfc(lms, change, status, code):
    answer = ask(lms, **change)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json().keys() == {"error", "error_description"}
    assert answer["Cache-Control"] == "no-store"
    assert answer.has_header("WWW-Authenticate") == (status == 401)


def test_only_post(lms):
    assert lms.client.get("/xapi/oauth/token").status_code == 405
    assert lms.client.options("/xapi/oauth/token")["Allow"] == "POST, OPTIONS"


def test_a_token_may_be_given_fewer_scopes(credential_for):
    narrow = credential_for(LMS, ["all/read", "state"])
    for scope in ("statements/read", "statements/read/mine", "all/read state"):
        assert ask(narrow, scope=scope).json()["scope"] == scope
    for scope in ("all", "profile", "statements/write", "state define"):
        assert ask(narrow, scope=scope).json()["error"] == "invalid_scope"
    whole = credential_for(LMS, ["all"])
    token = ask(whole, scope="statements/read/mine").json()
    assert token["scope"] == "statements/read/mine"
    reader = bearing(whole, token["access_token"])
    assert reader.get().status_code == 200
    assert reader.post(statement()).status_code == 403
    assert not Statement.objects.exists()


@pytest.mark.parametrize("has_been_used", [False, True])
def test_fault_10_a_token_dies_with_its_credential(lms, django_capture_on_commit_callbacks, has_been_used):
    token = seal(Token(lms.credential.key, {"all"}), at=now())
    if has_been_used:
        assert bearing(lms, token).get().status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        revoke_credential(credential=lms.credential, at=now())
    answer = bearing(lms, token).get()
    assert answer.status_code == 401
    assert 'Bearer realm="xAPI", error="invalid_token"' in answer["WWW-Authenticate"]


def test_fault_10_a_token_lives_an_hour_and_not_longer_than_its_credential(credential_for):
    with time_machine.travel(NOON, tick=False) as clock:
        lasting = credential_for()
        ending = credential_for(expires_at=NOON + timedelta(minutes=30))
        tokens = [bearing(each, ask(each).json()["access_token"]) for each in (lasting, ending)]
        assert [each.get().status_code for each in tokens] == [200, 200]
        clock.move_to(NOON + timedelta(minutes=30))
        assert [each.get().status_code for each in tokens] == [200, 401]
        clock.move_to(NOON + timedelta(minutes=60))
        assert [each.get().status_code for each in tokens] == [401, 401]


def test_fault_10_a_token_that_was_changed_or_made_by_another_is_none(lms, credential_for, settings):
    token = seal(Token(lms.credential.key, {"statements/write"}), at=now())
    said, _, signature = token.rpartition("~")
    key, until, scope = said.split("~")
    forged = [
        "",
        "~",
        "ü",
        said,
        token[:-1],
        token + "0",
        f"{key}~{until}~all~{signature}",
        f"{key}~{int(until) + 3600}~{scope}~{signature}",
        f"{credential_for().credential.key}~{until}~{scope}~{signature}",
    ]
    settings.SECRET_KEY, ours = "another", settings.SECRET_KEY
    forged.append(seal(Token(lms.credential.key, {"all"}), at=now()))
    settings.SECRET_KEY = ours
    for each in forged:
        if each.isascii():
            assert bearing(lms, each).get().status_code == 401, each
    assert bearing(lms, token).post(statement()).status_code == 200


def test_a_token_for_scripts_of_the_listed_origins_only(credential_for):
    client = credential_for(origins=["https://player.example"])
    headers = {"Authorization": client.basic, "Origin": "https://evil.test"}
    answer = ask(client, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (403, "unauthorized_client")
    headers["Origin"] = "https://player.example"
    token = ask(client, headers=headers).json()["access_token"]
    assert bearing(client, token).get(headers={"Origin": "https://evil.test"}).status_code == 403
    assert bearing(client, token).get(headers={"Origin": "https://player.example"}).status_code == 200


@time_machine.travel(NOON, tick=False)
def test_whoever_asks_for_tokens_all_the_time_waits(lms, monkeypatch):
    monkeypatch.setattr("portal.lrs.oauth.views.RATE", "2/minute")
    assert [ask(lms).status_code for _ in range(3)] == [200, 200, 429]
