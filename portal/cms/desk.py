"""What lies on an editor's desk: her drafts, and the pages that others handed in for her to look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from wagtail.models import Page, TaskState
from wagtail.models.pages import get_default_page_content_type
from wagtail.permission_policies.pages import PagePermissionPolicy

from portal.accounts.models import User

SHOWN = 5


@dataclass(frozen=True)
class Review:
    """A page that waits for a decision; ``handed_in_by`` is empty where nobody is known for it any more."""

    page: Page
    handed_in_by: str
    since: datetime


@dataclass(frozen=True)
class Desk:
    """The newest ``SHOWN`` of each kind, and how many there are.

    Args:
        add_below: number of the page below which she may add one, None where she may not.
    """

    reviews: Sequence[Review]
    reviews_count: int
    drafts: Sequence[Page]
    drafts_count: int
    add_below: int | None


def desk_of(user: User, home: Page | None) -> Desk | None:
    """The desk of ``user`` in as many queries whatever lies on it; None for somebody who edits nothing.

    Args:
        home: the page at the top of the site, below which new pages are offered.
    """
    if not user.has_perm("wagtailadmin.access_admin"):
        return None
    waiting = TaskState.objects.reviewable_by(user).filter(revision__base_content_type=get_default_page_content_type())
    drafts = (
        PagePermissionPolicy()
        .instances_user_has_permission_for(user, "change")
        .filter(has_unpublished_changes=True, latest_revision__user=user)
        .select_related("locale")
        .prefetch_workflow_states()
        .order_by("-latest_revision_created_at", "-pk")
    )
    return Desk(
        reviews=reviews_of(waiting.select_related("revision__user").order_by("-started_at")[:SHOWN]),
        reviews_count=waiting.count(),
        drafts=drafts[:SHOWN],
        drafts_count=drafts.count(),
        add_below=home.pk if home and home.permissions_for_user(user).can_add_subpage() else None,
    )


def reviews_of(states: Iterable[TaskState]) -> list[Review]:
    """A page that was deleted meanwhile is left out."""
    states = list(states)
    pages = Page.objects.select_related("locale").in_bulk([int(state.revision.object_id) for state in states])
    reviews = []
    for state in states:
        page, by = pages.get(int(state.revision.object_id)), state.revision.user
        if page is not None:
            reviews.append(Review(page, by.name if by else "", state.started_at))
    return reviews
