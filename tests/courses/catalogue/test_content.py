"""The course texts of the repository: complete, sourced, and made into pages once."""

import pytest
from django.core.management import call_command

from courses.catalogue.content_files import ContentError, course_slugs, read_course
from courses.catalogue.models import CoursePage, LearningOutcome, LessonPage, ModulePage
from courses.quizzes.models import Question, Quiz

MODULES = read_course("justification")[1]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.code)
def test_a_module_teaches_and_asks_enough(module):
    kinds = {outcome.kind for outcome in module.outcomes}
    cases = [block for lesson in module.lessons for block in lesson.body if block.kind == "case"]
    words = sum(len(str(block.value).split()) for lesson in module.lessons for block in lesson.body)
    assert kinds == {"knowledge", "skill", "competence"}
    assert all(outcome.bss and outcome.roles for outcome in module.outcomes)
    assert cases
    assert words > 1500
    assert sum(question.verified for question in module.questions) >= 8
    assert {question.kind for question in module.questions} == {"single", "multiple", "truefalse"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.code)
def test_every_question_has_a_reason_and_a_source_and_no_twin(module):
    stems = [question.stem for question in module.questions]
    assert len(set(stems)) == len(stems)
    for question in module.questions:
        assert len(question.rationale) > 60, question.id
        assert question.source.title, question.id
        assert question.id.startswith(module.code), question.id
        assert len({option.text for option in question.options}) == len(question.options), question.id


def test_every_course_reads():
    assert course_slugs() == ["justification", "optimisation", "duties", "paediatric"]
    for slug in course_slugs():
        read_course(slug)


def test_a_fault_names_the_file_and_the_field(tmp_path):
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "course.yaml").write_text("code: X\ntitle: X\n")
    with pytest.raises(ContentError, match=r"x/course\.yaml(?s:.)*lead"):
        read_course("x", tmp_path)


def test_loading_twice_makes_everything_once(home):
    call_command("load_courses", verbosity=0)
    counts = [model.objects.count() for model in (CoursePage, ModulePage, LessonPage, LearningOutcome, Question, Quiz)]
    lesson = LessonPage.objects.first()
    lesson.title = "An editor's title"
    lesson.save_revision().publish()
    call_command("load_courses", verbosity=0)
    assert counts == [
        model.objects.count() for model in (CoursePage, ModulePage, LessonPage, LearningOutcome, Question, Quiz)
    ]
    assert LessonPage.objects.filter(title="An editor's title").exists()


def test_the_four_courses_are_in_the_catalogue(home, client):
    call_command("load_courses", verbosity=0)
    page = client.get("/en/courses/").content.decode()
    for course in CoursePage.objects.all():
        assert course.title in page
    assert CoursePage.objects.complete().count() == 1


def test_unverified_questions_never_count(home):
    call_command("load_courses", verbosity=0)
    assert Question.objects.filter(verified=False).exists()
    assert not Question.objects.drawable().filter(verified=False).exists()
    for draw in Quiz.objects.get().draws.all():
        assert Question.objects.drawable().filter(bank=draw.bank).count() >= 2 * draw.count


def test_a_lesson_shows_its_blocks_and_sources(as_alice, home):
    call_command("load_courses", verbosity=0)
    course = CoursePage.objects.complete().get()
    as_alice.post(f"/learn/enrol/{course.translation_key}/")
    page = as_alice.get("/learn/justification/why-justify/net-benefit/").content.decode()
    for part in ("4.2 billion", "Low back pain since Monday", "Art. 55(1)", "not read in the original"):
        assert part in page
    assert page.count('id="b-') >= 8


def test_catalogue_queries_do_not_grow(client, home, django_assert_max_num_queries):
    call_command("load_courses", verbosity=0)
    client.get("/en/courses/")
    with django_assert_max_num_queries(20):
        client.get("/en/courses/")
    with django_assert_max_num_queries(25):
        client.get("/en/courses/justification/")
