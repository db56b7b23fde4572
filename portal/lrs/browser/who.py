"""Which agent a typed text means."""

import re

from portal.core.types import JsonObject
from portal.lrs.errors import InvalidError
from portal.lrs.iri import is_iri, is_mailto, is_sha1
from portal.lrs.parameters import read_agent

_ACCOUNT = re.compile(r"(?P<home>\S+)\s+(?P<name>\S.*)")


def agent_of(text: str) -> JsonObject | None:
    """An agent written as ``mailto:…``, as 40 hexadecimal digits, as home page, space and account name, as an OpenID or
    as the standard's JSON; None where the text is none of these.

    Raises:
        InvalidError: JSON that is no agent.
    """
    text = text.strip()
    if text.startswith("{"):
        return read_agent(text)
    if text.lower().startswith("mailto:"):
        mbox = f"mailto:{text[7:].strip()}"
        if not is_mailto(mbox):
            raise InvalidError("is not an e-mail address")
        return {"mbox": mbox}
    if is_sha1(text):
        return {"mbox_sha1sum": text}
    account = _ACCOUNT.fullmatch(text)
    if account and is_iri(account["home"]):
        return {"account": {"homePage": account["home"], "name": account["name"]}}
    return {"openid": text} if is_iri(text) else None


def address_of(text: str) -> JsonObject | None:
    """The agent of a bare e-mail address."""
    mbox = f"mailto:{text.strip()}"
    return {"mbox": mbox} if is_mailto(mbox) else None
