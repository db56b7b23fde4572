"""What upper floors rest on statements. They enter their questions in ``ready()``."""

from collections.abc import Callable, Collection, Iterable, Iterator
from uuid import UUID

# Given registrations: those that progress or a certificate rests on.
Ground = Callable[[Collection[UUID]], Iterable[UUID]]
# The facts that no statement of the portal's own tells: the fact's uuid and what is wrong, without personal data.
Untold = Callable[[], Iterator[tuple[UUID, str]]]

_grounds: list[Ground] = []
_untold: list[Untold] = []


def register_ground(question: Ground) -> None:
    if question not in _grounds:
        _grounds.append(question)


def register_facts(question: Untold) -> None:
    if question not in _untold:
        _untold.append(question)


def rested_on(registrations: Collection[UUID]) -> set[UUID]:
    """Those of ``registrations`` whose statements nothing may prune."""
    if not registrations:
        return set()
    return {each for question in _grounds for each in question(registrations)}


def untold_facts() -> Iterator[tuple[UUID, str]]:
    for question in _untold:
        yield from question()
