"""Who speaks to the store, and what they may."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.lrs.errors import UnauthorizedError
from portal.lrs.indexing import identifier
from portal.lrs.models import Credential

SCOPES = ("all", "all/read", "statements/write", "statements/read", "statements/read/mine", "state", "profile")


@dataclass(frozen=True)
class Authority:
    """``agent`` stands as authority in what is stored; ``credential_id`` is None for the portal itself."""

    agent: dict[str, Any]
    credential_id: int | None
    scopes: frozenset[str]
    tenant: str = ""

    @property
    def owner(self) -> str:
        """Whose documents it reads and writes: the customer's, or else those of its own authority."""
        return f"tenant:{self.tenant}" if self.tenant else self.key

    @property
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


def local_authority() -> Authority:
    """The portal itself."""
    agent = {"objectType": "Agent", "account": {"homePage": settings.PUBLIC_URL, "name": "portal"}}
    return Authority(agent=agent, credential_id=None, scopes=frozenset({"all"}))


def digest(secret: str) -> str:
    """Keyed SHA-256: the secrets are 256 random bits, which no slow hash would make safer."""
    return salted_hmac("portal.lrs.credential", secret, algorithm="sha256").hexdigest()


def authenticate(header: str | None, *, at: datetime) -> Authority:
    """The authority of an HTTP Basic ``Authorization`` header.

    Raises:
        UnauthorizedError: no header, another scheme, unreadable, unknown, wrong, expired or revoked.
    """
    key, secret = _read_basic(header)
    credential = Credential.objects.usable(at).filter(key=key).first()
    # An unknown key takes as long as a wrong secret.
    if not constant_time_compare(credential.secret_digest if credential else "", digest(secret)) or credential is None:
        raise UnauthorizedError("the credential is unknown, expired or revoked")
    return Authority(
        agent=credential.authority,
        credential_id=credential.pk,
        scopes=frozenset(credential.scopes),
        tenant=credential.tenant,
    )


def _read_basic(header: str | None) -> tuple[str, str]:
    if not header:
        raise UnauthorizedError("HTTP Basic authentication is asked for")
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        raise UnauthorizedError("the scheme of Authorization is not Basic")
    try:
        key, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise UnauthorizedError("the Basic credential cannot be read") from None
    if not colon or "\0" in key:
        raise UnauthorizedError("the Basic credential cannot be read")
    return key, secret
