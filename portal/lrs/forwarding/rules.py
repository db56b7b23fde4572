"""What goes to a receiver, when it is tried again, and what its answers mean (pure)."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from urllib.parse import urlsplit

from portal.core.types import JsonObject
from portal.lrs.indexing import Index, people
from portal.lrs.vocabulary import VOIDED

FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(hours=1)
LONGEST_ASKED = timedelta(days=1)
REASON_CHARACTERS = 300

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_MAILBOX = re.compile(r"[^\s\"'<>:;,]+@[^\s\"'<>:;,]+")


@dataclass(frozen=True)
class Spell:
    """A time during which somebody belongs to a group: from ``begin``, before ``end`` (None: it goes on)."""

    begin: datetime
    end: datetime | None

    def holds(self, moment: datetime) -> bool:
        return self.begin <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True)
class Told:
    """What the filters ask of a statement: its index and the tenant that it was stored for."""

    index: Index
    tenant: str


@dataclass(frozen=True)
class Filter:
    """Which statements a receiver gets. Verbs and activities are index keys; what is empty or None asks nothing.

    ``group`` holds the spells of its people by the index keys of their agents; a statement is theirs when its actor
    belonged to the group at its timestamp.
    """

    verbs: Collection[str] = ()
    activities: Collection[str] = ()
    related: bool = False
    tenant: str = ""
    group: Mapping[str, Sequence[Spell]] | None = None

    def passes(self, told: Told, target: Told | None = None) -> bool:
        """Whether the statement is to be sent.

        A voiding statement goes where its ``target`` goes, because the receiver has that one. Where the store does not
        know the target yet, it goes to those who get statements of its sender.
        """
        if self._matches(told):
            return True
        if told.index.verb != VOIDED:
            return False
        return self._matches(target) if target else self._is_of_sender(told)

    def _matches(self, told: Told) -> bool:
        index = told.index
        if self.verbs and index.verb not in self.verbs:
            return False
        named = {index.activity, *index.other_activities} if self.related else {index.activity}
        if self.activities and named.isdisjoint(self.activities):
            return False
        return self._is_of_sender(told)

    def _is_of_sender(self, told: Told) -> bool:
        if self.tenant and told.tenant != self.tenant:
            return False
        if self.group is None:
            return True
        return any(each.holds(told.index.timestamp) for each in self.group.get(told.index.actor, ()))


class Verdict(Enum):
    """What an answer to a batch means for it."""

    DELIVERED = auto()
    REFUSED = auto()  # a statement in it is at fault
    HELD = auto()  # the receiver has one of the ids
    TOO_LARGE = auto()
    CLOSED = auto()  # until somebody changes the key
    BUSY = auto()
    FAILED = auto()


_VERDICTS = {
    200: Verdict.DELIVERED,
    204: Verdict.DELIVERED,
    400: Verdict.REFUSED,
    403: Verdict.REFUSED,  # a store may forbid one statement, as a voiding one, to a key that may write others
    415: Verdict.REFUSED,
    422: Verdict.REFUSED,
    409: Verdict.HELD,
    413: Verdict.TOO_LARGE,
    401: Verdict.CLOSED,
    429: Verdict.BUSY,
    503: Verdict.BUSY,
}


def verdict(status: int) -> Verdict:
    return _VERDICTS.get(status, Verdict.FAILED)


def delay(failures: int, *, chance: float) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time, up to an hour.

    Args:
        failures: at least 1.
        chance: from 0 to 1; takes away up to half, so that receivers that failed together are not tried together.
    """
    whole = min(LONGEST_DELAY, FIRST_DELAY * (1 << min(failures - 1, 20)))
    return whole * (1 - chance / 2)


def asked_delay(retry_after: str, at: datetime) -> timedelta:
    """What a ``Retry-After`` header asks (RFC 9110 10.2.3), up to a day; nothing where it cannot be read."""
    text = retry_after.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(timedelta(seconds=int(text)), LONGEST_ASKED)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return timedelta()
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(), min(moment - at, LONGEST_ASKED))


def is_endpoint(address: str, *, plain_local: bool) -> bool:
    """Whether statements may be sent there: https and a host, without credentials, query and fragment.

    Args:
        address: of the record store, to which "/statements" is added.
        plain_local: http is good enough for this machine.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or parts.query or parts.fragment or re.search(r"[\s\x00-\x1f\x7f]", address):
        return False
    return parts.scheme == "https" or (plain_local and parts.scheme == "http" and host in _LOCAL)


def safe_reason(text: str, statement: JsonObject) -> str:
    """What a receiver says of a statement, in one short line and without the people in it."""
    named = [each for agent in people(statement) for each in _names(agent)]
    for each in sorted(named, key=len, reverse=True):
        text = text.replace(each, "…")
    line = " ".join("".join(c if c.isprintable() else " " for c in _MAILBOX.sub("…", text)).split())
    return line if len(line) <= REASON_CHARACTERS else line[: REASON_CHARACTERS - 1] + "…"


def _names(agent: JsonObject) -> list[str]:
    texts = [agent.get(name) for name in ("name", "mbox", "mbox_sha1sum", "openid")]
    texts.append(agent.get("account", {}).get("name"))
    return [each for each in texts if each and len(each) > 3]
