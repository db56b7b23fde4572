"""``manage.py hold_mail``: set aside the mail that waits, before the first start after a restore."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.core.tasks import hold_waiting_mail


class Command(BaseCommand):
    help = "Set aside the mail that waits: after a restore it may have left already."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{hold_waiting_mail()} messages are set aside and will not be sent")
