"""The questions asked about days written for analysts."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import F, QuerySet

if TYPE_CHECKING:
    from portal.lrs.models import ParquetDay


class ParquetDayQuerySet(QuerySet["ParquetDay"]):
    def up_to_date(self) -> "ParquetDayQuerySet":
        """The file tells what the store tells."""
        return self.filter(in_file=F("changes"))

    def of(self, days: Iterable[date]) -> "ParquetDayQuerySet":
        return self.filter(day__in=set(days))

    def written_before(self, moment: datetime) -> "ParquetDayQuerySet":
        return self.filter(written_at__lt=moment)

    def changed(self) -> int:
        """Have them written again; how many that are."""
        return self.update(changes=F("changes") + 1)
