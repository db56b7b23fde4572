"""``manage.py renew_signing_key``: another key of the portal's own, before the one in use ends."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from certificates.issuing import renewal
from certificates.issuing.keys import KeyAwayError
from portal.core.clock import now


class Command(BaseCommand):
    help = "Make another key of the portal's own and sign with it from now on; certificates signed before stay valid."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = renewal.renew(at=now())
        except renewal.NotOwnError:
            raise CommandError(
                "The key is named by SIGNING_KEY or SIGNING_PKCS11_MODULE: exchange what these name (docs/operators.md)."
            ) from None
        except KeyAwayError as error:
            raise CommandError(f"Nothing was changed: {error}.") from error
        end = key.certificate.not_valid_after_utc
        self.stdout.write(
            f"signs from now on: {key.fingerprint}, until {end:%Y-%m-%d}; put the folder into your backup"
        )
