"""What people type about themselves."""

import re
import unicodedata
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField
from allauth.account.forms import SignupForm
from allauth.account.internal import flows
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from wagtail.users.forms import UserCreationForm, UserEditForm

from portal.accounts.actions import give_consent
from portal.accounts.models import Profession, User
from portal.core.widgets import Autocomplete

# What mail programs make a link of, and what no name has.
ADDRESS = re.compile(r"[<>@\\{}|]|://|\bwww\.", re.IGNORECASE)
JOINERS = "\u200c\u200d"  # they shape letters in Persian and Indic names


def clean_name(name: str) -> str:
    """One line, single spaces, at least two letters, no mark-up and no address; raises ValidationError otherwise."""
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in unicodedata.normalize("NFC", name))
    name = " ".join(part for part in spaced.split(" ") if part)
    letters = sum(c.isalpha() for c in name)
    if letters < 2 or not all(c.isprintable() or c in JOINERS for c in name) or ADDRESS.search(name):
        raise forms.ValidationError(_("Please give your name in letters, as it should stand on your certificates."))
    return name


def consent_label() -> str:
    return format_html(
        gettext('I have read the <a href="{}">privacy notice</a> and agree that my learning records are kept.'),
        reverse_lazy("accounts:privacy"),
    )


class SignUpForm(SignupForm):
    """allauth's sign-up with what the portal asks besides e-mail address and password."""

    account_already_exists: bool
    name = forms.CharField(
        label=_("Full name"),
        max_length=200,
        help_text=_("As it should stand on your certificates."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    profession = forms.ChoiceField(
        label=_("Profession"),
        choices=[("", _("Please choose")), *Profession.choices],
        widget=forms.Select(attrs={"autocomplete": "organization-title"}),
    )
    country = CountryField(blank_label=_("Please choose")).formfield(  # type: ignore[call-overload]  # lazily translated
        label=_("Country"), required=True, widget=Autocomplete(attrs={"autocomplete": "country"})
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=forms.Select(attrs={"autocomplete": "language"})
    )
    consent = forms.BooleanField(label=lazy(consent_label, str)())

    field_order = ("name", "email", "password1", "profession", "country", "language", "consent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["language"].initial = (get_language() or settings.LANGUAGE_CODE)[:2]
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)  # the label says it

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        password = data.get("password1")
        if password:
            try:
                get_adapter().clean_password(password, User(name=data.get("name", ""), email=data.get("email", "")))
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return data

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """The new person and nothing, or nothing and the answer that a known address gets: the same, after as much work."""
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    return self.save(request), None
            except IntegrityError:  # the same address in the same moment
                self.account_already_exists = True
        make_password(self.cleaned_data["password1"])
        return None, flows.signup.prevent_enumeration(request, email=self.cleaned_data["email"])

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        data = self.cleaned_data
        user.name, user.profession = data["name"], data["profession"]
        user.country, user.language = data["country"], data["language"]
        user.save()
        give_consent(user=user, version=settings.CONSENT_VERSION, language=get_language() or settings.LANGUAGE_CODE)


class NameForm(forms.ModelForm[User]):
    """A form on a person that keeps the rules of names, wherever the name is typed."""

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class ProfileForm(NameForm):
    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["name", "profession", "country", "language"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "profession": forms.Select(attrs={"autocomplete": "organization-title"}),
            "country": Autocomplete(attrs={"autocomplete": "country"}),
            "language": forms.Select(attrs={"autocomplete": "language"}),
        }


class CmsPersonForm(NameForm):
    """What both people screens of the CMS check."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class CmsUserCreationForm(CmsPersonForm, UserCreationForm):
    first_name = None
    last_name = None

    class Meta(UserCreationForm.Meta):
        fields: ClassVar[set[str]] = {"email", "name", "profession", "country", "language", "is_superuser", "groups"}


class CmsUserEditForm(CmsPersonForm, UserEditForm):
    first_name = None
    last_name = None

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        if "email" in self.changed_data:
            EmailAddress.objects.filter(user=user).delete()  # she confirms the new one when she signs in
        return user

    class Meta(UserEditForm.Meta):
        fields: ClassVar[set[str]] = {
            "email",
            "name",
            "profession",
            "country",
            "language",
            "is_superuser",
            "is_active",
            "groups",
        }
