"""Asking an outside store, without changing anything, whether it would take our statements."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lrs.forwarding.client import Answer, AwayError, StoreClient
from portal.lrs.forwarding.secrecy import UnreadableError, unseal
from portal.lrs.models import Receiver

TOTAL_SECONDS = 8  # somebody waits for the page


class Outcome(models.TextChoices):
    GOOD = "good", _("The store answers, speaks this version and knows the key.")
    UNREACHABLE = "unreachable", _("The store cannot be reached. Check the address and the network.")
    SLOW = "slow", _("The store did not answer in time.")
    STRANGE = "strange", _("What answers there is no record store. Check the address.")
    VERSION = "version", _("The store does not speak this version of xAPI. Choose the other one.")
    CLOSED = "closed", _("The store refused the key. Check key and secret.")
    BLIND = "blind", _("The key may not read statements. Whether it may write them shows with the first delivery.")
    BROKEN = "broken", _("The store answered with an error of its own. Try again later.")
    SECRET = "secret", _("The secret can no longer be read, because the portal's own key changed. Enter it anew.")


def try_out(receiver: Receiver) -> Outcome:
    """Ask what the store is, and for one statement."""
    try:
        secret = unseal(receiver.sealed_secret)
    except UnreadableError:
        return Outcome.SECRET
    version = receiver.version
    client = StoreClient(receiver.endpoint, version=version, key=receiver.key, secret=secret, total=TOTAL_SECONDS)
    with client:
        try:
            return _of_about(client.about(), version) or _of_statements(client.newest())
        except AwayError as error:
            return Outcome.SLOW if error.slow else Outcome.UNREACHABLE


def _of_about(answer: Answer, version: str) -> Outcome | None:
    """What speaks against the store."""
    if answer.status >= 500:
        return Outcome.BROKEN
    value = answer.value()
    versions = value.get("version") if isinstance(value, dict) else None
    if answer.status != 200 or not isinstance(versions, list):
        return Outcome.CLOSED if answer.status in {401, 403} else Outcome.STRANGE
    family = version.rpartition(".")[0]
    return None if any(str(each).startswith(family) for each in versions) else Outcome.VERSION


def _of_statements(answer: Answer) -> Outcome:
    match answer.status:
        case 200:
            return Outcome.GOOD
        case 401:
            return Outcome.CLOSED
        case 403:
            return Outcome.BLIND
        case status if status >= 500:
            return Outcome.BROKEN
        case _:
            return Outcome.STRANGE
