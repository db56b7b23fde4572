"""Making the bodies and questions that the portal ships, once; afterwards they belong to whoever keeps them in the CMS."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from certificates.issuing.models import EvaluationQuestion, EvaluationQuestionText, Scheme, SchemeText

SHIPPED = Path(__file__).with_name("shipped.yaml")


@transaction.atomic
def load_shipped() -> tuple[int, int]:
    """How many bodies and questions were made now; one that is there, known by its code, is left alone."""
    data: dict[str, list[dict[str, Any]]] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    schemes = [_scheme(dict(each)) for each in data["schemes"] if not _is_there(Scheme, each)]
    questions = [_question(dict(each)) for each in data["questions"] if not _is_there(EvaluationQuestion, each)]
    return len(schemes), len(questions)


def _is_there(model: type[Scheme] | type[EvaluationQuestion], each: dict[str, Any]) -> bool:
    return bool(model._default_manager.filter(code=each["code"]).exists())


def _scheme(facts: dict[str, Any]) -> Scheme:
    texts = facts.pop("texts")
    scheme = Scheme(**facts)
    scheme.texts = [SchemeText(language=code, sort_order=n, **text) for n, (code, text) in enumerate(texts.items())]
    scheme.save()
    return scheme


def _question(facts: dict[str, Any]) -> EvaluationQuestion:
    texts, code = facts.pop("texts"), facts.pop("scheme", None)
    question = EvaluationQuestion(scheme=Scheme.objects.get(code=code) if code else None, **facts)
    question.texts = [
        EvaluationQuestionText(language=language, sort_order=n, **text)
        for n, (language, text) in enumerate(texts.items())
    ]
    question.save()
    return question
