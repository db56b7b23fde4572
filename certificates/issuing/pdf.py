"""HTML template to a one-page PDF, drawn with the shipped fonts only and without any network."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from html import escape, unescape
from importlib.metadata import version
from io import BytesIO
from itertools import groupby
from typing import Any
from unicodedata import category

import PIL.Image
import zxingcpp
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext, override
from fontTools.ttLib import TTFont

from certificates.issuing.models import Certificate, Design, Scheme
from certificates.issuing.records import ENCLOSED_AS, Enclosure, enclosed
from certificates.issuing.rules import hours_and_minutes, missing_glyphs, named_signs
from portal.cms.models import BrandSettings

STATIC = settings.ROOT / "portal" / "static" / "portal"
FONTS = STATIC / "fonts" / "pdf"
PIXELS = 4  # along a module of the QR code; certificate.css makes them 0.6 mm
# Classes of the style sheets, tried in this order.
SIZES = ("", "close", "close name-long", "close name-longer", "close name-longest")


class UnfitError(ValueError):
    """The text does not fit on one page in any size, or no font can draw it."""


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
    picture = _code(text)
    side, modules = picture.width, picture.tobytes()
    rows = [modules[start : start + side] for start in range(0, len(modules), side)]
    path = "".join(
        f"M{start},{y}h{length}v1h-{length}z" for y, row in enumerate(rows) for start, length in dark_runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{0.6 * side:.1f}mm" height="{0.6 * side:.1f}mm"'
        f' viewBox="0 0 {side} {side}"><title>{escape(words)}</title><path fill="#000" d="{path}"/></svg>'
    )


def _code(text: str, pixels: int = 1) -> PIL.Image.Image:
    """A byte for each pixel, without a margin. It takes a fiftieth of the time of a library in Python."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    return PIL.Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=pixels, add_quiet_zones=False))


def dark_runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules (0) that touch begin, and how many they are: a run is drawn as one, which is half as much to draw."""
    place = 0
    for shade, run in groupby(row):
        length = len(list(run))
        if shade == 0:
            yield place, length
        place += length


def qr_picture(text: str, pixels: int = 1) -> str:
    """The same code as the data address of a picture, which is drawn faster on paper than hundreds of shapes.

    Args:
        text: what a phone reads.
        pixels: along a module; more keep its edges sharp where a viewer smooths what it enlarges.
    """
    out = BytesIO()
    _code(text, pixels).convert("1").save(out, "PNG")
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
                "qr_code": qr_picture(verification_url(certificate), PIXELS),
            },
        )


def drawn(markup: str, style_sheet: str, variant: str) -> bytes:
    """Any page of ours as PDF, as many sheets as it takes, with the shipped fonts and without any network.

    Args:
        markup: with a title and a language.
        style_sheet: its name in the folder of style sheets.
        variant: the standard, as WeasyPrint names it.
    """
    from certificates.issuing import press

    with press.one_thread:
        data: bytes = press.laid_out(markup, [press.sheet(style_sheet)]).write_pdf(pdf_variant=variant)
    return data


def drawn_to_keep(markup: str, style_sheet: str, enclosures: Sequence[Enclosure], at: datetime) -> bytes:
    """As ``drawn``, in the standards of certificates (PDF/A-3a and PDF/UA-1) and with files enclosed."""
    from certificates.issuing import press
    from certificates.issuing.archival import archival

    with press.one_thread:
        return archival(press.laid_out(markup, [press.sheet(style_sheet)]), enclosures, at)


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
    from certificates.issuing.archival import archival

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
    from certificates.issuing import press

    sheets = press.style(design_of(certificate))
    for size in SIZES:
        markup = html_of(certificate, size)
        missing = missing_glyphs(unescape(markup), covered())
        if missing:
            raise UnfitError(f"No shipped font has these characters of the sheet: {named_signs(missing)}")
        with press.one_thread:
            document = press.laid_out(markup, sheets)
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
