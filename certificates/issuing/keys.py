"""The key that certificates are signed with: PEM files, PKCS#12 or a PKCS#11 token by setting, or one of our own making.

Without a setting the portal makes an authority of its own and a key under it, once, below ``VAR_DIR/signing``. Nobody else
vouches for such an authority, and the verification page says so.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID, ObjectIdentifier
from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
AUTHORITY_LASTS, KEY_LASTS = timedelta(days=365 * 30), timedelta(days=365 * 10)
CLOCKS_DIFFER = timedelta(hours=1)


class KeyAwayError(Exception):
    """Nothing can be signed now: the key is missing, unreadable or expired, or its token does not answer."""


@dataclass(frozen=True)
class Key:
    """Something that signs, its certificate, and those of its issuers."""

    signer: "Signer"
    certificate: x509.Certificate
    issuers: tuple[x509.Certificate, ...]
    is_own: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, 64 hexadecimal digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def pem(self) -> str:
        """The certificate and then its issuers."""
        return "".join(each.public_bytes(Encoding.PEM).decode() for each in (self.certificate, *self.issuers))


def current(at: datetime) -> Key:
    """The key that the settings name, read again only when its files have changed.

    Raises:
        KeyAwayError: it cannot sign at that moment; the message names the setting and holds no secret.
    """
    try:
        if settings.SIGNING_PKCS11_MODULE:
            key = _of_token()
        else:
            files = _files()
            key = _of_files(files, tuple((path.stat().st_mtime_ns, path.stat().st_size) for path in files))
    except KeyAwayError:
        forget_token()
        raise
    except Exception as error:  # whatever libraries and tokens raise
        forget_token()
        raise KeyAwayError(f"the signing key cannot be read ({type(error).__name__})") from error
    if key.certificate.not_valid_after_utc <= at:
        raise KeyAwayError(
            f"the certificate of the signing key ended on {key.certificate.not_valid_after_utc:%d %B %Y}"
        )
    return key


def is_own() -> bool:
    """Whether no setting names a key, so that the portal's own authority signs."""
    return not settings.SIGNING_KEY and not settings.SIGNING_PKCS11_MODULE


def folder() -> Path:
    """Where the portal's own authority lies."""
    path: Path = settings.SIGNING_FOLDER
    return path


def own_folder() -> Path:
    """Where the key of the portal's own authority lies that is in use: that of the latest renewal, if there was one."""
    renewed = (path for path in folder().glob("renewed-*") if path.name.removeprefix("renewed-").isdigit())
    return max(renewed, key=_generation, default=folder())


def _generation(path: Path) -> int:
    return int(path.name.rpartition("-")[2])


def _files() -> tuple[Path, ...]:
    """PKCS#12 is one file; a key in PEM has its certificates beside it or in the same file."""
    if is_own():
        return own_folder() / "key.pem", own_folder() / "certificates.pem"
    named = [settings.SIGNING_KEY, settings.SIGNING_CERTIFICATES]
    files = tuple(Path(name) for name in named if name)
    for path in files:
        if not path.exists():
            raise KeyAwayError(f"SIGNING_KEY or SIGNING_CERTIFICATES: {path.name} is not there")
    return files


@lru_cache(maxsize=2)
def _of_files(files: tuple[Path, ...], _state: tuple[tuple[int, int], ...]) -> Key:
    password = settings.SIGNING_PASSWORD.encode() or None
    content = [path.read_bytes() for path in files]
    if files[0].suffix in {".p12", ".pfx"}:
        private, own, others = pkcs12.load_key_and_certificates(content[0], password)
        certificates = [each for each in (own, *others) if each is not None]
    else:
        private = load_pem_private_key(content[0], password)
        certificates = x509.load_pem_x509_certificates(content[-1])
    if private is None or not certificates or private.public_key() != certificates[0].public_key():
        raise KeyAwayError("SIGNING_CERTIFICATES: the first certificate is not that of SIGNING_KEY")
    from pyhanko.keys import internal  # 40 MB that only workers need
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    from certificates.issuing.attributes import PadesAttributes

    translated = [internal.translate_pyca_cryptography_cert_to_asn1(each) for each in certificates]
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register_multiple(translated[1:])
    signer = SimpleSigner(
        signing_cert=translated[0],
        signing_key=internal.translate_pyca_cryptography_key_to_asn1(private),
        cert_registry=registry,
    )
    signer.signed_attr_prov_spec = PadesAttributes(translated[0])
    return Key(signer, certificates[0], tuple(certificates[1:]), is_own())


@lru_cache(maxsize=1)
def _of_token() -> Key:
    """The key in the token, which stays open for the life of the process."""
    from pkcs11.exceptions import PinIncorrect
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.keys import internal
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    from certificates.issuing.attributes import PadesAttributes

    # A token locks itself after a few wrong PINs: what it refused once is not tried again every minute.
    refused = (
        "token-refused-"
        + salted_hmac("token", f"{settings.SIGNING_PKCS11_TOKEN} {settings.SIGNING_PASSWORD}").hexdigest()
    )
    if cache.get(refused):
        raise KeyAwayError("the token has refused SIGNING_PASSWORD: correct it and start the workers again")
    try:
        session = open_pkcs11_session(
            settings.SIGNING_PKCS11_MODULE,
            token_criteria=TokenCriteria(label=settings.SIGNING_PKCS11_TOKEN),
            user_pin=settings.SIGNING_PASSWORD,
        )
    except PinIncorrect as error:
        cache.set(refused, True, None)
        raise KeyAwayError("the token refuses SIGNING_PASSWORD") from error
    certificates = x509.load_pem_x509_certificates(Path(settings.SIGNING_CERTIFICATES).read_bytes())
    translated = [internal.translate_pyca_cryptography_cert_to_asn1(each) for each in certificates]
    signer = PKCS11Signer(
        session,
        signing_cert=translated[0],
        ca_chain=translated[1:],
        key_label=settings.SIGNING_PKCS11_LABEL,
        use_raw_mechanism=True,  # some tokens sign a digest only, every one does that
    )
    signer.signed_attr_prov_spec = PadesAttributes(translated[0])
    return Key(signer, certificates[0], tuple(certificates[1:]), is_own=False)


def forget_token() -> None:
    """Look for the token anew next time, with its library started again: some see only what was there when they began."""
    _of_token.cache_clear()
    if settings.SIGNING_PKCS11_MODULE:
        import pkcs11

        with suppress(Exception):  # a library that is broken is told of when it is used
            pkcs11.unload(settings.SIGNING_PKCS11_MODULE)


def make_own(at: datetime) -> None:
    """An authority and a key under it, readable by this user only. Of two processes at once, the first one's stays."""
    _make(folder(), at, _new_authority(at))


def renew_own(at: datetime) -> None:
    """Another key under the portal's own authority, or under a new one when that ends before the key would.

    The one in use stays where it is. The new one appears whole, and workers find it with the next certificate.

    Raises:
        KeyAwayError: there is no authority of the portal's own, or it cannot be read.
    """
    latest = own_folder()
    try:
        held = load_pem_private_key((latest / "authority-key.pem").read_bytes(), None)
        authority = x509.load_pem_x509_certificates((latest / "certificates.pem").read_bytes())[-1]
    except (OSError, ValueError) as error:
        raise KeyAwayError(f"the portal's own authority cannot be read ({type(error).__name__})") from error
    if not isinstance(held, EllipticCurvePrivateKey) or held.public_key() != authority.public_key():
        raise KeyAwayError("authority-key.pem is not the key of the portal's own authority")
    ends_too_soon = authority.not_valid_after_utc < at + KEY_LASTS
    following = 2 if latest == folder() else _generation(latest) + 1
    _make(folder() / f"renewed-{following}", at, _new_authority(at) if ends_too_soon else (authority, held))


def _new_authority(at: datetime) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    key = generate_private_key(SECP256R1())
    return _certificate(f"Own authority of {_host()}", key, at, AUTHORITY_LASTS), key


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).netloc


def _make(place: Path, at: datetime, authority: tuple[x509.Certificate, EllipticCurvePrivateKey]) -> None:
    """A folder with the authority and a new key under it."""
    key = generate_private_key(SECP256R1())
    leaf = _certificate(f"Certificates of {_host()}", key, at, KEY_LASTS, issuer=authority)
    content = {
        "authority-key.pem": _pem_of(authority[1]),
        "key.pem": _pem_of(key),
        "certificates.pem": b"".join(each.public_bytes(Encoding.PEM) for each in (leaf, authority[0])),
    }
    write_once(place, content)


def write_once(target: Path, content: Mapping[str, bytes]) -> None:
    """A folder with secret files, whole or not at all; one that is there already stays as it is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))  # mode 0700
    try:
        for name, data in content.items():
            _write(fresh / name, data)
        fresh.rename(target)
    except OSError:
        if not target.exists():
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _pem_of(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _certificate(
    name: str,
    key: EllipticCurvePrivateKey,
    at: datetime,
    lasts: timedelta,
    issuer: tuple[x509.Certificate, EllipticCurvePrivateKey] | None = None,
) -> x509.Certificate:
    """Of an authority when nobody issues it, else of a key that signs documents."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    signing_key = issuer[1] if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - CLOCKS_DIFFER)
        .not_valid_after(at + lasts)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None if issuer else 0), critical=True)
        .add_extension(
            _usage(["key_cert_sign", "crl_sign"] if issuer is None else ["digital_signature", "content_commitment"]),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
    )
    if issuer:
        builder = builder.add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
    return builder.sign(signing_key, hashes.SHA256())


def _usage(uses: Sequence[str]) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{use: use in uses for use in every})
