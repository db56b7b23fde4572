"""What of pooled answers may be shown without telling who gave them (pure)."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

FEWEST = 5  # of whatever is counted in a report
SCALE = (1, 2, 3, 4, 5)


def shown(counts: Sequence[int]) -> list[int | None]:
    """The counts, None for what is suppressed.

    A count below ``FEWEST`` is hidden, but for nought, which is nobody. What is hidden cannot be found by subtraction
    from the total: at least two counts are hidden together, and together they are at least ``FEWEST``.
    """
    if sum(counts) < FEWEST:
        return [None] * len(counts)
    hidden = {n for n, count in enumerate(counts) if 0 < count < FEWEST}
    others = sorted((n for n, count in enumerate(counts) if count >= FEWEST), key=lambda n: counts[n])
    while hidden and (len(hidden) < 2 or sum(counts[n] for n in hidden) < FEWEST):
        if not others:  # one answer alone stands beside noughts: then these are hidden too
            return [None] * len(counts)
        hidden.add(others.pop(0))
    return [None if n in hidden else count for n, count in enumerate(counts)]


def mean(counts: Mapping[int, int]) -> Decimal | None:
    """The mean of so many answers of each value; None for fewer than ``FEWEST``.

    To a tenth, and to a half while a count is hidden: a finer mean of few answers would tell the hidden ones.
    """
    total = sum(counts.values())
    if total < FEWEST:
        return None
    exact = Decimal(sum(value * count for value, count in counts.items())) / total
    step = Decimal("0.5") if None in shown(list(counts.values())) else Decimal("0.1")
    return (exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def ready(waiting: int) -> int:
    """Of so many answers that nobody has seen, how many are shown now: all together, or none while they are few."""
    return waiting if waiting >= FEWEST else 0
