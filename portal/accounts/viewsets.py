"""The people screens of the CMS."""

from typing import Any

from django import forms
from django.db import transaction
from wagtail.users.views.users import CreateView, DeleteView, EditView, UserViewSet

from portal.accounts.forms import CmsUserCreationForm, CmsUserEditForm


class InOneTransaction:
    """The change and what hooks record of it become true together."""

    @transaction.atomic
    def form_valid(self, form: Any) -> Any:
        return super().form_valid(form)  # type: ignore[misc]


class PersonCreateView(InOneTransaction, CreateView):
    pass


class PersonEditView(InOneTransaction, EditView):
    pass


class PersonDeleteView(InOneTransaction, DeleteView):
    pass


class PortalUserViewSet(UserViewSet):
    template_prefix = "cms/users/"
    add_view_class = PersonCreateView
    edit_view_class = PersonEditView
    delete_view_class = PersonDeleteView

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:  # type: ignore[type-arg]
        return CmsUserEditForm if for_update else CmsUserCreationForm
