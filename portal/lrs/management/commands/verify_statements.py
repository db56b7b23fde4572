"""``manage.py verify_statements``: shows that the store agrees with itself and with the facts that rest on it."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.core.clock import now
from portal.lrs.keeping.checking import Finding, check_store


class Command(BaseCommand):
    help = (
        "Compare every statement with its digest, its rules, its index rows, its attachments and what voids it, and "
        "the facts of learners with the statements that tell them. Prints one line a finding."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument(
            "--repair", action="store_true", help="make index rows anew where the text is as it was stored"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        def tell(finding: Finding) -> None:
            if options["json"]:
                self.stdout.write(json.dumps(asdict(finding)))
                return
            state = " (repaired)" if finding.is_repaired else " (remark)" if finding.is_remark else ""
            self.stdout.write(f"{finding.name} {finding.kind}: {finding.message}{state}")

        def progress(seen: int) -> None:
            if options["verbosity"] > 1:
                self.stderr.write(f"{seen} statements looked at")

        check = check_store(at=now(), tell=tell, progress=progress, repair=options["repair"])
        if check.findings:
            raise CommandError(f"{check.findings} findings in {check.statements} statements")
        if not options["json"]:
            self.stdout.write(f"{check.statements} statements, nothing found")
