"""How many statements were stored, by day and by what they say."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Coalesce

from portal.lrs.counts.querysets import DailyCountQuerySet
from portal.lrs.models.credentials import Credential


class Term(models.Model):
    """A verb or an activity that counters name.

    ``key`` is what the columns of a statement hold; ``iri`` and ``names``, a language map, are as a statement told them.
    """

    class Kind(models.TextChoices):
        VERB = "verb"
        ACTIVITY = "activity"

    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=500)
    iri = models.TextField()
    names = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "key"], name="term_once")
        ]

    def __str__(self) -> str:
        return self.iri


class DailyCount(models.Model):
    """How many statements were stored on a day (UTC) with one verb, object, credential and customer.

    What is counted is what was stored: a statement that is voided or erased later stays counted. ``activity`` is None
    where the object is no activity, ``credential`` where the portal itself spoke.
    """

    day = models.DateField()
    verb = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    activity = models.ForeignKey(Term, null=True, on_delete=models.PROTECT, related_name="+")
    credential = models.ForeignKey(Credential, null=True, on_delete=models.PROTECT, related_name="+")
    tenant = models.CharField(max_length=100, blank=True)
    statements = models.PositiveBigIntegerField()

    objects: ClassVar[DailyCountQuerySet] = DailyCountQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                "day", "verb", Coalesce("activity", 0), Coalesce("credential", 0), "tenant", name="daily_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.statements}"


class Tally(models.Model):
    """How far the counters have come, in one row: every statement up to ``counted_to`` is in them, and none after it.

    ``as_of`` is when there was nothing left to count; None before that was so for the first time.
    """

    counted_to = models.BigIntegerField(default=0)
    as_of = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.counted_to)
