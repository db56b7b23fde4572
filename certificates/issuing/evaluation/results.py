"""Pooled results of the evaluations of a course, without what would tell one person."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q

from certificates.issuing.evaluation import rules
from certificates.issuing.evaluation.forms import AGREES
from certificates.issuing.evaluation.querysets import AnswerQuerySet
from certificates.issuing.models import EvaluationQuestion, Scheme


@dataclass(frozen=True)
class Line:
    """An answer, and how often it was given; None: too seldom, or it would tell such a one."""

    label: str
    count: int | None


@dataclass(frozen=True)
class Result:
    """Of one question. ``total`` is 0 until enough answers have come; ``mean`` is that of a scale."""

    code: str
    text: str
    kind: str
    total: int
    lines: Sequence[Line]
    mean: Decimal | None
    texts: Sequence[str]

    @property
    def hides(self) -> bool:
        return any(line.count is None for line in self.lines)


def pooled(answers: AnswerQuerySet, language: str, scheme: Scheme | None = None) -> list[Result]:
    """The results of ``answers``, question by question; only of those that may be shown, in three queries.

    Args:
        answers: about one course, perhaps under one accreditation.
        language: of the reader.
        scheme: whose own questions are told too, answered or not.
    """
    found = answers.shown()
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for question, value, number in found.filter(text="").values_list("question", "value").annotate(Count("pk")):
        counts[question][value or 0] = number
    texts: dict[int, list[str]] = defaultdict(list)
    for question, text in found.exclude(text="").order_by("pk").values_list("question", "text"):  # by random numbers
        texts[question].append(text)
    now_asked = Q(retired=False) & (Q(scheme=None) | Q(scheme=scheme))
    asked = EvaluationQuestion.objects.filter(now_asked | Q(pk__in={*counts, *texts}))
    return [
        _result(question, counts[question.pk], texts[question.pk], language)
        for question in asked.prefetch_related("texts").order_by("rank", "code")
    ]


def _result(question: EvaluationQuestion, counts: Counter[int], texts: list[str], language: str) -> Result:
    text = question.text_in(language)
    if question.kind == EvaluationQuestion.Kind.TEXT:
        told = texts if len(texts) >= rules.FEWEST else []
        return Result(question.code, text.text, question.kind, len(told), [], None, told)
    is_scale = question.kind == EvaluationQuestion.Kind.SCALE
    labels = {value: str(AGREES[value]) for value in rules.SCALE} if is_scale else dict(enumerate(text.choices))
    by_value = {value: counts[value] for value in labels}
    total = sum(by_value.values())
    if total < rules.FEWEST:
        return Result(question.code, text.text, question.kind, 0, [], None, [])
    shown = rules.shown(list(by_value.values()))
    lines = [Line(label, count) for label, count in zip(labels.values(), shown, strict=True)]
    mean = rules.mean(by_value) if is_scale else None
    return Result(question.code, text.text, question.kind, total, lines, mean, [])
