"""Checks of IRIs, mailboxes, UUIDs, language tags, durations and timestamps (pure)."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

# A scheme (RFC 3986 3.1), then at least one character that an IRI may hold (RFC 3987 2.2); whole percent triplets only.
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[^\x00-\x20\x7f-\x9f<>\"{}|\\^`%\s]|%[0-9A-Fa-f]{2})+")
_MAILTO = re.compile(r"mailto:[^\x00-\x20\x7f<>()\[\]\\,;:@\"\s]+@[^\x00-\x20\x7f<>()\\,;@\"\s]+")
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")
_SHA2 = re.compile(r"[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")
_MEDIA_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105  RFC 9110 5.6.2
_MEDIA_TEXT = r'"[^"\\\x00-\x08\x0a-\x1f\x7f]*"'
_MEDIA = re.compile(rf"{_MEDIA_TOKEN}/{_MEDIA_TOKEN}(?:[ \t]*;[ \t]*{_MEDIA_TOKEN}=(?:{_MEDIA_TOKEN}|{_MEDIA_TEXT}))*")

# RFC 5646 2.1, by the lengths of its parts; the irregular tags are the ones that the grammar itself does not produce.
_TAG = re.compile(
    r"""(?: (?:[a-z]{2,3}(?:-[a-z]{3}){0,3} | [a-z]{4} | [a-z]{5,8})
            (?:-[a-z]{4})?
            (?:-(?:[a-z]{2}|[0-9]{3}))?
            (?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*
            (?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*
            (?:-x(?:-[a-z0-9]{1,8})+)?
        | x(?:-[a-z0-9]{1,8})+
        | en-gb-oed | i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)
        | sgn-be-fr | sgn-be-nl | sgn-ch-de )""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

# ISO 8601:2004 4.4.3.2: a fraction only in the last part, weeks alone.
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}W"
    rf"|(?=[0-9T])(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=[0-9])(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)
_INNER_FRACTION = re.compile(r"[.,][0-9]+[A-Z](?=.)")

_ZONE = r"(?P<zone>Z|(?!-00(?::?00)?$)[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"
_EXTENDED = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    rf"(?::(?P<second>[0-9]{{2}})(?:[.,](?P<fraction>[0-9]+))?)?{_ZONE}?"
)
_BASIC = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})T(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})"
    rf"(?:(?P<second>[0-9]{{2}})(?:[.,](?P<fraction>[0-9]+))?)?{_ZONE}?"
)
_RFC_3339 = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})[Tt](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r":(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
    r"(?P<zone>[Zz]|(?!-00:00$)[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def is_iri(text: str) -> bool:
    """An absolute IRI: a scheme and what follows it."""
    return _is_short_iri(text) if len(text) <= 300 else _IRI.fullmatch(text) is not None


@lru_cache(maxsize=8192)  # the same verbs and activities come again and again
def _is_short_iri(text: str) -> bool:
    return _IRI.fullmatch(text) is not None


def is_mailto(text: str) -> bool:
    return _MAILTO.fullmatch(text) is not None


def is_sha1(text: str) -> bool:
    return _SHA1.fullmatch(text) is not None


def is_sha2(text: str) -> bool:
    """Hexadecimal SHA-224, -256, -384 or -512."""
    return _SHA2.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """The standard string form, in either case."""
    return _UUID.fullmatch(text) is not None


def is_media_type(text: str) -> bool:
    return _MEDIA.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def is_language_tag(text: str) -> bool:
    """The shape of RFC 5646; whether the parts are registered is not asked."""
    return len(text) <= 100 and _TAG.fullmatch(text) is not None


def is_duration(text: str) -> bool:
    return _DURATION.fullmatch(text) is not None and _INNER_FRACTION.search(text.replace("T", "")) is None


def read_timestamp(text: str, *, strict: bool = False) -> datetime:
    """The moment that ``text`` names; digits past the microsecond are cut off, no zone means UTC.

    Args:
        text: ISO 8601 date and time, basic or extended.
        strict: RFC 3339 instead, as xAPI 2.0 asks.

    Raises:
        ValueError: not such a text, an offset of minus zero, or a moment outside the years 1 to 9999.
    """
    if _is_plain(text):
        with suppress(ValueError):  # such as a leap second
            return datetime.fromisoformat(text)
    found = _RFC_3339.fullmatch(text) if strict else _EXTENDED.fullmatch(text) or _BASIC.fullmatch(text)
    if found is None:
        raise ValueError("is not a timestamp")
    part = found.groupdict()
    second = int(part["second"] or 0)
    # A leap second is the first moment of the next minute.
    leap = second == 60 and part["minute"] == "59"
    zone = (part["zone"] or "Z").replace(":", "")
    offset = timedelta()
    if zone not in {"Z", "z"}:
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:] or 0)) * (-1 if zone[0] == "-" else 1)
    try:
        moment = datetime(
            int(part["year"]),
            int(part["month"]),
            int(part["day"]),
            int(part["hour"]),
            int(part["minute"]),
            59 if leap else second,
            int((part["fraction"] or "0")[:6].ljust(6, "0")),
            tzinfo=UTC,
        )
        return moment - offset + timedelta(seconds=int(leap))
    except (ValueError, OverflowError):
        raise ValueError("names no moment of the calendar") from None


def _is_plain(text: str) -> bool:
    """The commonest form, ``2026-11-25T10:00:00.123Z``, whose digits ``fromisoformat`` judges; it is right everywhere."""
    return (
        len(text) == 24
        and text[-1] == "Z"
        and text[4] == text[7] == "-"
        and text[10] == "T"
        and text[13] == text[16] == ":"
        and text[19] == "."
    )


def utc_text(text: str) -> str:
    """A valid timestamp told in UTC with ``Z``; its fraction keeps the digits that were sent, and at least three."""
    text = text.upper()  # RFC 3339 takes t and z for T and Z
    if text.endswith("Z") and len(text) >= 24 and text[4] == "-" and text[-5] == "." and text[17:19] != "60":
        return text
    moment = read_timestamp(text)
    fraction = re.search(r"[.,]([0-9]+)", text)
    digits = fraction[1] if fraction else ""
    return f"{moment.replace(tzinfo=None, microsecond=0).isoformat()}.{digits.ljust(3, '0')}Z"


def index_key(text: str) -> str:
    """``text`` as an index column holds it: as it is, or its digest where it is too long for one."""
    if len(text) <= 500 and len(text.encode()) <= 1000:
        return text
    return f"sha256:{sha256(text.encode()).hexdigest()}"
