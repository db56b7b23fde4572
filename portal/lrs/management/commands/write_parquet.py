"""``manage.py write_parquet``: the files for analysts, of any period."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.core.clock import now
from portal.lrs.parquet.actions import ArchivedError, UnfinishedError, file_name, write_day, write_finished_days


class Command(BaseCommand):
    help = "Write the days that wait to be written, or every day of a period again (days in UTC, both included)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, help="first day, as 2026-11-01")
        parser.add_argument(
            "--until", type=date.fromisoformat, help="last day; the first one alone where none is given"
        )

    def handle(self, *args: Any, since: date | None = None, until: date | None = None, **options: Any) -> None:
        at = now()
        if since is None:
            if until is not None:
                raise CommandError("--until needs --since")
            while write_finished_days(at=at):
                pass
            self.stdout.write("every finished day is written")
            return
        for n in range(((until or since) - since).days + 1):
            day = since + timedelta(days=n)
            try:
                self.stdout.write(f"{file_name(day)}: {write_day(day=day, at=at)} statements")
            except ArchivedError as error:
                self.stdout.write(str(error))
            except UnfinishedError as error:
                raise CommandError(str(error)) from error
