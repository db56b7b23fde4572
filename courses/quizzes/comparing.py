"""Attempts beside statements: is each told."""

from collections.abc import Iterator
from uuid import UUID

from courses.quizzes.models import Attempt
from portal.lrs import vocabulary as words
from portal.lrs.keeping.archive import own_bodies

ATTEMPT = "/xapi/extensions/attempt"  # behind the portal's address: the key of the extension
FINISHED = frozenset({words.PASSED, words.FAILED})


def untold_attempts() -> Iterator[tuple[UUID, str]]:
    """The attempts whose beginning or end no statement of the portal tells."""
    told = _told()
    for uuid, finished_at in Attempt.objects.order_by("pk").values_list("uuid", "finished_at").iterator():
        if (uuid, "begun") not in told:
            yield uuid, "no statement tells that this attempt began"
        if finished_at and (uuid, "finished") not in told:
            yield uuid, "no statement tells how this attempt ended"


def _told() -> set[tuple[UUID, str]]:
    """Which attempts statements tell, and what of them."""
    told = set()
    for body in own_bodies():
        verb = body["verb"]["id"]
        if verb == words.INITIALIZED or verb in FINISHED:
            extensions = body.get("context", {}).get("extensions", {})
            state = "finished" if verb in FINISHED else "begun"
            told |= {(UUID(value), state) for key, value in extensions.items() if key.endswith(ATTEMPT)}
    return told
