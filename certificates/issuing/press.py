"""What draws pages as PDF: WeasyPrint with the shipped fonts only and without any network.

Its libraries take 26 MB, which a process that only serves pages does without: it is imported where something is drawn.
"""

from base64 import b64encode
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from certificates.issuing.designs.layouts import LAYOUTS, Layout, colours
from certificates.issuing.models import Design
from certificates.issuing.pdf import STATIC

ROSETTE, ROSETTE_COLOUR = STATIC / "img" / "guilloche.svg", "#f2ebda"


class OwnFilesOnly(URLFetcher):
    """Files of the static folder and data addresses; nothing else, whatever a template names."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or not path.is_relative_to(STATIC):
            raise ValueError(f"certificates load nothing from {parts.scheme}")
        return super().fetch(url, headers)


# One for the process: a new one for each certificate leaks a quarter of a megabyte each time.
fonts = FontConfiguration()
_fetcher = OwnFilesOnly()
# Pango and fontconfig under it: two threads that draw at the same moment end the process.
one_thread = Lock()


@cache
def _sheet(name: str) -> CSS:
    return sheet(name)


@lru_cache(maxsize=64)
def _colours(layout: str, accent: str, line: str) -> CSS:
    return CSS(string=coloured(LAYOUTS[layout], accent, line), url_fetcher=_fetcher)


def coloured(layout: Layout, accent: str, line: str) -> str:
    """The style sheet of a design's colours. A background knows no custom property, so the rosette is written into it."""
    found = colours(layout, accent, line)
    rules = ":root{" + ";".join(f"--{name}:{value}" for name, value in found.items()) + "}"
    if layout.ornament:
        rosette = ROSETTE.read_text(encoding="utf-8").replace(ROSETTE_COLOUR, found["pale"])
        address = "data:image/svg+xml;base64," + b64encode(rosette.encode()).decode()
        rules += f'.ornament{{background-image:url("{address}")}}'
    return rules


def style(design: Design) -> list[CSS]:
    """The style sheets of a design; each is read once in the life of a worker."""
    return [
        _sheet("certificate.css"),
        _sheet(f"certificate-{design.layout}.css"),
        _colours(design.layout, design.accent, design.line),
    ]


def laid_out(markup: str, style_sheets: list[CSS]) -> Any:
    """A document of WeasyPrint, to be drawn by ``write_pdf``; ``one_thread`` is held meanwhile."""
    page = HTML(string=markup, base_url=STATIC.as_uri() + "/", url_fetcher=_fetcher)
    return page.render(font_config=fonts, stylesheets=style_sheets)


def sheet(name: str) -> CSS:
    """The style sheet of that name, read anew, as a process may draw it once only."""
    return CSS(filename=STATIC / "css" / name, font_config=fonts, url_fetcher=_fetcher)
