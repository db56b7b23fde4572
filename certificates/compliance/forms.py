"""The fixed list of filters of a department's page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.compliance import rules
from portal.accounts.models import Profession

STATES = [
    (rules.DONE, _("Done")),
    (rules.DUE, _("Due soon")),
    (rules.OVERDUE, _("Overdue")),
    (rules.MISSING, _("Missing")),
]
SORTS = [("state", _("Most urgent first")), ("name", _("Name"))]


class BoardFilter(forms.Form):
    """What is not on these lists is refused, so no query reaches further than the page shows."""

    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *STATES], required=False)
    profession = forms.ChoiceField(label=_("Profession"), choices=[("", _("All")), *Profession.choices], required=False)
    sort = forms.ChoiceField(label=_("Order"), choices=SORTS, required=False)
