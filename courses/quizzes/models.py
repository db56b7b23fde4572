"""Question banks and quizzes (content, edited in the CMS), attempts and responses (facts)."""

from typing import ClassVar
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.models import Orderable

from courses.catalogue.models import CoursePage
from courses.learning.models import Enrolment
from courses.quizzes.querysets import AttemptQuerySet, QuestionQuerySet, QuizQuerySet


class QuestionBank(models.Model):  # type: ignore[django-manager-missing]  # made by modelcluster
    """The questions on one module."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)

    panels: ClassVar[list[object]] = [FieldPanel("code"), FieldPanel("title")]

    class Meta:
        verbose_name = _("question bank")
        verbose_name_plural = _("question banks")
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Question(ClusterableModel):
    class Kind(models.TextChoices):
        SINGLE = "single", _("One right answer")
        MULTIPLE = "multiple", _("Several right answers")
        TRUE_FALSE = "truefalse", _("True or false")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="questions", verbose_name=_("question bank")
    )
    code = models.CharField(_("code"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    stem = models.TextField(_("question"))
    rationale = models.TextField(_("rationale"), help_text=_("Shown after submission: why the right answer is right."))
    source_title = models.CharField(_("source"), max_length=250)
    source_locator = models.CharField(_("article, table or page"), max_length=150, blank=True)
    verified = models.BooleanField(
        _("source verified"), default=False, help_text=_("Only verified questions count towards a certificate.")
    )
    retired = models.BooleanField(_("retired"), default=False, help_text=_("No longer drawn; past attempts keep it."))

    objects: ClassVar[QuestionQuerySet] = QuestionQuerySet.as_manager()  # type: ignore[assignment]

    panels: ClassVar[list[object]] = [
        FieldRowPanel([FieldPanel("bank"), FieldPanel("code"), FieldPanel("kind")]),
        FieldPanel("stem"),
        InlinePanel("choices", heading=_("Answers"), min_num=2, max_num=8),
        FieldPanel("rationale"),
        FieldRowPanel([FieldPanel("source_title"), FieldPanel("source_locator")]),
        FieldRowPanel([FieldPanel("verified"), FieldPanel("retired")]),
    ]

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.stem[:60]}"

    @property
    def was_asked(self) -> bool:
        """Whether a learner met it: then results, statements and certificates rest on it as it is."""
        return self.pk is not None and Response.objects.filter(question=self).exists()


class Choice(Orderable):
    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="choices")
    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    text = models.CharField(_("answer"), max_length=400)
    right = models.BooleanField(_("right"), default=False)

    panels: ClassVar[list[object]] = [FieldPanel("text"), FieldPanel("right")]

    def __str__(self) -> str:
        return self.text


class Quiz(ClusterableModel):
    """The final quiz of a course, and its rules."""

    course = models.OneToOneField(CoursePage, on_delete=models.PROTECT, related_name="quiz", verbose_name=_("course"))
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark in percent"), default=75, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("After these the longer wait applies and the count starts again."),
    )
    wait_minutes = models.PositiveIntegerField(
        _("minutes between attempts"), default=0, help_text=_("Time to read again before the next attempt.")
    )
    long_wait_hours = models.PositiveIntegerField(_("hours after the last attempt of a round"), default=24)

    objects: ClassVar[QuizQuerySet] = QuizQuerySet.as_manager()  # type: ignore[assignment]

    panels: ClassVar[list[object]] = [
        FieldPanel("course"),
        FieldPanel("pass_mark"),
        FieldRowPanel([FieldPanel("attempts"), FieldPanel("wait_minutes"), FieldPanel("long_wait_hours")]),
        InlinePanel("draws", heading=_("Questions drawn"), min_num=1),
    ]

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")

    def __str__(self) -> str:
        return str(self.course)

    def clean(self) -> None:
        """One quiz serves all languages of a course, so that attempts are counted together."""
        super().clean()
        if self.course_id is None:
            return
        other = Quiz.objects.of_course(self.course.translation_key).exclude(pk=self.pk).first()
        if other is not None:
            raise ValidationError(
                {
                    "course": ValidationError(
                        _(
                            "This course has a quiz already: “%(course)s” (%(language)s). It serves every language:"
                            " change that one."
                        ),
                        params={"course": other.course.title, "language": other.course.locale.language_code},
                    )
                }
            )


class Draw(Orderable):
    """How many questions the quiz takes from one bank."""

    quiz = ParentalKey(Quiz, on_delete=models.CASCADE, related_name="draws")
    bank = models.ForeignKey(QuestionBank, on_delete=models.PROTECT, related_name="+", verbose_name=_("question bank"))
    count = models.PositiveSmallIntegerField(_("number of questions"), default=4, validators=[MinValueValidator(1)])

    panels: ClassVar[list[object]] = [FieldPanel("bank"), FieldPanel("count")]


class Attempt(models.Model):
    """One go at a quiz. The drawn questions are its ``responses`` rows; the order of answers follows from ``seed``."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attempts")
    quiz = models.ForeignKey(Quiz, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    pass_mark = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)

    objects: ClassVar[AttemptQuerySet] = AttemptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "number"], name="attempt_numbers_once"),
            models.UniqueConstraint(fields=["enrolment"], condition=Q(finished_at=None), name="one_open_attempt"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class Response(models.Model):
    """A drawn question of an attempt; answered once, marked at once, never changed afterwards."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="responses")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    given = models.JSONField(null=True, blank=True, help_text=_("The uuids of the chosen answers."))
    right = models.BooleanField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="response_positions_once"),
            models.UniqueConstraint(fields=["attempt", "question"], name="question_once_an_attempt"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.position}"
