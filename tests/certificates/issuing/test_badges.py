"""Credentials and status lists as pure data: every member is signed, whatever the texts."""

import copy
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from openbadgeslib.ob3 import OB3VerificationError, decode_encoded_list, verify_data_integrity_proof
from pyld import jsonld
from pyld.jsonld import JsonLdError

from certificates.issuing import badges, proofs
from tests.factories import NOON

SITE = "https://portal.example.org"
KEY = badges.Key(Ed25519PrivateKey.generate(), badges.did_of(SITE))
AWARD = badges.Award(
    verify_url=f"{SITE}/verify/6f7b0f0e-6f0e-4d38-9f0c-0c8f5a1c6a11",
    site=SITE,
    issuer="Alara Campus",
    number="AC-7K3M-9QXD-2FHT",
    holder="Alice Huber",
    email="alice@example.org",
    salt="salt",
    course_code="J",
    course_title="Justification",
    course_version="1.0",
    course_language="en",
    description="Completion of the course",
    criteria="Every step",
    learning_minutes=140,
    minutes_label="Learning time in minutes",
    evidence_label="Verification page",
    place=7,
    completed_at=NOON,
    issued_at=NOON,
    valid_until=NOON + timedelta(days=365),
    credits=2.5,
)
# What W3C says of its own (VC Data Model 2.0, B.1), and what the 1EdTech serves.
DIGESTS = {
    badges.CONTEXTS[0]: "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    badges.CONTEXTS[1]: "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
}
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60)


def holds(document, key=KEY):
    try:
        verify_data_integrity_proof(document, key.public.pem.encode())
    except OB3VerificationError:
        return False
    return True


def leaves(node, path=()):
    """The path of every text and number."""
    if isinstance(node, (dict, list)):
        for name, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(child, (*path, name))
    else:
        yield path


def changed(document, path):
    other = copy.deepcopy(document)
    node = other
    for name in path[:-1]:
        node = node[name]
    old = node[path[-1]]
    node[path[-1]] = not old if isinstance(old, bool) else old + 1 if isinstance(old, (int, float)) else f"{old}x"
    return other


PROVED = badges.proved(badges.credential(AWARD), KEY, NOON)


def test_the_credential_holds():
    assert holds(PROVED)
    assert not holds(PROVED, badges.Key(Ed25519PrivateKey.generate(), KEY.did))


@pytest.mark.parametrize("path", list(leaves(PROVED)), ids=lambda path: ".".join(map(str, path)))
def test_fault_50_whatever_is_changed_the_proof_no_longer_holds(path):
    assert not holds(changed(PROVED, path))


@settings(max_examples=40)
@given(texts, texts, texts, st.integers(1, 30_000), st.integers(1, 5 * badges.LIST_SIZE))
def test_any_texts_are_signed_and_come_back(holder, title, issuer, minutes, place):
    award = replace(
        AWARD, holder=holder, course_title=title, issuer=issuer, learning_minutes=minutes, place=place, credits=3.0
    )
    proved = json.loads(json.dumps(badges.proved(badges.credential(award), KEY, NOON)))
    assert holds(proved)
    assert not holds(changed(proved, ("credentialSubject", "identifier", 1, "identityHash")))
    claims = badges.claims_of(badges.token(badges.credential(award), KEY), [KEY.public])
    subject = claims["credentialSubject"]
    assert (subject["identifier"][1]["identityHash"], subject["result"][0]["value"]) == (holder, str(minutes))
    status = claims["credentialStatus"]
    number = int(status["statusListCredential"].rpartition("/")[2])
    assert number * badges.LIST_SIZE + int(status["statusListIndex"]) == place


def test_the_address_of_the_holder_is_only_there_as_a_salted_hash():
    assert "alice@example.org" not in json.dumps(PROVED)
    hashed = PROVED["credentialSubject"]["identifier"][0]
    digest = hashlib.sha256(b"alice@example.org" + hashed["salt"].encode()).hexdigest()
    assert (hashed["hashed"], hashed["identityHash"]) == (True, f"sha256${digest}")


def test_the_token_has_the_claims_of_open_badges():
    token = badges.token(badges.credential(AWARD), KEY)
    header, claims = jwt.get_unverified_header(token), badges.claims_of(token, [KEY.public])
    assert header == {"alg": "EdDSA", "typ": "JWT", "kid": f"did:web:portal.example.org#{KEY.public.jwk['kid']}"}
    assert (claims["iss"], claims["sub"]) == ("did:web:portal.example.org", claims["credentialSubject"]["id"])
    assert (claims["jti"], claims["nbf"]) == (claims["id"], int(NOON.timestamp()))
    assert claims["exp"] - claims["nbf"] == 365 * 86_400
    assert badges.claims_of(token, [badges.PublicKey(badges.Key(Ed25519PrivateKey.generate(), "").public.pem)]) is None


@settings(max_examples=20)
@given(st.sets(st.integers(0, badges.LIST_SIZE - 1), max_size=50))
def test_a_status_list_says_who_is_revoked_and_nobody_else(revoked):
    document = badges.status_list(SITE, 0, revoked, NOON)
    bits = decode_encoded_list(document["credentialSubject"]["encodedList"])
    assert len(bits) * 8 == badges.LIST_SIZE
    found = {8 * at + bit for at, byte in enumerate(bits) for bit in range(8) if byte & (0x80 >> bit)}
    assert found == revoked


@given(st.binary(max_size=70))
def test_base58_says_every_byte(data):
    written = proofs.base58(data)
    number = 0
    for digit in written:
        number = 58 * number + proofs.BASE58.index(digit)
    zeros = len(written) - len(written.lstrip("1"))
    assert b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8) == data


def test_fault_50_a_context_that_is_not_pinned_is_refused():
    document = badges.credential(AWARD)
    document["@context"].append("https://elsewhere.example/context.json")
    with pytest.raises(JsonLdError) as refused:
        badges.proved(document, KEY, NOON)
    causes = [refused.value]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    assert "allowlist" in str(causes[-1])


def test_fault_50_nor_is_one_that_somebody_else_has_brought():
    address = "https://elsewhere.example/context.json"
    brought = {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": address, "tag": "static"}
    brought["document"] = {"@context": {"vocal": "urn:vocal"}}
    assert jsonld.expand({"@context": address, "vocal": "1"}, {"documentLoader": lambda *_: brought})
    document = badges.credential(AWARD)
    document["@context"].append(address)
    with pytest.raises(JsonLdError):
        badges.proved(document, KEY, NOON)


def test_nothing_is_proved_twice():
    with pytest.raises(ValueError, match="already"):
        badges.proved(PROVED, KEY, NOON)


def test_the_contexts_are_those_that_were_published():
    from importlib.resources import files

    pinned = {
        hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files("openbadgeslib.ob3.contexts").iterdir()
        if file.name.endswith(".json")
    }
    assert set(DIGESTS.values()) <= pinned
    assert set(badges.contexts()) == set(DIGESTS)


@pytest.mark.parametrize(
    ("site", "did"),
    [
        ("https://portal.example.org", "did:web:portal.example.org"),
        ("http://localhost:8000", "did:web:localhost%3A8000"),
    ],
)
def test_the_did_is_that_of_the_address(site, did):
    assert badges.did_of(site) == did


def test_each_key_is_published_in_both_forms():
    published = badges.did_document(KEY.did, [KEY.public])
    multikey, jwk = published["verificationMethod"]
    assert published["assertionMethod"] == [multikey["id"], jwk["id"]]
    assert multikey["id"] == PROVED["proof"]["verificationMethod"]
    assert multikey["publicKeyMultibase"].startswith("z6Mk")
    assert "d" not in jwk["publicKeyJwk"]


def test_the_badge_is_a_picture_with_the_token_in_it():
    picture = badges.baked('<svg xmlns="http://www.w3.org/2000/svg"><title>A &amp; B</title></svg>', "a.b.c")
    (baked,) = ET.fromstring(picture).findall("{https://purl.imsglobal.org/ob/v3p0}credential")
    assert baked.attrib == {"verify": "a.b.c"}
