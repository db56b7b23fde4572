"""From bytes to JSON values that the store can hold (pure)."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from portal.lrs.errors import InvalidError

DEPTH_LIMIT = 100
_TOO_DEEP = f"the JSON is nested deeper than {DEPTH_LIMIT}"

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HIDDEN_COLON = re.compile(rb"\\u003[aA]")


def json_path(parts: Sequence[str | int]) -> str:
    """``(3, "actor", "mbox")`` as ``[3].actor.mbox``; a key that is no plain name stands in brackets and quotes."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif _PLAIN.fullmatch(part):
            path += f".{part}" if path else part
        else:
            path += f"[{json.dumps(part[:100])}]"
    return path


class Fault(Exception):  # noqa: N818  it becomes an InvalidError once its place is known
    """What is wrong with a value; those that hold the value add where they keep it, innermost first."""

    def __init__(self, message: str, *place: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.places = list(place)

    def inside(self, place: str | int) -> None:
        self.places.append(place)

    @property
    def path(self) -> list[str | int]:
        return self.places[::-1]


def read_json(body: bytes) -> Any:
    """The value of one JSON text. Time and memory stay within a small multiple of the text.

    Raises:
        InvalidError: not JSON in UTF-8, NaN or an infinity, far too deep, an object that has a key twice.
    """
    try:
        value = orjson.loads(body)  # refuses a depth above 1024 itself, before it takes memory
    except orjson.JSONDecodeError as error:
        raise InvalidError(f"the body is not valid JSON: {error}") from None
    if not _has_each_key_once(body, value):
        json.loads(body.decode(), object_pairs_hook=_once, parse_float=_skip, parse_int=_skip)
    return value


def _has_each_key_once(body: bytes, value: Any) -> bool:
    """False when it may be otherwise. A key that stands twice has lost its colon, and no escape hides another one."""
    try:
        told = orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise InvalidError(_TOO_DEEP) from None
    return body.count(b":") == told.count(b":") and not _HIDDEN_COLON.search(body)


def check_values(value: Any, at: tuple[str | int, ...]) -> None:
    """Refuse what no document and no extension may hold, whatever its shape; ``at`` is where ``value`` stands.

    Raises:
        InvalidError: nested deeper than ``DEPTH_LIMIT``, a character U+0000 (which PostgreSQL cannot hold), a lone
            surrogate, a number that is not finite or too large an integer, or a value that is not JSON.
    """
    try:
        check_free(value)
    except Fault as fault:
        raise InvalidError(fault.message, json_path((*at, *fault.path))) from None


def check_free(value: Any, depth: int = DEPTH_LIMIT) -> None:
    """
    Raises:
        Fault: what ``check_values`` refuses.
    """
    if type(value) is str:
        check_text(value)
    elif type(value) is dict:
        _check_inside(value.items(), depth)
        for key in value:
            if type(key) is not str:
                raise Fault("a key is not a string")
            check_text(key)
    elif type(value) is list:
        _check_inside(enumerate(value), depth)
    else:
        _check_plain(value)


def _check_inside(items: Iterable[tuple[str | int, Any]], depth: int) -> None:
    if depth == 0:
        raise Fault(_TOO_DEEP)
    for place, inner in items:
        try:
            check_free(inner, depth - 1)
        except Fault as fault:
            fault.inside(place)
            raise


def _check_plain(value: Any) -> None:
    if value is None:
        return
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Fault("the number is not finite")
    elif not isinstance(value, int):
        raise Fault("the value is not JSON")
    elif not -(2**63) <= value < 2**64:
        raise Fault("the integer needs more than 64 bits")


def check_text(text: str) -> None:
    """
    Raises:
        Fault: U+0000 or a lone surrogate.
    """
    if "\x00" in text:
        raise Fault("the character U+0000 cannot be stored")
    if not text.isascii() and _SURROGATE.search(text):
        raise Fault("the text holds a lone surrogate")


def _skip(_number: str) -> None:
    return None


def _once(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise InvalidError(f"the key {json.dumps(key[:100])} stands twice in one object")
        seen.add(key)
