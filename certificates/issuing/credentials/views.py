"""The credential in the holder's hands, and what anybody needs to verify one without this portal."""

from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from certificates.issuing import badges
from certificates.issuing.credentials import actions
from certificates.issuing.keys import KeyAwayError
from certificates.issuing.models import Credential
from certificates.issuing.views import caller, too_many
from portal.accounts.types import AuthedRequest
from portal.core.clock import now
from portal.core.ratelimit import allowed

log = structlog.get_logger(__name__)
RATE = "60/minute"
JWT = ["application/jwt", "application/vc+jwt"]


@require_safe
@cache_control(public=True, max_age=60)
def did(request: HttpRequest) -> HttpResponse:
    """did:web of the portal: every trusted key that signed or will sign credentials."""
    return to_all(JsonResponse(badges.did_document(badges.did_of(settings.PUBLIC_URL), actions.public_keys())))


@require_safe
@cache_control(public=True, max_age=300)
def contexts(request: HttpRequest) -> HttpResponse:
    """The JSON-LD contexts of credentials by address, so that no verifier has to fetch them elsewhere."""
    return to_all(JsonResponse(badges.contexts()))


@require_safe
def status(request: HttpRequest, number: int) -> HttpResponse:
    """Which certificates with a place in this list are revoked or replaced, signed; as JWT for whoever prefers it.

    Only the signed answer may be kept, for a minute.
    """
    response = to_all(_status(request, number))
    if response.status_code == 200:
        patch_cache_control(response, public=True, max_age=60)
    else:
        patch_cache_control(response, no_store=True)
    patch_vary_headers(response, ["Accept"])
    return response


def _status(request: HttpRequest, number: int) -> HttpResponse:
    if not allowed(RATE, "status", caller(request)):
        return too_many(request)
    try:
        signed = actions.status_list(number=number, at=now())
    except actions.NoSuchListError:
        return JsonResponse({"status": "unknown"}, status=404)
    except KeyAwayError as error:
        log.warning("no key to sign status lists with", reason=str(error))
        away = JsonResponse({"status": "away"}, status=503)
        away["Retry-After"] = "300"
        return away
    as_token = request.get_preferred_type(["application/json", *JWT]) in JWT
    content, kind = (signed.token, "application/jwt") if as_token else (signed.document, "application/json")
    return HttpResponse(content, content_type=kind)


def to_all(response: HttpResponse) -> HttpResponse:
    """Scripts of other origins may read it too: it is public, and the same for everybody."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


@login_required
def document(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """The holder's credential with its Data Integrity proof, byte for byte as it was made."""
    credential = own(request, uuid)
    return file(credential.document.encode(), f"credential-{credential.number}.json", "application/json")


@login_required
def token(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """The holder's credential as JWT, byte for byte as it was made."""
    credential = own(request, uuid)
    return file(credential.token.encode(), f"credential-{credential.number}.jwt", "application/jwt")


@login_required
def badge(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """A picture with the holder's credential in it."""
    credential = own(request, uuid)
    svg = render_to_string("certificates/badge.svg", {"certificate": credential.certificate})
    return file(badges.baked(svg, credential.token), f"badge-{credential.number}.svg", "image/svg+xml")


def own(request: AuthedRequest, uuid: UUID) -> Credential:
    mine = Credential.objects.of(request.user).made().select_related("certificate")
    return get_object_or_404(mine, certificate__uuid=uuid)


def file(data: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
