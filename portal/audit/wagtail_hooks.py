"""What the people screens and the actions on many rows of the CMS change enters the log."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from wagtail import hooks

from portal.accounts.models import User
from portal.audit.actions import CREATED, DELETED, EDITED, record
from portal.audit.viewsets import AuditedSnippetViewSet, values_of
from portal.core.clock import now


def rights_of(user: User) -> dict[str, Any]:
    """What somebody may do, as it is now."""
    groups = [str(group) for group in user.groups.order_by("name")]
    return {"groups": groups, "administrator": user.is_superuser, "active": user.is_active}


@hooks.register("after_create_user")
def person_created(request: HttpRequest, user: User) -> None:
    record(CREATED, user, at=now(), **rights_of(user))


@hooks.register("after_edit_user")
def person_edited(request: HttpRequest, user: User) -> None:
    record(EDITED, user, at=now(), **rights_of(user))


@hooks.register("after_delete_user")
def person_deleted(request: HttpRequest, user: User) -> None:
    record(DELETED, user, at=now())


@hooks.register("after_bulk_action")
def many_changed(request: HttpRequest, action_type: str, objects: Sequence[Model], action: Any) -> None:
    """Runs in the transaction of the change; the objects are as they were before it."""
    verb = DELETED if action_type == "delete" else f"{action_type} in the CMS"
    chosen = action.cleaned_form.cleaned_data if action.cleaned_form else {}
    for changed in objects:
        is_audited = isinstance(getattr(changed, "snippet_viewset", None), AuditedSnippetViewSet)
        values = values_of(changed) if is_audited else {name: str(value) for name, value in chosen.items()}
        record(verb, changed, at=now(), **values)
