"""A course as pages: CourseIndexPage > CoursePage > ModulePage > LessonPage.

Pages are content. What a learner did is kept in ``courses.learning`` and points at a page by its ``translation_key``,
which is the same in every language, so progress follows a learner who changes language.
"""

from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable

from courses.catalogue.blocks import LessonBody, SourceBlock
from courses.catalogue.querysets import CourseManager
from portal.accounts.models import Profession
from portal.cms.blocks import TEXT_FEATURES
from portal.cms.pages import PortalPage


class CourseIndexPage(PortalPage):
    """The catalogue."""

    template = "pages/catalogue/course_index_page.html"
    parent_page_types: ClassVar[list[str]] = ["campaign_pages.HomePage"]
    subpage_types: ClassVar[list[str]] = ["catalogue.CoursePage"]

    class Meta:
        verbose_name = _("course catalogue")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """``courses``: each published course of the catalogue in any language once, as it suits the reader."""
        from courses.catalogue.editions import for_reader

        catalogues = self.get_translations(inclusive=True).values_list("path", "depth")
        below = reduce(or_, (Q(path__startswith=path, depth=depth + 1) for path, depth in catalogues))
        pages = CoursePage.objects.live().filter(below).select_related("locale").order_by("path")
        editions = for_reader(pages, get_language() or settings.LANGUAGE_CODE)
        return {
            **super().get_context(request, *args, **kwargs),
            "courses": [
                {
                    "page": edition.page,
                    "language": edition.outline.language,
                    "modules": len(edition.outline.modules),
                    "minutes": edition.minutes,
                    "is_open": edition.is_open,
                }
                for edition in sorted(editions, key=lambda each: (not each.page.is_child_of(self), each.page.path))
            ],
        }


class CoursePage(PortalPage):
    code = models.CharField(_("code"), max_length=8)
    version = models.CharField(_("version"), max_length=20, default="1.0", help_text=_("Printed on certificates."))
    intro = RichTextField(_("introduction"), features=TEXT_FEATURES, blank=True)
    audience = models.JSONField(_("audience"), default=list, blank=True)
    is_complete = models.BooleanField(_("open for enrolment"), default=False)
    has_final_quiz = models.BooleanField(_("ends with a quiz"), default=True)
    quiz_minutes = models.PositiveSmallIntegerField(_("minutes for the quiz"), default=20)
    repeat_after_months = models.PositiveSmallIntegerField(
        _("months until it may be taken again"),
        default=9,
        db_default=9,
        validators=[MaxValueValidator(120)],
        help_text=_("After a completion. Nine leave three months in which a yearly duty can be met without a gap."),
    )
    certificate_months = models.PositiveSmallIntegerField(
        _("months that its certificates are valid"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_("From the day of completion, printed on the certificate. Empty: without end."),
    )

    objects = CourseManager()

    content_panels: ClassVar[list[object]] = [
        *PortalPage.content_panels,
        FieldPanel("intro"),
        MultiFieldPanel(
            [
                FieldPanel("code"),
                FieldPanel("version"),
                FieldPanel("is_complete"),
                FieldPanel("has_final_quiz"),
                FieldPanel("quiz_minutes"),
                FieldPanel("repeat_after_months"),
                FieldPanel("certificate_months"),
            ],
            heading=_("Course"),
        ),
    ]
    template = "pages/catalogue/course_page.html"
    parent_page_types: ClassVar[list[str]] = ["catalogue.CourseIndexPage"]
    subpage_types: ClassVar[list[str]] = ["catalogue.ModulePage"]

    class Meta:
        verbose_name = _("course")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """``outline``, and ``modules``: each published module with its outcomes and lessons, in four queries."""
        from courses.catalogue.outlines import outline_of

        outline = outline_of(self)
        pages = {
            page.translation_key: page
            for page in ModulePage.objects.child_of(self).live().prefetch_related("outcomes").order_by("path")
        }
        return {
            **super().get_context(request, *args, **kwargs),
            "outline": outline,
            "modules": [(pages[module.key], module.lessons) for module in outline.modules],
        }

    @property
    def audience_labels(self) -> list[str]:
        return [str(Profession(role).label) for role in self.audience if role in Profession.values]


class ModulePage(PortalPage):
    code = models.CharField(_("code"), max_length=8)
    minutes = models.PositiveSmallIntegerField(_("minutes"), validators=[MinValueValidator(1), MaxValueValidator(600)])
    bss_articles = models.CharField(_("articles of Directive 2013/59/Euratom"), max_length=120, blank=True)
    rp175 = models.CharField(_("RP 175 inventory"), max_length=120, blank=True)
    audience = models.JSONField(_("audience"), default=list, blank=True)

    content_panels: ClassVar[list[object]] = [
        *PortalPage.content_panels,
        MultiFieldPanel(
            [FieldPanel("code"), FieldPanel("minutes"), FieldPanel("bss_articles"), FieldPanel("rp175")],
            heading=_("Module"),
        ),
        InlinePanel("outcomes", heading=_("Learning outcomes")),
    ]
    template = "pages/catalogue/module_page.html"
    parent_page_types: ClassVar[list[str]] = ["catalogue.CoursePage"]
    subpage_types: ClassVar[list[str]] = ["catalogue.LessonPage"]

    class Meta:
        verbose_name = _("module")


class LearningOutcome(Orderable):
    """What a learner knows, can do and answers for after a module (RP 175: knowledge, skill, competence)."""

    class Kind(models.TextChoices):
        KNOWLEDGE = "knowledge", _("Knowledge")
        SKILL = "skill", _("Skill")
        COMPETENCE = "competence", _("Competence")

    module = ParentalKey(ModulePage, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    text = models.CharField(_("text"), max_length=300)
    bss_article = models.CharField(_("article"), max_length=60, blank=True)
    roles = models.JSONField(_("roles"), default=list, blank=True)

    panels: ClassVar[list[object]] = [FieldPanel("kind"), FieldPanel("text"), FieldPanel("bss_article")]

    @property
    def role_labels(self) -> list[str]:
        return [str(Profession(role).label) for role in self.roles if role in Profession.values]


class LessonPage(PortalPage):
    minutes = models.PositiveSmallIntegerField(_("minutes"), validators=[MinValueValidator(1), MaxValueValidator(240)])
    body = StreamField(LessonBody(), verbose_name=_("body"), blank=True)
    sources = StreamField([("source", SourceBlock())], verbose_name=_("sources"), blank=True)

    content_panels: ClassVar[list[object]] = [
        *PortalPage.content_panels,
        FieldPanel("minutes"),
        FieldPanel("body"),
        FieldPanel("sources"),
    ]
    template = "pages/catalogue/lesson_page.html"
    parent_page_types: ClassVar[list[str]] = ["catalogue.ModulePage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("lesson")
