"""What people say of a credential, and how they search for one."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypedDict
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.core.types import JsonObject
from portal.lrs.auth import PERSONAL_SCOPES
from portal.lrs.credentials import BODY_LIMITS, RATES, agent_of_client, agent_of_person, origin_of
from portal.lrs.errors import InvalidError
from portal.lrs.models import Credential

PORTAL, PERSON = Credential.Holder.PORTAL.value, Credential.Holder.PERSON.value
KIB = 1024
SCOPES = [
    ("all", _("Everything (all)")),
    ("all/read", _("Read everything (all/read)")),
    ("statements/write", _("Write statements (statements/write)")),
    ("statements/read", _("Read statements (statements/read)")),
    ("statements/read/mine", _("Read what was written under the same name (statements/read/mine)")),
    ("state", _("Read and write state documents (state)")),
    ("profile", _("Read and write profile documents (profile)")),
    ("define", _("Say what activities are called and what they are about (define)")),
]
STATES = [("usable", _("Usable")), ("expired", _("Expired")), ("revoked", _("Revoked"))]


class Given(TypedDict):
    """Arguments of ``create_credential``."""

    name: str
    authority: JsonObject
    scopes: list[str]
    tenant: str
    origins: list[str]
    expires_at: datetime | None
    rate: int | None
    body_limit: int | None


def owners(tenants: Mapping[str, str], *, is_administrator: bool) -> list[tuple[str, Any]]:
    """To whom a credential may belong, as choices, what reaches furthest last; ``tenants`` as of ``tenants_of``."""
    kinds = [(PERSON, _("A person")), (PORTAL, _("The portal"))] if is_administrator else []
    return [*tenants.items(), *kinds]


class KeyFilter(forms.Form):
    """What is not on these lists is refused."""

    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *STATES], required=False)
    owner = forms.ChoiceField(label=_("Belongs to"), required=False)

    def __init__(self, *args: Any, tenants: Mapping[str, str], is_administrator: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = owners(tenants, is_administrator=is_administrator)
        self.fields["owner"].choices = [("", _("All")), *known]  # type: ignore[attr-defined]


class KeyForm(forms.Form):
    """A new credential. ``public_id`` comes with the form, so that a form that is sent twice makes one."""

    public_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    name = forms.CharField(
        label=_("Name of the client"),
        max_length=100,
        help_text=_("Its statements name it as their source. A new key under the same name continues an old one."),
    )
    owner = forms.ChoiceField(
        label=_("Belongs to"),
        help_text=_("A client sees the statements and documents of its owner. One of the portal sees all statements."),
    )
    email = forms.EmailField(
        label=_("E-mail address of the person"),
        required=False,
        help_text=_("Only for the key of a person; it tells of this person alone."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=SCOPES, widget=forms.CheckboxSelectMultiple, initial=["statements/write"]
    )
    origins = forms.CharField(
        label=_("Websites whose scripts may use it"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One address a line, such as https://player.example.org. Empty: all."),
    )
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("It ends by itself after this day. Empty: when it is revoked."),
    )
    rate = forms.IntegerField(
        label=_("Requests a minute"),
        required=False,
        min_value=RATES[0],
        max_value=RATES[1],
        help_text=_("Empty: as many as the portal allows."),
    )
    size = forms.IntegerField(
        label=_("Largest request in KiB"),
        required=False,
        min_value=BODY_LIMITS[0] // KIB,
        max_value=BODY_LIMITS[1] // KIB,
        help_text=_("Empty: as large as the portal allows."),
    )

    def __init__(
        self, *args: Any, at: datetime, tenants: Mapping[str, str], is_administrator: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        known = owners(tenants, is_administrator=is_administrator)
        self.fields["owner"].choices = known  # type: ignore[attr-defined]
        if not is_administrator:
            del self.fields["email"]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not name.isprintable():
            raise ValidationError(_("Write the name on one line, without control characters."))
        return name

    def clean_origins(self) -> list[str]:
        found = []
        for line in self.cleaned_data["origins"].split():
            try:
                found.append(origin_of(line))
            except InvalidError:
                raise ValidationError(
                    _("“%(line)s” is no address such as https://player.example.org."), params={"line": line}
                ) from None
        return found

    def clean_last_day(self) -> datetime | None:
        """The end of the day, where the portal is."""
        day: date | None = self.cleaned_data["last_day"]
        if day is None:
            return None
        try:
            end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        except (OverflowError, ValueError):
            raise ValidationError(_("This day is too far away.")) from None
        if end <= self.at:
            raise ValidationError(_("This day has passed."))
        return end

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("owner") == PERSON:
            self._check_person(cleaned)
        return cleaned

    def _check_person(self, cleaned: dict[str, Any]) -> None:
        if "email" in cleaned:
            email = cleaned["email"]
            cleaned["person"] = User.objects.active().filter(email__iexact=email).first() if email else None
            if cleaned["person"] is None:
                self.add_error("email", _("Nobody with an active account has this address."))
        if set(cleaned.get("scopes", ())) - set(PERSONAL_SCOPES):
            self.add_error(
                "scopes",
                _("A person’s key may write statements, read its own, and read and write state and profile."),
            )

    def given(self) -> Given:
        """What a valid form asks for."""
        said = self.cleaned_data
        name, owner = said["name"], said["owner"]
        if owner == PERSON:
            tenant = str(said["person"].uuid)
            authority = agent_of_person(said["person"].uuid)
        else:
            tenant = "" if owner == PORTAL else owner
            authority = agent_of_client(name, tenant)
        return Given(
            name=name,
            authority=authority,
            scopes=said["scopes"],
            tenant=tenant,
            origins=said["origins"],
            expires_at=said["last_day"],
            rate=said["rate"],
            body_limit=said["size"] * KIB if said["size"] else None,
        )
