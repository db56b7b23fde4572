"""One small class per question kind: how an answer is read, checked and told in xAPI (pure)."""

from collections.abc import Collection, Sequence
from typing import ClassVar


class UnreadableAnswerError(ValueError):
    """What came in cannot be an answer to this question."""


class Kind:
    """``given`` and ``offered`` are identifiers of answers."""

    several: ClassVar[bool] = False
    shuffled: ClassVar[bool] = True
    interaction: ClassVar[str] = "choice"

    def has_key(self, right: int, wrong: int) -> bool:
        """Whether a question with so many right and wrong answers can be answered: one right among others."""
        return right == 1 and wrong >= 1

    def read(self, given: Sequence[str], offered: Collection[str]) -> list[str]:
        """The chosen identifiers, sorted.

        Raises:
            UnreadableAnswerError: nothing chosen, too many chosen, or an answer that this question does not offer.
        """
        chosen = sorted(set(given))
        if not chosen:
            raise UnreadableAnswerError("nothing chosen")
        if not set(chosen) <= set(offered):
            raise UnreadableAnswerError("not an answer of this question")
        if len(chosen) > 1 and not self.several:
            raise UnreadableAnswerError("one answer only")
        return chosen


class Single(Kind):
    pass


class Multiple(Kind):
    several = True

    def has_key(self, right: int, wrong: int) -> bool:
        return right >= 1 and wrong >= 1


class TrueFalse(Kind):
    shuffled = False

    def has_key(self, right: int, wrong: int) -> bool:
        return (right, wrong) == (1, 1)


KINDS: dict[str, Kind] = {"single": Single(), "multiple": Multiple(), "truefalse": TrueFalse()}
