"""The questions that the page of counters asks, of summaries alone."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Max, Min, QuerySet, Sum
from django.db.models.functions import TruncMonth

if TYPE_CHECKING:
    from portal.lrs.models import DailyCount


class Top(NamedTuple):
    """The keys that have most, each with its number, and how many there are in all."""

    shares: list[tuple[Any, int]]
    different: int


@dataclass(frozen=True)
class Cut:
    """Which counts are asked: None does not ask. ``credential`` 0 is the portal itself."""

    verb: int | None = None
    activity: int | None = None
    credential: int | None = None
    tenant: str | None = None


class DailyCountQuerySet(QuerySet["DailyCount"]):
    def period(self) -> tuple[date, date] | None:
        """The first and the last day on which anything was counted."""
        found = self.aggregate(first=Min("day"), last=Max("day"))
        return (found["first"], found["last"]) if found["first"] else None

    def between(self, first: date, last: date) -> "DailyCountQuerySet":
        """Of days from ``first`` to ``last``, both included."""
        return self.filter(day__gte=first, day__lte=last)

    def cut(self, cut: Cut) -> "DailyCountQuerySet":
        found = self
        if cut.verb is not None:
            found = found.filter(verb=cut.verb)
        if cut.activity is not None:
            found = found.filter(activity=cut.activity)
        if cut.credential is not None:
            found = found.filter(credential=cut.credential or None)
        if cut.tenant is not None:
            found = found.filter(tenant=cut.tenant)
        return found

    def by_day(self) -> dict[date, int]:
        """How many each day; days without any are not there."""
        return dict(self.values_list("day").annotate(Sum("statements")).order_by())

    def by_month(self) -> dict[date, int]:
        """How many each month, which is named by its first day."""
        return dict(self.annotate(month=TruncMonth("day")).values_list("month").annotate(Sum("statements")).order_by())

    def top(self, column: str, number: int) -> Top:
        """What ``column`` names most, the most first."""
        sums = self.values_list(column).annotate(n=Sum("statements")).order_by("-n", column)
        return Top(list(sums[:number]), self.values(column).distinct().count())
