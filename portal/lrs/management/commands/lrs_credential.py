"""Credentials of xAPI clients: create, list, revoke."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.core.clock import now
from portal.lrs.auth import SCOPES
from portal.lrs.credentials import create_credential, revoke_credential
from portal.lrs.errors import InvalidError
from portal.lrs.indexing import identifier
from portal.lrs.models import Credential


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        orders = parser.add_subparsers(dest="order", required=True)
        create = orders.add_parser("create", help="make a credential and print its secret, once")
        create.add_argument("name", help="whose it is, for lists")
        who = create.add_mutually_exclusive_group(required=True)
        who.add_argument("--mbox", help="the authority as mailto:name@host")
        who.add_argument("--account", nargs=2, metavar=("HOMEPAGE", "NAME"), help="the authority as an account")
        create.add_argument("--scope", action="append", choices=SCOPES, help="default: statements/write and read/mine")
        create.add_argument(
            "--tenant", default="", help="share statements and documents with this customer's credentials only"
        )
        create.add_argument("--days", type=int, help="ends after so many days")
        create.add_argument("--origin", action="append", default=[], help="whose scripts may use it; default: all")
        create.add_argument("--rate", type=int, help="requests a minute, in place of the portal's own limit")
        create.add_argument("--body-limit", type=int, help="bytes of one request, in place of the portal's own limit")
        orders.add_parser("list", help="every credential, never a secret")
        orders.add_parser("revoke", help="end a credential now").add_argument("key")

    def handle(self, *args: Any, **options: Any) -> None:
        orders = {"create": self._create, "list": self._list, "revoke": self._revoke}
        orders[options["order"]](options)

    def _create(self, options: dict[str, Any]) -> None:
        at = now()
        agent: dict[str, Any] = {"mbox": options["mbox"]}
        if options["account"]:
            home_page, name = options["account"]
            agent = {"account": {"homePage": home_page, "name": name}}
        try:
            credential, secret = create_credential(
                name=options["name"],
                authority=agent,
                scopes=options["scope"] or ["statements/write", "statements/read/mine"],
                at=at,
                tenant=options["tenant"],
                expires_at=at + timedelta(days=options["days"]) if options["days"] else None,
                origins=options["origin"],
                rate=options["rate"],
                body_limit=options["body_limit"],
            )
        except InvalidError as error:
            raise CommandError(f"{error.path}: {error.message}") from None
        self.stdout.write(f"key     {credential.key}")
        self.stdout.write(f"secret  {secret}")

    def _list(self, options: dict[str, Any]) -> None:
        usable = set(Credential.objects.usable(now()).values_list("pk", flat=True))
        for each in Credential.objects.order_by("pk"):
            state = "usable" if each.pk in usable else "revoked" if each.revoked_at else "expired"
            self.stdout.write(
                f"{each.key}  {state:8}{', '.join(each.scopes)}  {identifier(each.authority)}"
                f"  {each.tenant or '-'}  {each.name}"
            )

    def _revoke(self, options: dict[str, Any]) -> None:
        credential = Credential.objects.filter(key=options["key"]).first()
        if credential is None:
            raise CommandError("no credential has this key")
        revoke_credential(credential=credential, at=now())
        self.stdout.write(f"revoked {credential.key}")
