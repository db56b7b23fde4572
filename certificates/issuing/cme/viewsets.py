"""Bodies, accreditations and the questions of the evaluation as screens of the CMS."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import ObjectList
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from certificates.issuing.evaluation.forms import EvaluationQuestionForm
from certificates.issuing.models import Accreditation, EvaluationQuestion, Scheme
from portal.accounts.models import Profession
from portal.audit.viewsets import AuditedSnippetViewSet


class SchemeForm(WagtailAdminModelForm):
    professions = forms.MultipleChoiceField(
        label=_("Professions"),
        choices=Profession.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: all of them."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        texts = self.formsets["texts"]
        if data.get("needs_identity") and texts.is_valid():
            kept = [form for form in texts.forms if form.cleaned_data and form not in texts.deleted_forms]
            if any(not form.cleaned_data.get("identity_label") for form in kept):
                self.add_error(
                    "needs_identity", _("Enter in every language what this number is called, or do not ask for it.")
                )
        return data


class SchemeViewSet(AuditedSnippetViewSet):
    model = Scheme
    icon = "group"
    edit_handler = ObjectList(Scheme.panels, base_form_class=SchemeForm)
    list_display = ["code", "in_use", "needs_accreditation", "verified_by", "source"]
    search_fields = ["code", "texts__name"]


class AccreditationViewSet(AuditedSnippetViewSet):
    model = Accreditation
    icon = "success"
    list_display = ["number", "scheme", "course", "course_version", "credits", "status", "valid_from", "valid_to"]
    list_filter = ["scheme", "status"]
    search_fields = ["number", "course__title"]


class EvaluationQuestionViewSet(AuditedSnippetViewSet):
    model = EvaluationQuestion
    icon = "form"
    edit_handler = ObjectList(EvaluationQuestion.panels, base_form_class=EvaluationQuestionForm)
    list_display = ["code", "kind", "scheme", "rank", "retired"]
    list_filter = ["scheme", "kind", "retired"]
    search_fields = ["code", "texts__text"]


class CreditsGroup(SnippetViewSetGroup):
    items = (SchemeViewSet, AccreditationViewSet, EvaluationQuestionViewSet)
    menu_label = _("Credits")
    menu_icon = "success"
    menu_order = 330
