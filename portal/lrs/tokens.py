"""Signed, short-lived tokens that stand for a credential: what OAuth 2 calls access tokens."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare

from portal.lrs.digests import digest
from portal.lrs.errors import UnauthorizedError

LIFETIME = timedelta(hours=1)
_SALT = "portal.lrs.token"
# What may stand in a token (RFC 6750, 2.1), but in no key, number or scope.
_BETWEEN = "~"


@dataclass(frozen=True)
class Token:
    """``key`` is the credential's; ``scopes`` are some of its scopes."""

    key: str
    scopes: Set[str]


def seal(token: Token, *, at: datetime) -> str:
    """The text of ``token``, good until ``LIFETIME`` after ``at``."""
    until = int((at + LIFETIME).timestamp())
    said = _BETWEEN.join((token.key, str(until), *sorted(token.scopes)))
    return f"{said}{_BETWEEN}{digest(_SALT, said)}"


def unseal(text: str, *, at: datetime) -> Token:
    """
    Raises:
        UnauthorizedError: not one of ours, changed, or too old. Whether the credential still stands is not asked here.
    """
    said, _, signature = text.rpartition(_BETWEEN)
    if not text.isascii() or not constant_time_compare(signature, digest(_SALT, said)):
        raise UnauthorizedError("the token is not one of this store")
    key, until, *scopes = said.split(_BETWEEN)
    if at.timestamp() >= int(until):
        raise UnauthorizedError("the token has expired, ask for another one")
    return Token(key, frozenset(scopes))
