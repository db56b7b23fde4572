"""Requests and answers of several parts (pure): RFC 2046 as xAPI 1.0.3 part three, 1.5.2 uses it.

Strict where a part could be taken for another, and blind to what the parts hold: a part is a slice of the body.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.lrs.errors import InvalidError, TooLargeError
from portal.lrs.iri import is_sha2
from portal.lrs.parsing import read_json

MIXED = "multipart/mixed"
JSON = "application/json"
HASH, ENCODING, TYPE = "X-Experience-API-Hash", "Content-Transfer-Encoding", "Content-Type"
PART_LIMIT = 1000
# Of one part, in bytes.
HEADERS_LIMIT = 8 * 1024

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_AFTER_BOUNDARY = re.compile(rb"--[ \t]*(?P<last>\r\n|\Z)|[ \t]*\r\n")
_NAME = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s\";]*)", re.IGNORECASE)
# By the digits of a SHA-2.
_ALGORITHMS = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_TEXT_ENCODINGS = frozenset({"7bit", "8bit", "binary"})


@dataclass(frozen=True)
class Part:
    """The data of an attachment. ``sha2`` is what names them, ``sha256`` what they are kept by, in lower case.

    ``media_type`` is empty where the part does not tell it; ``place`` says where in the request it stands.
    """

    place: str
    sha2: str
    sha256: str
    media_type: str
    content: memoryview


def read(body: bytes, boundary: str) -> tuple[Any, list[Part]]:
    """The JSON value of the first part, and the attachments in the others.

    Args:
        body: the whole.
        boundary: the parameter of ``Content-Type``; empty where it is missing.

    Raises:
        InvalidError: a part is wrong, or the body is none of parts.
        TooLargeError: more than ``PART_LIMIT`` parts, or headers longer than ``HEADERS_LIMIT``.
    """
    if not _BOUNDARY.fullmatch(boundary):
        raise InvalidError("has no boundary of 1 to 70 characters as RFC 2046 allows them", TYPE)
    parts = _split(body, boundary.encode())
    headers, content = parts[0]
    if not is_json(headers.get(TYPE.lower(), "")):
        raise InvalidError(f"the first part is {JSON} in UTF-8 with the statements", f"parts[0].{TYPE}")
    if headers.get(ENCODING.lower(), "binary").lower() not in _TEXT_ENCODINGS:
        raise InvalidError("the statements are sent as they are", f"parts[0].{ENCODING}")
    attachments = [_attachment(*part, f"parts[{n}]") for n, part in enumerate(parts[1:], 1)]
    try:
        return read_json(bytes(content)), attachments
    except InvalidError as error:
        raise InvalidError(error.message, "parts[0]") from None


def is_json(content_type: str) -> bool:
    """Whether it is JSON in UTF-8."""
    charset = _CHARSET.search(content_type)
    return media_type(content_type) == JSON and (charset is None or charset[1].lower() in {"utf-8", "utf8"})


def media_type(content_type: str) -> str:
    """Type and subtype without parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def _attachment(headers: Mapping[str, str], content: memoryview, place: str) -> Part:
    sha2 = headers.get(HASH.lower(), "").lower()
    if not is_sha2(sha2):
        raise InvalidError("is missing or no hexadecimal SHA-2", f"{place}.{HASH}")
    if headers.get(ENCODING.lower(), "").lower() != "binary":
        raise InvalidError("is not binary", f"{place}.{ENCODING}")
    if hashlib.new(_ALGORITHMS[len(sha2)], content).hexdigest() != sha2:
        raise InvalidError("is not the hash of this part", f"{place}.{HASH}")
    sha256 = sha2 if len(sha2) == 64 else hashlib.sha256(content).hexdigest()
    return Part(place, sha2, sha256, media_type(headers.get(TYPE.lower(), "")), content)


def _split(body: bytes, boundary: bytes) -> list[tuple[dict[str, str], memoryview]]:
    """Headers, by names in lower case, and content of each part; at least one."""
    delimiter, whole = b"\r\n--" + boundary, memoryview(body)
    # Where the delimiter's own line begins; before the first one a preamble may stand, which nobody reads.
    at = 0 if body.startswith(delimiter[2:]) else body.find(delimiter) + 2
    if at == 1:
        raise InvalidError("the body does not hold the boundary that the header names", TYPE)
    parts: list[tuple[dict[str, str], memoryview]] = []
    while True:
        place = f"parts[{len(parts)}]"
        line = _AFTER_BOUNDARY.match(body, at + len(delimiter) - 2)
        if line is None:
            raise InvalidError("the boundary before this part does not stand alone on its line", place)
        if line["last"] is not None:
            break
        if len(parts) == PART_LIMIT:
            raise TooLargeError(f"more than {PART_LIMIT} parts in one request", place)
        end = body.find(delimiter, line.end())
        if end < 0:
            raise InvalidError("the body ends before the last boundary", place)
        headers, start = _headers(body, line.end(), end, place)
        parts.append((headers, whole[start:end]))
        at = end + 2
    if not parts:
        raise InvalidError(f"is missing; the first part is {JSON} with the statements", "parts[0]")
    return parts


def _headers(body: bytes, start: int, end: int, place: str) -> tuple[dict[str, str], int]:
    """The headers of the part between ``start`` and ``end``, and where its content begins."""
    if body.startswith(b"\r\n", start, end):
        return {}, start + 2
    stop = body.find(b"\r\n\r\n", start, min(end, start + HEADERS_LIMIT))
    if stop < 0:
        if end - start > HEADERS_LIMIT:
            raise TooLargeError(f"the headers of the part are longer than {HEADERS_LIMIT} bytes", place)
        raise InvalidError("no empty line ends the headers of the part", place)
    headers: dict[str, str] = {}
    for line in body[start:stop].split(b"\r\n"):
        name, _, value = line.partition(b":")
        text = value.decode("latin-1").strip(" \t")
        if not _NAME.fullmatch(name) or len(name) == len(line) or _CONTROL.search(text):
            raise InvalidError("a header of the part is not one line of the form Name: value", place)
        key = name.decode().lower()
        if key in headers:
            raise InvalidError("stands twice", f"{place}.{name.decode()}")
        headers[key] = text
    return headers, stop + 4


def opening(boundary: str, headers: Sequence[tuple[str, str]]) -> bytes:
    """What stands before the content of a part."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"\r\n--{boundary}\r\n{lines}\r\n".encode()


def closing(boundary: str) -> bytes:
    """What stands after the content of the last part."""
    return f"\r\n--{boundary}--\r\n".encode()
