"""Signed statements (pure): xAPI 1.0.3 part two, 2.6, with a signature as RFC 7515 and RFC 7518 write it.

Whether a certificate is to be trusted is for the reader to say: the store knows no authorities, and a statement may
come long after the day on which its certificate ended.
"""

import base64
import re
from itertools import pairwise
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.x509 import Certificate, InvalidVersion, load_der_x509_certificate

from portal.core.types import JsonObject
from portal.lrs.equality import same
from portal.lrs.errors import InvalidError
from portal.lrs.parsing import read_json
from portal.lrs.statement import check_statement
from portal.lrs.vocabulary import SIGNATURE

_HASHES = {"RS256": SHA256(), "RS384": SHA384(), "RS512": SHA512()}
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]+")
_CERTIFICATES = 10
_KEY_BITS = 2048  # RFC 7518 3.3


def check_signature(statement: JsonObject, jws: bytes, *, version: str) -> None:
    """Judge what signs ``statement``, a valid statement as it was sent.

    Args:
        statement: with the attachment that the signature is.
        jws: JWS in compact serialisation.
        version: by whose rules the signed statement is judged.

    Raises:
        InvalidError: not such a signature, of another algorithm, of another statement, or of another certificate.
    """
    parts = jws.split(b".")
    if len(parts) != 3:
        raise InvalidError("the signature is not a JWS in compact serialisation: header.payload.signature")
    header, payload, signature = map(_decode, parts)
    protected = _read_object(header, "header")
    alg = protected.get("alg")
    algorithm = _HASHES.get(alg) if isinstance(alg, str) else None
    if algorithm is None:
        raise InvalidError("the alg of the signature is none of RS256, RS384 and RS512")
    if "crit" in protected:
        raise InvalidError("the header of the signature names a critical extension")
    _check_signed(_read_object(payload, "payload"), statement, version)
    if "x5c" in protected:
        chain = _read_chain(protected["x5c"])
        _check_chain(chain)
        try:
            _rsa_key(chain[0]).verify(signature, b".".join(parts[:2]), PKCS1v15(), algorithm)
        except InvalidSignature:
            raise InvalidError("the signature was not made with the key of its certificate") from None


def _decode(part: bytes) -> bytes:
    if not _BASE64URL.fullmatch(part) or len(part) % 4 == 1:
        raise InvalidError("a part of the signature is empty or not base64url without padding")
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def _read_object(text: bytes, name: str) -> JsonObject:
    try:
        value = read_json(text)
    except InvalidError as error:
        raise InvalidError(f"the {name} of the signature: {error.message}") from None
    if not isinstance(value, dict):
        raise InvalidError(f"the {name} of the signature is not a JSON object")
    return value


def _check_signed(signed: JsonObject, sent: JsonObject, version: str) -> None:
    """What a store may assign is left out of the comparison, where the signed statement does not say it."""
    try:
        check_statement(signed, version=version)
    except InvalidError as error:
        raise InvalidError(f"the payload of the signature is no statement: {error.path} {error.message}") from None
    identified = "id" not in signed or signed["id"].lower() == sent.get("id", "").lower()
    if not identified or not same(signed, sent) or _attached(signed) != _attached(sent):
        raise InvalidError("the payload of the signature is another statement")


def _attached(statement: JsonObject) -> list[tuple[str, str]]:
    attachments = statement.get("attachments", ())
    return sorted((each["usageType"], each["sha2"].lower()) for each in attachments if each["usageType"] != SIGNATURE)


def _read_chain(x5c: Any) -> list[Certificate]:
    if not isinstance(x5c, list) or not 1 <= len(x5c) <= _CERTIFICATES:
        raise InvalidError(f"the x5c of the signature is no list of 1 to {_CERTIFICATES} certificates")
    try:
        return [load_der_x509_certificate(base64.b64decode(each, validate=True)) for each in x5c]
    except (ValueError, TypeError, InvalidVersion):
        raise InvalidError("the x5c of the signature holds no certificates in base64 of DER") from None


def _check_chain(chain: list[Certificate]) -> None:
    try:
        for certified, certifier in pairwise(chain):
            certified.verify_directly_issued_by(certifier)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise InvalidError("in the x5c of the signature a certificate was not issued by the next one") from None


def _rsa_key(certificate: Certificate) -> RSAPublicKey:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size < _KEY_BITS:
        raise InvalidError(f"the certificate of the signature holds no RSA key of {_KEY_BITS} bits or more")
    return key
