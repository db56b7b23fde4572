"""What the record store holds about one person, for her to have and to have erased."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

import orjson
from django.conf import settings

from portal.accounts.models import User
from portal.core.types import JsonObject
from portal.lrs.attachments import attachments_of
from portal.lrs.gates import is_a_learner
from portal.lrs.identity import keys_of
from portal.lrs.keeping.erasure import erase_person
from portal.lrs.keeping.pseudonyms import pseudonym_of
from portal.lrs.keeping.rewriting import replacing_all, with_people
from portal.lrs.models import Document, Statement

BATCH = 500


class RecordStoreHolder:
    """Entered in the privacy registry."""

    name = "statements"

    def export(self, person: User) -> Iterator[tuple[str, Iterable[bytes]]]:
        """Statements that name her, in which others stand as numbers; her documents; the data of what she did herself."""
        keys = keys_of(person)
        yield "statements.jsonl", _statements(keys)
        yield "documents.jsonl", _documents(keys)
        mine = Statement.objects.filter(actor__in=keys).order_by("pk").values_list("pk", flat=True)
        for shown in attachments_of(list(mine)):
            yield f"attachments/{shown.sha256}", shown.pieces()
        for document in Document.objects.about_agents(keys).order_by("pk").iterator():
            yield f"documents/{document.pk}", [bytes(document.content)]

    def erase(self, person: User, at: datetime) -> Mapping[str, int]:
        return erase_person(user=person, at=at)


def _statements(keys: Collection[str]) -> Iterator[bytes]:
    last = 0
    while places := Statement.objects.naming(keys, after=last, limit=BATCH):
        for body in Statement.objects.at(places).order_by("pk").values_list("body", flat=True):
            yield orjson.dumps(_told_to(keys, orjson.loads(body)), option=orjson.OPT_APPEND_NEWLINE)
        last = places[-1][1]


def _told_to(keys: Collection[str], statement: JsonObject) -> JsonObject:
    """Others are numbers that are the same within one statement only; an authority that is a system stays."""

    def somebody(key: str) -> JsonObject:
        return {
            "account": {"homePage": f"{settings.PUBLIC_URL}/somebody", "name": str(pseudonym_of(key, statement["id"]))}
        }

    told = with_people(statement, replacing_all(somebody, but=keys))
    authority = statement["authority"]
    return told if is_a_learner(authority) else {**told, "authority": authority}


def _documents(keys: Collection[str]) -> Iterator[bytes]:
    for each in Document.objects.about_agents(keys).order_by("pk").defer("content").iterator():
        told = {
            "file": f"documents/{each.pk}",
            "kind": each.kind,
            "activity": each.activity,
            "registration": each.registration,
            "name": each.name,
            "content_type": each.content_type,
            "updated": each.updated,
        }
        yield orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)
