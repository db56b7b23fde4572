"""Erasing a person from what the store holds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from portal.accounts.models import User
from portal.audit.actions import record
from portal.core.failpoints import failpoint
from portal.core.types import JsonObject
from portal.lrs.counts.erasing import forget_tenant, tell_terms_anew
from portal.lrs.credentials import revoke_credential
from portal.lrs.identity import keys_of
from portal.lrs.indexing import identifier
from portal.lrs.keeping import renewing
from portal.lrs.keeping.grounds import rested_on
from portal.lrs.keeping.rewriting import (
    Fate,
    Replace,
    Texts,
    account,
    fate,
    replacing,
    with_people,
    without_signatures,
)
from portal.lrs.models import Credential, Document, Erasure, Reference, Statement

BATCH = 200


def erase_person(*, user: User, at: datetime) -> Mapping[str, int]:
    """Erase ``user`` from statements, documents, attachments and credentials: ``docs/decisions/0014-keeping.md``.

    Goes on where an earlier call was broken off. Done twice it finds nothing, and leaves no second audit entry. To be
    called while the account still has its addresses.

    Returns:
        How many statements were rewritten and deleted, how many documents deleted, how many credentials ended.
    """
    keys = keys_of(user)
    done: Counter[str] = Counter(statements_rewritten=0, statements_deleted=0, documents_deleted=0, credentials_ended=0)
    hers = _credentials(user, keys)
    unfinished = Erasure.objects.filter(person=user.uuid, finished_at=None).first()
    if unfinished is None and not hers and not _is_named(keys):
        return done
    for credential in hers:  # first, so that none of them tells anything more of her
        revoke_credential(credential=credential, at=at)
    erasure, _ = Erasure.objects.get_or_create(person=user.uuid, finished_at=None, defaults={"begun_at": at})
    if erasure.pseudonym is None:
        raise ValueError("an erasure under way has a pseudonym")
    erasing = _Erasing(user, keys, erasure.pseudonym)
    while (batch := erasing.next()).total():
        done.update(batch)
        failpoint("erased a batch")
    _finish(user, erasure, erasing, done, at)
    return done


def _is_named(keys: Sequence[str]) -> bool:
    return bool(Statement.objects.naming(keys, limit=1)) or Document.objects.about_agents(keys).exists()


def _credentials(user: User, keys: Sequence[str]) -> list[Credential]:
    """Those that speak as she does, or that belong to her."""
    found = Credential.objects.order_by("pk")
    return [each for each in found if each.tenant == str(user.uuid) or identifier(each.authority) in keys]


class _Erasing:
    """One person, batch by batch: what a batch has dealt with does not name her any more."""

    def __init__(self, user: User, keys: Sequence[str], pseudonym: UUID) -> None:
        addresses = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
        self.keys, self.tenant = keys, str(user.uuid)
        self.stand_in = account(settings.PUBLIC_URL, pseudonym)
        self.replace: Replace = replacing(keys, self.stand_in)
        self.texts = Texts(addresses, user.uuid, pseudonym)

    @transaction.atomic
    def next(self) -> Counter[str]:
        places = Statement.objects.naming(self.keys, limit=BATCH)
        batch = list(Statement.objects.select_for_update().at(places).order_by("pk"))
        ground = rested_on({each.registration for each in batch if each.registration})
        gone = []
        for row in batch:
            body = _readable(row.body)
            is_ground = row.registration in ground
            if body is None or fate(body, self.keys, is_own=row.own, is_ground=is_ground) is Fate.DELETE:
                gone.append(row)
            else:
                self.leave_tenant(row)
                renewing.rewrite(row, self.rewritten(body))
        renewing.delete(gone)
        return Counter(statements_rewritten=len(batch) - len(gone), statements_deleted=len(gone))

    def leave_tenant(self, row: Statement) -> None:
        if row.tenant == self.tenant:
            row.tenant = ""
            Statement.objects.at([(row.stored, row.pk)]).update(tenant="")

    def rewritten(self, body: JsonObject) -> JsonObject:
        told: JsonObject = self.texts.removed(with_people(without_signatures(body), self.replace))
        return {**told, **{name: body[name] for name in ("id", "stored", "timestamp", "version")}}


def _readable(body: str) -> JsonObject | None:
    """None for a text that was spoiled: what cannot be read cannot be rewritten."""
    try:
        value: JsonObject = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value


@transaction.atomic
def _finish(user: User, erasure: Erasure, erasing: _Erasing, done: Counter[str], at: datetime) -> None:
    done["documents_deleted"] += Document.objects.about_agents(erasing.keys).delete()[0]
    for credential in _credentials(user, erasing.keys):
        credential.authority = {"objectType": "Agent", **erasing.stand_in}
        credential.name = credential.tenant = ""
        credential.save(update_fields=["authority", "name", "tenant"])
        done["credentials_ended"] += 1
    # References of archived statements are still here.
    Reference.objects.filter(tenant=erasing.tenant).update(tenant="")
    Reference.objects.filter(authority__in=erasing.keys).update(authority=identifier(erasing.stand_in))
    forget_tenant(erasing.tenant)
    tell_terms_anew(erasing.texts.removed)
    erasure.pseudonym, erasure.finished_at = None, at
    erasure.save(update_fields=["pseudonym", "finished_at"])
    record("erased person from the record store", user, at=at, **done)
