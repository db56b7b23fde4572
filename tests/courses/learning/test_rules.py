"""How far a learner is, by properties."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from courses.catalogue.outline import Module, Outline, Step
from courses.learning import rules

steps = st.lists(st.integers(1, 60), min_size=1, max_size=12)


def make_outline(minutes, *, quiz=True):
    lessons = tuple(
        Step(key=UUID(int=n), kind="lesson", title=f"L{n}", minutes=m, module_key=UUID(int=99))
        for n, m in enumerate(minutes)
    )
    module = Module(key=UUID(int=99), code="M", title="M", slug="m", minutes=sum(minutes), lessons=lessons)
    last = Step(key=UUID(int=100), kind="quiz", title="Quiz", minutes=10) if quiz else None
    return Outline(UUID(int=1), "C", "Course", "1.0", "en", (module,), last)


@given(steps, st.data())
def test_minutes_done_and_left_add_up(minutes, data):
    outline = make_outline(minutes)
    done = data.draw(st.sets(st.sampled_from([step.key for step in outline.steps])))
    found = rules.progress(outline, done, None)
    assert found.minutes_left + sum(step.minutes for step in outline.steps if step.key in done) == outline.minutes
    assert 0 <= found.percent <= 100
    assert (found.percent == 100) == rules.is_complete(outline, done) == (found.next is None)


@given(steps, st.data())
def test_resuming_goes_to_the_lesson_last_open_unless_it_is_done(minutes, data):
    outline = make_outline(minutes)
    keys = [step.key for step in outline.lessons()]
    done = data.draw(st.sets(st.sampled_from(keys)))
    last = data.draw(st.sampled_from(keys))
    resumed = rules.progress(outline, done, last).next
    assert resumed is not None
    assert resumed.key not in done
    if last not in done:
        assert resumed.key == last


@given(steps)
def test_every_step_leads_to_the_next(minutes):
    outline = make_outline(minutes)
    walked = [outline.steps[0]]
    while (following := outline.following(walked[-1])) is not None:
        walked.append(following)
    assert tuple(walked) == outline.steps


def test_a_course_without_steps_is_never_complete():
    assert not rules.is_complete(Outline(UUID(int=1), "C", "C", "1", "en", (), None), set())
