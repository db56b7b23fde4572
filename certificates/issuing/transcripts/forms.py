"""What of a transcript is looked at, and what is shared for how long."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from certificates.issuing.transcripts.lines import words_for
from certificates.issuing.transcripts.rules import Scope, latest_end

USUAL = timedelta(days=30)


class ScopeForm(forms.Form):
    """A choice among the scopes that she has something in."""

    scope = forms.ChoiceField(label=_("What it shows"), initial=Scope().word)

    def __init__(self, *args: Any, scopes: Sequence[Scope], names: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scopes = {scope.word: scope for scope in scopes}
        choices = [(scope.word, words_for(scope, dict(names))) for scope in scopes]
        self.fields["scope"].choices = choices  # type: ignore[attr-defined]

    def clean_scope(self) -> Scope:
        return self.scopes[self.cleaned_data["scope"]]


class ShareForm(ScopeForm):
    """A new link. ``uuid`` comes with the form, so that a form that is sent twice makes one."""

    uuid = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    ends_on = forms.DateField(
        label=_("Last day"),
        help_text=_("The link shows nothing after this day. A year at most; you can withdraw it at any time."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.last = today, latest_end(today)
        self.fields["ends_on"].initial = today + USUAL
        self.fields["ends_on"].widget = forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "min": str(self.first), "max": str(self.last)}
        )

    def clean_ends_on(self) -> date:
        day: date = self.cleaned_data["ends_on"]
        if not self.first <= day <= self.last:
            raise forms.ValidationError(
                _("Choose a last day from %(first)s to %(last)s."),
                params={"first": date_format(self.first), "last": date_format(self.last)},
            )
        return day
