"""The certificates of a person as the lines of her transcript."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext

from certificates.issuing.models import Certificate
from certificates.issuing.pdf import verification_url
from certificates.issuing.transcripts.rules import Line, Scope, newest_first
from portal.accounts.models import User

COPIED = (
    "uuid",
    "number",
    "holder_name",
    "course_title",
    "course_code",
    "course_version",
    "learning_minutes",
    "completed_on",
    "expires_on",
    "scheme_code",
    "scheme_name",
    "credits",
    "credits_maximum",
    "credits_unit",
    "accreditation_number",
    "accredited_from",
    "accredited_to",
)


def lines_of(person: User, on: date) -> list[Line]:
    """What ``person`` was issued, with its status on that day, the newest first; one query, however many there are.

    Without those from which her name was erased. One that a corrected certificate replaced stays only under the same
    name: a changed name is nobody's business, and its verification page would tell the old one.
    """
    issued = Certificate.objects.of(person).issued().filter(erased_at=None).select_related("completion")
    found = list(issued.defer("credits_wording").order_by("pk"))
    names = {each.completion_id: each.holder_name for each in found}  # of the newest one
    return newest_first(_line(each, on) for each in found if each.holder_name == names[each.completion_id])


def _line(certificate: Certificate, on: date) -> Line:
    return Line(
        **{name: getattr(certificate, name) for name in COPIED},
        language=certificate.completion.language,
        verify_url=verification_url(certificate),
        status=certificate.status(on),
    )


def name_on(lines: Sequence[Line]) -> str:
    """The holder as her newest certificate names her: a profile may say anything, a certificate was issued."""
    return lines[0].holder_name if lines else ""


def scheme_names(lines: Iterable[Line]) -> dict[str, str]:
    """What each scheme is called by its newest line, by code."""
    return {line.scheme_code: line.scheme_name for line in reversed(newest_first(lines)) if line.scheme_code}


def words_for(scope: Scope, names: dict[str, str]) -> str:
    """The scope as people read it; ``names`` as of ``scheme_names``."""
    if scope.year is not None:
        return gettext("Certificates of %(year)s") % {"year": scope.year}
    if scope.scheme:
        return gettext("Credits of %(name)s") % {"name": names.get(scope.scheme, scope.scheme)}
    return gettext("All certificates")
