"""Open Badges 3.0 credentials (W3C Verifiable Credentials 2.0), their signatures, status lists and DID document (pure).

What verifiers rely on stands in docs/verification.md.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, uuid5

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.types import Options
from openbadgeslib.baking import SVG_ELEMENT_OB3, SVG_NS_OB3, bake_svg
from openbadgeslib.keys import public_jwk_from_pem
from openbadgeslib.ob3 import (
    IdentityObject,
    build_status_list_credential,
    multikey_from_pem,
    status_entry,
)
from openbadgeslib.ob3.contexts import load_context

from certificates.issuing.proofs import proof_of

CONTEXTS = ("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json")
DID_CONTEXTS = (
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
)
LIST_SIZE = 131_072  # bits; the least that Bitstring Status List allows, so that one place says little of its holder
LIST_LASTS = timedelta(days=1)  # an old copy, from before a revocation, does not pass for longer
LIST_TTL = timedelta(minutes=1)
MINUTES = "ext:LearningMinutes"  # Open Badges names no duration; a result type may be one's own with this prefix

ANY_TIME: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}

Json = dict[str, Any]


@dataclass(frozen=True)
class Award:
    """What one credential says; texts in the language of the certificate, moments with offset.

    Args:
        verify_url: the page that says whether it still holds; also the identity of the credential.
        site: address of the portal, without a slash at its end.
        issuer: name of the body that answers for it.
        email: of the holder; only its salted hash goes into the credential.
        salt: random, one for each credential.
        place: in the status lists, from 0 on.
        minutes_label: "Learning time in minutes" or the like.
        valid_until: the moment it ends, None when it has no end.
        credits: what an accrediting body gives for it, None when none does.
    """

    verify_url: str
    site: str
    issuer: str
    number: str
    holder: str
    email: str
    salt: str
    course_code: str
    course_title: str
    course_version: str
    course_language: str
    description: str
    criteria: str
    learning_minutes: int
    minutes_label: str
    evidence_label: str
    place: int
    completed_at: datetime
    issued_at: datetime
    valid_until: datetime | None = None
    credits: float | None = None


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 key as others know it: the same point as Multikey and as JSON Web Key."""

    pem: str

    @property
    def multibase(self) -> str:
        """As Multikey: ``z6Mk…``."""
        return multikey_from_pem(self.pem)

    @property
    def jwk(self) -> Json:
        """As JSON Web Key, named by its thumbprint (RFC 7638)."""
        jwk = public_jwk_from_pem(self.pem)
        bare = {name: jwk[name] for name in ("crv", "kty", "x")}
        digest = hashlib.sha256(json.dumps(bare, separators=(",", ":")).encode()).digest()
        return {**bare, "alg": "EdDSA", "use": "sig", "kid": urlsafe_b64encode(digest).decode().rstrip("=")}


@dataclass(frozen=True)
class Key:
    """A private key and the DID under which its public half is published."""

    private: Ed25519PrivateKey
    did: str

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        pem = self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return PublicKey(pem.decode())


def did_of(site: str) -> str:
    """The did:web of a portal by its address, which has no path: the port, if any, is escaped."""
    return "did:web:" + quote(urlsplit(site).netloc, safe="")


def list_url(site: str, number: int) -> str:
    """Where a status list is published."""
    return f"{site}/certificates/status/{number}"


def moment(at: datetime) -> str:
    """In UTC to the second, as JWT and XML Schema both can say it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def credential(award: Award) -> Json:
    """The credential without a proof. Every member has its term in ``CONTEXTS``: what has none would not be signed."""
    course = uuid5(NAMESPACE_URL, f"{award.site} {award.course_code} {award.course_version}")
    minutes = uuid5(course, MINUTES).urn
    number, index = divmod(award.place, LIST_SIZE)
    hashed = IdentityObject.create(award.email, award.salt)
    named = IdentityObject(award.holder, "name", hashed=False)
    given = {} if award.credits is None else {"creditsEarned": _number(award.credits)}
    ends = {} if award.valid_until is None else {"validUntil": moment(award.valid_until)}
    return {
        "@context": list(CONTEXTS),
        "id": award.verify_url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": award.course_title,
        "issuer": {"id": did_of(award.site), "type": ["Profile"], "name": award.issuer, "url": award.site},
        "validFrom": moment(award.issued_at),
        **ends,
        "awardedDate": moment(award.completed_at),
        "credentialSubject": {
            "id": f"{award.verify_url}#holder",
            "type": ["AchievementSubject"],
            "identifier": [hashed.to_dict(), named.to_dict()],
            "licenseNumber": award.number,
            **given,
            "achievement": {
                "id": course.urn,
                "type": ["Achievement"],
                "achievementType": "CertificateOfCompletion",
                "name": award.course_title,
                "description": award.description,
                "humanCode": award.course_code,
                "version": award.course_version,
                "inLanguage": award.course_language,
                "criteria": {"narrative": award.criteria},
                "resultDescription": [
                    {"id": minutes, "type": ["ResultDescription"], "name": award.minutes_label, "resultType": MINUTES}
                ],
            },
            "result": [{"type": ["Result"], "resultDescription": minutes, "value": str(award.learning_minutes)}],
        },
        "evidence": [{"id": award.verify_url, "type": ["Evidence"], "name": award.evidence_label}],
        "credentialStatus": status_entry(list_url(award.site, number), "revocation", index),
    }


def status_list(site: str, number: int, revoked: Iterable[int], at: datetime) -> Json:
    """Status list ``number`` without a proof; ``revoked`` are indices within it."""
    return build_status_list_credential(
        did_of(site),
        list_url(site, number),
        "revocation",
        revoked,
        LIST_SIZE,
        issued=at,
        valid_until=at + LIST_LASTS,
        ttl=int(LIST_TTL.total_seconds() * 1000),
    )


def proved(document: Mapping[str, Any], key: Key, at: datetime) -> Json:
    """``document`` with a Data Integrity proof (eddsa-rdfc-2022).

    Raises:
        pyld.jsonld.JsonLdError: it names a context that is not pinned.
    """
    method = f"{key.did}#{key.public.multibase}"
    return {**document, "proof": proof_of(document, key.private, method=method, created=moment(at))}


def token(document: Mapping[str, Any], key: Key) -> str:
    """``document`` as compact JWS (VC-JWT, EdDSA) with the claims that Open Badges 3.0 asks for in section 8.2.4."""
    issuer, subject = document["issuer"], document["credentialSubject"]
    claims = {
        **document,
        "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
        "sub": subject["id"],
        "jti": document["id"],
        "nbf": _seconds(document["validFrom"]),
    }
    if "validUntil" in document:
        claims["exp"] = _seconds(document["validUntil"])
    return signed(claims, key)


def signed(claims: Json, key: Key) -> str:
    """Any claims as compact JWS; its header names the key by an address in the DID document."""
    return jwt.encode(claims, key.private, algorithm="EdDSA", headers={"kid": f"{key.did}#{key.public.jwk['kid']}"})


def claims_of(compact: str, keys: Iterable[PublicKey]) -> Json | None:
    """What ``signed`` signed; None unless one of ``keys`` did."""
    for key in keys:
        try:
            return dict(jwt.decode(compact, jwt.PyJWK(key.jwk), algorithms=["EdDSA"], options=ANY_TIME))
        except jwt.InvalidTokenError:
            continue
    return None


def did_document(did: str, keys: Iterable[PublicKey]) -> Json:
    """Every key twice, as Data Integrity and as JWT name it; each may assert."""
    methods: list[Json] = []
    for key in keys:
        jwk = key.jwk
        multikey = {"type": "Multikey", "controller": did, "publicKeyMultibase": key.multibase}
        methods.append({"id": f"{did}#{key.multibase}", **multikey})
        methods.append({"id": f"{did}#{jwk['kid']}", "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk})
    return {
        "@context": list(DID_CONTEXTS),
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def contexts() -> Json:
    """The JSON-LD contexts that credentials and status lists name, by address, as they are pinned."""
    return {address: load_context(address) for address in CONTEXTS}


def baked(svg: str, compact: str) -> bytes:
    """The picture with a credential in it, as Open Badges 3.0 asks for in section 5.3.2."""
    return bake_svg(svg.encode(), compact, element=SVG_ELEMENT_OB3, namespace=SVG_NS_OB3)


def _number(value: float) -> float:
    """Whole numbers without a point: processors of JSON-LD agree on nothing else."""
    return int(value) if value == int(value) else value


def _seconds(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp())
