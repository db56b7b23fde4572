"""Choosing questions from banks and shuffling, all from one stored seed (pure)."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar
from uuid import UUID

Item = TypeVar("Item")


def draw(banks: Sequence[tuple[Sequence[Item], int]], seed: int) -> list[Item]:
    """``count`` of each bank's items (all, where the bank holds fewer), mixed. The same seed draws the same."""
    dice = Random(seed)  # noqa: S311  a shuffle that must be repeatable, not a secret
    chosen = [item for items, count in banks for item in dice.sample(list(items), min(count, len(items)))]
    dice.shuffle(chosen)
    return chosen


def order(choices: Sequence[Item], seed: int, question: UUID) -> list[Item]:
    """The answers of one question in the order that this attempt shows them."""
    shown = list(choices)
    Random(f"{seed}:{question}").shuffle(shown)  # noqa: S311
    return shown
