"""A course of ``tests.pages.make_course`` in a second language, with addresses of its own."""

from wagtail.models import Locale

from courses.catalogue.models import CoursePage
from courses.learning.models import Enrolment
from courses.quizzes.models import Attempt


def translate_course(course: CoursePage, code: str = "de", *, without: tuple[str, ...] = ()) -> CoursePage:
    """The course with all its pages in language ``code``, published but for the slugs in ``without``.

    Slugs get the language in front: ``course-j/m1/lesson-1`` becomes ``de-course-j/de-m1/de-lesson-1``.
    """
    locale = Locale.objects.get_or_create(language_code=code)[0]
    for parent in course.get_ancestors().filter(depth__gt=1):
        if not parent.has_translation(locale):
            parent.specific.copy_for_translation(locale).save_revision().publish()
    for page in course.get_descendants(inclusive=True):
        copy = page.specific.copy_for_translation(locale)
        copy.slug, copy.title = f"{code}-{page.slug}", f"{page.title} ({code})"
        copy.save_revision()
        if page.slug in without:
            copy.save()
        else:
            copy.get_latest_revision().publish()
    return course.get_translation(locale)


def read_all(client, course: str = "course-j", modules: int = 2, lessons: int = 2) -> None:
    """Mark every lesson as read, through the button below it."""
    for module in range(1, modules + 1):
        for lesson in range(1, lessons + 1):
            client.post(f"/learn/{course}/m{module}/lesson-{lesson}/done/")


def right_answers(question) -> list[str]:
    return [str(choice.uuid) for choice in question.choices.all() if choice.right]


def pass_quiz(client, user, course: str = "course-j") -> Attempt:
    """Sit the final quiz and answer everything right."""
    client.post(f"/learn/{course}/quiz/")
    enrolment = Enrolment.objects.of(user).order_by("-pk").first()
    attempt = Attempt.objects.of(enrolment).order_by("-pk").first()
    for response in attempt.responses.select_related("question"):
        client.post(
            f"/learn/{course}/quiz/{attempt.uuid}/{response.position}/answer/",
            {"choice": right_answers(response.question)},
        )
    attempt.refresh_from_db()
    return attempt
