"""Stored statements as lines of a list."""

from collections.abc import Iterable
from typing import NamedTuple

import orjson

from portal.core.types import JsonObject
from portal.lrs.models import Statement
from portal.lrs.wording import People, Sentence, sentence


class Line(NamedTuple):
    row: Statement
    body: JsonObject
    sentence: Sentence


def bodies_of(rows: Iterable[Statement]) -> list[tuple[Statement, JsonObject]]:
    return [(row, orjson.loads(row.body)) for row in rows]


def lines_of(told: Iterable[tuple[Statement, JsonObject]], people: People) -> list[Line]:
    """Each as a sentence; ``people`` are those to be called by their names of this portal."""
    return [Line(row, body, sentence(body, people)) for row, body in told]
