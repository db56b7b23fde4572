"""Pseudonyms that only this portal can make again."""

from uuid import UUID

from django.utils.crypto import salted_hmac


def pseudonym_of(key: str, purpose: str) -> UUID:
    """Always the same for the agent with the index key ``key`` and one ``purpose``; without the secret key no guess shows it."""
    digest = salted_hmac(f"portal.lrs.pseudonym {purpose}", key, algorithm="sha256").digest()
    return UUID(bytes=digest[:16], version=4)
