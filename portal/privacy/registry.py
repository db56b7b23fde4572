"""Who holds data of people. An app enters its holder in ``ready()``."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from portal.accounts.models import User


class DataHolder(Protocol):
    """What an app must offer of the data that it keeps about one person."""

    @property
    def name(self) -> str:
        """Of the folder that the export of this holder becomes."""
        ...

    def export(self, person: User) -> Iterator[tuple[str, Iterable[bytes]]]:
        """Files with what is kept about ``person``: a name, and the content in pieces."""
        ...

    def erase(self, person: User, at: datetime) -> Mapping[str, int]:
        """Erase ``person``, but for what law asks to keep; how many of what. Done twice it finds nothing more."""
        ...


_holders: list[DataHolder] = []


def register(holder: DataHolder) -> None:
    """Enter ``holder``; another one of the same name is replaced."""
    _holders[:] = [each for each in _holders if each.name != holder.name]
    _holders.append(holder)


def holders() -> list[DataHolder]:
    """In the order of the installed apps, so upper floors first: what they still hold, the floors below must keep."""
    return list(_holders)
