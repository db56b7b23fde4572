"""What the body that accredited a course is told of it: by counts, without a name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Avg, Count, Sum
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from certificates.issuing.cme.offers import plain
from certificates.issuing.cme.querysets import ClaimQuerySet
from certificates.issuing.evaluation.results import pooled
from certificates.issuing.evaluation.rules import FEWEST, shown
from certificates.issuing.models import Accreditation, Claim, EvaluationAnswer
from courses.quizzes.models import Attempt
from portal.accounts.models import Profession

Cell = str | int | Decimal


@dataclass(frozen=True)
class Table:
    """A part of the report; the first row of a sheet or table is ``header``."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def report_on(accreditation: Accreditation, since: date, until: date, language: str) -> list[Table]:
    """The parts of the report on completions from ``since`` to ``until``, both included; a dozen queries, however many.

    Counts below five are not told, nor are the results of fewer than five people. The evaluation is that of the whole
    accreditation: its answers have no date.
    """
    claims = Claim.objects.exclude(settled_at=None).filter(
        accreditation=accreditation,
        completion__completed_at__gte=_midnight(since),
        completion__completed_at__lt=_midnight(until + timedelta(days=1)),
    )
    number = claims.count()
    return [
        _about(accreditation, since, until, number, claims.aggregate(Sum("credits"))["credits__sum"] or Decimal(0)),
        _participants(
            Counter(
                dict(claims.order_by().values_list("completion__enrolment__user__profession").annotate(Count("pk")))
            )
        ),
        _results(claims, number),
        *_evaluation(accreditation, language),
        Table(
            gettext("Interests declared"),
            [gettext("Declaration")],
            [[accreditation.interests or gettext("None kept here.")]],
        ),
    ]


def window_of(accreditation: Accreditation, on: date) -> tuple[date, date]:
    """The days of which there is something to report on that day: of the whole accreditation."""
    return min(accreditation.valid_from or on, on), min(accreditation.valid_to or on, on)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))


def _about(accreditation: Accreditation, since: date, until: date, number: int, given: Decimal) -> Table:
    text = accreditation.scheme.text_in(get_language() or "")
    window = [date_format(day) if day else "–" for day in (accreditation.valid_from, accreditation.valid_to)]
    rows: list[list[Cell]] = [
        [gettext("Body"), text.name],
        [gettext("Accreditation number"), accreditation.number or "–"],
        [gettext("Accredited"), " – ".join(window) if any((accreditation.valid_from, accreditation.valid_to)) else "–"],
        [gettext("Course"), f"{accreditation.course.title} ({accreditation.course_version})"],
        [gettext("Period of this report"), f"{date_format(since)} – {date_format(until)}"],
        [gettext("Participants with credits"), number],
        [gettext("Credits given"), f"{plain(given)} {text.unit}" if number >= FEWEST else _hidden()],
    ]
    return Table(gettext("Accreditation"), [gettext("Fact"), gettext("Value")], rows)


def _hidden() -> str:
    return gettext("not shown")


def _participants(counts: Counter[str]) -> Table:
    labels = {value: str(label) for value, label in Profession.choices if counts[value]}
    told = shown([counts[value] for value in labels])
    rows = [[label, _hidden() if count is None else count] for label, count in zip(labels.values(), told, strict=True)]
    return Table(gettext("Participants by profession"), [gettext("Profession"), gettext("Participants")], rows)


def _results(claims: ClaimQuerySet, number: int) -> Table:
    header = [gettext("Result"), gettext("Value")]
    title = gettext("Results and gain")
    if number < FEWEST:
        return Table(title, header, [[gettext("Fewer than five participants"), _hidden()]])
    attempts = Attempt.objects.finished().filter(enrolment__completion__claim__in=claims)
    first = attempts.filter(number=1).aggregate(Avg("score"))["score__avg"]
    last = attempts.filter(passed=True).aggregate(Avg("score"))["score__avg"]
    each = attempts.count() / number
    rows: list[list[Cell]] = [
        [gettext("Mean score of the first attempt"), _percent(first)],
        [gettext("Mean score of the attempt that was passed"), _percent(last)],
        [
            gettext("Gain from the first attempt to the one passed, in percentage points"),
            "–" if first is None or last is None else plain(Decimal(round(100 * (last - first)))),
        ],
        [gettext("Attempts for each participant, mean"), plain(Decimal(f"{each:.1f}"))],
    ]
    return Table(title, header, rows)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{round(100 * share)} %"


def _evaluation(accreditation: Accreditation, language: str) -> list[Table]:
    answers = EvaluationAnswer.objects.about(accreditation.course.translation_key).under(accreditation)
    tables = []
    for result in pooled(answers, language, accreditation.scheme):
        title = gettext("Evaluation: %(question)s") % {"question": result.text}
        if not result.total:
            rows: list[list[Cell]] = [[gettext("Not enough answers yet."), ""]]
        elif result.lines:
            rows = [[line.label, _hidden() if line.count is None else line.count] for line in result.lines]
            rows += [[gettext("Mean"), plain(result.mean)]] if result.mean is not None else []
        else:
            rows = [[text, ""] for text in result.texts]
        tables.append(Table(title, [gettext("Answer"), gettext("How often")], rows))
    return tables
