"""Making pages of the course texts, once; afterwards the pages belong to their editors."""

from typing import Any

from django.db import transaction
from wagtail.models import Page

from courses.catalogue.content_files import Block, CourseText, Lesson, ModuleText
from courses.catalogue.models import CourseIndexPage, CoursePage, LearningOutcome, LessonPage, ModulePage
from portal.cms.richtext import from_markdown

LEAD = "Short courses in your own time, each with a final quiz and a certificate that anyone can verify."


def stream_block(block: Block) -> tuple[str, Any]:
    """One block of a course text as a block of ``LessonBody``."""
    value = block.value
    match block.kind:
        case "text":
            return "text", from_markdown(value)
        case "heading":
            return "heading", value
        case "key" | "warning" as kind:
            return "note", {"kind": kind, "title": "", "text": from_markdown(value)}
        case "example":
            return "note", {"kind": "example", "title": value.title, "text": from_markdown(value.text)}
        case "steps":
            return "steps", {"title": value.title, "items": [from_markdown(item) for item in value.items]}
        case "duty":
            return "duty", {"role": value.role, "article": value.article, "text": from_markdown(value.text)}
        case "figure_numbers":
            return "numbers", {"items": [item.model_dump() for item in value.items]}
        case "case":
            return "case", {
                "title": value.title,
                "situation": from_markdown(value.situation),
                "request": value.request,
                "question": from_markdown(value.question),
                "options": [{"text": option.text, "reply": from_markdown(option.reply)} for option in value.options],
                "discussion": from_markdown(value.discussion),
            }
        case _:
            return "table", value.model_dump()


def add_lesson(module: ModulePage, lesson: Lesson) -> None:
    module.add_child(
        instance=LessonPage(
            title=lesson.title,
            slug=lesson.slug,
            minutes=lesson.minutes,
            body=[stream_block(block) for block in lesson.body],
            sources=[
                (
                    "source",
                    {
                        "title": source.title,
                        "locator": source.locator,
                        "url": source.url,
                        "verified": source.status == "verified",
                    },
                )
                for source in lesson.sources
            ],
        )
    )


def add_module(course: CoursePage, text: ModuleText) -> None:
    module = course.add_child(
        instance=ModulePage(
            title=text.title,
            slug=text.slug,
            lead=text.summary[:300],
            code=text.code,
            minutes=text.minutes,
            bss_articles=text.bss,
            rp175=text.rp175,
            audience=list(text.audience),
            outcomes=[
                LearningOutcome(
                    kind=outcome.kind,
                    text=outcome.text,
                    bss_article=outcome.bss,
                    roles=list(outcome.roles),
                    sort_order=n,
                )
                for n, outcome in enumerate(text.outcomes)
            ],
        )
    )
    for lesson in text.lessons:
        add_lesson(module, lesson)


@transaction.atomic
def load_course(*, home: Page, text: CourseText, modules: list[ModuleText]) -> tuple[CoursePage, bool]:
    """The page of this course below the catalogue of ``home``, and whether it was made now.

    A course that is there, under whatever title its editors gave it, is left alone: it is known by its code.
    """
    index = CourseIndexPage.objects.child_of(home).first() or home.add_child(
        instance=CourseIndexPage(title="Courses", slug="courses", show_in_menus=True, lead=LEAD)
    )
    known = CoursePage.objects.child_of(index).filter(code=text.code).first()
    if known:
        return known, False
    course = index.add_child(
        instance=CoursePage(
            title=text.title,
            slug=text.slug,
            lead=text.lead,
            code=text.code,
            version=text.version,
            intro=from_markdown(text.intro),
            audience=list(text.audience),
            is_complete=text.complete,
            reviewed_on=text.reviewed_on,
        )
    )
    for module in modules:
        add_module(course, module)
    return course, True
