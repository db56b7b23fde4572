"""``manage.py compare_certificates FILE``: after a restore, what a signed list knows and the database does not."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.issuing.credentials.exports import NotOursError, entries_of, findings, make_good, reserve_places
from portal.core.clock import now


class Command(BaseCommand):
    help = (
        "Compare a list by export_certificates with the database. Prints one line a certificate that is missing, "
        "unfinished, valid again or has another file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--apply",
            action="store_true",
            help="keep numbers and places of those that are missing, and revoke again what was revoked",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entries = entries_of(options["file"].read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['file']} cannot be read") from error
        except NotOursError as error:
            raise CommandError("the list is damaged, or no trusted key of this portal signed it") from error
        at, found = now(), list(findings(entries))
        if options["apply"]:
            reserve_places(entries)
        for finding in found:
            done = f" ({make_good(finding=finding, at=at)})" if options["apply"] else ""
            entry = finding.entry
            self.stdout.write(f"{finding.number} {entry['uuid']} of {entry['issued_at']}: {finding.lack}{done}")
        if found and not options["apply"]:
            raise CommandError(f"{len(found)} certificates differ")
        self.stdout.write(f"{len(found)} certificates differed" if found else "the list and the database agree")
