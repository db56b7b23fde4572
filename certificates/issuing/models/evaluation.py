"""What learners are asked about a course, and what they answered. No answer leads to a person."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.models import Orderable

from certificates.issuing.evaluation.querysets import AnswerQuerySet, EvaluationQuestionQuerySet
from certificates.issuing.models.schemes import Accreditation, Scheme
from courses.learning.models import Completion
from portal.accounts.models import languages


class EvaluationQuestion(ClusterableModel):
    """A question of the evaluation form, of one body or of all."""

    class Kind(models.TextChoices):
        SCALE = "scale", _("Scale from 1 to 5")
        CHOICE = "choice", _("One of several")
        TEXT = "text", _("Text")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    scheme = models.ForeignKey(
        Scheme,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="questions",
        verbose_name=_("body that gives credits"),
        help_text=_("Empty: asked in every evaluation form."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    required = models.BooleanField(_("must be answered"), default=True)
    rank = models.PositiveSmallIntegerField(_("rank"), default=10, help_text=_("The lowest is asked first."))
    retired = models.BooleanField(_("retired"), default=False, help_text=_("No longer asked; its answers stay."))

    objects: ClassVar[EvaluationQuestionQuerySet] = EvaluationQuestionQuerySet.as_manager()  # type: ignore[assignment]

    panels: ClassVar[list[object]] = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("kind"), FieldPanel("scheme")]),
        InlinePanel("texts", heading=_("Question by language"), min_num=1),
        FieldRowPanel([FieldPanel("required"), FieldPanel("rank"), FieldPanel("retired")]),
    ]

    class Meta:
        verbose_name = _("question of the evaluation")
        verbose_name_plural = _("questions of the evaluation")
        ordering: ClassVar[list[str]] = ["rank", "code"]

    def __str__(self) -> str:
        return self.code

    def text_in(self, language: str) -> "EvaluationQuestionText":
        """The question in ``language``; where it has none, in that of the portal, else in whatever there is."""
        texts: dict[str, EvaluationQuestionText] = {text.language: text for text in self.texts.all()}
        return texts.get(language) or texts.get(settings.LANGUAGE_CODE) or next(iter(texts.values()))

    @property
    def was_answered(self) -> bool:
        return self.pk is not None and EvaluationAnswer.objects.filter(question=self).exists()


class EvaluationQuestionText(Orderable):
    question = ParentalKey(EvaluationQuestion, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=8, choices=languages)
    text = models.CharField(_("question"), max_length=300)
    options = models.TextField(
        _("answers"),
        blank=True,
        help_text=_("One a line, for “One of several” only; in every language the same ones in the same order."),
    )

    panels: ClassVar[list[object]] = [
        FieldRowPanel([FieldPanel("language"), FieldPanel("text")]),
        FieldPanel("options"),
    ]

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["question", "language"], name="evaluation_question_once_a_language")
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def choices(self) -> list[str]:
        return [line.strip() for line in self.options.splitlines() if line.strip()]


class EvaluationGiven(models.Model):
    """That somebody has given her evaluation; what she answered is kept apart, without a way from here to there."""

    completion = models.OneToOneField(Completion, on_delete=models.PROTECT, related_name="evaluation")

    def __str__(self) -> str:
        return str(self.completion_id)


class EvaluationAnswer(models.Model):
    """One answer to one question by nobody in particular: no time, no order, no other answers of the same form.

    Numbers are random. An answer is shown only from the moment at which enough others to the same question wait with
    it (``released``), and these are then written anew in a mixed order: who looks every day learns nothing of the last one.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    question = models.ForeignKey(EvaluationQuestion, on_delete=models.PROTECT, related_name="answers")
    course_key = models.UUIDField()
    course_version = models.CharField(max_length=20)
    accreditation = models.ForeignKey(Accreditation, null=True, on_delete=models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField(
        null=True, validators=[MinValueValidator(0), MaxValueValidator(99)], help_text=_("Of the scale, or the place.")
    )
    text = models.TextField(blank=True)
    released = models.BooleanField(default=False)

    objects: ClassVar[AnswerQuerySet] = AnswerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["course_key", "question", "released"], name="evaluation_pool")]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__isnull=False, text="") | (Q(value__isnull=True) & ~Q(text="")),
                name="evaluation_answer_is_one",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
