"""``manage.py erase_from_statements``: erases a person from the record store."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.accounts.models import User
from portal.core.clock import now
from portal.lrs.keeping.erasure import erase_person


class Command(BaseCommand):
    help = "Erase a person from statements, documents and credentials; broken off, it goes on when called again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", type=UUID, help="the uuid of the account")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(uuid=options["person"]).first()
        if user is None:
            raise CommandError("nobody has this uuid")
        for what, number in erase_person(user=user, at=now()).items():
            self.stdout.write(f"{number} {what.replace('_', ' ')}")
