"""Data Integrity proofs by the suite eddsa-rdfc-2022 (W3C, Data Integrity EdDSA Cryptosuites 1.0, section 3.2) (pure).

pyld makes the canonical form. openbadgeslib would sign too, but it guards itself against documents of strangers and expands
each twice, which doubles the time; what is signed here is our own, and openbadgeslib checks it in the tests.
"""

from collections.abc import Mapping
from hashlib import sha256
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openbadgeslib.ob3.contexts import document_loader
from pyld import jsonld
from pyld.context_resolver import ContextResolver

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # of Bitcoin, which Multibase calls "z"
_pinned = document_loader()
_contexts: dict[str, Any] = {}  # as pyld has read them: its own cache would give what another loader has brought
_one_thread = Lock()  # two threads must not change it at once


def proof_of(document: Mapping[str, Any], private: Ed25519PrivateKey, *, method: str, created: str) -> dict[str, str]:
    """The proof of ``document``, which is unchanged.

    Args:
        document: JSON-LD; a member that its contexts do not know is not signed.
        private: the key.
        method: address of its public half in the DID document.
        created: a moment in UTC, to the second.

    Raises:
        ValueError: it has a proof already.
        pyld.jsonld.JsonLdError: it names a context that is not pinned.
    """
    if "proof" in document:
        raise ValueError("the document has a proof already")
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    signature = private.sign(_digest({"@context": document["@context"], **options}) + _digest(document))
    return {**options, "proofValue": f"z{base58(signature)}"}


def _digest(document: Mapping[str, Any]) -> bytes:
    """SHA-256 of the canonical form, which RDF Dataset Canonicalization calls RDFC-1.0 and pyld by its older name."""
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": _pinned,
        "contextResolver": ContextResolver(_contexts, _pinned),
    }
    with _one_thread:
        canonical: str = jsonld.normalize(dict(document), options)
    return sha256(canonical.encode()).digest()


def base58(data: bytes) -> str:
    """``data`` as one number in 58 digits; every zero byte before it becomes a digit of its own."""
    number, digits = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, len(BASE58))
        digits = BASE58[digit] + digits
    return BASE58[0] * (len(data) - len(data.lstrip(b"\0"))) + digits
