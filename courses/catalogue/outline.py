"""The ordered tree of a course version as plain data, computed once: learning never walks pages in SQL loops."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID, uuid5


@dataclass(frozen=True)
class Step:
    """A lesson or the final quiz: what a learner finishes one by one. ``key`` is the same in every language."""

    key: UUID
    kind: str  # "lesson" or "quiz"
    title: str
    minutes: int
    page_id: int | None = None
    slug: str = ""
    module_key: UUID | None = None


@dataclass(frozen=True)
class Module:
    key: UUID
    code: str
    title: str
    slug: str
    minutes: int
    lessons: tuple[Step, ...]


@dataclass(frozen=True)
class Outline:
    """A course in one language and version; ``minutes`` is the learning time that a certificate states.

    ``written`` holds the keys of the steps that the course has in the language in which it was written; None means
    that this is that language.
    """

    key: UUID
    code: str
    title: str
    version: str
    language: str
    modules: tuple[Module, ...]
    quiz: Step | None
    written: frozenset[UUID] | None = None

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        lessons = tuple(lesson for module in self.modules for lesson in module.lessons)
        return (*lessons, self.quiz) if self.quiz else lessons

    @cached_property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.steps)

    @cached_property
    def is_whole(self) -> bool:
        """Whether it can be studied: there are lessons, and exactly the steps of the course as it was written."""
        keys = frozenset(step.key for step in self.steps)
        return any(self.lessons()) and (self.written is None or keys == self.written)

    def step(self, key: UUID) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)

    def module_of(self, step: Step) -> Module | None:
        return next((module for module in self.modules if module.key == step.module_key), None)

    def following(self, step: Step) -> Step | None:
        """The step after ``step`` in course order, None after the last."""
        index = self.steps.index(step) + 1
        return self.steps[index] if index < len(self.steps) else None

    def lessons(self) -> Iterator[Step]:
        return (step for step in self.steps if step.kind == "lesson")


def quiz_key(course_key: UUID) -> UUID:
    """The key of a course's final quiz: derived, so that it is the same in every language."""
    return uuid5(course_key, "final quiz")
