"""Snippets of the CMS whose changes enter the log, each in the transaction that makes it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, ProtectedError
from wagtail.snippets.views.snippets import CopyView, CreateView, DeleteView, EditView, SnippetViewSet

from portal.audit.actions import CREATED, DELETED, EDITED, record
from portal.core.clock import now


def values_of(instance: Model) -> dict[str, str]:
    """The fields of a snippet as they are stored, empty ones left out; people appear as numbers only.

    A model whose fields name people in words lists these as ``not_logged``: that they changed is kept, not the words.
    """
    left_out = getattr(instance, "not_logged", ())
    fields = (field for field in instance._meta.concrete_fields if field.attname not in left_out)
    values = {field.attname: getattr(instance, field.attname) for field in fields}
    return {name: str(value) for name, value in values.items() if value not in (None, "")}


def _changed_below(form: Any) -> set[str]:
    """Names of the lists in a form of which a row was changed, added or taken out."""
    return {name for name, rows in getattr(form, "formsets", {}).items() if rows.has_changed()}


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
        changed = {*self.form.changed_data, *_changed_below(self.form)}
        if changed:
            record(EDITED, instance, at=now(), changed=sorted(changed), **values_of(instance))
        return instance


class AuditedDeleteView(DeleteView):
    @transaction.atomic
    def delete_action(self) -> None:
        record(DELETED, self.object, at=now(), **values_of(self.object))
        try:
            super().delete_action()
        except ProtectedError:  # by a model that the CMS keeps no index of, so that it had not seen this before
            raise PermissionDenied from None


class AuditedSnippetViewSet(SnippetViewSet):
    """For snippets whose own fields are no personal data. The hook in ``wagtail_hooks.py`` records deletions in bulk."""

    add_view_class = AuditedCreateView
    copy_view_class = AuditedCopyView
    edit_view_class = AuditedEditView
    delete_view_class = AuditedDeleteView
