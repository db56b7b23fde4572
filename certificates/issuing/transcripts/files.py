"""The transcript as a signed PDF and as CSV."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext

from certificates.issuing import actions
from certificates.issuing.pdf import drawn_to_keep
from certificates.issuing.records import Enclosure
from certificates.issuing.rules import Status
from certificates.issuing.transcripts.lines import name_on
from certificates.issuing.transcripts.rules import Line, by_scheme, by_year
from portal.cms.models import BrandSettings
from portal.core import brand, sheets

ENCLOSED_AS = "transcript.csv"


def status_words() -> dict[Status, str]:
    """What is said of a certificate on a transcript."""
    return {
        Status.VALID: gettext("Valid"),
        Status.EXPIRED: gettext("Expired"),
        Status.REVOKED: gettext("Revoked"),
        Status.SUPERSEDED: gettext("Replaced"),
    }


def spreadsheet(lines: Sequence[Line]) -> bytes:
    """UTF-8 with a byte order mark, a line each; text that a spreadsheet would calculate is marked as text."""
    words = status_words()
    header = (
        gettext("Completed on"),
        gettext("Course"),
        gettext("Code"),
        gettext("Version"),
        gettext("Learning time in minutes"),
        gettext("Body"),
        gettext("Credits"),
        gettext("Unit"),
        gettext("At most"),
        gettext("Accreditation number"),
        gettext("Status"),
        gettext("Valid until"),
        gettext("Holder"),
        gettext("Number"),
        gettext("Verification page"),
    )
    rows = [
        (
            line.completed_on,
            line.course_title,
            line.course_code,
            line.course_version,
            line.learning_minutes,
            line.scheme_name,
            line.credits,
            line.credits_unit,
            line.credits_maximum,
            line.accreditation_number,
            words[line.status],
            line.expires_on,
            line.holder_name,
            line.number,
            line.verify_url,
        )
        for line in lines
    ]
    return (sheets.BOM + sheets.lines([header, *rows])).encode()


def paper(lines: Sequence[Line], scope: str, language: str, at: datetime) -> bytes:
    """The pages of PDF/A-3a and PDF/UA-1 before they are signed, with the spreadsheet enclosed.

    Args:
        lines: the newest first.
        scope: in words.
        language: the one that is active.
        at: when every status was as it is told.
    """
    markup = render_to_string(
        "certificates/transcripts/paper.html",
        {
            "name": name_on(lines),
            "years": by_year(lines),
            "sums": by_scheme(lines),
            "scope": scope,
            "language": language,
            "issuer": brand.current().issuer,
            "logo": BrandSettings.load().logo_data(),
            "at": at,
        },
    )
    enclosed = Enclosure(ENCLOSED_AS, gettext("The lines of this transcript, for spreadsheets"), spreadsheet(lines))
    return drawn_to_keep(markup, "transcript.css", [enclosed], at)


def signed_paper(lines: Sequence[Line], scope: str, language: str, at: datetime) -> bytes:
    """As ``paper``, signed with the key of certificates.

    Raises:
        KeyAwayError: nothing can be signed now; nothing leaves unsigned.
    """
    from certificates.issuing.signing import signed_and_stamped  # 40 MB that a page does not need

    key = actions.signing_key(at=at)
    data, _stamped = signed_and_stamped(paper(lines, scope, language, at), key, at)
    with transaction.atomic():
        actions.note_use(key, at)
    return data
