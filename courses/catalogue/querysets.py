"""Questions about courses."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Min
from wagtail.models import PageManager
from wagtail.query import PageQuerySet

if TYPE_CHECKING:
    from courses.catalogue.models import CoursePage


class CourseQuerySet(PageQuerySet["CoursePage"]):
    def in_language(self, code: str) -> "CourseQuerySet":
        courses: CourseQuerySet = self.filter(locale__language_code=code)
        return courses

    def complete(self) -> "CourseQuerySet":
        """Courses that one can enrol in; the others are outlines."""
        courses: CourseQuerySet = self.filter(is_complete=True)
        return courses

    def as_first_written(self) -> "CourseQuerySet":
        """Each course once, in the language in which it was written first: its translations were made later."""
        firsts = self.order_by().values("translation_key").annotate(first=Min("pk")).values("first")
        courses: CourseQuerySet = self.filter(pk__in=firsts)
        return courses

    def same_courses(self, courses: "Iterable[CoursePage]") -> "CourseQuerySet":
        """``courses`` in every language, the one in which each was written first: its translations were made later."""
        keys = {course.translation_key for course in courses}
        pages: CourseQuerySet = self.filter(translation_key__in=keys).order_by("pk")
        return pages

    def as_written(self, courses: "Iterable[CoursePage]") -> "list[CoursePage]":
        """The page of each of ``courses`` in the language in which it was written, published or not."""
        first: dict[object, CoursePage] = {}
        for page in self.same_courses(courses):
            first.setdefault(page.translation_key, page)
        return list(first.values())


CourseManager = PageManager.from_queryset(CourseQuerySet)
