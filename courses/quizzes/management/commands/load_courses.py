"""``manage.py load_courses``: pages and question banks of the course texts in the repository."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from wagtail.models import Site

from courses.catalogue.content_files import ContentError, course_slugs, read_course
from courses.catalogue.importing import load_course
from courses.quizzes.importing import load_quiz


class Command(BaseCommand):
    help = "Make pages and question banks of the course texts; what exists is left as its editors have it."

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(is_default_site=True).first()
        if site is None:
            raise CommandError("There is no default site: run set_up_site, which also loads the courses.")
        home = site.root_page.specific
        for slug in course_slugs():
            try:
                text, modules = read_course(slug)
            except ContentError as error:
                raise CommandError(str(error)) from error
            course, is_new = load_course(home=home, text=text, modules=modules)
            questions = load_quiz(course=course, modules=modules) if text.complete else 0
            self.stdout.write(f"{course.title}: {'made' if is_new else 'there already'}, {questions} new questions")
