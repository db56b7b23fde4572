"""What administrators say of a receiver."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.lrs.audiences import groups
from portal.lrs.forwarding.actions import Begin
from portal.lrs.forwarding.rules import is_endpoint
from portal.lrs.iri import is_iri
from portal.lrs.models import Credential, Receiver

LINES = 100


class AddressesField(forms.CharField):
    """IRIs, one on each line, as a list."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return list(
            dict.fromkeys(line.strip() for line in str(super().to_python(value) or "").splitlines() if line.strip())
        )

    def validate(self, value: Any) -> None:
        if len(value) > LINES:
            raise forms.ValidationError(_("Give at most %(count)d addresses."), params={"count": LINES})
        for each in value:
            if not is_iri(each):
                raise forms.ValidationError(_("“%(line)s” is not an address."), params={"line": each[:100]})

    def run_validators(self, value: Any) -> None:
        """The validators of a text do not fit a list."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class ReceiverForm(forms.ModelForm[Receiver]):
    """A receiver that is there already; its secret stays when none is given."""

    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to keep the one that is stored. It is never shown again."),
    )
    verbs = AddressesField(
        label=_("Only these verbs"),
        required=False,
        help_text=_("One address on each line, such as http://adlnet.gov/expapi/verbs/completed. Empty: all verbs."),
    )
    activities = AddressesField(
        label=_("Only these activities"),
        required=False,
        help_text=_("One address on each line. Empty: all activities."),
    )
    tenant = forms.ChoiceField(
        label=_("Only from this customer"),
        required=False,
        help_text=_("What was stored with credentials of the customer."),
    )
    audience = forms.ChoiceField(
        label=_("Only about people of"),
        required=False,
        help_text=_("Whoever belonged to the organisation when the recorded event happened."),
    )

    class Meta:
        model = Receiver
        fields = (
            "name",
            "endpoint",
            "version",
            "key",
            "secret",
            "verbs",
            "activities",
            "related",
            "tenant",
            "audience",
            "pseudonymise",
        )
        widgets = {
            "endpoint": forms.URLInput(attrs={"autocomplete": "off"}),
            "key": forms.TextInput(attrs={"autocomplete": "off"}),
        }
        labels = {"version": _("xAPI version")}
        help_texts = {
            "endpoint": _("Of the store, without /statements at the end. It begins with https://."),
            "pseudonymise": _(
                "Names are left out, and every person becomes a code that stays the same for this receiver. Attachments"
                " and signatures are not sent, because they contain names. What people wrote themselves is sent, without"
                " their addresses and account names."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tenants = Credential.objects.exclude(tenant="").order_by("tenant").values_list("tenant", flat=True).distinct()
        chosen = {*tenants, self.instance.tenant} - {""}
        self.fields["tenant"].choices = [("", _("All customers")), *((each, each) for each in sorted(chosen))]  # type: ignore[attr-defined]
        self.fields["audience"].choices = [("", _("Everybody")), *groups()]  # type: ignore[attr-defined]

    def clean_endpoint(self) -> str:
        endpoint = str(self.cleaned_data["endpoint"]).strip().rstrip("/")
        if not is_endpoint(endpoint, plain_local=not settings.SESSION_COOKIE_SECURE):
            raise forms.ValidationError(_("Give an address that begins with https:// and holds no user name."))
        return endpoint

    def clean(self) -> dict[str, Any] | None:
        moved = "endpoint" in self.changed_data and self.instance.pk
        if moved and not self.cleaned_data.get("secret") and "endpoint" in self.cleaned_data:
            self.add_error("secret", _("Enter the secret again: the stored one was meant for another address."))
        return super().clean()


class NewReceiverForm(ReceiverForm):
    """A receiver that is set up, and from where it gets statements."""

    begin = forms.ChoiceField(
        label=_("Which statements"),
        choices=[
            (Begin.NEW, _("Those stored from now on")),
            (Begin.ALL, _("All, from the first one")),
            (Begin.DAY, _("Those stored since a day")),
        ],
        initial=Begin.NEW,
        widget=forms.RadioSelect,
    )
    day = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    paused = forms.BooleanField(
        label=_("Do not send yet"), required=False, help_text=_("So that you can test the connection first.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secret"].required = True
        self.fields["secret"].help_text = _("It is stored encrypted and never shown again.")

    def clean(self) -> dict[str, Any] | None:
        if (
            self.cleaned_data.get("begin") == Begin.DAY
            and not self.cleaned_data.get("day")
            and not self.errors.get("day")
        ):
            self.add_error("day", _("Give the day."))
        return super().clean()

    @property
    def since(self) -> datetime | None:
        """The beginning of the day where the portal is."""
        day = self.cleaned_data.get("day")
        return datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE)) if day else None
