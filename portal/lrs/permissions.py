"""Who may do what with statements and documents."""

from uuid import UUID

from portal.accounts.models import User
from portal.lrs import vocabulary
from portal.lrs.auth import Authority
from portal.lrs.documents import Kind, Shelf
from portal.lrs.errors import ForbiddenError
from portal.lrs.gates import stands_for_a_learner
from portal.lrs.identity import keys_of, wanted_of
from portal.lrs.iri import index_key
from portal.lrs.listing import page_of
from portal.lrs.models import Statement
from portal.lrs.querysets import Found, StatementQuerySet


def reach_of(authority: Authority) -> dict[str, str] | None:
    """What a statement must hold in which columns for ``authority`` to read it; None when it may read nothing.

    Those of its tenant, or of the whole store without one; of these all, or those of the same authority.
    """
    if not authority.may_read_own:
        return None
    reach = {"tenant": authority.tenant} if authority.tenant else {}
    return reach if authority.may_read_all else {**reach, "authority": authority.key}


def readable_statements(authority: Authority) -> StatementQuerySet:
    """Those within the reach of ``authority``."""
    reach = reach_of(authority)
    return Statement.objects.none() if reach is None else Statement.objects.filter(**reach)


def may_read(authority: Authority, found: Found) -> bool:
    """Whether ``readable_statements`` holds it."""
    reach = reach_of(authority)
    return reach is not None and all(getattr(found, column) == value for column, value in reach.items())


def check_kind(authority: Authority, kind: Kind, *, writes: bool) -> None:
    """
    Raises:
        ForbiddenError: no scope of the credential reaches documents of this kind.
    """
    scopes = {"all", kind.scope} if writes else {"all", "all/read", kind.scope}
    if not authority.scopes & scopes:
        raise ForbiddenError(f"this credential may not {'write' if writes else 'read'} {kind.name} documents")


def check_shelf(authority: Authority, shelf: Shelf, *, writes: bool) -> None:
    """A credential that stands for a learner of this portal reaches that learner's documents, and reads of activities.

    Raises:
        ForbiddenError: the document is another's, or everybody's and would be changed.
    """
    if not stands_for_a_learner(authority):
        return
    if shelf.agent and shelf.agent != authority.key:
        raise ForbiddenError("this credential reaches the documents of its own learner only", "agent")
    if writes and not shelf.agent:
        raise ForbiddenError("this credential may not change what all learners share", "activityId")


def may_browse(user: User) -> bool:
    """All statements of everybody, whoever sent them: administrators."""
    return user.is_active and user.is_superuser


def may_void(user: User, statement: Statement) -> bool:
    """Administrators may void what came from outside, once; not what voids, and not the portal's own facts."""
    is_voiding = statement.verb == index_key(vocabulary.VOIDED)
    return may_browse(user) and not (statement.own or statement.voided or is_voiding)


def statement_about(user: User, uuid: UUID) -> Statement | None:
    """The statement, where it names this person anywhere or refers to one that does; voided ones too."""
    rows = page_of(Statement.objects.named([uuid]), wanted_of(keys_of(user)), limit=1).rows
    return rows[0] if rows else None
