"""Two JSON objects made one (pure)."""

import json
import re
from collections.abc import Mapping

from portal.lrs.errors import InvalidError
from portal.lrs.parsing import check_values, read_json

_SPACE = re.compile(r"[ \t\n\r]*")
# The values are not wanted, only where they end: a number of any length is no matter.
_SCANNER = json.JSONDecoder(parse_int=str, parse_float=str)


def merge(kept: bytes, sent: Mapping[str, str]) -> bytes:
    """``kept`` with each property of ``sent`` (as ``properties_of`` tells them) put in or replaced, one level deep.

    The text of every value stays as it was sent, so that numbers lose no digit.

    Raises:
        InvalidError: ``kept`` breaks a rule of ``check_object``.
    """
    try:
        together = {**properties_of(kept), **sent}
    except InvalidError as error:
        raise InvalidError(f"the stored document cannot be merged: {error.message}") from None
    return "{{{}}}".format(",".join(f"{name}:{value}" for name, value in together.items())).encode()


def properties_of(content: bytes) -> dict[str, str]:
    """The texts of the values of an object, by the names as ``json.dumps`` writes them.

    Raises:
        InvalidError: ``content`` breaks a rule of ``check_object``.
    """
    check_object(content)
    return _members(content.decode())


def check_object(content: bytes) -> None:
    """
    Raises:
        InvalidError: not JSON as ``read_json`` takes it, no object, or a text with U+0000 in it.
    """
    value = read_json(content)
    if not isinstance(value, dict):
        raise InvalidError("the document is no JSON object")
    check_values(value, ())


def _members(text: str) -> dict[str, str]:
    members = {}
    at = _after_space(text, _after_space(text, 0) + 1)
    while text[at] != "}":
        name, end = _SCANNER.raw_decode(text, at)
        at = _after_space(text, _after_space(text, end) + 1)
        _, end = _SCANNER.raw_decode(text, at)
        members[json.dumps(name, ensure_ascii=False)] = text[at:end]
        at = _after_space(text, end)
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return members


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
