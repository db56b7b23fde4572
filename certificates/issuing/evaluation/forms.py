"""The evaluation form, as its questions are; and the form in which editors make them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from certificates.issuing.evaluation.rules import SCALE
from certificates.issuing.models import EvaluationQuestion

AGREES = dict(
    zip(
        SCALE,
        (
            _("1 – I disagree strongly"),
            _("2 – I disagree"),
            _("3 – I neither agree nor disagree"),
            _("4 – I agree"),
            _("5 – I agree strongly"),
        ),
        strict=True,
    )
)
LONGEST = 2000


class EvaluationForm(forms.Form):
    """One field a question; ``answers()`` gives those that were answered."""

    def __init__(self, *args: Any, questions: list[EvaluationQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = {f"q{question.pk}": question for question in questions}
        for name, question in self.questions.items():
            self.fields[name] = self._field(question)

    @staticmethod
    def _field(question: EvaluationQuestion) -> forms.Field:
        language = get_language() or ""
        text = question.text_in(language)
        label = (
            text.text if text.language == language else format_html('<span lang="{}">{}</span>', text.language, text)
        )
        if question.kind == EvaluationQuestion.Kind.TEXT:
            return forms.CharField(
                label=label,
                required=question.required,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 4}),
                help_text=_("Your words are shown as you write them: name nobody, and nothing that shows who you are."),
            )
        offered = (
            [(value, AGREES[value]) for value in SCALE]
            if question.kind == EvaluationQuestion.Kind.SCALE
            else list(enumerate(text.choices))
        )
        field = forms.TypedChoiceField(
            label=label,
            required=question.required,
            choices=offered,
            coerce=int,
            empty_value=None,
            widget=forms.RadioSelect,
        )
        field.error_messages["required"] = _("Choose one answer.")
        return field

    def answers(self) -> dict[EvaluationQuestion, int | str]:
        given = {question: self.cleaned_data.get(name) for name, question in self.questions.items()}
        return {question: answer for question, answer in given.items() if answer not in (None, "")}


class EvaluationQuestionForm(WagtailAdminModelForm):
    """Answers are kept by their place: every language offers as many, and what was answered keeps its kind and number."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        texts = self.formsets["texts"]
        if not texts.is_valid() or "kind" not in data:
            return data  # what is wrong is told already
        kept = [form for form in texts.forms if form.cleaned_data and form not in texts.deleted_forms]
        numbers = {len(form.instance.choices) for form in kept}
        wanted = data["kind"] == EvaluationQuestion.Kind.CHOICE
        if wanted and (len(numbers) != 1 or min(numbers) < 2):
            texts.non_form_errors().append(
                ValidationError(_("Answers: give at least two, one a line, and as many in every language."))
            )
        if not wanted and numbers != {0}:
            texts.non_form_errors().append(
                ValidationError(_("Answers: only a question “One of several” has any. Remove them or change the kind."))
            )
        if self.instance.was_answered and self._means_something_else(data, numbers):
            raise ValidationError(
                _(
                    "Learners have answered this question: its kind, its body and the number of its answers stay."
                    " To change them, retire it and make a new one."
                )
            )
        return data

    def _means_something_else(self, data: dict[str, Any], numbers: set[int]) -> bool:
        kept = EvaluationQuestion.objects.get(pk=self.instance.pk)
        before = {len(text.choices) for text in kept.texts.all()}
        return (data["kind"], data.get("scheme"), numbers) != (kept.kind, kept.scheme, before)
