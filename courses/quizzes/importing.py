"""Making question banks and the final quiz of the course texts, once."""

from django.db import transaction

from courses.catalogue.content_files import ModuleText
from courses.catalogue.models import CoursePage
from courses.quizzes.models import Choice, Draw, Question, QuestionBank, Quiz

DRAWN_PER_MODULE = 4


@transaction.atomic
def load_quiz(*, course: CoursePage, modules: list[ModuleText]) -> int:
    """Question banks of ``modules`` and a final quiz that draws from each; the number of questions made now.

    A question that is there (known by its code) is left as its editors have it.
    """
    made = 0
    quiz = Quiz.objects.of_course(course.translation_key).first() or Quiz.objects.create(course=course)
    for module in modules:
        if not module.questions:
            continue
        bank, _ = QuestionBank.objects.get_or_create(code=module.code, defaults={"title": module.title})
        known = set(Question.objects.filter(bank=bank).values_list("code", flat=True))
        for text in module.questions:
            if text.id in known:
                continue
            question = Question(
                bank=bank,
                code=text.id,
                kind=text.kind,
                stem=text.stem,
                rationale=text.rationale,
                source_title=text.source.title,
                source_locator=text.source.locator,
                verified=text.verified,
            )
            question.choices = [
                Choice(text=option.text, right=option.right, sort_order=n) for n, option in enumerate(text.options)
            ]
            question.save()
            made += 1
        if not Draw.objects.filter(quiz=quiz, bank=bank).exists():
            Draw.objects.create(quiz=quiz, bank=bank, count=DRAWN_PER_MODULE, sort_order=quiz.draws.count())
    return made
