"""Drawing, marking and waiting, by properties."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses.quizzes import rules
from courses.quizzes.draw import draw, order
from courses.quizzes.kinds import KINDS, UnreadableAnswerError
from tests.factories import NOON

banks = st.lists(st.tuples(st.lists(st.integers(), unique=True, max_size=15), st.integers(1, 6)), max_size=5)
answers = st.lists(st.sampled_from("abcdef"), max_size=6)


@given(banks, st.integers(0, 2**62))
def test_the_same_seed_draws_the_same(pools, seed):
    assert draw(pools, seed) == draw(pools, seed)


@given(banks, st.integers(0, 2**62))
def test_a_draw_takes_what_is_asked_or_all_there_is(pools, seed):
    drawn = draw(pools, seed)
    assert len(drawn) == sum(min(count, len(items)) for items, count in pools)
    for item in set(drawn):
        assert any(item in items for items, _ in pools)


@given(st.lists(st.integers(), unique=True), st.integers(0, 2**62), st.uuids())
def test_shuffling_loses_nothing(choices, seed, question):
    assert sorted(order(choices, seed, question)) == sorted(choices)
    assert order(choices, seed, question) == order(choices, seed, question)


@given(st.lists(st.booleans(), min_size=1), st.integers(1, 100))
def test_passing_is_the_share_of_right_answers(marks, pass_mark):
    scaled = rules.score(marks)
    assert 0 <= scaled <= 1
    assert rules.passes(1.0, pass_mark)
    assert rules.score([True] * len(marks)) == 1.0
    assert rules.passes(scaled, pass_mark) == (scaled * 100 >= pass_mark)


def test_fifteen_of_twenty_pass_at_75_percent():
    assert rules.passes(rules.score([True] * 15 + [False] * 5), 75)
    assert not rules.passes(rules.score([True] * 14 + [False] * 6), 75)


@given(answers, st.sets(st.sampled_from("abcdef")))
def test_only_exactly_the_right_answers_are_right(chosen, right):
    assert rules.is_right(right, chosen) == (set(chosen) == right)


@given(st.sampled_from(sorted(KINDS)), answers)
def test_what_is_read_is_among_the_offered(kind, chosen):
    try:
        read = KINDS[kind].read(chosen, "abc")
    except UnreadableAnswerError:
        return
    assert read == sorted(set(chosen))
    assert set(read) <= set("abc")
    assert KINDS[kind].several or len(read) == 1


@given(st.integers(1, 5), st.integers(0, 120), st.integers(0, 48), st.integers(1, 12))
def test_the_wait_is_long_after_each_round(attempts, wait, long_wait, number):
    given_rules = rules.AttemptRules(attempts, timedelta(minutes=wait), timedelta(hours=long_wait))
    finished = [NOON + timedelta(days=n) for n in range(number)]
    expected = timedelta(hours=long_wait) if number % attempts == 0 else timedelta(minutes=wait)
    assert rules.opens_at(given_rules, finished) == (finished[-1] + expected if expected else None)
    assert 1 <= rules.left_in_round(given_rules, number) <= attempts


def test_the_first_attempt_opens_at_once():
    assert rules.opens_at(rules.AttemptRules(3, timedelta(), timedelta(days=1)), []) is None
