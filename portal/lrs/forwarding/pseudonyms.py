"""Statements without the people in them (pure).

Every agent becomes an account whose name is a keyed digest of its identifier: the same person has the same pseudonym in
all statements that are made with one key, and nobody without the key can tell who it is.
"""

import hmac
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from portal.core.types import JsonObject
from portal.lrs.indexing import identifier, people

# Shorter account names stand in other words by chance.
_SHORTEST = 4
# Not texts of a person: changed, they would be no UUID, moment or hash any more.
_KEPT = frozenset({"objectType", "registration", "timestamp", "version"})
# What the standard calls its properties; an object in an extension may be keyed by anything.
_PROPERTIES = frozenset(
    {
        *("id", "objectType", "definition", "display", "name", "description", "type", "moreInfo", "extensions"),
        *("interactionType", "correctResponsesPattern", "choices", "scale", "source", "target", "steps"),
        *("parent", "grouping", "category", "other", "relevantTypes", "agent", "group"),
        *("score", "scaled", "raw", "min", "max", "success", "completion", "response", "duration"),
    }
)

Redact = Callable[[str], str]


def pseudonymised(
    statement: JsonObject, *, key: bytes, home_page: str, also: Mapping[str, Collection[str]] = MappingProxyType({})
) -> JsonObject:
    """``statement`` with pseudonyms for people, without names, attachments, signatures and authority.

    Identifiers of its people that stand elsewhere, in a response, an extension or an address of an activity, are
    replaced too; account names of fewer than four characters only where they are the whole text.

    Args:
        statement: as the store keeps it; it is not changed.
        key: of the receiver.
        home_page: of the accounts that pseudonyms are.
        also: other identifiers of its people, by the index keys of their agents.
    """
    named = [*people(statement), *([statement["authority"]] if "authority" in statement else ())]
    known = {
        text.lower(): _digest(each, key)
        for each in named
        for text in (*_encoded(also.get(identifier(each), ())), *_texts(each))
    }
    sentence = _Sentences(key, home_page, _redactor(known))
    return sentence.told({name: value for name, value in statement.items() if name not in {"authority", "stored"}})


def _digest(agent: JsonObject, key: bytes) -> str:
    return hmac.new(key, identifier(agent).encode(), "sha256").hexdigest()


def _texts(agent: JsonObject) -> Iterator[str]:
    """What tells who it is, wherever it is written."""
    if "account" in agent:
        texts = [agent["account"]["name"]]
    elif "mbox" in agent:
        texts = [agent["mbox"].removeprefix("mailto:")]
    else:
        texts = [agent[name] for name in ("mbox_sha1sum", "openid") if name in agent]
    yield from _encoded(texts)


def _encoded(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        if text:
            yield from {text, quote(text), quote(text, safe="")}


def _redactor(known: Mapping[str, str]) -> Redact:
    long = sorted((text for text in known if len(text) >= _SHORTEST), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, long)), re.IGNORECASE) if long else None

    def redact(text: str) -> str:
        if text.lower() in known:
            return known[text.lower()]
        return pattern.sub(lambda found: known.get(found[0].lower(), ""), text) if pattern else text

    return redact


class _Sentences:
    """A statement or sub-statement told again."""

    def __init__(self, key: bytes, home_page: str, redact: Redact) -> None:
        self.key, self.home_page, self.redact = key, home_page, redact

    def told(self, sentence: JsonObject) -> JsonObject:
        told = {name: self._part(name, value) for name, value in sentence.items() if name != "attachments"}
        told["actor"] = self._agent(sentence["actor"])
        told["object"] = self._object(sentence["object"])
        if "context" in sentence:
            told["context"] = self._context(sentence["context"])
        return told

    def _part(self, name: str, value: Any) -> Any:
        if name in _KEPT or (name == "id" and isinstance(value, str)):
            return value
        return self._plain(value)

    def _plain(self, value: Any) -> Any:
        match value:
            case str():
                return self.redact(value)
            case dict():
                return {
                    name if name in _PROPERTIES else self.redact(name): self._plain(inner)
                    for name, inner in value.items()
                }
            case list():
                return [self._plain(inner) for inner in value]
            case _:
                return value

    def _object(self, what: JsonObject) -> JsonObject:
        match what.get("objectType", "Activity"):
            case "Agent" | "Group":
                return self._agent(what)
            case "SubStatement":
                return self.told(what)
            case "StatementRef":
                return what
            case _:
                told: JsonObject = self._plain(what)
                return told

    def _context(self, context: JsonObject) -> JsonObject:
        told = {name: self._part(name, value) for name, value in context.items()}
        for name in ("instructor", "team"):
            if name in context:
                told[name] = self._agent(context[name])
        for name, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
            if name in context:
                told[name] = [{**self._plain(each), inner: self._agent(each[inner])} for each in context[name]]
        if "statement" in context:
            told["statement"] = context["statement"]
        return told

    def _agent(self, agent: JsonObject) -> JsonObject:
        told: JsonObject = {"objectType": agent.get("objectType", "Agent")}
        if identifier(agent):
            told["account"] = {"homePage": self.home_page, "name": _digest(agent, self.key)}
        if "member" in agent:
            told["member"] = [self._agent(each) for each in agent["member"]]
        return told
