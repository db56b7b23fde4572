"""A quiz with banks, for a course of ``tests.pages.make_course``."""

from courses.catalogue.models import CoursePage
from courses.quizzes.models import Choice, Draw, Question, QuestionBank, Quiz


def make_quiz(course: CoursePage, *, banks: int = 2, questions: int = 4, count: int = 2, **rules) -> Quiz:
    """``banks`` of ``questions`` each (single, multiple, true/false in turn), ``count`` drawn from each."""
    quiz = Quiz.objects.create(course=course, **rules)
    for b in range(1, banks + 1):
        bank = QuestionBank.objects.create(code=f"{course.code}{b}", title=f"Bank {b}")
        for q in range(questions):
            make_question(bank, f"{bank.code}-{q:02d}", kind=["single", "multiple", "truefalse"][q % 3])
        Draw.objects.create(quiz=quiz, bank=bank, count=count, sort_order=b)
    return quiz


def make_question(bank: QuestionBank, code: str, *, kind: str = "single", verified: bool = True) -> Question:
    question = Question(
        bank=bank,
        code=code,
        kind=kind,
        stem=f"Stem of {code}?",
        rationale=f"SECRET rationale of {code}.",
        source_title="Council Directive 2013/59/Euratom",
        source_locator="Art. 55",
        verified=verified,
    )
    texts = (
        [("True", True), ("False", False)]
        if kind == "truefalse"
        else [("First", True), ("Second", kind == "multiple"), ("Third", False)]
    )
    question.choices = [Choice(text=text, right=right, sort_order=n) for n, (text, right) in enumerate(texts)]
    question.save()
    return question
