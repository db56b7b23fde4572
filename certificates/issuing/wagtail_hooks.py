"""Certificates in the CMS, for administrators: find, release, revoke; nothing is edited or deleted."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from certificates.issuing import actions, bulk, life
from certificates.issuing.cme.viewsets import CreditsGroup
from certificates.issuing.designs.permissions import UsedOnesStay
from certificates.issuing.designs.views import preview
from certificates.issuing.designs.viewsets import DesignViewSet
from certificates.issuing.forms import BulkForm, ReissueForm, ReleaseForm, RevokeForm
from certificates.issuing.models import Bulk, Certificate, Design
from certificates.issuing.tasks import issue_certificate, work_on_many
from portal.accounts.models import User
from portal.core.clock import now
from portal.core.tasks import enqueue


class ForAdministrators(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("issuing.change_certificate")


class LookOnly(ModelPermissionPolicy):
    """Everything about certificates happens by actions; the CMS only shows them."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and bool(super().user_has_permission(user, "change"))


class CertificateIndexView(IndexView):
    """The list leads to the decision: revoke what is issued, release what is held."""

    def get_edit_url(self, instance: Certificate) -> str | None:
        return None if instance.revoked_at or instance.erased_at else reverse("certificate_decide", args=[instance.pk])


class CertificateViewSet(ModelViewSet):
    model = Certificate
    name = "certificates"
    icon = "doc-full"
    menu_label = gettext_lazy("Certificates")
    menu_order = 320
    add_to_admin_menu = True
    index_view_class = CertificateIndexView
    inspect_view_enabled = True
    copy_view_enabled = False
    list_display = ["number", "holder_name", "course_title", "completed_on", "issued_at", "revoked_at", "held_because"]
    list_filter = ["course_code", "revoked_reason"]
    search_fields = ["number", "holder_name"]
    exclude_form_fields = ["file"]
    inspect_view_fields_exclude = ["file"]
    panels = [FieldPanel("holder_name", read_only=True)]


register_permission_policy(Certificate, LookOnly(Certificate))
register_permission_policy(Design, UsedOnesStay(Design))
register_snippet(CreditsGroup)
register_snippet(DesignViewSet)


def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Release a held certificate as it can be printed, or revoke an issued one; others are shown only."""
    if not request.user.has_perm("issuing.change_certificate"):
        raise PermissionDenied
    certificate = get_object_or_404(Certificate, pk=pk)
    form: ReleaseForm | RevokeForm | None = None
    if certificate.is_held:
        printed = {"holder_name": certificate.holder_name, "course_title": certificate.course_title}
        form = ReleaseForm(request.POST or None, initial=printed)
    elif certificate.issued_at and not certificate.revoked_at and not certificate.erased_at:
        form = RevokeForm(request.POST or None)
    if form and form.is_valid():
        if certificate.is_held:
            actions.release(certificate=certificate, **form.cleaned_data, at=now())
            enqueue(issue_certificate, certificate.completion_id)
            messages.success(request, _("Released: the certificate is being prepared."))
        else:
            actions.revoke(certificate=certificate, reason=form.cleaned_data["reason"], at=now())
            messages.success(request, _("Revoked: the verification page says so from now on."))
        return redirect("certificates:index")
    status = 409 if request.method == "POST" and form is None else 200
    context = {"certificate": certificate, "form": form}
    return TemplateResponse(request, "certificates/cms_decide.html", context, status=status)


def reissue(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the name or the title as it should have been; a new certificate takes the place of this one."""
    if not request.user.has_perm("issuing.change_certificate"):
        raise PermissionDenied
    certificate = get_object_or_404(Certificate, pk=pk)
    printed = {"holder_name": certificate.holder_name, "course_title": certificate.course_title}
    form = ReissueForm(request.POST or None, initial=printed) if certificate.is_replaceable else None
    status = 409 if request.method == "POST" and form is None else 200
    if form and form.is_valid():
        try:
            life.reissue(certificate=certificate, **form.cleaned_data, at=now())
        except life.NotReplaceableError:  # somebody else was faster
            form, status = None, 409
        else:
            enqueue(issue_certificate, certificate.completion_id)
            messages.success(request, _("The corrected certificate is being prepared."))
            return redirect("certificates:index")
    context = {"certificate": certificate, "form": form}
    return TemplateResponse(request, "certificates/cms_reissue.html", context, status=status)


def many(request: HttpRequest) -> HttpResponse:
    """Ask for work on many certificates, and see how far it is."""
    if not request.user.has_perm("issuing.change_certificate"):
        raise PermissionDenied
    form = BulkForm(request.POST or None)
    if form.is_valid():
        try:
            asked = bulk.ask(**form.cleaned_data, by=request.user if isinstance(request.user, User) else None, at=now())
        except bulk.NothingToDoError:
            form.add_error("course_code", _("No certificate of this course is concerned. Is the code right?"))
        else:
            enqueue(work_on_many, asked.pk)
            messages.success(request, _("Begun: %(total)s certificates.") % {"total": asked.total})
            return redirect("certificate_many")
    works = Bulk.objects.order_by("-pk")[:20]
    return TemplateResponse(request, "certificates/cms_many.html", {"form": form, "works": works})


@hooks.register("register_admin_viewset")
def register_certificates() -> CertificateViewSet:
    return CertificateViewSet()


@hooks.register("register_admin_urls")
def register_decide() -> list[Any]:
    return [
        path("certificates/<int:pk>/decide/", decide, name="certificate_decide"),
        path("certificates/<int:pk>/reissue/", reissue, name="certificate_reissue"),
        path("certificates/many/", many, name="certificate_many"),
        path("certificates/designs/preview/", preview, name="certificate_design_preview"),
        path("certificates/designs/preview/<int:pk>/", preview, name="certificate_design_preview"),
    ]


@hooks.register("register_admin_menu_item")
def register_many() -> MenuItem:
    label = gettext_lazy("Many certificates")
    return ForAdministrators(label, reverse("certificate_many"), "many-certificates", icon_name="doc-full", order=321)
