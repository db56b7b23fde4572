"""Who may do what with statements and documents."""

from portal.lrs.auth import Authority
from portal.lrs.documents import Kind, Shelf
from portal.lrs.errors import ForbiddenError
from portal.lrs.gates import stands_for_a_learner
from portal.lrs.models import Statement
from portal.lrs.querysets import StatementQuerySet


def readable_statements(authority: Authority) -> StatementQuerySet:
    """All, those of the same authority, or none."""
    if authority.may_read_all:
        return Statement.objects.all()
    return Statement.objects.of_authority(authority.key) if authority.may_read_own else Statement.objects.none()


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
