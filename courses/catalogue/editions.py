"""One course in several languages: which of them a reader gets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from courses.catalogue.models import CourseIndexPage, CoursePage
from courses.catalogue.outline import Outline
from courses.catalogue.outlines import outline_of, outlines_of


@dataclass(frozen=True)
class Edition:
    """A course in one language."""

    page: CoursePage
    outline: Outline

    @property
    def is_open(self) -> bool:
        """Whether one can enrol: published, opened by its editors, and with every lesson there."""
        return bool(self.page.live and self.page.is_complete and self.outline.is_whole)

    @property
    def minutes(self) -> int:
        """As the catalogue tells them: those of the modules, and of the quiz of a course that has its lessons."""
        quiz = self.outline.quiz.minutes if self.outline.quiz and self.page.is_complete else 0
        return sum(module.minutes for module in self.outline.modules) + quiz


def edition_of(page: CoursePage) -> Edition:
    return Edition(page, outline_of(page))


def editions_of(pages: Collection[CoursePage]) -> list[Edition]:
    """In the order of ``pages``, whose locales are at hand."""
    outlines = outlines_of(pages)
    return [Edition(page, outlines[page.pk]) for page in pages]


def preferred(editions: Sequence[Edition], *languages: str) -> Edition | None:
    """What can be studied before what cannot; then the first of ``languages``, the portal's own, or any."""
    order = [*languages, settings.LANGUAGE_CODE]

    def rank(edition: Edition) -> tuple[bool, int]:
        language = edition.outline.language
        return not edition.is_open, order.index(language) if language in order else len(order)

    return min(editions, key=rank, default=None)


def for_reader(pages: Collection[CoursePage], language: str) -> list[Edition]:
    """Each course once, in the edition that suits a reader of ``language``."""
    courses: dict[UUID, list[Edition]] = {}
    for edition in editions_of(pages):
        courses.setdefault(edition.outline.key, []).append(edition)
    return [chosen for found in courses.values() if (chosen := preferred(found, language))]


def catalogue_for(language: str) -> CourseIndexPage | None:
    """The catalogue in ``language``, the portal's own, or any."""
    order = [language, settings.LANGUAGE_CODE]
    pages = CourseIndexPage.objects.live().select_related("locale").order_by("pk")
    return min(
        pages,
        key=lambda page: order.index(page.locale.language_code) if page.locale.language_code in order else len(order),
        default=None,
    )
