"""Facts of nobody, to see a design with: names that are easy and names that are hard."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import models
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from certificates.issuing.models import Certificate, Design
from portal.core import brand

NOBODY = UUID(int=0)  # no certificate has it, so its page of verification says unknown


class Sample(models.TextChoices):
    ORDINARY = "ordinary", _("An ordinary name")
    LONG = "long", _("A name of 200 characters")
    WIDE = "wide", _("The widest name of 200 characters")
    ARABIC = "arabic", _("A name in Arabic letters")
    MARKS = "marks", _("A name with combining marks")


NAMES = {
    Sample.ORDINARY: "Dr. Ilse Nováková",
    Sample.LONG: "Maximiliane Wolkenstein-" * 8 + "Rodenegg",
    Sample.WIDE: "W" * 200,
    Sample.ARABIC: "الدكتورة ليلى بنت عبد الرحمن",
    Sample.MARKS: "Zoë\u0301\u0302\u0303 Ångström",
}


def sample_of(design: Design, *, language: str, sample: str, with_credits: bool, on: date) -> Certificate:
    """A certificate that is not kept and has no number, which makes it a specimen (``pdf.specimen``).

    Args:
        design: need not be kept either.
        language: of the sheet.
        sample: one of ``Sample``.
        with_credits: of a body that there is not.
        on: the day of completion.
    """
    with override(language):
        facts = _credits(on) if with_credits else {}
        return Certificate(
            uuid=NOBODY,
            design=design,
            holder_name=NAMES[Sample(sample)],
            course_title=gettext("Sample course: a title of ordinary length"),
            course_version="1.0",
            learning_minutes=140,
            completed_on=on,
            expires_on=on + timedelta(days=5 * 365),
            language=language,
            issuer=brand.current().issuer,
            **facts,
        )


def _credits(on: date) -> dict[str, object]:
    return {
        "scheme_name": gettext("Sample body that gives credits"),
        "credits": Decimal("1.5"),
        "credits_maximum": Decimal(2),
        "credits_unit": gettext("sample credits"),
        "credits_wording": gettext(
            "Here stands what the body asks to be said, in its own words: which course it has accredited, for whom, with how"
            " many credits at most, and that everyone should claim only the hours really spent. Most wordings are about as"
            " long as this one."
        ),
        "accreditation_number": "0000",
        "accredited_from": on,
        "accredited_to": on + timedelta(days=2 * 365),
    }
