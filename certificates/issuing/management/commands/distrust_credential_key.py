"""``manage.py distrust_credential_key KEY``: withdraw a key of verifiable credentials that others may have."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.issuing.credentials.actions import distrust
from certificates.issuing.models import CredentialKey
from portal.core.clock import now


class Command(BaseCommand):
    help = "Take a key out of did.json: no credential and no status list that it signed verifies any more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="publicKeyMultibase of did.json, z6Mk…")

    def handle(self, *args: Any, **options: Any) -> None:
        key = CredentialKey.objects.filter(multibase=options["key"]).first()
        if key is None:
            raise CommandError("no credential was signed with this key")
        distrust(key=key, at=now())
        self.stdout.write(f"{key.multibase} is distrusted")
