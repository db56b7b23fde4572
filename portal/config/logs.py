"""Logs: JSON lines with request and task id in production, readable lines elsewhere, no personal data in either."""

import re
from typing import Any

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

# Context that the request log would like to add and that tells a person's whereabouts or address.
PERSONAL = frozenset({"ip", "user_agent", "email", "name", "password", "token", "cookie", "authorization"})
ADDRESS = re.compile(r"[\w.+'-]+(@|%40)[\w-]+(\.[\w-]+)+")
# Whoever has these links can use them: the keys of a confirmation and of a new password, what is shown to
# somebody without an account.
KEY = re.compile(r"(?P<before>/confirm-email/|/password/reset/key/|/shared/transcript/|/review/open/)[^/\s?\"']+")
# PostgreSQL repeats the values of the row that it refuses, in its own language, up to the end of the message.
DETAIL = re.compile(r"\b(DETAIL|DÉTAIL|DETALLE|DETTAGLI|DETTAGLIO|SZCZEGÓŁY)\s?:.*?(?=\n\n|\Z)", re.DOTALL)


def without_personal_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop keys that hold personal data, the query of a logged request line, and what ``scrubbed`` takes out."""
    for key in PERSONAL & event.keys():
        del event[key]
    request = event.get("request")
    if isinstance(request, str):
        event["request"] = request.split("?")[0]
    return {key: scrubbed(value) for key, value in event.items()}


def scrubbed(value: Any) -> Any:
    """``value`` with a placeholder for each e-mail address, secret link and refused row in its texts, however deep."""
    if isinstance(value, str):
        return DETAIL.sub("DETAIL: …", KEY.sub(r"\g<before>…", ADDRESS.sub("…@…", value)))
    if isinstance(value, dict):
        return {key: scrubbed(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(each) for each in value]
    return value


def scrubbed_report(event: Any, _hint: Any) -> Any:
    """What leaves as an error report (``before_send`` of Sentry): without what was asked for and where she came from."""
    request = event.get("request", {})
    for personal in ("query_string", "cookies", "data", "env"):
        request.pop(personal, None)
    request["headers"] = {
        name: value for name, value in request.get("headers", {}).items() if name in {"Host", "Content-Type", "Accept"}
    }
    return scrubbed(event)


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    without_personal_data,
]


def configuration(*, level: str, readable: bool) -> dict[str, Any]:
    """The ``LOGGING`` dictionary; also sets structlog up, so call it once."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer()
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "portal": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                "foreign_pre_chain": SHARED,
            },
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "portal"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Without Django's own handlers: one of them mails every 5xx with the whole request, so people's data.
            "django": {"handlers": []},
            # Every small step of the page tree and of its search index.
            "django_tasks": {"level": "WARNING"},
            "wagtail": {"level": "WARNING"},
            # Every request to a receiver of statements.
            "httpx": {"level": "WARNING"},
            # Sub-setting and font messages of every PDF.
            "fontTools": {"level": "ERROR"},
            "weasyprint": {"level": "ERROR"},
            # That lists of revoked keys are not fetched while somebody waits for a certificate: on purpose.
            "pyhanko": {"level": "ERROR"},
            # One line a request is written by django-structlog already.
            "django.request": {"level": "ERROR"},
            "django_structlog": {"level": "WARNING" if readable else "INFO"},
        },
    }
