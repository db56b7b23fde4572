"""The preview of a design, as a specimen."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from certificates.issuing import pdf
from certificates.issuing.designs.forms import PreviewForm
from certificates.issuing.designs.permissions import may_design
from certificates.issuing.designs.samples import sample_of
from certificates.issuing.designs.viewsets import EDITING
from certificates.issuing.models import Design
from portal.core.clock import now
from portal.departments.rules import day_in


@require_POST
def preview(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A specimen of the form as it was sent, which is not kept; what is wrong with it where it cannot be drawn."""
    if not may_design(request.user):
        raise PermissionDenied
    design = get_object_or_404(Design, pk=pk) if pk else Design()
    form = EDITING.get_form_class()(request.POST, request.FILES, instance=design, for_user=request.user)
    asked = PreviewForm(request.POST)
    if not (form.is_valid() and asked.is_valid()):
        return _told(request, form=form, asked=asked)
    given = asked.cleaned_data
    sample = sample_of(
        form.save(commit=False),
        language=given["language"],
        sample=given["sample"],
        with_credits=given["credits"],
        on=day_in(now(), settings.TIME_ZONE),
    )
    try:
        data = pdf.specimen(sample)
    except pdf.UnfitError:
        return _told(request, fault=_("The text does not fit on one page: shorten it, or take a signatory away."))
    return HttpResponse(data, content_type="application/pdf")


def _told(request: HttpRequest, **context: object) -> HttpResponse:
    return TemplateResponse(request, "certificates/designs/faults.html", context, status=422)
