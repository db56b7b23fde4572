"""The query builder, and the question before a statement is voided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.core.types import JsonObject
from portal.lrs import vocabulary
from portal.lrs.browser.actions import REASONS
from portal.lrs.browser.who import address_of, agent_of
from portal.lrs.errors import InvalidError
from portal.lrs.identity import keys_of
from portal.lrs.indexing import identifier
from portal.lrs.iri import index_key, is_iri
from portal.lrs.models import Credential
from portal.lrs.querysets import AnyOf, StatementQuerySet, Wanted

# How many people are offered where a name fits several.
OFFERED = 10
MINUTE = "%Y-%m-%dT%H:%M"


def verbs() -> list[tuple[str, Any]]:
    """Those of the portal, in the reader's language."""
    language = get_language() or "en"
    words = [(iri, texts.get(language, texts["en"])) for iri, texts in vocabulary.DISPLAY.items()]
    return [("", _("All")), *sorted(words, key=lambda each: each[1])]


def sources() -> list[tuple[Any, Any]]:
    """The portal itself, every customer, every credential."""
    credentials = list(Credential.objects.order_by("name", "pk").values_list("pk", "name", "tenant"))
    tenants = sorted({tenant for _pk, _name, tenant in credentials if tenant})
    choices: list[tuple[Any, Any]] = [("", _("All")), ("portal", _("This portal itself"))]
    if tenants:
        choices.append((_("Customers"), [(f"tenant:{each}", each) for each in tenants]))
    if credentials:
        choices.append((_("Credentials"), [(f"credential:{pk}", name) for pk, name, _tenant in credentials]))
    return choices


def iri_field(label: Any, help_text: Any) -> forms.CharField:
    attrs = {"inputmode": "url", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=2000, widget=forms.TextInput(attrs=attrs)
    )


def moment_field(label: Any, help_text: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, help_text=help_text, required=False, input_formats=[MINUTE], widget=widget)


class QueryForm(forms.Form):
    """What to look for. All of it is optional; ``offered`` are the people among whom a name leaves the choice."""

    person = forms.CharField(
        label=_("Person"),
        required=False,
        max_length=2000,
        help_text=_(
            "Name or e-mail address of somebody with an account here: all her identifiers are looked for. "
            "Or one agent exactly: mailto:…, the SHA-1 of it, home page and account name with a space between, or JSON."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    related_agents = forms.BooleanField(label=_("Also where the person is only named beside"), required=False)
    verb = forms.ChoiceField(label=_("Verb"), choices=verbs, required=False)
    other_verb = iri_field(_("Another verb"), _("Its whole IRI, such as http://adlnet.gov/expapi/verbs/attended"))
    activity = iri_field(_("Activity"), _("Its whole IRI"))
    related_activities = forms.BooleanField(label=_("Also where the activity is only context"), required=False)
    registration = forms.UUIDField(
        label=_("Registration"), required=False, help_text=_("A UUID; it holds together one go at a course.")
    )
    since = moment_field(_("Stored after"), _("In the time of this portal"))
    until = moment_field(_("Stored until"), _("In the time of this portal"))
    source = forms.ChoiceField(label=_("Source"), choices=sources, required=False)
    voided = forms.BooleanField(label=_("Voided ones too"), required=False)

    offered: Sequence[User] = ()

    def clean_person(self) -> list[str]:
        """The index keys to look for."""
        text = self.cleaned_data["person"].strip()
        if not text:
            return []
        try:
            agent = agent_of(text)
        except InvalidError as error:
            raise forms.ValidationError(
                _("%(where)s %(fault)s. Write an agent such as {“mbox”: “mailto:anna@example.org”}."),
                params={"where": error.path or "agent", "fault": error.message},
            ) from None
        return [identifier(agent)] if agent else self._keys_of_named(text)

    def _keys_of_named(self, text: str) -> list[str]:
        people = list(User.objects.called(text)[: OFFERED + 1])
        exact = [each for each in people if each.email == text.lower()]
        if len(exact or people) == 1:
            return keys_of((exact or people)[0])
        if people:
            self.offered = people[:OFFERED]
            raise forms.ValidationError(_("Several people fit. Choose one of them below, or write more of the name."))
        stranger: JsonObject | None = address_of(text)
        if stranger is None:
            raise forms.ValidationError(
                _("Nobody with an account here is called so. Of others write the agent: mailto:anna@example.org")
            )
        return [identifier(stranger)]

    def clean_other_verb(self) -> str:
        return self._iri("other_verb")

    def clean_activity(self) -> str:
        return self._iri("activity")

    def _iri(self, name: str) -> str:
        text: str = self.cleaned_data[name].strip()
        if text and not is_iri(text):
            raise forms.ValidationError(_("This is not a whole IRI. It begins with a scheme, such as https://"))
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("verb") and data.get("other_verb"):
            self.add_error("other_verb", _("Choose a verb from the list or write another one, not both."))
        since, until = data.get("since"), data.get("until")
        if isinstance(since, datetime) and isinstance(until, datetime) and until <= since:
            self.add_error("until", _("This is not after the beginning. Choose a later time."))
        return data

    def wanted(self) -> AnyOf:
        """What to look for, by each of the person's keys; only of a valid form."""
        data = self.cleaned_data
        verb = data["verb"] or data["other_verb"]
        return AnyOf(
            tuple(
                Wanted(
                    agent=key,
                    verb=index_key(verb) if verb else "",
                    activity=index_key(data["activity"]) if data["activity"] else "",
                    registration=data["registration"],
                    related_agents=data["related_agents"],
                    related_activities=data["related_activities"],
                )
                for key in data["person"] or [""]
            )
        )

    def narrowed(self, found: StatementQuerySet) -> StatementQuerySet:
        """``found`` by time, source and validity; only of a valid form."""
        data = self.cleaned_data
        if not data["voided"]:
            found = found.valid()
        found = found.between(data["since"], data["until"])
        kind, _colon, name = data["source"].partition(":")
        match kind:
            case "portal":
                return found.own()
            case "tenant":
                return found.of_tenant(name)
            case "credential":
                return found.from_credential(int(name))
            case _:
                return found


class VoidForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[*REASONS.items()],
        widget=forms.RadioSelect,
        help_text=_("It stands in the statement that voids this one, and in the log."),
    )
