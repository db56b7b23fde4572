"""``manage.py revoke_lost_certificate NUMBER REASON``: revoke a certificate that only a signed list still names."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.issuing.credentials.exports import revoke_lost
from certificates.issuing.models import Certificate, Credential
from portal.core.clock import now


class Command(BaseCommand):
    help = "Revoke a certificate that a restore has lost and compare_certificates has kept by number."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number")
        parser.add_argument("reason", choices=Certificate.Reason.values)

    def handle(self, *args: Any, **options: Any) -> None:
        credential = Credential.objects.lost().filter(number=options["number"]).first()
        if credential is None:
            raise CommandError("no lost certificate has this number: revoke others in the CMS")
        revoke_lost(credential=credential, reason=options["reason"], at=now())
        self.stdout.write(f"{credential.number} is revoked")
