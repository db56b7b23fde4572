"""Which days have been written for analysts."""

from typing import ClassVar

from django.db import models

from portal.lrs.parquet.querysets import ParquetDayQuerySet


class ParquetDay(models.Model):
    """A finished day (UTC) whose statements stand in a Parquet file; a day without any has a row and no file.

    ``changes`` grows whenever one of them is voided, rewritten or erased; ``in_file`` is how many of these the file knows.
    Where the two differ it is written again.
    """

    day = models.DateField(unique=True)
    statements = models.PositiveBigIntegerField(default=0)
    written_at = models.DateTimeField(null=True)
    changes = models.PositiveIntegerField(default=1)
    in_file = models.PositiveIntegerField(default=0)

    objects: ClassVar[ParquetDayQuerySet] = ParquetDayQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.day.isoformat()
