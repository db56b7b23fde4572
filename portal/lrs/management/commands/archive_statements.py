"""``manage.py archive_statements YYYY-MM``: puts a month of statements away into a file, or reads it back."""

from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.core.clock import now
from portal.lrs.keeping.archive import ArchiveError, archive_month, restore_month


def _month(text: str) -> date:
    return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()


class Command(BaseCommand):
    help = "Put the statements of a month away into a file of the private storage; broken off, nothing has happened."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=_month, help="YYYY-MM, in UTC")
        parser.add_argument("--restore", action="store_true", help="read the month back instead, as it was")

    def handle(self, *args: Any, month: date, restore: bool = False, **options: Any) -> None:
        act = restore_month if restore else archive_month
        try:
            archive = act(month=month, at=now())
        except ArchiveError as error:
            raise CommandError(f"{month:%Y-%m}: {error}") from None
        self.stdout.write(f"{archive.statements} statements {'are back' if restore else f'are in {archive.file}'}")
