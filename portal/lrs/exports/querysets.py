"""The questions asked about exports."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet

if TYPE_CHECKING:
    from portal.lrs.models import Export


class ExportQuerySet(QuerySet["Export"]):
    def under_way(self) -> "ExportQuerySet":
        return self.filter(state__in=[self.model.State.WAITING, self.model.State.RUNNING])

    def waiting_since_before(self, moment: datetime) -> "ExportQuerySet":
        return self.filter(state=self.model.State.WAITING, asked_at__lt=moment)

    def silent_since_before(self, moment: datetime) -> "ExportQuerySet":
        """Being written by a worker that has not said so since: it was killed."""
        return self.filter(state=self.model.State.RUNNING, beat_at__lt=moment)

    def ended_before(self, moment: datetime) -> "ExportQuerySet":
        return self.filter(ended_at__lt=moment)

    def held_by(self, export: "Export") -> "ExportQuerySet":
        """``export``, as long as the worker that began it is the one that writes it."""
        return self.filter(pk=export.pk, state=self.model.State.RUNNING, tries=export.tries)
