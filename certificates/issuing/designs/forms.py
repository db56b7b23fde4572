"""What a preview shall show."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from certificates.issuing.designs.samples import Sample


class PreviewForm(forms.Form):
    """Its fields travel with those of the design; neither saves anything."""

    prefix = "preview"
    language = forms.ChoiceField(label=_("Language"))
    sample = forms.ChoiceField(label=_("Sample"), choices=Sample.choices)
    credits = forms.BooleanField(label=_("With credits of a body"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
