"""What is kept of the credits that one person claimed."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import orjson

from certificates.issuing.models import Claim
from portal.accounts.models import User
from portal.audit.actions import record


class ClaimsHolder:
    """Entered in the privacy registry. Answers of evaluations are nobody's: there is nothing of them to give or erase."""

    name = "credits"

    def export(self, person: User) -> Iterator[tuple[str, Iterable[bytes]]]:
        """Each claim, whether she gave an evaluation, and the identity number that she entered."""
        yield "claims.jsonl", _claims(person)

    def erase(self, person: User, at: datetime) -> Mapping[str, int]:
        """Identity numbers go; credits stay, because certificates rest on them."""
        numbered = Claim.objects.of(person).exclude(identity_number="")
        found = list(numbered)
        numbered.update(identity_number="")
        for claim in found:
            record("erased identity number", claim, at=at)
        return {"identity numbers": len(found)} if found else {}


def _claims(person: User) -> Iterator[bytes]:
    for claim in Claim.objects.of(person).with_learner().order_by("pk").iterator():
        told = {
            "course": claim.completion.course_code,
            "completed_at": claim.completion.completed_at,
            "scheme": claim.scheme.code if claim.scheme else None,
            "credits": str(claim.credits) if claim.credits is not None else None,
            "identity_number": claim.identity_number,
            "opened_at": claim.opened_at,
            "settled_at": claim.settled_at,
            "called_at": claim.called_at,
            "called_last_at": claim.called_last_at,
            "gave_evaluation": hasattr(claim.completion, "evaluation"),
        }
        yield orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)
