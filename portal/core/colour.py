"""Contrast of colours by WCAG 2.2 (pure). A colour is a text such as ``#0a5566``."""

import re
from dataclasses import dataclass

_HEX = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Unreadable:
    """A colour that people could not read: where, how weak (ratio of contrast), what is needed, and what would do."""

    field: str
    colour: str
    ground: str
    ratio: float
    needed: float
    better: str


def is_colour(text: str) -> bool:
    """Whether ``text`` is six hexadecimal digits, in lower case, after ``#``."""
    return _HEX.fullmatch(text) is not None


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance, 0.0 (black) to 1.0 (white); WCAG 2.2, definition of "relative luminance"."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1.0 to 21.0; the order does not matter. WCAG 2.2, definition of "contrast ratio"."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """``colour`` with a ``share`` (0.0 to 1.0) of ``other``."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable(colour: str, ground: str, ratio: float) -> str:
    """``colour``, mixed with black or white only as far as it needs for ``ratio`` on ``ground``.

    Whichever of the two is farther from ``ground`` is mixed in, so a ratio up to 4.58 is always reached.
    """
    towards = max("#000000", "#ffffff", key=lambda end: contrast(end, ground))
    steps = (mixed(colour, towards, step / 50) for step in range(51))
    return next((each for each in steps if contrast(each, ground) >= ratio), towards)
