"""Statements told without a person (pure)."""

import re
from collections.abc import Callable, Collection, Mapping
from enum import Enum
from hashlib import sha1
from typing import Any
from uuid import UUID

from portal.core.types import JsonObject
from portal.lrs import vocabulary as words
from portal.lrs.indexing import identifier

# The account of somebody erased: its homePage is the portal's address and this, its name a random uuid.
ERASED = "/erased"
# Own sentences that prove a training: from these progress is rebuilt, and they are the record of its tests.
PROOF = frozenset({words.REGISTERED, words.INITIALIZED, words.COMPLETED, words.PASSED, words.FAILED})

Replace = Callable[[JsonObject], JsonObject]


class Fate(Enum):
    """What erasure does to a statement that names the person."""

    REWRITE = "rewrite"
    DELETE = "delete"


def fate(statement: JsonObject, keys: Collection[str], *, is_own: bool, is_ground: bool) -> Fate:
    """What becomes of ``statement`` when the person with the index keys ``keys`` is erased.

    A voiding statement stays, because without it what it voided would count again. What only mentions the person beside
    the one it tells of stays, because it is that one's record.
    """
    verb = statement["verb"]["id"]
    if verb == words.VOIDED or not _is_about(statement, keys):
        return Fate.REWRITE
    return Fate.REWRITE if is_own and is_ground and verb in PROOF else Fate.DELETE


def _is_about(sentence: JsonObject, keys: Collection[str]) -> bool:
    """Whether it tells of the person alone: she did it, or it was done to her."""
    what = sentence["object"]
    match what.get("objectType"):
        case "SubStatement":
            is_object = _is_about(what, keys)
        case "Agent" | "Group":
            is_object = _is_only(what, keys)
        case _:
            is_object = False
    return is_object or _is_only(sentence["actor"], keys)


def _is_only(agent: JsonObject, keys: Collection[str]) -> bool:
    if key := identifier(agent):
        return key in keys
    return all(identifier(each) in keys for each in agent["member"])


def account(home: str, pseudonym: UUID) -> JsonObject:
    """Who stands in the place of somebody erased; ``home`` is the portal's address without a slash."""
    return {"account": {"homePage": f"{home}{ERASED}", "name": str(pseudonym)}}


def is_erased(agent: Mapping[str, Any]) -> bool:
    return bool(agent.get("account", {}).get("homePage", "").endswith(ERASED))


def replacing(keys: Collection[str], stand_in: JsonObject) -> Replace:
    """Puts ``stand_in`` in the place of every agent with one of ``keys``; name and identifier go."""
    return lambda agent: _in_place_of(agent, stand_in) if identifier(agent) in keys else agent


def replacing_all(stand_in_of: Callable[[str], JsonObject], *, but: Collection[str] = ()) -> Replace:
    """Puts another in the place of everybody, but of those with the index keys ``but`` and of the erased."""

    def replace(agent: JsonObject) -> JsonObject:
        key = identifier(agent)
        return agent if not key or key in but or is_erased(agent) else _in_place_of(agent, stand_in_of(key))

    return replace


def _in_place_of(agent: JsonObject, stand_in: JsonObject) -> JsonObject:
    kept = {key: value for key, value in agent.items() if key in {"objectType", "member"}}
    return {**kept, **stand_in}


def with_people(sentence: JsonObject, replace: Replace) -> JsonObject:
    """``sentence`` with ``replace`` done to every Agent and Group in it, members, sub-statement and authority included."""
    told = {**sentence, "actor": _agent(sentence["actor"], replace)}
    if "authority" in told:
        told["authority"] = _agent(told["authority"], replace)
    if "context" in told:
        told["context"] = _context(told["context"], replace)
    match told["object"].get("objectType"):
        case "SubStatement":
            told["object"] = with_people(told["object"], replace)
        case "Agent" | "Group":
            told["object"] = _agent(told["object"], replace)
        case _:
            pass
    return told


def _agent(agent: JsonObject, replace: Replace) -> JsonObject:
    told = replace(agent)
    if "member" in told:
        told = {**told, "member": [replace(each) for each in told["member"]]}
    return told


def _context(context: JsonObject, replace: Replace) -> JsonObject:
    told = dict(context)
    for key in ("instructor", "team"):
        if key in told:
            told[key] = _agent(told[key], replace)
    for key, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if key in told:
            told[key] = [{**each, inner: _agent(each[inner], replace)} for each in told[key]]
    return told


def without_signatures(statement: JsonObject) -> JsonObject:
    """What was signed is the text before it was rewritten, and a signature holds that text."""
    if "attachments" not in statement:
        return statement
    told = {key: value for key, value in statement.items() if key != "attachments"}
    kept = [each for each in statement["attachments"] if each["usageType"] != words.SIGNATURE]
    return {**told, "attachments": kept} if kept else told


class Texts:
    """Puts others in the place of a person's addresses and identifiers wherever they stand in a text.

    Args:
        addresses: e-mail addresses; found whatever their case, and as the SHA-1 of their mailto.
        uuid: of the account.
        pseudonym: what is put there.
    """

    def __init__(self, addresses: Collection[str], uuid: UUID, pseudonym: UUID) -> None:
        mailbox = f"{pseudonym}@erased.invalid"
        instead = {str(uuid): str(pseudonym)}
        for address in addresses:
            instead[address] = mailbox
            instead[_mailbox_hash(address)] = _mailbox_hash(mailbox)
        longest_first = sorted(instead, key=len, reverse=True)
        self._instead = [instead[each] for each in longest_first]
        # Told by its group: what matches whatever the case, such as ı for i, need not be the same in small letters.
        found = "|".join(f"({re.escape(each)})" for each in longest_first)
        # Not inside a longer number, hash or address.
        self._pattern = re.compile(rf"(?<![0-9A-Za-z.+_-])(?:{found})(?![0-9A-Za-z_-])", re.IGNORECASE)

    def removed(self, value: Any) -> Any:
        """``value``, a JSON value, without them."""
        if isinstance(value, str):
            return self._pattern.sub(lambda found: self._instead[(found.lastindex or 1) - 1], value)
        if isinstance(value, dict):
            return {self.removed(key): self.removed(inner) for key, inner in value.items()}
        return [self.removed(inner) for inner in value] if isinstance(value, list) else value


def _mailbox_hash(address: str) -> str:
    return sha1(f"mailto:{address}".encode(), usedforsecurity=False).hexdigest()
