"""Marking, passing, and when the next attempt may begin (pure)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class AttemptRules:
    """``attempts`` make a round; between two of them ``wait``, after a round ``long_wait``."""

    attempts: int
    wait: timedelta
    long_wait: timedelta


def is_right(right: Collection[str], given: Collection[str]) -> bool:
    """Exactly the right answers chosen, no more and no fewer."""
    return set(given) == set(right)


def score(marks: Sequence[bool]) -> float:
    """The share of right answers, 0.0 to 1.0, to four digits; nothing asked scores nothing."""
    return round(sum(marks) / len(marks), 4) if marks else 0.0


def passes(scaled: float, pass_mark: int) -> bool:
    """Whether ``scaled`` (0.0 to 1.0) reaches ``pass_mark`` (percent)."""
    return scaled * 100 >= pass_mark


def opens_at(rules: AttemptRules, finished: Sequence[datetime]) -> datetime | None:
    """When the next attempt may begin after the ``finished`` ones (oldest first); None: at once."""
    if not finished:
        return None
    wait = rules.long_wait if len(finished) % rules.attempts == 0 else rules.wait
    return finished[-1] + wait if wait else None


def left_in_round(rules: AttemptRules, finished: int) -> int:
    """Attempts left before the long wait."""
    return rules.attempts - finished % rules.attempts
