"""The Ed25519 key that signs credentials and status lists: a PEM file by setting, or one of our own making.

It lies beside the folder of the key that signs PDF files, not in it: whichever is made first must not pass for the other.
"""

from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from certificates.issuing.badges import Key, did_of
from certificates.issuing.keys import KeyAwayError, write_once

FILE = "key.pem"


def is_own() -> bool:
    """Whether no setting names a key."""
    return not settings.CREDENTIAL_KEY


def folder() -> Path:
    """Where the portal's own key lies."""
    path: Path = settings.SIGNING_FOLDER
    return path.with_name(f"{path.name}-credentials")


def current() -> Key:
    """The key that the settings name, read again only when its file has changed.

    Raises:
        KeyAwayError: it cannot sign now; the message names the setting and holds no secret.
    """
    path = folder() / FILE if is_own() else Path(settings.CREDENTIAL_KEY)
    try:
        state = path.stat()
        private = _read(path, state.st_mtime_ns, state.st_size)
    except (OSError, ValueError, TypeError) as error:  # lost, no PEM, or locked by a password
        raise KeyAwayError(f"CREDENTIAL_KEY: {path.name} cannot be read ({type(error).__name__})") from error
    return Key(private, did_of(settings.PUBLIC_URL))


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int, _size: int) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyAwayError(f"CREDENTIAL_KEY: {path.name} is no Ed25519 key")
    return key


def make_own() -> None:
    """A key readable by this user only. Of two processes at once, the first one's stays."""
    private = Ed25519PrivateKey.generate()
    write_once(folder(), {FILE: private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())})
