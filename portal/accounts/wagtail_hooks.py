"""People in the CMS: chosen by searching, never from a list of a hundred thousand; kept as long as records need them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet

from portal.accounts.models import User
from portal.accounts.permissions import records_of


class PersonFilterForm(BaseFilterForm):
    """Active people whose name or address contains what was typed."""

    q = forms.CharField(label=_("Name or e-mail address"), required=False)

    def filter(self, objects: QuerySet[User]) -> QuerySet[User]:
        typed = self.cleaned_data["q"].strip()
        self.is_searching, self.search_query = bool(typed), typed
        return objects.filter(Q(name__icontains=typed) | Q(email__icontains=typed), is_active=True).order_by("name")


class PersonChooseView(ChooseView):
    filter_form_class = PersonFilterForm


class PersonChooseResultsView(ChooseResultsView):
    filter_form_class = PersonFilterForm


class PersonChooserViewSet(ChooserViewSet):
    model = User
    icon = "user"
    choose_one_text = _("Choose a person")
    choose_another_text = _("Choose another person")
    edit_item_text = _("Edit this person")
    per_page = 20
    choose_view_class = PersonChooseView
    choose_results_view_class = PersonChooseResultsView


person_chooser = PersonChooserViewSet("person_chooser")


@hooks.register("register_admin_viewset")
def register_person_chooser() -> Any:
    return person_chooser


def refusal(request: HttpRequest, people: Iterable[User]) -> HttpResponse | None:
    """The page that says why people are not deleted and what to do instead; None where nothing is lost."""
    kept = [(person, records) for person in people if (records := records_of(person))]
    return TemplateResponse(request, "accounts/cms_kept.html", {"kept": kept}, status=409) if kept else None


@hooks.register("before_delete_user")
def keep_person(request: HttpRequest, user: User) -> HttpResponse | None:
    return refusal(request, [user])


@hooks.register("before_bulk_action")
def keep_people(request: HttpRequest, action_type: str, objects: Sequence[Any], action: Any) -> HttpResponse | None:
    people = [one for one in objects if isinstance(one, User)]
    return refusal(request, people) if action_type == "delete" else None
