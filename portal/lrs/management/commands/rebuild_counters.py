"""``manage.py rebuild_counters``: shows that counters and statements agree, and counts again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.core.clock import now
from portal.lrs.counts.actions import count_new_statements
from portal.lrs.counts.rebuild import count_again, differences


class Command(BaseCommand):
    help = (
        "Compare the counters with the statements of the record store; --apply replaces the counters. Statements that were "
        "erased stay counted until then, those of archived months for ever."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="count every statement that is there again")

    def handle(self, *args: Any, apply: bool = False, **options: Any) -> None:
        counted = count_new_statements(at=now())
        self.stdout.write(f"{counted} new statements counted")
        if apply:
            self.stdout.write(f"{count_again()} statements counted again")
        found = differences()
        for each in found:
            self.stdout.write(str(each))
        if found:
            raise CommandError(f"{len(found)} counters differ from the statements")
        self.stdout.write("no difference")
