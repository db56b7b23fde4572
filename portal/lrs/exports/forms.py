"""What an administrator asks for."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from portal.lrs.errors import InvalidError
from portal.lrs.exports.filters import since_day, until_day
from portal.lrs.iri import is_iri, is_uuid
from portal.lrs.models import Credential, Export
from portal.lrs.parameters import read_query


class ExportForm(forms.Form):
    """``filters()`` gives them as ``exports.filters`` takes them."""

    form = forms.ChoiceField(
        label=_("File"),
        choices=Export.Form.choices,
        help_text=_("JSON Lines: every statement whole, one a line. CSV: a row of columns for each, for spreadsheets."),
    )
    since = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("In UTC.")
    )
    until = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("In UTC.")
    )
    verb = forms.CharField(
        label=_("Verb"), required=False, max_length=2000, help_text=_("Its whole IRI, as the counters show it.")
    )
    activity = forms.CharField(
        label=_("Activity"), required=False, max_length=2000, help_text=_("Its whole IRI, as the counters show it.")
    )
    related = forms.BooleanField(
        label=_("Also statements that name the activity as context, such as the answers given in a course"),
        required=False,
    )
    agent = forms.CharField(
        label=_("Person"),
        required=False,
        max_length=2000,
        help_text=_("An e-mail address, the number (UUID) of a person of this portal, or an Agent in JSON."),
    )
    tenant = forms.ChoiceField(label=_("Customer"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = Credential.objects.exclude(tenant="").order_by("tenant").values_list("tenant", flat=True).distinct()
        # With a sign before the name, so that no name is mistaken for "all".
        self.fields["tenant"].choices = [  # type: ignore[attr-defined]
            ("", _("All")),
            ("=", _("The portal itself, and credentials without a customer")),
            *((f"={name}", name) for name in names),
        ]

    def clean_verb(self) -> str:
        return self._iri("verb")

    def clean_activity(self) -> str:
        return self._iri("activity")

    def _iri(self, name: str) -> str:
        text = str(self.cleaned_data[name])
        if text and not is_iri(text):
            raise forms.ValidationError(_("This is no IRI: it begins with a scheme, such as https:"))
        return text

    def clean_agent(self) -> str:
        """As the parameter ``agent`` of the standard."""
        text = str(self.cleaned_data["agent"]).strip()
        if not text:
            return ""
        if is_uuid(text):
            return json.dumps({"account": {"homePage": settings.PUBLIC_URL, "name": str(UUID(text))}})
        if not text.startswith("{"):
            validate_email(text)
            text = json.dumps({"mbox": f"mailto:{text}"})
        try:
            read_query({"agent": text})
        except InvalidError as error:
            raise forms.ValidationError(
                _("This is no Agent: %(path)s %(message)s"), params={"path": error.path, "message": error.message}
            ) from error
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day is before the first one."))
        return data

    def filters(self) -> dict[str, str]:
        data = self.cleaned_data
        filters = {name: str(data[name]) for name in ("verb", "activity", "agent") if data[name]}
        if data["activity"] and data["related"]:
            filters["related_activities"] = "true"
        if data["since"]:
            filters["since"] = since_day(data["since"])
        if data["until"]:
            filters["until"] = until_day(data["until"])
        if data["tenant"]:
            filters["tenant"] = str(data["tenant"])[1:]
        return filters
