"""What an administrator does to a statement."""

from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.audit.actions import record
from portal.lrs import vocabulary
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.errors import ForbiddenError
from portal.lrs.horizon import have_alone
from portal.lrs.identity import account_of
from portal.lrs.models import Statement
from portal.lrs.permissions import may_void

# A fixed list: a reason in free words would carry names into the log.
REASONS = {
    "wrong": _("What it says is wrong"),
    "twice": _("It tells the same as another one"),
    "trial": _("It was a trial"),
    "asked": _("The person asked for it"),
}
REASON = "/xapi/extensions/reason"  # behind the portal's address: the key of the extension


@transaction.atomic
def void_statement(*, statement: Statement, by: User, reason: str, at: datetime) -> UUID:
    """Void what came from outside, in the portal's own name; the id of the statement that voids it.

    Args:
        statement: stays in the store, marked as voided.
        by: the administrator, told as the actor.
        reason: one of ``REASONS``.
        at: when it is done.

    Raises:
        ForbiddenError: not an administrator, or the statement voids another, is voided already, or tells a fact of the
            portal itself.
    """
    have_alone()  # first, as every voiding does: in another order two of them could stop each other
    statement = Statement.objects.at([(statement.stored, statement.pk)]).get()
    if not may_void(by, statement):
        raise ForbiddenError("this statement cannot be voided here")
    uuid = uuid4()
    voiding = {
        "id": str(uuid),
        "actor": account_of(by),
        "verb": {"id": vocabulary.VOIDED, "display": vocabulary.DISPLAY[vocabulary.VOIDED]},
        "object": {"objectType": "StatementRef", "id": str(statement.uuid)},
        "context": {"extensions": {f"{settings.PUBLIC_URL}{REASON}": reason}},
    }
    store_statements([voiding], authority=local_authority(), at=at, own=True)
    record("voided statement", statement, at=at, reason=reason, by_statement=str(uuid))
    return uuid
