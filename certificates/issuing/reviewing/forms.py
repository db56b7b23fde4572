"""Whom an organiser invites, and for how long."""

import re
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from certificates.issuing.reviewing.rules import MOST_AT_ONCE, latest_end, usual_end

BETWEEN = re.compile(r"[\s,;]+")


class InviteForm(forms.Form):
    emails = forms.CharField(
        label=_("E-mail addresses"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, as many as you like up to twenty; the body names them. Each gets a link of her own."),
    )
    starts_on = forms.DateField(label=_("First day"))
    ends_on = forms.DateField(label=_("Last day"), help_text=_("An evaluation takes about three months."))
    language = forms.ChoiceField(label=_("Language of the message"), choices=lambda: settings.LANGUAGES)

    def __init__(self, *args: Any, today: date, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.last = today, latest_end(today)
        for name, day in (("starts_on", today), ("ends_on", usual_end(today))):
            self.fields[name].initial = day
            self.fields[name].widget = forms.DateInput(
                format="%Y-%m-%d", attrs={"type": "date", "min": str(self.first), "max": str(self.last)}
            )
        self.fields["language"].initial = language

    def clean_emails(self) -> list[str]:
        given = [each for each in BETWEEN.split(self.cleaned_data["emails"].lower()) if each]
        found = list(dict.fromkeys(given))
        for each in found:
            try:
                validate_email(each)
            except ValidationError:
                raise ValidationError(_("“%(text)s” is no e-mail address."), params={"text": each[:80]}) from None
        if len(found) > MOST_AT_ONCE:
            raise ValidationError(
                _("These are %(n)s addresses. Invite at most twenty at once."), params={"n": len(found)}
            )
        return found

    def clean_starts_on(self) -> date:
        return self._within("starts_on", self.first)

    def clean_ends_on(self) -> date:
        return self._within("ends_on", max(self.first, self.cleaned_data.get("starts_on") or self.first))

    def _within(self, name: str, first: date) -> date:
        day: date = self.cleaned_data[name]
        if not first <= day <= self.last:
            raise ValidationError(
                _("Choose a day from %(first)s to %(last)s."),
                params={"first": date_format(first), "last": date_format(self.last)},
            )
        return day
