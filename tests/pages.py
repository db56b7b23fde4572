"""A small site with one course, built as an editor would build it."""

from wagtail.models import Locale, Page, Site

from campaign.pages.models import HomePage
from courses.catalogue.models import CourseIndexPage, CoursePage, LessonPage, ModulePage


def make_site() -> HomePage:
    """The home page as root of the default site."""
    english, _ = Locale.objects.get_or_create(language_code="en")
    # A test with real transactions has left neither root nor language.
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="Root", slug="root", locale=english)
    for page in root.get_children():
        page.delete()
    root.refresh_from_db()
    home = root.add_child(instance=HomePage(title="Imaging with care", slug="home", locale=english))
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", port=80, root_page=home, is_default_site=True, site_name="Alara Campus")
    return home


def make_course(
    home: HomePage, *, code: str = "J", modules: int = 2, lessons: int = 2, complete: bool = True
) -> CoursePage:
    """A course of ``modules`` x ``lessons`` lessons of five minutes, with a final quiz of twenty minutes."""
    index = CourseIndexPage.objects.child_of(home).first() or home.add_child(
        instance=CourseIndexPage(title="Courses", slug="courses")
    )
    course = index.add_child(
        instance=CoursePage(
            title=f"Course {code}", slug=f"course-{code.lower()}", code=code, is_complete=complete, lead="A course."
        )
    )
    for m in range(1, modules + 1):
        module = course.add_child(
            instance=ModulePage(title=f"Module {code}{m}", slug=f"m{m}", code=f"{code}{m}", minutes=5 * lessons)
        )
        for n in range(1, lessons + 1):
            module.add_child(
                instance=LessonPage(
                    title=f"Lesson {m}.{n}",
                    slug=f"lesson-{n}",
                    minutes=5,
                    body=[("text", "<p>Text of the lesson.</p>")],
                )
            )
    return course
