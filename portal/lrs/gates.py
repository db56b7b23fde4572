"""Vetoes on what comes from outside. An upper floor registers its own in ``ready()``."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from portal.core.types import JsonObject
from portal.lrs.auth import Authority
from portal.lrs.errors import ForbiddenError
from portal.lrs.indexing import identifier
from portal.lrs.parsing import json_path

# Given a valid batch in order, who sends it and when; raises an LrsError to refuse the whole of it. It runs in the
# transaction that stores, for every batch that does not come from the portal itself.
Gate = Callable[[Sequence[JsonObject], Authority, datetime], None]

_gates: list[Gate] = []


def register_gate(check: Gate) -> Gate:
    """Enter ``check``; usable as a decorator. Entered twice it still runs once."""
    if check not in _gates:
        _gates.append(check)
    return check


def pass_gates(statements: Sequence[JsonObject], authority: Authority, at: datetime) -> None:
    for check in _gates:
        check(statements, authority, at)


@register_gate
def about_oneself(statements: Sequence[JsonObject], authority: Authority, at: datetime) -> None:
    """A credential that stands for a learner of this portal tells of that learner only."""
    if not stands_for_a_learner(authority):
        return
    for n, statement in enumerate(statements):
        if identifier(statement["actor"]) != authority.key:
            raise ForbiddenError("this credential may tell of its own learner only", json_path((n, "actor")))


def stands_for_a_learner(authority: Authority) -> bool:
    return is_a_learner(authority.agent)


def is_a_learner(agent: JsonObject) -> bool:
    """Whether ``agent`` is an account of this portal that is named by a uuid, as ``building.learner`` makes it."""
    account = agent.get("account", {})
    if account.get("homePage") != settings.PUBLIC_URL:
        return False
    try:
        UUID(account["name"])
    except ValueError:
        return False
    return True
