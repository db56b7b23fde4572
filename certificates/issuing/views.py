"""A holder's certificates, and the public page where anyone verifies one."""

from datetime import date
from hashlib import sha256
from io import BytesIO
from urllib.parse import urlencode
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from certificates.issuing import actions, rules
from certificates.issuing.cme.offers import standing_of
from certificates.issuing.editions import files_of
from certificates.issuing.forms import FileForm, NumberForm
from certificates.issuing.inspection import Verdict, inspected
from certificates.issuing.life import successor_shown
from certificates.issuing.models import Certificate, Claim, Edition, SigningKey
from certificates.issuing.pdf import verification_url
from certificates.issuing.records import answer_for
from courses.learning.models import Enrolment
from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.core.ratelimit import allowed
from portal.departments.rules import day_in

log = structlog.get_logger(__name__)
RATE = "60/minute"
PER_PAGE = 20


@login_required
def mine(request: AuthedRequest) -> HttpResponse:
    certificates = (
        Certificate.objects.of(request.user).with_credential().select_related("completion__enrolment", "replaced_by")
    )
    page = Paginator(certificates.order_by("-completed_on", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    waiting = Claim.objects.of(request.user).open().with_learner().order_by("-opened_at")
    return render(request, "certificates/mine.html", {"page": page, "waiting": waiting, "today": today()})


@login_required
def card(request: AuthedRequest, enrolment: UUID) -> HttpResponse:
    """The holder's certificate of one enrolment, the newest; asks again by itself while it is being prepared."""
    taken = get_object_or_404(Enrolment.objects.of(request.user).finished(), uuid=enrolment)
    certificate = Certificate.objects.filter(completion__enrolment=taken).with_credential().order_by("-pk").first()
    claim = Claim.objects.with_learner().filter(completion__enrolment=taken).first()
    may_evaluate = certificate is not None and claim is not None and standing_of(claim).may_evaluate
    template = "certificates/_card.html" if request.headers.get("HX-Request") else "certificates/card.html"
    return render(
        request,
        template,
        {
            "certificate": certificate,
            "enrolment": taken,
            "claim": claim,
            "may_evaluate": may_evaluate,
            "today": today(),
        },
    )


@login_required
def download(request: AuthedRequest, uuid: UUID) -> HttpResponseBase:
    """The newest edition of the file; one that is lost or changed is never handed out, and the operator is told."""
    certificate = get_object_or_404(Certificate.objects.of(request.user).with_files(), uuid=uuid)
    try:
        data = first_whole(certificate)
    except Exception:  # whatever a storage's library raises when the storage is away
        log.exception("certificate storage away", number=certificate.number)
        data = None
    if data is None:
        return away(request, certificate)
    response = FileResponse(
        BytesIO(data),
        as_attachment=True,
        filename=f"certificate-{certificate.number}.pdf",
        content_type="application/pdf",
    )
    response["Cache-Control"] = "private, no-store"
    return response


def first_whole(certificate: Certificate) -> bytes | None:
    """The newest file that is as it was made; the operator is told of those that are not."""
    for each in files_of(certificate):
        try:
            return actions.original(each)
        except actions.DamagedError:
            actions.report_damage(certificates=[each], at=now())
    return None


def today() -> date:
    """In the portal's zone, in which days of certificates are told."""
    return day_in(now(), settings.TIME_ZONE)


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
    verdict: Verdict | None = None
    asked = False
    if number.is_bound and number.is_valid():
        asked = True
        wanted = rules.read_number(number.cleaned_data["number"])
        found = Certificate.objects.issued().filter(number=wanted or "").first()
    elif file.is_bound and file.is_valid():
        asked = True
        data = file.cleaned_data["file"].read()
        found = Certificate.objects.issued().with_file(data).first()
        verdict = None if found else inspected(data, fingerprints())
    if found:
        return redirect("issuing:verify", found.uuid)
    status = 404 if asked else 422 if number.errors or file.errors else 200
    return render(
        request,
        "certificates/verify_start.html",
        {"number_form": number, "file_form": file, "unknown": asked, "verdict": verdict},
        status=status,
    )


def verify_number(request: HttpRequest, number: str) -> HttpResponse:
    """The short address that is printed: as if the number had been typed."""
    return redirect(f"{reverse('issuing:verify_start')}?{urlencode({'number': number})}")


def fingerprints() -> list[str]:
    return list(SigningKey.objects.values_list("fingerprint", flat=True))


def signing_keys(request: HttpRequest) -> HttpResponse:
    """The certificates of every key that this portal has signed with, to check a file without this portal."""
    pem = "".join(SigningKey.objects.order_by("used_from", "pk").values_list("certificates", flat=True))
    response = HttpResponse(pem, content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="signing-keys.pem"'
    return response


@never_cache
def verify(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What became of a certificate; one that is still being prepared is unknown, and takes as long to be told."""
    if not allowed(RATE, "verify", caller(request)):
        return too_many(request)
    certificate = Certificate.objects.shown_at(uuid)
    # By the address and not by the certificate: the same questions are asked for an unknown one.
    editions = Edition.objects.filter(certificate__uuid=uuid).select_related("signing_key").order_by("pk")
    successor = successor_shown(certificate) if certificate else None
    status = 200 if certificate else 404
    if wants_json(request):
        newer = verification_url(successor) if successor else None
        told = answer_for(certificate, editions=list(editions), superseded_by=newer, on=today())
        return JsonResponse(told, status=status)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    same, edition, other, verdict = False, None, None, None
    if certificate and form.is_bound and form.is_valid():
        data = form.cleaned_data["file"].read()
        other = Certificate.objects.issued().with_file(data).first()
        same = other == certificate
        edition = next((each for each in editions if each.sha256 == sha256(data).hexdigest()), None)
        verdict = None if other else inspected(data, fingerprints())
    return render(
        request,
        "certificates/verify.html",
        {
            "certificate": certificate,
            "status": certificate.status(today()) if certificate else rules.Status.UNKNOWN,
            "successor": successor,
            "editions": editions,
            "form": form,
            "same": same,
            "edition": edition,
            "other": other,
            "verdict": verdict,
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
