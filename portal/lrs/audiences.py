"""Groups of people that statements can be chosen by. An upper floor enters those it knows in ``ready()``."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from django.utils.functional import Promise

from portal.lrs.forwarding.rules import Spell

__all__ = ["Audience", "Spell", "groups", "name_of", "people_of", "register_audience"]


class Audience(Protocol):
    """A kind of groups; ``kind`` begins the names of its groups, ``label`` is for people."""

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str | Promise: ...

    def groups(self) -> Sequence[tuple[str, str]]:
        """Identifier and name of each group."""

    def people(self, group: str) -> Mapping[str, Sequence[Spell]]:
        """When somebody belonged to it, by the index keys of the agents that the person may be; empty for no group."""


_audiences: dict[str, Audience] = {}


def register_audience(audience: Audience) -> None:
    """Enter ``audience``; another one of the same kind takes its place."""
    _audiences[audience.kind] = audience


def groups() -> list[tuple[str | Promise, list[tuple[str, str]]]]:
    """All groups by the label of their kind, each named as ``people_of`` takes it."""
    return [
        (each.label, [(f"{each.kind}:{group}", name) for group, name in each.groups()]) for each in _audiences.values()
    ]


def name_of(name: str) -> str:
    """The name for people of the group ``name``; empty where it is not known."""
    return next((told for _, several in groups() for group, told in several if group == name), "")


def people_of(name: str) -> Mapping[str, Sequence[Spell]]:
    """When somebody belonged to the group ``name``; nobody where it is not known."""
    kind, _, group = name.partition(":")
    audience = _audiences.get(kind)
    return audience.people(group) if audience else {}
