"""Who may sit a quiz, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from courses.catalogue.outline import Outline, Step
from courses.learning.actions import finished_steps
from courses.learning.models import Enrolment
from courses.learning.rules import lessons_left
from courses.quizzes import rules
from courses.quizzes.models import Attempt, Quiz


@dataclass(frozen=True)
class Admission:
    """Whether an attempt may begin: not while lessons are unread or taken down, before ``opens_at``, nor once passed."""

    whole: bool
    unread: list[Step]
    opens_at: datetime | None
    passed: bool
    left_in_round: int

    @property
    def granted(self) -> bool:
        return self.whole and not self.unread and self.opens_at is None and not self.passed


def rules_of(quiz: Quiz) -> rules.AttemptRules:
    return rules.AttemptRules(
        attempts=quiz.attempts,
        wait=timedelta(minutes=quiz.wait_minutes),
        long_wait=timedelta(hours=quiz.long_wait_hours),
    )


def may_start(enrolment: Enrolment, outline: Outline, quiz: Quiz, at: datetime) -> Admission:
    finished = list(Attempt.objects.of(enrolment).finished().order_by("number").values_list("finished_at", "passed"))
    ends = [end for end, _ in finished if end is not None]
    opens_at = rules.opens_at(rules_of(quiz), ends)
    return Admission(
        whole=outline.is_whole,
        unread=lessons_left(outline, finished_steps(enrolment)),
        opens_at=opens_at if opens_at and opens_at > at else None,
        passed=enrolment.closed_at is not None or any(passed for _, passed in finished),
        left_in_round=rules.left_in_round(rules_of(quiz), len(finished)),
    )
