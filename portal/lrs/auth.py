"""Who speaks to the store, and what they may.

A credential is looked up in the database once, then for some seconds in the cache, and from there in the memory of the
process (``Nearby``). What is kept is no secret: the digest of it, as in the database. Revoking puts a mark into the cache that
no verification overwrites, and tells every process; so with a shared cache a credential ends at once, and with one cache a
process, or the cache away at that moment, after ``CACHE_SECONDS`` at most.
"""

import base64
import binascii
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError
from django.utils.crypto import constant_time_compare

from portal.accounts.models import User
from portal.core.nearby import Nearby
from portal.lrs import tokens
from portal.lrs.digests import digest
from portal.lrs.errors import UnauthorizedError
from portal.lrs.indexing import identifier
from portal.lrs.models import Credential

SCOPES = (
    "all",
    "all/read",
    "statements/write",
    "statements/read",
    "statements/read/mine",
    "state",
    "profile",
    "define",
)
# Those that fit a person's own credential: she writes and reads what is hers.
PERSONAL_SCOPES = ("statements/write", "statements/read/mine", "state", "profile")
_HELD_BY = {
    "all": frozenset(SCOPES),
    "all/read": frozenset({"statements/read", "statements/read/mine"}),
    "statements/read": frozenset({"statements/read/mine"}),
}

CACHE_SECONDS = 10
_SHARED_SECONDS = _NEAR_SECONDS = CACHE_SECONDS // 2  # one after the other, where nobody could tell
# Longer than a request that looked a credential up before it was revoked can take to put it into the cache.
_MARK_SECONDS = 300
_REVOKED = "revoked"
_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Authority:
    """``agent`` stands as authority in what is stored; ``credential_id`` is None for the portal itself.

    ``origins``, ``rate`` and ``body_limit`` are those of the credential (``models.Credential``).
    """

    agent: dict[str, Any]
    credential_id: int | None
    scopes: frozenset[str]
    tenant: str = ""
    origins: tuple[str, ...] = ()
    rate: int | None = None
    body_limit: int | None = None

    @property
    def owner(self) -> str:
        """Whose documents it reads and writes: the customer's, or else those of its own authority."""
        return f"tenant:{self.tenant}" if self.tenant else self.key

    @cached_property
    def key(self) -> str:
        return identifier(self.agent)

    @property
    def may_write(self) -> bool:
        return bool(self.scopes & {"all", "statements/write"})

    @property
    def may_read_all(self) -> bool:
        return bool(self.scopes & {"all", "all/read", "statements/read"})

    @property
    def may_read_own(self) -> bool:
        """At least what was written with the same authority."""
        return self.may_read_all or "statements/read/mine" in self.scopes

    @property
    def may_define(self) -> bool:
        """Whether what its statements say of activities changes what the store tells of them."""
        return bool(self.scopes & {"all", "define"})


def with_narrower(scopes: Set[str]) -> frozenset[str]:
    """``scopes`` and those that they hold: what a token may be narrowed to."""
    return frozenset(scopes).union(*(_HELD_BY.get(each, frozenset()) for each in scopes))


def local_authority() -> Authority:
    """The portal itself."""
    agent = {"objectType": "Agent", "account": {"homePage": settings.PUBLIC_URL, "name": "portal"}}
    return Authority(agent=agent, credential_id=None, scopes=frozenset({"all"}))


def secret_digest(secret: str) -> str:
    """A fast digest: the secrets are 256 random bits, which no slow hash would make safer."""
    return digest("portal.lrs.credential", secret)


class _Known(NamedTuple):
    """What is kept of a credential between requests."""

    secret_digest: str
    expires_at: datetime | None
    last_used_at: datetime | None
    authority: Authority


near: Nearby[_Known] = Nearby("lrs.credential", seconds=_NEAR_SECONDS)


def authenticate(header: str | None, *, at: datetime) -> Authority:
    """The authority of an ``Authorization`` header, HTTP Basic or a Bearer token of ``tokens.seal``.

    Raises:
        UnauthorizedError: no header, another scheme, unreadable, unknown, wrong, expired or revoked.
    """
    if not header:
        raise UnauthorizedError("HTTP Basic authentication or a Bearer token is asked for")
    scheme, _, value = header.partition(" ")
    match scheme.lower():
        case "basic":
            return verify(*read_basic(value), at=at)
        case "bearer":
            return _bearer(value.strip(), at)
        case _:
            raise UnauthorizedError("the scheme of Authorization is neither Basic nor Bearer")


def verify(key: str, secret: str, *, at: datetime) -> Authority:
    """
    Raises:
        UnauthorizedError: unknown, wrong, expired or revoked.
    """
    known, is_fresh = _find(key, at)
    # An unknown key takes as long as a wrong secret.
    if not constant_time_compare(known.secret_digest if known else "", secret_digest(secret)) or known is None:
        raise UnauthorizedError("the credential is unknown, expired or revoked")
    if is_fresh:
        _keep(key, known, at)
    return known.authority


def _bearer(text: str, at: datetime) -> Authority:
    token = tokens.unseal(text, at=at)
    known, is_fresh = _find(token.key, at)
    if known is None:
        raise UnauthorizedError("the credential of the token is expired or revoked")
    if is_fresh:
        _keep(token.key, known, at)
    whole = known.authority
    if token.scopes == whole.scopes:
        return whole
    return replace(whole, scopes=with_narrower(whole.scopes) & token.scopes)


def forget(key: str) -> None:
    """From now on the cache lets nobody in with ``key``; called once the database says the same."""
    cache.set(_place(key), _REVOKED, _MARK_SECONDS)
    near.end(key)


def _place(key: str) -> str:
    return f"lrs.credential.{key}"


def _find(key: str, at: datetime) -> tuple[_Known | None, bool]:
    """The credential if it may be used, and whether the database was asked."""
    if not (key.isascii() and key.isalnum()):
        return None, False
    kept, since = near.get(key)
    if kept is None:
        shared = cache.get(_place(key))
        if shared is None:
            return _looked_up(key, at), True
        if shared == _REVOKED:
            return None, False
        kept = cast("_Known", shared)
        near.keep(key, kept, since=since)
    is_over = kept.expires_at is not None and kept.expires_at <= at
    return None if is_over else kept, False


def _looked_up(key: str, at: datetime) -> _Known | None:
    credential = Credential.objects.usable(at).filter(key=key).first()
    if credential is None:
        return None
    is_of_a_person = credential.holder == Credential.Holder.PERSON
    if is_of_a_person and not User.objects.active().filter(uuid=credential.tenant).exists():
        return None
    authority = Authority(
        agent=credential.authority,
        credential_id=credential.pk,
        scopes=frozenset(credential.scopes),
        tenant=credential.tenant,
        origins=tuple(credential.origins),
        rate=credential.rate,
        body_limit=credential.body_limit,
    )
    return _Known(credential.secret_digest, credential.expires_at, credential.last_used_at, authority)


def _keep(key: str, known: _Known, at: datetime) -> None:
    """For the requests that follow; a mark of ``forget`` that came meanwhile stays."""
    cache.add(_place(key), known, _SHARED_SECONDS)
    if known.last_used_at is not None and known.last_used_at > at - _USE_NOTED_EVERY:
        return
    with suppress(OperationalError):  # nobody is turned away because the note could not be made
        Credential.objects.filter(key=key).update(last_used_at=at)


def read_basic(value: str) -> tuple[str, str]:
    """Key and secret of what follows ``Basic`` in a header.

    Raises:
        UnauthorizedError: it cannot be read.
    """
    try:
        key, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise UnauthorizedError("the Basic credential cannot be read") from None
    if not colon:
        raise UnauthorizedError("the Basic credential cannot be read")
    return key, secret
