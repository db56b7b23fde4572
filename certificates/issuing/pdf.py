"""HTML template to a one-page PDF, drawn with the shipped fonts only and without any network."""

from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

import qrcode
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override
from fontTools.ttLib import TTFont
from qrcode.image.svg import SvgPathImage
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from certificates.issuing.models import Certificate
from certificates.issuing.rules import hours_and_minutes
from portal.cms.models import BrandSettings

STATIC = settings.ROOT / "portal" / "static" / "portal"
FONTS = STATIC / "fonts" / "pdf"
SIZES = ("", "name-long", "name-longer", "name-longest")  # classes of the style sheet, tried in this order


class UnfitError(ValueError):
    """The text does not fit on one page in any size."""


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
def style() -> CSS:
    return CSS(filename=STATIC / "css" / "certificate.css", font_config=_fonts, url_fetcher=_fetcher)


@cache
def covered() -> frozenset[int]:
    """The code points that the shipped fonts can draw."""
    found: set[int] = set()
    for path in sorted(FONTS.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(found)


def qr_code(text: str) -> str:
    """A QR code as SVG markup, 0.6 mm a module; error correction Q: readable when the print is creased."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0, box_size=6, image_factory=SvgPathImage
    )
    code.add_data(text)
    markup: str = code.make_image().to_string(encoding="unicode")
    return markup


def verification_url(certificate: Certificate) -> str:
    return f"{settings.PUBLIC_URL}/verify/{certificate.uuid}"


def html_of(certificate: Certificate, size: str = "") -> str:
    """The certificate's markup in its own language; ``size`` is one of ``SIZES``."""
    hours, minutes = hours_and_minutes(certificate.learning_minutes)
    with override(certificate.language):
        return render_to_string(
            "certificates/certificate.html",
            {
                "certificate": certificate,
                "size": size,
                "hours": hours,
                "minutes": minutes,
                "logo": BrandSettings.load().logo_data(),
                "verify_url": verification_url(certificate),
                "qr_code": qr_code(verification_url(certificate)),
            },
        )


def render(certificate: Certificate) -> bytes:
    """The PDF (tagged, PDF/UA), always one page: a long name is set smaller.

    Raises:
        UnfitError: not even the smallest size fits.
    """
    base = STATIC.as_uri() + "/"
    for size in SIZES:
        page = HTML(string=html_of(certificate, size), base_url=base, url_fetcher=_fetcher)
        with _one_thread:
            document = page.render(font_config=_fonts, stylesheets=[style()])
            if len(document.pages) == 1:
                data: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)
                return data
    raise UnfitError(f"the text does not fit on one page (WeasyPrint {version('weasyprint')})")
