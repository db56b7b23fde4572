"""Designs as screens of the CMS."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import HelpPanel, ObjectList

from certificates.issuing.designs.forms import PreviewForm
from certificates.issuing.forms import printable
from certificates.issuing.models import Design
from courses.catalogue.models import CoursePage
from portal.audit.viewsets import AuditedSnippetViewSet

PRINTED = {"signatories": ("name", "role"), "texts": ("line",)}


class CoursesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # Django's own takes none when it runs
    """Each course once, by its first page: a design is that of all its languages."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, course: CoursePage) -> str:
        return f"{course.title} ({course.code})"


class DesignForm(WagtailAdminModelForm):
    courses = CoursesField(
        CoursePage.objects.none(),
        label=_("Courses"),
        required=False,
        help_text=_("Certificates of these are drawn with it, in every language of the course."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["courses"].queryset = CoursePage.objects.as_first_written().order_by("title")

    def clean(self) -> dict[str, Any]:
        """Every text can be drawn, and no course has two designs."""
        data: dict[str, Any] = super().clean()
        for course in data.get("courses", ()):
            other = Design.objects.filter(courses=course).exclude(pk=self.instance.pk).first()
            if other:
                told = {"course": course.title, "design": other.name}
                self.add_error(
                    "courses",
                    ValidationError(
                        _("“%(course)s” has the design “%(design)s”. Take it away there first."), params=told
                    ),
                )
        for relation, names in PRINTED.items():
            self.formsets[relation].is_valid()  # cleans its forms
            for form in self.formsets[relation].forms:
                for name in names:
                    _check_signs(form, name)
        return data


def _check_signs(form: forms.BaseForm, name: str) -> None:
    text = getattr(form, "cleaned_data", {}).get(name, "")
    try:
        printable(text)
    except ValidationError as error:
        form.add_error(name, error)


class PreviewPanel(HelpPanel):
    """Asks what a preview shall show, and sends the form as it stands to it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"template": "certificates/designs/preview_panel.html", **kwargs})

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """``asked`` is the form of the preview, ``design`` the one that is being changed."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, "asked": PreviewForm(), "design": self.instance}


EDITING = ObjectList([*Design.panels, PreviewPanel(heading=_("Preview"))], base_form_class=DesignForm).bind_to_model(
    Design
)


class DesignViewSet(AuditedSnippetViewSet):
    model = Design
    icon = "image"
    menu_label = _("Certificate designs")
    menu_order = 325
    add_to_admin_menu = True
    copy_view_enabled = False  # a copied form has no pictures
    list_display = ["name", "layout", "rank", "in_use"]
    list_filter = ["layout", "in_use"]
    search_fields = ["name"]

    @cached_property
    def edit_handler(self) -> Any:
        return EDITING
