"""The layouts that are shipped, and which colours can be read on their paper (pure)."""

from dataclasses import dataclass

from portal.core.colour import Unreadable, contrast, mixed, readable

TEXT = 4.5  # to 1: WCAG 2.2, 1.4.3
# Lines mean nothing and are asked nothing by WCAG; below this they are not seen on most printers.
SEEN = 1.5


@dataclass(frozen=True)
class Layout:
    """``paper`` is the colour of the sheet; ``ornament`` says whether a rosette lies behind the text."""

    code: str
    paper: str
    ornament: bool


LAYOUTS = {
    each.code: each
    for each in (
        Layout("landscape", "#fffdf8", ornament=True),
        Layout("portrait", "#fffdf8", ornament=True),
        Layout("modern", "#ffffff", ornament=False),
    )
}


def unreadable(layout: Layout, accent: str, line: str) -> list[Unreadable]:
    """The accent carries text on the paper, and in some layouts white stands on it; lines must be seen."""
    found = []
    for field, colour, needed in (("accent", accent, TEXT), ("line", line, SEEN)):
        ratio = contrast(colour, layout.paper)
        if ratio < needed:
            better = readable(colour, layout.paper, needed)
            found.append(Unreadable(field, colour, layout.paper, ratio, needed, better))
    return found


def colours(layout: Layout, accent: str, line: str) -> dict[str, str]:
    """The custom properties of the style sheets; ``pale`` is for the rosette behind the text."""
    return {"accent": accent, "line": line, "pale": mixed(line, layout.paper, 0.76)}
