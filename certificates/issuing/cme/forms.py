"""What a learner says before her certificate."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from certificates.issuing.cme.offers import Offer, Standing, plain
from certificates.issuing.cme.rules import ClaimFault, claim_fault
from portal.core.widgets import NumberWithUnit


class BodyForm(forms.Form):
    """Which body gives the credits, of those that apply."""

    body = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, standing: Standing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        body = self.fields["body"]
        body.label = _("Body that gives the credits")
        body.error_messages["required"] = _("Choose one body.")
        body.choices = [(str(offer.scheme.uuid), described(offer)) for offer in standing.offers]  # type: ignore[attr-defined]


def described(offer: Offer) -> str:
    text = offer.scheme.text_in(get_language() or "")
    told = {"name": text.name, "credits": plain(offer.maximum), "unit": text.unit}
    if offer.scheme.counts_hours_spent:
        return _("%(name)s: up to %(credits)s %(unit)s") % told
    return _("%(name)s: %(credits)s %(unit)s") % told


class DetailsForm(forms.Form):
    """The credits for hours really spent, and the identity number: only what the body asks."""

    credits = forms.DecimalField(localize=True, max_digits=8)
    identity_number = forms.CharField(max_length=40)

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        text = offer.scheme.text_in(get_language() or "")
        if offer.scheme.counts_hours_spent:
            amount = self.fields["credits"]
            amount.widget = NumberWithUnit(unit=text.unit, decimals=True)
            amount.localize = amount.widget.is_localized = True
            amount.label = _("Credits for the hours that you really spent")
            amount.help_text = _("At most %(maximum)s, in steps of %(step)s.") % self.bounds
            amount.error_messages |= {
                "required": _("Enter how many credits you claim: at most %(maximum)s.") % self.bounds,
                "invalid": _("Enter a number, such as %(maximum)s.") % self.bounds,
            }
        else:
            del self.fields["credits"]
        if offer.scheme.needs_identity:
            number = self.fields["identity_number"]
            number.label = text.identity_label or _("Your number with this body")
            number.help_text = _("It is told to this body only, and printed nowhere.")
            number.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
            number.validators.append(
                RegexValidator(r"\A[\w./ -]{3,40}\Z", _("At least three letters or digits, as the body has given it."))
            )
        else:
            del self.fields["identity_number"]

    @property
    def bounds(self) -> dict[str, str]:
        return {"maximum": plain(self.offer.maximum), "step": plain(self.offer.scheme.step)}

    def clean_credits(self) -> Decimal:
        claimed: Decimal = self.cleaned_data["credits"]
        match claim_fault(claimed, self.offer.scheme.step, self.offer.maximum):
            case ClaimFault.TOO_FEW:
                raise forms.ValidationError(_("The least that can be claimed is %(step)s."), params=self.bounds)
            case ClaimFault.TOO_MANY:
                raise forms.ValidationError(_("This course gives at most %(maximum)s."), params=self.bounds)
            case ClaimFault.BETWEEN:
                raise forms.ValidationError(
                    _("Credits come in steps of %(step)s: round down to one of them."), params=self.bounds
                )
        return claimed
