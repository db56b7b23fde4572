"""Numbers of certificates, how long they hold, and what a name needs to be printed (pure)."""

import re
import secrets
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from isodate import Duration

# Crockford's base 32: no I, L, O, U, so that a number survives being read out.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK = 31  # the largest prime below 32: one wrong or two swapped characters are found
_TYPED = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_number() -> str:
    """A random number such as ``AC-7K3M-9QXD-2FHT``: 55 random bits and a check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(11))
    return grouped(body + check_character(body))


def grouped(characters: str) -> str:
    return "AC-" + "-".join(characters[n : n + 4] for n in range(0, 12, 4))


def check_character(body: str) -> str:
    """Weighted sum modulo a prime of the eleven characters before it."""
    return ALPHABET[sum(weight * ALPHABET.index(c) for weight, c in enumerate(body, start=2)) % CHECK]


def read_number(typed: str) -> str | None:
    """The number as printed from what somebody typed (lower case, O for 0, no hyphens); None when it cannot be one."""
    plain = "".join(c for c in typed.upper() if c.isalnum())
    plain = plain.removeprefix("AC").translate(_TYPED)
    if len(plain) != 12 or any(c not in ALPHABET for c in plain) or check_character(plain[:11]) != plain[11]:
        return None
    return grouped(plain)


def one_line(text: str) -> str:
    """``text`` with one plain space for what parts its words, except where its writer wanted no line to end."""
    return re.sub(r"[^\S\u00a0\u202f]+", " ", text).strip()


def missing_glyphs(text: str, covered: AbstractSet[int]) -> list[str]:
    """The characters of ``text`` that no shipped font can draw, each once, in order of appearance.

    Spaces of other scripts and separators of lines are drawn as boxes too where a font lacks them.
    """
    return [c for c in dict.fromkeys(text) if c not in " \n" and ord(c) not in covered]


def named_signs(signs: Iterable[str]) -> str:
    """``王 (U+738B)`` for each, so that whoever cannot see a character can look it up."""
    return " ".join(f"{sign} (U+{ord(sign):04X})" for sign in signs)


def hours_and_minutes(minutes: int) -> tuple[int, int]:
    return divmod(minutes, 60)


def linkedin_url(*, title: str, issuer: str, number: str, completed_on: date, verify_url: str) -> str:
    """The form of LinkedIn that adds a certificate to a profile, filled in."""
    facts = {
        "startTask": "CERTIFICATION_NAME",
        "name": title,
        "organizationName": issuer,
        "issueYear": completed_on.year,
        "issueMonth": completed_on.month,
        "certUrl": verify_url,
        "certId": number,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(facts)}"


class Status(StrEnum):
    """What the verification page says; programs read these words, so they stay as they are."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    ERASED = "erased"
    UNKNOWN = "unknown"


def status_of(*, revoked: bool, superseded: bool, expires_on: date | None, erased: bool, on: date) -> Status:
    """The one word where several are true: what warns most comes first.

    Args:
        expires_on: the last day on which it is valid, None for ever.
        on: the day asked, in the portal's zone.
    """
    if revoked:
        return Status.REVOKED
    if superseded:
        return Status.SUPERSEDED
    if expires_on is not None and on > expires_on:
        return Status.EXPIRED
    return Status.ERASED if erased else Status.VALID


def last_day(completed_on: date, months: int | None) -> date | None:
    """The last day on which a certificate is valid.

    Args:
        months: None for one without end.
    """
    return None if months is None else months_later(completed_on, months)


def months_later(day: date, months: int) -> date:
    """The same day so many calendar months later, or the last of that month."""
    later: date = day + Duration(months=months)
    return later
