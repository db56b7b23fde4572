"""What editors type about questions."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import normalize_newlines
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from courses.quizzes.kinds import KINDS
from courses.quizzes.models import Choice

UNKEYED = {
    "single": _(
        "Answers: mark exactly one answer as right and leave at least one wrong,"
        " or choose the kind “Several right answers”."
    ),
    "multiple": _("Answers: mark at least one answer as right and leave at least one wrong."),
    "truefalse": _("Answers: give exactly two answers and mark one of them as right."),
}
TWICE = _("Answers: one text stands there twice; nobody could tell the two apart. Change or remove one.")
ASKED = _(
    "Learners were asked this question already: its kind, text and answers stay as they were,"
    " because results rest on them. To change it, retire it and make a new one."
)


class QuestionForm(WagtailAdminModelForm):
    """The rules of the course texts hold in the CMS too; a question that was asked keeps its meaning."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        answers = self.formsets["choices"]
        if not answers.is_valid() or "kind" not in data:
            return data  # what is wrong is told already
        kept = [form for form in answers.forms if form.cleaned_data and form not in answers.deleted_forms]
        texts = [form.cleaned_data["text"] for form in kept]
        right = sum(form.cleaned_data["right"] for form in kept)
        if not KINDS[data["kind"]].has_key(right, len(kept) - right):
            answers.non_form_errors().append(ValidationError(UNKEYED[data["kind"]]))
        if len({" ".join(text.split()).casefold() for text in texts}) < len(texts):
            answers.non_form_errors().append(ValidationError(TWICE))
        meaning = {(form.cleaned_data["id"], form.cleaned_data["text"], form.cleaned_data["right"]) for form in kept}
        if self.instance.was_asked and self.means_something_else(data, meaning):
            raise ValidationError(ASKED)
        return data

    def means_something_else(self, data: dict[str, Any], answers: set[tuple[Choice | None, str, bool]]) -> bool:
        """Whether kind, text or answers (row, text, right) are no longer those in the database."""
        kept = type(self.instance).objects.get(pk=self.instance.pk)
        before = {(choice, choice.text, choice.right) for choice in kept.choices.all()}
        stem = normalize_newlines(data.get("stem", ""))
        return (data["kind"], stem, answers) != (kept.kind, normalize_newlines(kept.stem), before)
