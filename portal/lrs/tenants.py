"""Whose statements the store keeps apart. An upper floor that knows customers registers them in ``ready()``."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from portal.accounts.models import User


class Tenant(NamedTuple):
    """An organisation; ``uuid`` as text is the ``tenant`` of its credentials and statements."""

    uuid: UUID
    name: str


# Given a person and the moment: the organisations for which she may act in the store then.
Directory = Callable[[User, datetime], list[Tenant]]

_directories: list[Directory] = []


def register_directory(directory: Directory) -> Directory:
    """Enter ``directory``; usable as a decorator. Entered twice it still counts once."""
    if directory not in _directories:
        _directories.append(directory)
    return directory


def tenants_of(user: User, at: datetime) -> dict[str, str]:
    """The names of the organisations for which ``user`` may act, by their uuids as text."""
    return {str(each.uuid): each.name for directory in _directories for each in directory(user, at)}
