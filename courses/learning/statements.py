"""The xAPI sentences of enrolment, reading and completion (pure).

Activities are named by keys that are the same in every language; the learner is named by uuid, never by address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tincan import Activity, Result, Score, Statement

from courses.catalogue.outline import Outline, Step
from portal.lrs import vocabulary as words
from portal.lrs.building import activity, context, learner, sentence

MARK_NEEDED = "/xapi/extensions/pass-mark"  # behind the portal's address: the key of the extension


@dataclass(frozen=True)
class Scene:
    """What every sentence of one enrolment shares. ``home`` is the portal's public address without a slash."""

    home: str
    platform: str
    learner: UUID
    registration: UUID
    outline: Outline
    at: datetime

    def iri(self, kind: str, key: UUID) -> str:
        return f"{self.home}/xapi/activities/{kind}/{key}"

    @property
    def course(self) -> Activity:
        return activity(self.iri("course", self.outline.key), words.COURSE, {self.outline.language: self.outline.title})

    def step(self, step: Step) -> Activity:
        if step.kind == "quiz":
            return activity(self.iri("quiz", step.key), words.ASSESSMENT, {"en": step.title})
        return activity(self.iri("lesson", step.key), words.LESSON, {self.outline.language: step.title})

    def parent(self, step: Step) -> str:
        return self.iri("module", step.module_key) if step.module_key else self.iri("course", self.outline.key)


def say(
    scene: Scene,
    verb: str,
    what: Activity,
    *,
    parent: str | None = None,
    result: Result | None = None,
    extensions: Mapping[str, object] | None = None,
) -> Statement:
    course = scene.iri("course", scene.outline.key)
    return sentence(
        actor=learner(scene.learner, scene.home),
        verb=verb,
        what=what,
        at=scene.at,
        result=result,
        context=context(
            registration=scene.registration,
            parent=[parent] if parent else [],
            grouping=[] if what.id == course else [course],
            language=scene.outline.language,
            platform=scene.platform,
            revision=scene.outline.version,
            extensions=extensions or {},
        ),
    )


def registered(scene: Scene) -> Statement:
    return say(scene, words.REGISTERED, scene.course)


def initialized(scene: Scene) -> Statement:
    """The course was opened for the first time."""
    return say(scene, words.INITIALIZED, scene.course)


def lesson_completed(scene: Scene, lesson: Step) -> Statement:
    return say(scene, words.COMPLETED, scene.step(lesson), parent=scene.parent(lesson), result=Result(completion=True))


def progressed(scene: Scene, percent: int) -> Statement:
    """``percent`` of the course's minutes are done, 0 to 100."""
    return say(scene, words.PROGRESSED, scene.course, result=Result(extensions={words.PROGRESS: percent}))


def completed(scene: Scene, score: float | None, pass_mark: float | None) -> Statement:
    """The whole course: with the learning time that the certificate states, and score and pass mark of the final quiz.

    Both are 0.0 to 1.0, None for a course without quiz.
    """
    return say(
        scene,
        words.COMPLETED,
        scene.course,
        result=Result(
            completion=True,
            duration=timedelta(minutes=scene.outline.minutes),
            score=None if score is None else Score(scaled=score),
            **({} if pass_mark is None else {"extensions": {f"{scene.home}{MARK_NEEDED}": pass_mark}}),
        ),
    )
