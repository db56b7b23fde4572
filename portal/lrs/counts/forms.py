"""What may be asked of the counters."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lrs.counts.querysets import Cut

LONGEST = timedelta(days=3660)
USUAL = timedelta(days=29)


class CountsFilter(forms.Form):
    """Period and cut. Days are in UTC; without any it is the last 30."""

    since = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    verb = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    activity = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    credential = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput)
    # With a sign before the name, so that no customer is told from nobody.
    tenant = forms.RegexField(r"^=.{0,100}$", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, today: date) -> None:
        usual = {"since": (today - USUAL).isoformat(), "until": today.isoformat()}
        super().__init__({**usual, **{name: value for name, value in data.items() if value or name not in usual}})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day is before the first one."))
        elif since and until and until - since > LONGEST:
            self.add_error("until", _("This is longer than ten years."))
        return data

    @property
    def cut(self) -> Cut:
        data = self.cleaned_data
        tenant = data["tenant"][1:] if data["tenant"] else None
        return Cut(verb=data["verb"], activity=data["activity"], credential=data["credential"], tenant=tenant)

    def address(self, column: str, value: str) -> str:
        """The query of this page with another ``value`` of ``column``; empty takes it away."""
        asked = {name: self.data[name] for name in self.fields if self.data.get(name)}
        return "?" + urlencode({name: text for name, text in {**asked, column: value}.items() if text})
