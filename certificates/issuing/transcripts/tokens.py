"""The secret part of a share link."""

import secrets

from portal.lrs.digests import digest

_SALT = "certificates.issuing.transcripts"
_BYTES = 24  # 192 bits, 32 characters


def new_token() -> str:
    return secrets.token_urlsafe(_BYTES)


def digest_of(token: str) -> str:
    """What is kept of a token: whoever reads the database cannot make a link from it."""
    return digest(_SALT, token)
