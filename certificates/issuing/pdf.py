"""HTML template to a one-page PDF, drawn with the shipped fonts only and without any network."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache, lru_cache
from html import escape, unescape
from importlib.metadata import version
from io import BytesIO
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any
from unicodedata import category
from urllib.parse import unquote, urlsplit

import qrcode
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext, override
from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from certificates.issuing.archival import Enclosure, archival
from certificates.issuing.designs.layouts import LAYOUTS, Layout, colours
from certificates.issuing.models import Certificate, Design, Scheme
from certificates.issuing.records import ENCLOSED_AS, enclosed
from certificates.issuing.rules import hours_and_minutes, missing_glyphs, named_signs
from portal.cms.models import BrandSettings

STATIC = settings.ROOT / "portal" / "static" / "portal"
ROSETTE, ROSETTE_COLOUR = STATIC / "img" / "guilloche.svg", "#f2ebda"
FONTS = STATIC / "fonts" / "pdf"
# Classes of the style sheets, tried in this order.
SIZES = ("", "close", "close name-long", "close name-longer", "close name-longest")


class UnfitError(ValueError):
    """The text does not fit on one page in any size, or no font can draw it."""


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
_fonts = FontConfiguration()
_fetcher = OwnFilesOnly()
# Pango and fontconfig under it: two threads that draw at the same moment end the process.
_one_thread = Lock()


@cache
def _sheet(name: str) -> CSS:
    return CSS(filename=STATIC / "css" / name, font_config=_fonts, url_fetcher=_fetcher)


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


@cache
def covered() -> frozenset[int]:
    """The code points that the shipped fonts can draw; of separators and controls in them, Pango makes boxes."""
    found: set[int] = set()
    for path in sorted(FONTS.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(code for code in found if category(chr(code)) not in ("Cc", "Zl", "Zp"))


def qr_code(text: str, words: str) -> str:
    """A QR code as SVG markup, 0.6 mm a module; error correction Q: readable when the print is creased.

    Args:
        text: what a phone reads.
        words: for whoever cannot see it.
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0)
    code.add_data(text)
    rows = code.get_matrix()
    side = len(rows)
    path = "".join(
        f"M{start},{y}h{length}v1h-{length}z" for y, row in enumerate(rows) for start, length in dark_runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{0.6 * side:.1f}mm" height="{0.6 * side:.1f}mm"'
        f' viewBox="0 0 {side} {side}"><title>{escape(words)}</title><path fill="#000" d="{path}"/></svg>'
    )


def dark_runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where dark modules that touch begin, and how many they are: a run is drawn as one, which is half as much to draw."""
    place = 0
    for is_dark, run in groupby(row):
        length = len(list(run))
        if is_dark:
            yield place, length
        place += length


def qr_picture(text: str) -> str:
    """The same code as the data address of a picture, which is drawn faster where there are hundreds on a paper."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0, box_size=1)
    code.add_data(text)
    out = BytesIO()
    code.make_image().save(out)
    return f"data:image/png;base64,{b64encode(out.getvalue()).decode()}"


def design_of(certificate: Certificate) -> Design:
    """What it is drawn with: its own design, else the sheet that the portal ships."""
    return certificate.design or Design()


def verification_url(certificate: Certificate) -> str:
    return f"{settings.PUBLIC_URL}/verify/{certificate.uuid}"


def scheme_logo(certificate: Certificate) -> str:
    """The logo of the body that gave the credits: with its leave only, and beside what it has accredited only."""
    if certificate.credits is None or not certificate.accreditation_number:
        return ""
    scheme = Scheme.objects.showing_logo().filter(code=certificate.scheme_code).first()
    return scheme.logo if scheme else ""


def html_of(certificate: Certificate, size: str = "") -> str:
    """The certificate's markup in its own language; ``size`` is one of ``SIZES``. Without a number it is a specimen."""
    design = design_of(certificate)
    hours, minutes = hours_and_minutes(certificate.learning_minutes)
    with override(certificate.language):
        return render_to_string(
            "certificates/certificate.html",
            {
                "certificate": certificate,
                "size": size,
                "hours": hours,
                "minutes": minutes,
                "design": design,
                "line": design.line_in(certificate.language),
                "signatories": design.signatories.all(),
                "logo": design.logo or BrandSettings.load().logo_data(),
                "scheme_logo": scheme_logo(certificate),
                "verify_host": settings.PUBLIC_URL.removeprefix("https://"),
                "verify_path": f"/verify/{certificate.number or '–'}",
                "qr_code": qr_code(
                    verification_url(certificate), gettext("QR code with the address of the verification page")
                ),
            },
        )


def drawn(markup: str, style_sheet: str, variant: str) -> bytes:
    """Any page of ours as PDF, as many sheets as it takes, with the shipped fonts and without any network.

    Args:
        markup: with a title and a language.
        style_sheet: its name in the folder of style sheets.
        variant: the standard, as WeasyPrint names it.
    """
    with _one_thread:
        data: bytes = _laid_out(markup, style_sheet).write_pdf(pdf_variant=variant)
    return data


def drawn_to_keep(markup: str, style_sheet: str, enclosures: Sequence[Enclosure], at: datetime) -> bytes:
    """As ``drawn``, in the standards of certificates (PDF/A-3a and PDF/UA-1) and with files enclosed."""
    with _one_thread:
        return archival(_laid_out(markup, style_sheet), enclosures, at)


def _laid_out(markup: str, style_sheet: str) -> Any:
    style = CSS(filename=STATIC / "css" / style_sheet, font_config=_fonts, url_fetcher=_fetcher)
    page = HTML(string=markup, base_url=STATIC.as_uri() + "/", url_fetcher=_fetcher)
    return page.render(font_config=_fonts, stylesheets=[style])


def enclosure(certificate: Certificate, at: datetime) -> Enclosure:
    """The machine-readable record, described in the certificate's language."""
    with override(certificate.language):
        description = gettext("The facts of this certificate, for programs")
    return Enclosure(ENCLOSED_AS, description, enclosed(certificate, verification_url(certificate), at))


def render(certificate: Certificate, at: datetime, more: Sequence[Enclosure] = ()) -> bytes:
    """The PDF (PDF/A-3a and PDF/UA-1, with its record enclosed), always one page: a long name is set smaller.

    Args:
        certificate: whose snapshot is printed.
        at: the moment of issue, as the record tells it.
        more: what travels inside beside the record.

    Raises:
        UnfitError: not even the smallest size fits, or no font has a character.
    """
    enclosures = [enclosure(certificate, at), *more]
    return _fitting(certificate, lambda document: archival(document, enclosures, at))


def specimen(certificate: Certificate) -> bytes:
    """A sheet to look at, of a certificate without a number: marked all over, with nothing enclosed.

    Raises:
        UnfitError: not even the smallest size fits, or no font has a character.
    """
    return _fitting(certificate, lambda document: document.write_pdf())


def _fitting(certificate: Certificate, write: Callable[[Any], bytes]) -> bytes:
    """What ``write`` makes of the first size that fits; nothing else is drawn meanwhile."""
    sheets = style(design_of(certificate))
    for size in SIZES:
        markup = html_of(certificate, size)
        missing = missing_glyphs(unescape(markup), covered())
        if missing:
            raise UnfitError(f"No shipped font has these characters of the sheet: {named_signs(missing)}")
        page = HTML(string=markup, base_url=STATIC.as_uri() + "/", url_fetcher=_fetcher)
        with _one_thread:
            document = page.render(font_config=_fonts, stylesheets=sheets)
            if fits(document):
                return write(document)
    raise UnfitError(f"the text does not fit on one page (WeasyPrint {version('weasyprint')})")


def fits(document: Any) -> bool:
    """Whether it is one page whose text ends above the foot, which stands at the bottom and grows upwards."""
    if len(document.pages) != 1:
        return False
    anchors = document.pages[0].anchors
    _, _, _, end_of_text = anchors["text"]
    _, top_of_foot, _, _ = anchors["foot"]
    return bool(end_of_text <= top_of_foot)
