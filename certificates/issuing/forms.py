"""What a verifier types or uploads, and what an administrator decides."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from certificates.issuing.models import Bulk, Certificate
from certificates.issuing.pdf import covered
from certificates.issuing.rules import missing_glyphs, named_signs
from portal.core.widgets import Upload

LARGEST = 5 * 1024 * 1024


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("Certificate number"),
        max_length=40,
        help_text=_("It is printed at the foot, such as AC-7K3M-9QXD-2FHT."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("PDF file of the certificate"),
        help_text=_("Up to 5 MB. It is compared and not kept."),
        widget=Upload(accept="application/pdf", limit=LARGEST),
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(
                _("This file is larger than 5 MB. Certificates of this portal are much smaller.")
            )
        return file


class RevokeForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *Certificate.Reason.choices],
        help_text=_("The verification page tells it to everybody."),
    )


def printable(text: str) -> None:
    missing = missing_glyphs(text, covered())
    if missing:
        raise forms.ValidationError(
            _("No shipped font has these characters: %(signs)s"), params={"signs": named_signs(missing)}
        )


class ReleaseForm(forms.Form):
    holder_name = forms.CharField(
        label=_("Name as it can be printed"),
        max_length=200,
        validators=[printable],
        help_text=_("In Latin, Greek, Cyrillic, Hebrew or Arabic letters."),
    )
    course_title = forms.CharField(
        label=_("Title as it can be printed"),
        max_length=255,
        validators=[printable],
        help_text=_("On this certificate only; shorter where it does not fit on one page."),
    )


class ReissueForm(ReleaseForm):
    """As it shall be printed on the corrected certificate; bound to the facts of the one that it replaces."""

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        if not self.errors and not self.has_changed():
            raise forms.ValidationError(_("Nothing is corrected: change the name or the title."))
        return cleaned


class BulkForm(forms.Form):
    kind = forms.ChoiceField(label=_("What to do"), choices=Bulk.Kind.choices)
    course_code = forms.CharField(
        label=_("Code of the course"), max_length=8, required=False, help_text=_("Empty: every course.")
    )
