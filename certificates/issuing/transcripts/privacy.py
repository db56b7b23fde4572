"""What is kept of the links by which one person shares her transcript."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import orjson

from certificates.issuing.models import ShareLink
from portal.accounts.models import User
from portal.audit.actions import record


class ShareLinksHolder:
    """Entered in the privacy registry."""

    name = "share-links"

    def export(self, person: User) -> Iterator[tuple[str, Iterable[bytes]]]:
        """Each link with what it shows and when it was opened last; tokens are kept nowhere."""
        yield "share-links.jsonl", _links(person)

    def erase(self, person: User, at: datetime) -> Mapping[str, int]:
        """The links go, so that whoever has one is told what a stranger's guess is told: unknown."""
        found = list(ShareLink.objects.of(person))
        for link in found:
            record("erased shared transcript", link, at=at)
        ShareLink.objects.of(person).delete()
        return {"share links": len(found)} if found else {}


def _links(person: User) -> Iterator[bytes]:
    for link in ShareLink.objects.of(person).order_by("pk").iterator():
        told = {
            "shows": link.scope.word,
            "ends_on": link.ends_on,
            "made_at": link.made_at,
            "opened_at": link.opened_at,
            "withdrawn_at": link.withdrawn_at,
        }
        yield orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)
