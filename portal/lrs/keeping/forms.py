"""A new rule of retention."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.lrs.iri import is_iri
from portal.lrs.models import RetentionRule


class RuleForm(forms.ModelForm[RetentionRule]):
    class Meta:
        model = RetentionRule
        fields: ClassVar[list[str]] = ["kind", "tenant", "verb", "months", "action"]

    def clean_verb(self) -> str:
        verb: str = self.cleaned_data["verb"]
        if verb and not is_iri(verb):
            raise ValidationError(
                _("Enter the whole IRI of the verb, such as http://adlnet.gov/expapi/verbs/answered.")
            )
        return verb

    def clean(self) -> dict[str, Any] | None:
        """Documents have no verb, and nobody in them could be found to be replaced."""
        cleaned = super().clean()
        rule = RetentionRule(kind=self.cleaned_data.get("kind", ""))
        action = self.cleaned_data.get("action")
        if rule.is_about_documents and self.cleaned_data.get("verb"):
            self.add_error("verb", _("Documents have no verb: leave this empty."))
        if rule.is_about_documents and action == RetentionRule.Action.PSEUDONYMISE:
            self.add_error("action", _("Documents can only be deleted."))
        if rule.kind == RetentionRule.Kind.ERASED and action == RetentionRule.Action.PSEUDONYMISE:
            self.add_error("action", _("Erased people stand under pseudonyms already."))
        return cleaned
