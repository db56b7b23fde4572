"""FAULT 50: verifiers that other people wrote, in another language, with nothing but what the portal publishes."""

import base64
import copy
import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certificates.issuing import actions, badges
from certificates.issuing.credentials import actions as credentials
from portal.core.clock import now
from tests.certificates.factories import make_completion
from tests.factories import UserFactory
from tests.support.migrated import ROOT

pytestmark = [pytest.mark.services, pytest.mark.django_db]

SCRIPT = Path(__file__).parent / "credential.mjs"
PACKAGES = ROOT / ".venv" / "clients"
NAMED = ("credentialSubject", "identifier", 1, "identityHash")
MINUTES = ("credentialSubject", "result", 0, "value")


@pytest.fixture(scope="module", autouse=True)
def packages():
    for name in ("@digitalbazaar/vc", "@digitalbazaar/vc-bitstring-status-list", "jose"):
        assert (PACKAGES / "node_modules" / name / "package.json").exists(), f"{name} is not installed: make clients"


@pytest.fixture
def certificate():
    return actions.issue(completion=make_completion(UserFactory(name="Нина → Ковалевская")), at=now())


@pytest.fixture
def judge(client, certificate, tmp_path):
    """The verdicts on some credentials, in the form of each, with what the portal publishes at that moment."""

    def judged(*cases, **changes):
        address = entry_of(certificate)["statusListCredential"]
        path = address.removeprefix("http://localhost:8000")
        lists = {
            "document": client.get(path).json(),
            "token": client.get(path, headers={"Accept": "application/jwt"}).content.decode(),
        }
        world = {
            "contexts": client.get("/verify/contexts.json").json(),
            "did": client.get("/.well-known/did.json").json(),
            "lists": {address: lists},
            **changes,
        }
        told = [{"form": "token" if isinstance(case, str) else "proof", "credential": case} for case in cases]
        file = tmp_path / "cases.json"
        file.write_text(json.dumps({**world, "cases": told}))
        done = subprocess.run(  # read from standard input, so that packages are looked for where they are installed
            ["node", "--input-type=module", "-", str(file)],
            input=SCRIPT.read_text(),
            cwd=PACKAGES,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return judged


def entry_of(certificate):
    return json.loads(certificate.credential.document)["credentialStatus"]


def forms(client, certificate):
    """As the holder gets it: with its proof, and as token."""
    client.force_login(certificate.completion.enrolment.user)
    folder = f"/certificates/{certificate.uuid}/credential"
    return client.get(f"{folder}.json").json(), client.get(f"{folder}.jwt").content.decode()


def changed(document, path, value):
    other = copy.deepcopy(document)
    node = other
    for name in path[:-1]:
        node = node[name]
    assert node[path[-1]] != value
    node[path[-1]] = value
    return other


def respelt(token, change):
    """The token with another payload under the old signature."""
    head, payload, signature = token.split(".")
    claims = change(json.loads(base64.urlsafe_b64decode(payload + "==")))
    return ".".join([head, base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), signature])


def signed(certificate, key=None, **changes):
    """A credential of the same certificate with other facts, in both forms; by the portal's key if no other is given."""
    at = now()
    key = key or credentials.signing_key()
    award = replace(credentials.award_of(certificate, at), **changes)
    bare = badges.credential(award)
    return badges.proved(bare, key, at), badges.token(bare, key)


def test_fault_50_an_independent_verifier_accepts_the_credential(client, certificate, judge):
    assert judge(*forms(client, certificate)) == ["accepted", "accepted"]


@pytest.mark.parametrize(("path", "value"), [(NAMED, "Alice Huber"), (MINUTES, "1400")], ids=["name", "learning time"])
def test_fault_50_it_refuses_a_changed_name_or_learning_time(client, certificate, judge, path, value):
    document, token = forms(client, certificate)
    other = respelt(token, lambda claims: changed(claims, path, value))
    assert judge(changed(document, path, value), other) == ["Invalid signature.", "signature verification failed"]


def test_fault_50_it_refuses_changed_credits(certificate, judge):
    document, token = signed(certificate, credits=2.5)
    assert judge(document, token) == ["accepted", "accepted"]
    path = ("credentialSubject", "creditsEarned")
    other = respelt(token, lambda claims: changed(claims, path, 25))
    assert judge(changed(document, path, 25), other) == ["Invalid signature.", "signature verification failed"]


def test_fault_50_it_refuses_an_expired_one(certificate, judge):
    ended = signed(certificate, issued_at=now() - timedelta(days=9), valid_until=now() - timedelta(days=1))
    of_proof, of_token = judge(*ended)
    assert "is after" in of_proof
    assert of_token == '"exp" claim timestamp check failed'


def test_fault_50_it_refuses_another_key(certificate, judge):
    ours = credentials.signing_key()
    another = badges.Key(Ed25519PrivateKey.generate(), ours.did)
    document, token = signed(certificate, key=another)
    assert judge(document, token) == [f"not pinned: {document['proof']['verificationMethod']}", "unknown key"]
    # It may as well claim to be ours.
    claimed = changed(document, ("proof", "verificationMethod"), f"{ours.did}#{ours.public.multibase}")
    payload, signature = token.split(".")[1:]
    head = signed(certificate)[1].split(".")[0]
    assert judge(claimed, ".".join([head, payload, signature])) == [
        "Invalid signature.",
        "signature verification failed",
    ]


def test_fault_50_it_refuses_a_revoked_one(client, certificate, judge):
    both = forms(client, certificate)
    other = forms(client, actions.issue(completion=make_completion(UserFactory()), at=now()))
    actions.revoke(certificate=certificate, reason="error", at=now())
    assert judge(*both, *other) == ["revoked", "revoked", "accepted", "accepted"]


def test_fault_50_it_refuses_a_list_that_somebody_else_signed(client, certificate, judge):
    both = forms(client, certificate)
    another = badges.Key(Ed25519PrivateKey.generate(), credentials.signing_key().did)
    bare = badges.status_list("http://localhost:8000", 0, [], now())
    forged = {"document": badges.proved(bare, another, now()), "token": badges.token(bare, another)}
    of_proof, of_token = judge(*both, lists={entry_of(certificate)["statusListCredential"]: forged})
    assert of_proof.startswith(("Verification error", '"BitstringStatusListCredential" not verified'))
    assert of_token == "unknown key"


def test_fault_50_it_refuses_an_unknown_context(client, certificate, judge):
    document, token = forms(client, certificate)
    strange = "https://elsewhere.example/context.json"
    of_proof, of_token = judge(
        changed(document, ("@context", 1), strange),
        respelt(token, lambda claims: changed(claims, ("@context", 1), strange)),
    )
    assert strange in of_proof
    assert of_token == "signature verification failed"


def test_fault_50_it_refuses_an_unknown_context_that_is_rightly_signed(client, certificate, judge):
    """As token only: a proof is of meanings, and cannot be made without those of the context."""
    strange = "https://elsewhere.example/context.json"
    document, _ = forms(client, certificate)
    bare = {name: value for name, value in document.items() if name != "proof"} | {
        "@context": [*document["@context"], strange]
    }
    of_proof, of_token = judge(document, badges.token(bare, credentials.signing_key()))
    assert (of_proof, of_token) == ("accepted", f"not pinned: {strange}")


def test_fault_50_the_contexts_are_those_that_the_verifier_ships(client, db):
    """Nobody verifies with other meanings than we signed with."""
    script = "import {named} from '@digitalbazaar/credentials-context'; console.log(JSON.stringify(named.get('v2')))"
    done = subprocess.run(
        ["node", "--input-type=module", "-"], input=script, cwd=PACKAGES, capture_output=True, text=True, check=True
    )
    theirs = json.loads(done.stdout)
    assert client.get("/verify/contexts.json").json()[theirs["id"]] == theirs["context"]
