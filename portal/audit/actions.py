"""Writing the log."""

from datetime import datetime
from typing import Any

import structlog
from django.db.models import Model

from portal.audit.middleware import acting
from portal.audit.models import Entry

CREATED, EDITED, DELETED = "created in the CMS", "edited in the CMS", "deleted in the CMS"


def record(verb: str, target: Model, *, at: datetime, **data: Any) -> Entry:
    """Keep that the acting person (or nobody: a task) did ``verb`` to ``target``, in the caller's transaction.

    ``data`` holds what changed, without personal data: identifiers, numbers, reasons.
    """
    request = acting.get()
    return Entry.objects.create(
        at=at,
        actor_id=request.user.pk if request else None,
        verb=verb,
        target_type=target._meta.label_lower,
        target_id=str(getattr(target, "uuid", target.pk)),
        data=data,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )
