"""The key that signs ends one day: the operator is told well before, and renews the portal's own by a command."""

from datetime import datetime, timedelta

import structlog

from certificates.issuing import keys
from certificates.issuing.actions import note_use
from certificates.issuing.alarms import tell_operator
from certificates.issuing.keys import Key, KeyAwayError
from certificates.issuing.models import SigningKey
from portal.audit.actions import record

log = structlog.get_logger(__name__)
ENDS_SOON = "found signing key about to end"
WELL_BEFORE = timedelta(days=120)
TELL_AGAIN = timedelta(days=6, hours=20)
OWN_ADVICE = "Run “manage.py renew_signing_key”: workers take the new key with the next certificate."
OTHER_ADVICE = "Get a new certificate from your authority and exchange SIGNING_KEY and SIGNING_CERTIFICATES."


class NotOwnError(Exception):
    """The key in use is named by a setting, so it is renewed by whoever gave it."""


def renew(*, at: datetime) -> Key:
    """A new key of the portal's own, in use from now on; what older ones signed stays as it is and is still recognised.

    Raises:
        NotOwnError: a setting names the key.
        KeyAwayError: the portal's own authority is not there.
    """
    if not keys.is_own():
        raise NotOwnError
    keys.renew_own(at)
    key = keys.current(at)
    row = note_use(key, at)
    record("renewed signing key", row, at=at, fingerprint=key.fingerprint)
    return key


def report_end(*, at: datetime) -> bool:
    """Tell the operator, once a week, of a key that ends within four months; whether it was told now.

    A key that cannot be read is told of when something waits for it, one that has never signed when it does.
    """
    try:
        key = keys.current(at)
    except KeyAwayError:
        return False
    row = SigningKey.objects.filter(fingerprint=key.fingerprint).first()
    end = key.certificate.not_valid_after_utc
    if row is None or end - at > WELL_BEFORE:
        return False
    text = (
        f"The certificate of the key that signs certificates ends on {end:%d %B %Y}. After that day nothing is issued.\n\n"
        f"{OWN_ADVICE if key.is_own else OTHER_ADVICE}"
    )
    told = tell_operator(
        verb=ENDS_SOON, about=row, subject="The signing key ends soon", text=text, at=at, again=TELL_AGAIN
    )
    if told:
        log.error("signing key ends soon", on=f"{end:%Y-%m-%d}")
    return told
