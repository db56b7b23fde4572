"""What is kept of a person whom an organiser invited as a reviewer, at an address that is also that of her account."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import orjson

from certificates.issuing.models import Reviewer
from certificates.issuing.reviewing.actions import forget
from portal.accounts.models import User


class ReviewersHolder:
    """Entered in the privacy registry. Whoever has no account is forgotten by the nightly sweep."""

    name = "reviewing"

    def export(self, person: User) -> Iterator[tuple[str, Iterable[bytes]]]:
        yield "reviewing.jsonl", _invitations(person)

    def erase(self, person: User, at: datetime) -> Mapping[str, int]:
        count = sum(
            forget(reviewer=reviewer, at=at) for reviewer in Reviewer.objects.filter(email__iexact=person.email)
        )
        return {"invitations as reviewer": count} if count else {}


def _invitations(person: User) -> Iterator[bytes]:
    for each in Reviewer.objects.filter(email__iexact=person.email).select_related("accreditation").order_by("pk"):
        told = {
            "accreditation": str(each.accreditation.uuid),
            "starts_on": each.starts_on,
            "ends_on": each.ends_on,
            "invited_at": each.invited_at,
            "opened_at": each.opened_at,
            "seen_at": each.seen_at,
            "ended_on": each.ended_on,
        }
        yield orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)
