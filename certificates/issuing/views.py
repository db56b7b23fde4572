"""A holder's certificates, and the public page where anyone verifies one."""

import hashlib
from io import BytesIO
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from certificates.issuing import actions, rules
from certificates.issuing.forms import FileForm, NumberForm
from certificates.issuing.models import Certificate
from courses.learning.models import Enrolment
from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.core.ratelimit import allowed

log = structlog.get_logger(__name__)
RATE = "60/minute"
PER_PAGE = 20


@login_required
def mine(request: AuthedRequest) -> HttpResponse:
    certificates = Certificate.objects.of(request.user).select_related("completion__enrolment")
    page = Paginator(certificates.order_by("-completed_on", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "certificates/mine.html", {"page": page})


@login_required
def card(request: AuthedRequest, enrolment: UUID) -> HttpResponse:
    """The holder's certificate of one enrolment; asks again by itself while it is being prepared."""
    taken = get_object_or_404(Enrolment.objects.of(request.user).finished(), uuid=enrolment)
    certificate = Certificate.objects.filter(completion__enrolment=taken).first()
    template = "certificates/_card.html" if request.headers.get("HX-Request") else "certificates/card.html"
    return render(request, template, {"certificate": certificate, "enrolment": taken})


@login_required
def download(request: AuthedRequest, uuid: UUID) -> HttpResponseBase:
    """The file as issued; one that is lost or changed is never handed out, and the operator is told."""
    certificate = get_object_or_404(Certificate.objects.of(request.user).issued(), uuid=uuid)
    try:
        data = actions.original(certificate)
    except actions.DamagedError:
        actions.report_damage(certificates=[certificate], at=now())
        return away(request, certificate)
    except Exception:  # whatever a storage's library raises when the storage is away
        log.exception("certificate storage away", number=certificate.number)
        return away(request, certificate)
    response = FileResponse(
        BytesIO(data),
        as_attachment=True,
        filename=f"certificate-{certificate.number}.pdf",
        content_type="application/pdf",
    )
    response["Cache-Control"] = "private, no-store"
    return response


def away(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    response = render(request, "certificates/away.html", {"certificate": certificate}, status=503)
    response["Retry-After"] = "3600"
    response["Cache-Control"] = "private, no-store"
    return response


def caller(request: HttpRequest) -> str:
    """The address of who asks, behind as many trusted proxies as the operator has."""
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(passed) >= settings.ALLAUTH_TRUSTED_PROXY_COUNT:
            return passed[-settings.ALLAUTH_TRUSTED_PROXY_COUNT]
    return str(request.META.get("REMOTE_ADDR", ""))


def too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "60"
    return response


@never_cache
def verify_start(request: HttpRequest) -> HttpResponse:
    """Find a certificate by the number that is printed on it, or by its file."""
    number = NumberForm(request.GET) if "number" in request.GET else NumberForm()
    file = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if (number.is_bound or file.is_bound) and not allowed(RATE, "verify", caller(request)):
        return too_many(request)
    found: Certificate | None = None
    asked = False
    if number.is_bound and number.is_valid():
        asked = True
        wanted = rules.read_number(number.cleaned_data["number"])
        found = Certificate.objects.issued().filter(number=wanted or "").first()
    elif file.is_bound and file.is_valid():
        asked = True
        found = Certificate.objects.issued().filter(sha256=digest(file.cleaned_data["file"])).first()
    if found:
        return redirect("issuing:verify", found.uuid)
    status = 404 if asked else 422 if number.errors or file.errors else 200
    return render(
        request,
        "certificates/verify_start.html",
        {"number_form": number, "file_form": file, "unknown": asked, "by_file": file.is_bound},
        status=status,
    )


def digest(upload: "UploadedFile[bytes]") -> str:
    """SHA-256 of an uploaded file, which is not kept."""
    found = hashlib.sha256()
    for chunk in upload.chunks():
        found.update(chunk)
    return found.hexdigest()


@never_cache
def verify(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Valid, revoked or unknown; a certificate that is still being prepared is unknown."""
    if not allowed(RATE, "verify", caller(request)):
        return too_many(request)
    certificate = Certificate.objects.issued().filter(uuid=uuid).first()
    status = 200 if certificate else 404
    if wants_json(request):
        return JsonResponse(as_json(certificate), status=status)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    same: bool | None = None
    if certificate and form.is_bound and form.is_valid():
        same = digest(form.cleaned_data["file"]) == certificate.sha256
    return render(
        request,
        "certificates/verify.html",
        {
            "certificate": certificate,
            "form": form,
            "same": same,
            "host": settings.PUBLIC_URL.split("://")[1],
            "learning": rules.hours_and_minutes(certificate.learning_minutes) if certificate else None,
        },
        status=422 if form.errors else status,
    )


def wants_json(request: HttpRequest) -> bool:
    return (
        request.GET.get("format") == "json"
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )


def as_json(certificate: Certificate | None) -> dict[str, object]:
    """What a verifier's program needs; the keys are a promise (docs/verification.md)."""
    if certificate is None:
        return {"status": "unknown"}
    return {
        "status": "revoked" if certificate.revoked_at else "valid",
        "number": certificate.number,
        "holder": certificate.holder_name,
        "course": {
            "code": certificate.course_code,
            "title": certificate.course_title,
            "version": certificate.course_version,
        },
        "learning_minutes": certificate.learning_minutes,
        "completed_on": certificate.completed_on.isoformat(),
        "issued_at": certificate.issued_at.isoformat() if certificate.issued_at else None,
        "revoked_at": certificate.revoked_at.isoformat() if certificate.revoked_at else None,
        "revoked_reason": certificate.revoked_reason or None,
        "issuer": certificate.issuer,
        "sha256": certificate.sha256,
    }
