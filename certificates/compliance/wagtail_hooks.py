"""Requirements in the CMS, for administrators."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet

from certificates.compliance.models import Requirement
from portal.audit.viewsets import AuditedSnippetViewSet


class RequirementViewSet(AuditedSnippetViewSet):
    model = Requirement
    icon = "tasks"
    menu_label = _("Requirements")
    menu_order = 310
    add_to_admin_menu = True
    list_display = ["course", "organisation", "department", "profession", "every_months"]
    list_filter = ["organisation", "profession"]
    search_fields = ["organisation__name", "course__title"]


register_snippet(RequirementViewSet)
