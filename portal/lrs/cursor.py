"""Signed, opaque ``more`` tokens: a query and the place in it where the next page begins."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

from portal.lrs.errors import InvalidError

# The standard asks for 24 hours.
LIFETIME = timedelta(hours=48)
_SALT = "portal.lrs.more"


@dataclass(frozen=True)
class Cursor:
    """``parameters`` are those of the first request; the next page follows (``stored``, ``id``) in its direction."""

    parameters: dict[str, str]
    stored: datetime
    id: int


def seal(cursor: Cursor) -> str:
    said = {"parameters": cursor.parameters, "stored": cursor.stored.isoformat(), "id": cursor.id}
    return signing.dumps(said, salt=_SALT, compress=True)


def unseal(token: str) -> Cursor:
    """
    Raises:
        InvalidError: not one of ours, changed, or older than ``LIFETIME``.
    """
    try:
        data = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        raise InvalidError("is not a valid continuation, or an expired one", "more") from None
    return Cursor(data["parameters"], datetime.fromisoformat(data["stored"]), data["id"])
