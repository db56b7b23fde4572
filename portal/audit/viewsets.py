"""Snippets of the CMS whose changes enter the log, each in the transaction that makes it."""

from typing import Any

from django.db import transaction
from django.db.models import Model
from wagtail.snippets.views.snippets import CopyView, CreateView, DeleteView, EditView, SnippetViewSet

from portal.audit.actions import CREATED, DELETED, EDITED, record
from portal.core.clock import now


def values_of(instance: Model) -> dict[str, str]:
    """The fields of a snippet as they are stored, empty ones left out; people appear as numbers only."""
    values = {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


class RecordCreated:
    def save_instance(self) -> Any:
        instance = super().save_instance()  # type: ignore[misc]
        record(CREATED, instance, at=now(), **values_of(instance))
        return instance


class AuditedCreateView(RecordCreated, CreateView):
    pass


class AuditedCopyView(RecordCreated, CopyView):
    pass


class AuditedEditView(EditView):
    def save_instance(self) -> Any:
        instance = super().save_instance()
        if self.form.changed_data:
            record(EDITED, instance, at=now(), changed=sorted(self.form.changed_data), **values_of(instance))
        return instance


class AuditedDeleteView(DeleteView):
    @transaction.atomic
    def delete_action(self) -> None:
        record(DELETED, self.object, at=now(), **values_of(self.object))
        super().delete_action()


class AuditedSnippetViewSet(SnippetViewSet):
    """For snippets whose own fields are no personal data. The hook in ``wagtail_hooks.py`` records deletions in bulk."""

    add_view_class = AuditedCreateView
    copy_view_class = AuditedCopyView
    edit_view_class = AuditedEditView
    delete_view_class = AuditedDeleteView
