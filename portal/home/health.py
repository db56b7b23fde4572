"""Is the process up (/healthz), and can it serve (/readyz)?"""

from collections.abc import Callable
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def cache_store() -> None:
    cache.set("readyz", "1", 5)
    if settings.CACHES["default"]["BACKEND"].endswith("ForgivingRedisCache") and cache.get("readyz") != "1":
        raise ConnectionError("cache away")


def broker() -> None:
    with current_app.connection_for_write() as link:
        link.ensure_connection(max_retries=1, timeout=2)


def storage() -> None:
    """Write a file and take it away again; on a full disk an empty one is left of it, which goes too."""
    name = f"readyz/{uuid4()}"
    try:
        storages["private"].save(name, ContentFile(b"1"))
    finally:
        storages["private"].delete(name)


PROBES: dict[str, Callable[[], None]] = {
    "database": database,
    "cache": cache_store,
    "broker": broker,
    "storage": storage,
}


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all answer; 503 names what is away (never why: details stay in the log)."""
    answers: dict[str, str] = {}
    for name, probe in PROBES.items():
        try:
            probe()
            answers[name] = "ok"
        except Exception:  # noqa: BLE001  whatever it is, this part cannot serve
            answers[name] = "away"
    ready = all(answer == "ok" for answer in answers.values())
    return JsonResponse({"status": "ok" if ready else "away", **answers}, status=200 if ready else 503)
