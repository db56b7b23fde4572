"""Secrets at rest: sealed with a key that comes from ``SECRET_KEY``."""

import base64
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac


class UnreadableError(Exception):
    """Sealed under another ``SECRET_KEY``."""


def _fernet() -> Fernet:
    key = salted_hmac("portal.lrs.forwarding.secret", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """
    Raises:
        UnreadableError: sealed under another ``SECRET_KEY``.
    """
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UnreadableError("the secret was sealed under another SECRET_KEY") from None


def pseudonym_key(receiver: UUID) -> bytes:
    """What the pseudonyms for one receiver are made with: nobody can join what two receivers got."""
    return salted_hmac("portal.lrs.forwarding.pseudonym", str(receiver), algorithm="sha256").digest()
