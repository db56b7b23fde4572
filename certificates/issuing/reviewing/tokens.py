"""The secret part of the link that a reviewer gets."""

from certificates.issuing.transcripts.tokens import new_token
from portal.lrs.digests import digest

__all__ = ["digest_of", "new_token"]

_SALT = "certificates.issuing.reviewing"


def digest_of(token: str) -> str:
    """What is kept of a token: whoever reads the row cannot make a link from it."""
    return digest(_SALT, token)
