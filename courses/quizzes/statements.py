"""The xAPI sentences of a quiz (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tincan import Result, Score, Statement

from courses.catalogue.outline import Step
from courses.learning.statements import Scene, say
from portal.lrs import vocabulary as words
from portal.lrs.building import activity


@dataclass(frozen=True)
class Asked:
    """A question as it was asked: identifiers and texts of its answers, and which are right."""

    uuid: UUID
    stem: str
    language: str
    kind: str
    choices: Sequence[tuple[str, str]]
    right: Sequence[str]


def _attempt(scene: Scene, attempt: UUID) -> Mapping[str, object]:
    return {f"{scene.home}/xapi/extensions/attempt": str(attempt)}


def attempt_initialized(scene: Scene, quiz: Step, attempt: UUID) -> Statement:
    return say(
        scene, words.INITIALIZED, scene.step(quiz), parent=scene.parent(quiz), extensions=_attempt(scene, attempt)
    )


def answered(
    scene: Scene, quiz: Step, attempt: UUID, asked: Asked, given: Sequence[str], *, is_right: bool
) -> Statement:
    """One answer; several chosen ones are joined by ``[,]`` as xAPI asks."""
    if asked.kind == "truefalse":
        texts = dict(asked.choices)
        value = {uuid: "true" if n == 0 else "false" for n, uuid in enumerate(texts)}
        interaction: dict[str, object] = {
            "interaction_type": "true-false",
            "correct_responses_pattern": [value[each] for each in asked.right],
        }
        response = value[given[0]]
    else:
        interaction = {
            "interaction_type": "choice",
            "correct_responses_pattern": ["[,]".join(sorted(asked.right))],
            "choices": [{"id": uuid, "description": {asked.language: text}} for uuid, text in asked.choices],
        }
        response = "[,]".join(given)
    return say(
        scene,
        words.ANSWERED,
        activity(
            scene.iri("question", asked.uuid), words.INTERACTION, {asked.language: asked.stem}, interaction=interaction
        ),
        parent=scene.step(quiz).id,
        result=Result(success=is_right, response=response),
        extensions=_attempt(scene, attempt),
    )


def finished(scene: Scene, quiz: Step, attempt: UUID, *, score: float, passed: bool) -> Statement:
    return say(
        scene,
        words.PASSED if passed else words.FAILED,
        scene.step(quiz),
        parent=scene.parent(quiz),
        result=Result(success=passed, completion=True, score=Score(scaled=score)),
        extensions=_attempt(scene, attempt),
    )
