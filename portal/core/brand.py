"""Whose portal it is: the name and the colours on every page, mail and certificate.

This floor owns the question; ``portal.cms`` answers it from the settings that an administrator keeps.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from django.core.cache import cache
from django.db import DatabaseError

from portal.core.colour import Unreadable, contrast, mixed, readable
from portal.core.nearby import Nearby

KEY = "brand"
SECONDS, NEAR_SECONDS = 60, 5
WHITE, INK, NIGHT = "#ffffff", "#10232a", "#0f171a"
# The lightest and the darkest ground that links and buttons stand on by day (tokens.css: paper, haze).
GROUNDS = (WHITE, "#e1eaec")


@dataclass(frozen=True)
class Brand:
    """``logo`` is the address of a picture, empty for the portal's own mark. Colours as ``#rrggbb``.

    Args:
        name: of the portal, in the header and as sender of its messages.
        tagline: one line in the footer.
        issuer: the body that answers for certificates.
        logo: path of a picture below this host.
        brand: links and buttons, on white and on pale grounds.
        deep: the header and the opening of the campaign, below white text.
        accent: what marks and underlines, on ``deep`` and behind dark text.
    """

    name: str = "Alara Campus"
    tagline: str = ""
    issuer: str = "Alara Campus"
    logo: str = ""
    brand: str = "#0a5566"
    deep: str = "#07333e"
    accent: str = "#f2b544"

    @property
    def own_colours(self) -> bool:
        return (self.brand, self.deep, self.accent) != (Brand.brand, Brand.deep, Brand.accent)

    @cached_property
    def tokens(self) -> tuple[dict[str, str], dict[str, str]]:
        """What the three colours become in the style sheet, by day and by night."""
        hover = mixed(self.brand, "#000000", 0.3)
        light = readable(self.brand, NIGHT, 9)
        day = {
            "brand": self.brand,
            "brand-hover": hover,
            "link": self.brand,
            "link-hover": hover,
            "deep": self.deep,
            "deep-line": mixed(self.deep, WHITE, 0.18),
            "on-deep-soft": readable(mixed(self.deep, WHITE, 0.78), self.deep, 4.5),
            "amber": self.accent,
            "focus-halo": self.accent,
        }
        night = {
            "brand": light,
            "brand-hover": mixed(light, WHITE, 0.4),
            "link": light,
            "link-hover": mixed(light, WHITE, 0.4),
            "on-brand": readable(mixed(self.deep, "#000000", 0.3), light, 4.5),
            "deep": mixed(self.deep, "#000000", 0.2),
            "deep-line": mixed(self.deep, WHITE, 0.15),
            "focus": self.accent,
            "focus-halo": NIGHT,
        }
        return day, night

    @property
    def night_link(self) -> str:
        """Links and buttons of mails on a dark ground."""
        return self.tokens[1]["link"]

    @property
    def night_ink(self) -> str:
        """Text on such a button."""
        return self.tokens[1]["on-brand"]

    @cached_property
    def style_sheet(self) -> str:
        """The tokens of ``tokens.css`` that differ; empty where the portal's own colours are kept."""
        if not self.own_colours:
            return ""
        day, night = (";".join(f"--{name}:{value}" for name, value in each.items()) for each in self.tokens)
        return f"@layer tokens{{:root{{{day}}}@media (prefers-color-scheme: dark){{:root{{{night}}}}}}}\n"

    @cached_property
    def digest(self) -> str:
        """Names the style sheet, so that a browser may keep it for ever."""
        return hashlib.sha256(self.style_sheet.encode()).hexdigest()[:12]


def unreadable(brand: Brand) -> list[Unreadable]:
    """The first fault of each colour: text asks for 4.5 to 1, marks for 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11)."""
    rules = [
        *(("brand", brand.brand, ground, 4.5) for ground in GROUNDS),
        ("deep", brand.deep, WHITE, 4.5),
        ("accent", brand.accent, INK, 4.5),  # dark text stands on it
        ("accent", brand.accent, brand.deep, 3.0),
    ]
    faults: dict[str, Unreadable] = {}
    for field, colour, ground, needed in rules:
        ratio = contrast(colour, ground)
        if ratio < needed:
            better = readable(colour, GROUNDS[1] if field == "brand" else ground, needed)
            faults.setdefault(field, Unreadable(field, colour, ground, ratio, needed, better))
    return list(faults.values())


_near: Nearby[Brand] = Nearby("brand", seconds=NEAR_SECONDS)


class _Source:
    """Who answers, and the last answer: error pages are branded even while the database is away."""

    ask: Callable[[], Brand] = Brand
    last: Brand = Brand()


def answer_with(source: Callable[[], Brand]) -> None:
    """``source`` tells the brand from now on."""
    _Source.ask = staticmethod(source)


def current() -> Brand:
    """The brand; after a change other processes follow at once, or without Redis within ``SECONDS``."""
    with suppress(DatabaseError):
        _Source.last = _near.asked(KEY, _Source.ask, shared_seconds=SECONDS)
    return _Source.last


def forget() -> None:
    """The settings have changed."""
    cache.delete(KEY)
    _near.end(KEY)
