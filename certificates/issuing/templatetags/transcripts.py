"""What the paper of a transcript draws beside each certificate."""

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from certificates.issuing.pdf import qr_code, qr_picture
from certificates.issuing.transcripts.rules import Line

register = template.Library()


def code_of(line: Line) -> SafeString:
    """The QR code of its verification page; the words of it tell one from the next to whoever listens."""
    words = gettext("QR code with the address of the verification page")
    return mark_safe(qr_code(line.verify_url, f"{words}: {line.number}"))  # noqa: S308  qr_code escapes


register.filter("qr_code", code_of)
register.filter("qr_picture", qr_picture)
