"""``manage.py rebuild_progress``: shows that progress and statements agree, and brings lost rows back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.learning.comparing import bring_back, differences, told_by_rows


class Command(BaseCommand):
    help = "Compare progress with the statements of the record store; --apply makes rows that are missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--apply", action="store_true", help="make the rows that statements tell of and that are missing"
        )

    def handle(self, *args: Any, apply: bool = False, **options: Any) -> None:
        if apply:
            self.stdout.write(f"{bring_back()} rows made")
        found = list(differences())
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} enrolments differ from their statements")
        self.stdout.write(f"{len(told_by_rows())} enrolments, no difference")
