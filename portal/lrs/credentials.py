"""The credentials that open the store from outside: made, and revoked at once."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from portal.audit.actions import record
from portal.core.types import JsonObject
from portal.lrs.auth import PERSONAL_SCOPES, SCOPES, forget, local_authority, secret_digest
from portal.lrs.errors import ConflictError, InvalidError
from portal.lrs.gates import is_a_learner
from portal.lrs.indexing import identifier
from portal.lrs.models import Credential
from portal.lrs.statement import check_agent

TENANT_LENGTH = 100
# Bounds of what one credential may be given in place of the portal's own limits.
RATES = (1, 1_000_000)
BODY_LIMITS = (1024, 100 * 1024 * 1024)


@transaction.atomic
def create_credential(
    *,
    name: str,
    authority: JsonObject,
    scopes: Iterable[str],
    at: datetime,
    expires_at: datetime | None = None,
    tenant: str = "",
    origins: Iterable[str] = (),
    rate: int | None = None,
    body_limit: int | None = None,
    public_id: UUID | None = None,
) -> tuple[Credential, str]:
    """A new key for a client, and its secret, which is not kept and cannot be shown again.

    Args:
        name: for people, in lists.
        authority: the Agent that the client's statements will name as authority.
        scopes: some of ``auth.SCOPES``; of ``auth.PERSONAL_SCOPES`` where it belongs to a person.
        at: when it is made.
        expires_at: when it ends by itself.
        tenant: the customer whose statements and documents it shares; up to 100 characters. A person's, when it is the
            uuid in an authority as ``agent_of_person`` makes it.
        origins: whose scripts may use it, such as ``https://player.example.org``; none: all.
        rate: requests a minute, in place of the portal's own limit.
        body_limit: bytes of one request, in place of the portal's own limit.
        public_id: what it is known by in addresses; by default a new one.

    Raises:
        InvalidError: not an Agent, the portal itself, an unknown scope or one that fits no person, what is no origin, too
            long a tenant, or a limit out of bounds.
        ConflictError: ``public_id`` is taken.
    """
    check_agent(authority, at=("authority",), only_agent=True)
    if identifier(authority) == local_authority().key:
        raise InvalidError("the portal itself needs no credential", "authority")
    if len(tenant) > TENANT_LENGTH:
        raise InvalidError(f"is longer than {TENANT_LENGTH} characters", "tenant")
    holder = _holder(authority, tenant)
    credential = Credential(
        public_id=public_id or uuid4(),
        key=secrets.token_hex(16),  # no hyphen: a key is typed after the name of a command
        name=name,
        authority={"objectType": "Agent", **authority},
        holder=holder,
        tenant=tenant,
        scopes=_granted(scopes, holder),
        origins=sorted({origin_of(each) for each in origins}),
        rate=_within(rate, RATES, "rate"),
        body_limit=_within(body_limit, BODY_LIMITS, "body_limit"),
        created_at=at,
        expires_at=expires_at,
    )
    secret = secrets.token_urlsafe(32)
    credential.secret_digest = secret_digest(secret)
    try:
        with transaction.atomic():
            credential.save()
    except IntegrityError:
        raise ConflictError("is taken", "public_id") from None
    record("created credential", credential, at=at, scopes=credential.scopes, tenant=tenant)
    return credential, secret


def _holder(authority: JsonObject, tenant: str) -> Credential.Holder:
    if not tenant:
        return Credential.Holder.PORTAL
    is_hers = is_a_learner(authority) and authority["account"]["name"] == tenant
    return Credential.Holder.PERSON if is_hers else Credential.Holder.ORGANISATION


def _granted(scopes: Iterable[str], holder: Credential.Holder) -> list[str]:
    possible = PERSONAL_SCOPES if holder == Credential.Holder.PERSON else SCOPES
    granted = sorted(set(scopes))
    if not granted or set(granted) - set(possible):
        raise InvalidError(f"are none of {', '.join(possible)}", "scopes")
    return granted


def _within(number: int | None, bounds: tuple[int, int], name: str) -> int | None:
    if number is not None and not bounds[0] <= number <= bounds[1]:
        raise InvalidError(f"is not from {bounds[0]} to {bounds[1]}", name)
    return number


def origin_of(text: str) -> str:
    """``text`` as a browser writes it in ``Origin``: scheme and host in small letters, a port only where it is needed.

    Raises:
        InvalidError: it is no origin of the web.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        raise InvalidError("is no origin such as https://player.example.org", "origins") from None
    beyond = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in {"http", "https"} or not host or beyond or not text.isprintable():
        raise InvalidError("is no origin such as https://player.example.org", "origins")
    host = f"[{host}]" if ":" in host else host
    is_usual = port in {None, {"http": 80, "https": 443}[parts.scheme]}
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{port}"


def agent_of_person(uuid: UUID) -> JsonObject:
    """A person of this portal, as ``building.learner`` tells her in its statements."""
    return {"account": {"homePage": settings.PUBLIC_URL, "name": str(uuid)}}


def agent_of_client(name: str, tenant: str) -> JsonObject:
    """A client called ``name`` of a tenant, or of the portal itself: its credentials, one after another, are one
    authority, so that a new one voids and reads what was written with an old one.
    """
    return {
        "name": name,
        "account": {"homePage": f"{settings.PUBLIC_URL}/xapi", "name": f"{tenant or 'portal'}/{name}"},
    }


@transaction.atomic
def revoke_credential(*, credential: Credential, at: datetime) -> Credential:
    """End a credential and the tokens made with it now; what it stored stays. Done twice, it changes nothing."""
    credential = Credential.objects.select_for_update().get(pk=credential.pk)
    if credential.revoked_at is None:
        credential.revoked_at = at
        credential.save(update_fields=["revoked_at"])
        record("revoked credential", credential, at=at)
        transaction.on_commit(partial(forget, credential.key))
    return credential
