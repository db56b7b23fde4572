"""``manage.py export_certificates FILE``: a signed list of every certificate issued, to be kept on another machine."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.issuing.credentials.exports import signed_export
from certificates.issuing.keys import KeyAwayError
from portal.core.clock import now


class Command(BaseCommand):
    help = (
        "Write a signed list of every certificate issued, without names. A list that is there is replaced only once the "
        "new one is whole. Keep it apart from the backup."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"]
        fresh = target.with_name(f".{target.name}.part")
        try:
            fresh.write_text(signed_export(at=now()), encoding="utf-8")
            fresh.replace(target)
        except (KeyAwayError, OSError) as error:
            fresh.unlink(missing_ok=True)
            raise CommandError(f"no list was written: {error}") from error
