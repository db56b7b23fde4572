"""Organisations, departments and memberships in the CMS, for administrators."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from portal.audit.viewsets import AuditedSnippetViewSet
from portal.departments.models import Department, Membership, Organisation


class OrganisationViewSet(AuditedSnippetViewSet):
    model = Organisation
    icon = "site"
    list_display = ["name", "country", "timezone"]
    search_fields = ["name"]


class DepartmentViewSet(AuditedSnippetViewSet):
    model = Department
    icon = "group"
    list_display = ["name", "organisation"]
    list_filter = ["organisation"]
    search_fields = ["name", "organisation__name"]


class MembershipViewSet(AuditedSnippetViewSet):
    model = Membership
    icon = "user"
    list_display = ["user", "department", "role", "valid_from", "valid_to"]
    list_filter = ["department", "role"]
    search_fields = ["user__name", "user__email", "department__name"]
    list_per_page = 50


class DepartmentGroup(SnippetViewSetGroup):
    items = (MembershipViewSet, DepartmentViewSet, OrganisationViewSet)
    menu_label = _("Departments")
    menu_icon = "group"
    menu_order = 300


register_snippet(DepartmentGroup)
