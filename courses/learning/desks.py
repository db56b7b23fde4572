"""Where a learner sits: her enrolment, the course in the language that suits her, and how far she is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F, QuerySet
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect

from courses.catalogue.editions import Edition, editions_of
from courses.catalogue.models import CoursePage, LessonPage, ModulePage
from courses.catalogue.outline import Outline, Step
from courses.learning import rules
from courses.learning.models import Enrolment

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True)
class Desk:
    """A learner's enrolment in one course, with the edition that she reads and how far she is."""

    enrolment: Enrolment
    edition: Edition
    progress: rules.Progress

    @property
    def course(self) -> CoursePage:
        return self.edition.page

    @property
    def outline(self) -> Outline:
        return self.edition.outline

    def url_of(self, step: Step | None) -> str:
        slug = self.course.slug
        if step is None:
            return reverse("learning:course", args=[slug])
        module = self.outline.module_of(step)
        if module is None:
            return reverse("quizzes:start", args=[slug])
        return reverse("learning:lesson", args=[slug, module.slug, step.slug])

    @property
    def next_url(self) -> str:
        return self.url_of(self.progress.next)


def desks_at(enrolments: Sequence[Enrolment], language: str) -> list[Desk]:
    """The desks of ``enrolments`` for a reader of ``language``; six queries, however many."""
    pages = CoursePage.objects.filter(translation_key__in={each.course_key for each in enrolments})
    courses: dict[UUID, list[CoursePage]] = {}
    for page in pages.select_related("locale").order_by("pk"):
        courses.setdefault(page.translation_key, []).append(page)
    own = {each.course_id for each in enrolments}
    needed = [
        page
        for found in courses.values()
        for page in found
        if page.pk in own or page == found[0] or page.locale.language_code == language
    ]
    editions: dict[UUID, list[Edition]] = {}
    for edition in editions_of(needed):
        editions.setdefault(edition.outline.key, []).append(edition)
    return [_desk(each, editions[each.course_key], language) for each in enrolments]


def _desk(enrolment: Enrolment, editions: list[Edition], language: str) -> Desk:
    edition = edition_for(enrolment, editions, language)
    done = {each.step for each in enrolment.progress.all() if each.done_at}
    return Desk(enrolment, edition, rules.progress(edition.outline, done, enrolment.last_step))


def edition_for(enrolment: Enrolment, editions: Sequence[Edition], language: str) -> Edition:
    """The course in the reader's language when it is open in it; else as she enrolled in it, as long as it is whole.

    Args:
        enrolment: hers.
        editions: of its course; that in which the course was written is the first.
        language: in which she reads the portal.
    """
    hers = next((each for each in editions if each.outline.language == language and each.is_open), None)
    enrolled = next((each for each in editions if each.page.pk == enrolment.course_id), editions[0])
    return hers or (enrolled if enrolled.outline.is_whole else editions[0])


def desks_of(user: "User", language: str) -> list[Desk]:
    """All enrolments of ``user``, the one last seen first."""
    enrolments = (
        Enrolment.objects.of(user).for_desks().order_by(F("last_seen_at").desc(nulls_last=True), "-enrolled_at")
    )
    return desks_at(list(enrolments), language)


def latest_desk(user: "User", keys: Sequence[UUID], language: str) -> Desk | None:
    """Her latest enrolment in the first of these courses that she takes."""
    enrolments = Enrolment.objects.of(user).for_desks().filter(course_key__in=keys).order_by("-enrolled_at", "-pk")
    latest = min(enrolments, key=lambda each: keys.index(each.course_key), default=None)
    return desks_at([latest], language)[0] if latest else None


# --- addresses -------------------------------------------------------------------------------------------------------
def courses_at(slug: str, language: str) -> list[UUID]:
    """The keys of the courses that have ``slug`` in some language, the reader's before others, or had it once."""
    pages = list(CoursePage.objects.filter(slug=slug).select_related("locale").order_by("pk"))
    pages.sort(key=lambda page: page.locale.language_code != language)
    moved = CoursePage.objects.filter(pk__in=_moved_from(slug)).order_by("pk")
    return list(dict.fromkeys(page.translation_key for page in (*pages, *moved)))


def step_at(desk: Desk, module: str, lesson: str) -> Step | None:
    """The lesson at this address: in the edition that she reads, else in another language, else before a renaming."""
    for each in desk.outline.modules:
        for step in each.lessons:
            if each.slug == module and step.slug == lesson:
                return step
    keys = [step.key for step in desk.outline.lessons()]
    lessons = LessonPage.objects.filter(translation_key__in=keys).order_by("pk")
    named = list(lessons.filter(slug=lesson))
    above = {page.path[: -page.steplen] for page in named}
    modules = set(ModulePage.objects.filter(slug=module, path__in=above).values_list("path", flat=True))
    found: Iterable[LessonPage] = (page for page in named if page.path[: -page.steplen] in modules)
    page = next(iter(found), None) or lessons.filter(pk__in=_moved_from(f"{module}/{lesson}")).first()
    return desk.outline.step(page.translation_key) if page else None


def _moved_from(end: str) -> "QuerySet[Redirect]":
    """The numbers of the pages whose address ended so before somebody renamed them: Wagtail keeps the old ones."""
    moved: QuerySet[Redirect] = Redirect.objects.filter(old_path__endswith=f"/{end}", redirect_page__isnull=False)
    return moved.values("redirect_page")
