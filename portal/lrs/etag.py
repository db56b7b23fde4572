"""Entity tags, and the preconditions that name them (pure). No view knows the syntax of the headers."""

from dataclasses import dataclass
from hashlib import sha1

_ANY = "*"


def tag_of(content: bytes) -> str:
    """The SHA-1 in lower-case hexadecimal, as xAPI 1.0.3 asks for; it guards nothing but a comparison."""
    return sha1(content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Preconditions:
    """The tags of ``If-Match`` and ``If-None-Match``; None where the header was not sent."""

    match: frozenset[str] | None = None
    none_match: frozenset[str] | None = None

    @property
    def is_given(self) -> bool:
        return self.match is not None or self.none_match is not None

    def hold(self, tag: str | None) -> bool:
        """Whether what stands there now, None for nothing, is what the client thinks."""
        if self.match is not None and not _meets(self.match, tag):
            return False
        return self.none_match is None or not _meets(self.none_match, tag)


def read_preconditions(match: str | None, none_match: str | None) -> Preconditions:
    return Preconditions(_tags(match), _tags(none_match))


def _tags(header: str | None) -> frozenset[str] | None:
    """A weak tag counts like a strong one: a proxy that compresses weakens ours. Quotes may be left out."""
    if header is None:
        return None
    tags = (each.strip() for each in header.split(","))
    return frozenset(each if each == _ANY else _quoted(each.removeprefix("W/").strip('"')) for each in tags)


def _meets(tags: frozenset[str], tag: str | None) -> bool:
    return tag is not None and (_ANY in tags or _quoted(tag) in tags)


def _quoted(tag: str) -> str:
    return f'"{tag}"'
