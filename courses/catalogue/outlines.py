"""Reading outlines of courses from their pages: three queries whatever their size and number."""

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import TypeVar
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_noop

from courses.catalogue.models import CoursePage, LessonPage, ModulePage
from courses.catalogue.outline import Module, Outline, Step, quiz_key

Child = TypeVar("Child", ModulePage, LessonPage)
QUIZ_TITLE = gettext_noop("Final quiz")


def outline_of(course: CoursePage) -> Outline:
    """The outline of the published pages below ``course``, in their order."""
    return outlines_of([course])[course.pk]


def outlines_of(courses: Collection[CoursePage]) -> dict[int, Outline]:
    """The outlines of ``courses`` by the number of their page, each compared with the course as it was written."""
    if not courses:
        return {}
    written = {page.translation_key: page for page in CoursePage.objects.as_written(courses)}
    below = reduce(or_, (Q(path__startswith=page.path) for page in (*courses, *written.values())))
    lessons = _by_parent(LessonPage.objects.live().filter(below).order_by("path").defer("body", "sources"))
    modules = {
        path: tuple(_module(page, lessons.get(page.path, [])) for page in pages)
        for path, pages in _by_parent(ModulePage.objects.live().filter(below).order_by("path")).items()
    }
    return {course.pk: _outline(course, modules, written[course.translation_key]) for course in courses}


def _by_parent(pages: Iterable[Child]) -> dict[str, list[Child]]:
    """``pages`` by the path of the page above them."""
    found: dict[str, list[Child]] = {}
    for page in pages:
        found.setdefault(page.path[: -page.steplen], []).append(page)
    return found


def _module(module: ModulePage, lessons: Iterable[LessonPage]) -> Module:
    return Module(
        key=module.translation_key,
        code=module.code,
        title=module.title,
        slug=module.slug,
        minutes=module.minutes,
        lessons=tuple(
            Step(
                key=lesson.translation_key,
                kind="lesson",
                title=lesson.title,
                minutes=lesson.minutes,
                page_id=lesson.pk,
                slug=lesson.slug,
                module_key=module.translation_key,
            )
            for lesson in lessons
        ),
    )


def _quiz(course: CoursePage) -> Step | None:
    """The final quiz; its title is English, and whoever shows it translates it."""
    if not course.has_final_quiz:
        return None
    return Step(key=quiz_key(course.translation_key), kind="quiz", title=QUIZ_TITLE, minutes=course.quiz_minutes)


def _keys(course: CoursePage, modules: tuple[Module, ...]) -> frozenset[UUID]:
    quiz = _quiz(course)
    return frozenset(step.key for step in (*(each for module in modules for each in module.lessons), quiz) if step)


def _outline(course: CoursePage, modules: dict[str, tuple[Module, ...]], written: CoursePage) -> Outline:
    return Outline(
        key=course.translation_key,
        code=course.code,
        title=course.title,
        version=course.version,
        language=course.locale.language_code,
        modules=modules.get(course.path, ()),
        quiz=_quiz(course),
        written=None if written.pk == course.pk else _keys(written, modules.get(written.path, ())),
    )
