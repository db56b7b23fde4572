"""From bytes to JSON values that the store can hold (pure)."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from portal.lrs.errors import InvalidError

DEPTH_LIMIT = 100
# Outside extensions no object of a statement has more; keeps the report of faults small.
PROPERTY_LIMIT = 1000

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


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


def read_json(body: bytes) -> Any:
    """The value of one JSON text. Time and memory stay within a small multiple of the text.

    Raises:
        InvalidError: not JSON in UTF-8, NaN or an infinity, too deep, an object that has a key twice.
    """
    try:
        value = orjson.loads(body)  # refuses a depth above 1024 itself, before it takes memory
    except orjson.JSONDecodeError as error:
        raise InvalidError(f"the body is not valid JSON: {error}") from None
    check_depth(value)
    json.loads(body.decode(), object_pairs_hook=_once, parse_float=_skip, parse_int=_skip)
    return value


def check_depth(value: Any) -> None:
    """Refuse what is nested deeper than ``DEPTH_LIMIT``, so that all that follows may recurse."""
    level = [value]
    for _ in range(DEPTH_LIMIT):
        level = [inner for each in level if isinstance(each, dict | list) for inner in _children(each)]
        if not level:
            return
    if any(isinstance(each, dict | list) for each in level):
        raise InvalidError(f"the JSON is nested deeper than {DEPTH_LIMIT}")


def check_values(value: Any, at: tuple[str | int, ...], *, is_free: bool = False) -> None:
    """Refuse what no statement may hold anywhere, whatever its shape; ``at`` is where ``value`` stands.

    Args:
        value: depth is checked already.
        at: such as ``(3,)``.
        is_free: judge it like the inside of extensions, where null and any number of properties are right.

    Raises:
        InvalidError: null outside extensions, a character U+0000 (which PostgreSQL cannot hold), a lone surrogate,
            a number that is not finite or too large an integer, a value that is not JSON, or too many properties.
    """
    _check_value(value, list(at), in_extensions=is_free)


def _check_value(value: Any, path: list[str | int], *, in_extensions: bool) -> None:
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, dict):
        if len(value) > PROPERTY_LIMIT and not in_extensions:
            raise InvalidError(f"more than {PROPERTY_LIMIT} properties", json_path(path))
        for key, inner in value.items():
            if not isinstance(key, str):
                raise InvalidError("a key is not a string", json_path(path))
            _check_text(key, path)
            path.append(key)
            _check_value(inner, path, in_extensions=in_extensions or key == "extensions")
            path.pop()
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            path.append(n)
            _check_value(inner, path, in_extensions=in_extensions)
            path.pop()
    else:
        _check_plain(value, path, in_extensions=in_extensions)


def _check_plain(value: Any, path: Sequence[str | int], *, in_extensions: bool) -> None:
    if value is None:
        if not in_extensions:
            raise InvalidError("null is allowed in extensions only", json_path(path))
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidError("the number is not finite", json_path(path))
    elif not isinstance(value, int):
        raise InvalidError("the value is not JSON", json_path(path))
    elif not -(2**63) <= value < 2**64:
        raise InvalidError("the integer needs more than 64 bits", json_path(path))


def _check_text(text: str, path: Sequence[str | int]) -> None:
    if text.isascii():
        if "\x00" in text:
            raise InvalidError("the character U+0000 cannot be stored", json_path(path))
    elif "\x00" in text or _SURROGATE.search(text):
        raise InvalidError("the text holds U+0000 or a lone surrogate", json_path(path))


def _children(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _skip(_number: str) -> None:
    return None


def _once(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise InvalidError(f"the key {json.dumps(key[:100])} stands twice in one object")
        seen.add(key)
