"""Credits and suppression, without the database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.issuing.cme import rules
from certificates.issuing.cme.rules import Achievement, Asked, ClaimFault, Step, Terms
from certificates.issuing.evaluation import rules as pooling

STEPS = st.sampled_from([Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal("1.5")])
AMOUNTS = st.decimals(0, 40, places=2)


@given(st.integers(0, 3000), st.integers(1, 120), STEPS, st.none() | AMOUNTS)
def test_credits_never_exceed_what_was_learned_or_the_maximum(minutes, credit_minutes, step, maximum):
    given_for = rules.credits_for(minutes, credit_minutes, step, maximum)
    assert given_for * credit_minutes <= minutes + Decimal("1e-9")
    assert given_for % step == 0
    if maximum is not None:
        assert given_for <= maximum
    else:
        assert (given_for + step) * credit_minutes > minutes - Decimal("1e-9")


@given(AMOUNTS, STEPS, AMOUNTS)
def test_a_claim_has_a_fault_or_is_a_multiple_within_bounds(claimed, step, maximum):
    fault = rules.claim_fault(claimed, step, maximum)
    assert (fault is None) == (step <= claimed <= maximum and claimed % step == 0)


@pytest.mark.parametrize(
    ("claimed", "fault"),
    [
        ("0", ClaimFault.TOO_FEW),
        ("0.25", ClaimFault.TOO_FEW),
        ("0.5", None),
        ("0.75", ClaimFault.BETWEEN),
        ("2", None),
        ("2.5", ClaimFault.TOO_MANY),
    ],
)
def test_a_claim_of_at_most_two_in_halves(claimed, fault):
    assert rules.claim_fault(Decimal(claimed), Decimal("0.5"), Decimal(2)) is fault


@given(st.dates(), st.dates(), st.dates())
def test_both_ends_belong_to_a_window(day, first, last):
    assert rules.in_window(day, first, last) == (first <= day <= last)
    assert not rules.in_window(day, first, None)
    assert not rules.in_window(day, None, last)


def test_the_days_beside_a_window_do_not_belong_to_it():
    first, last = date(2026, 1, 1), date(2027, 12, 31)
    assert rules.in_window(first, first, last)
    assert rules.in_window(last, first, last)
    assert not rules.in_window(first - timedelta(days=1), first, last)
    assert not rules.in_window(last + timedelta(days=1), first, last)


@pytest.mark.parametrize(
    ("terms", "met"),
    [
        (Terms(), True),
        (Terms(professions=["radiologist"]), True),
        (Terms(professions=["radiographer"]), False),
        (Terms(pass_mark=80), True),
        (Terms(pass_mark=81), False),
        (Terms(minimum_minutes=45), True),
        (Terms(minimum_minutes=46), False),
    ],
)
def test_what_a_body_asks_of_an_achievement(terms, met):
    assert rules.meets(Achievement("radiologist", 0.8, 45.0), terms) is met


def test_without_a_quiz_no_pass_mark_is_met():
    assert not rules.meets(Achievement("radiologist", None, 45.0), Terms(pass_mark=1))


@given(st.integers(0, 100))
def test_a_score_equal_to_the_mark_meets_it_whatever_the_binary_fraction(mark):
    assert rules.meets(Achievement("nurse", mark / 100, 0), Terms(pass_mark=mark))


@given(st.integers(0, 4), *[st.booleans()] * 5)
def test_nothing_is_asked_of_whom_one_body_asks_nothing(bodies, chosen, asks, has, evaluates, has_evaluated):
    steps = rules.steps_before(
        bodies=bodies,
        is_chosen=chosen,
        asks_details=asks,
        has_details=has,
        asks_evaluation=evaluates,
        has_evaluation=has_evaluated,
    )
    if bodies == 1 and not asks and not evaluates:
        assert steps == []
    if bodies > 1 and not chosen:
        assert steps == [Asked(Step.BODY, False)]
    following = rules.next_step(steps)
    assert (following is None) == all(asked.is_done for asked in steps)
    assert [asked.step for asked in steps] == [step for step in Step if step in {asked.step for asked in steps}]


@pytest.mark.parametrize(
    ("wording", "unknown"),
    [
        ("Plain words.", []),
        ("At most {maximum} {unit}, {number}, {from} to {to}: “{course}”, {credits}", []),
        ("{hours} of {maximum}", ["hours"]),
        ("{credits.real}", ["credits.real"]),
        ("{credits!r}", ["credits"]),
        ("{credits:>9}", ["credits"]),
        ("{}", [""]),
    ],
)
def test_only_known_places_are_filled_in(wording, unknown):
    assert rules.unknown_places(wording) == unknown


def test_a_lonely_brace_is_an_error():
    with pytest.raises(ValueError, match="expected '}'"):
        rules.unknown_places("{course")


COUNTS = st.lists(st.integers(0, 30), min_size=1, max_size=7)


@given(COUNTS)
def test_fault_57_no_count_below_five_is_shown(counts):
    shown = pooling.shown(counts)
    assert len(shown) == len(counts)
    assert all(one is None or one == count for one, count in zip(shown, counts, strict=True))
    assert not [one for one in shown if one is not None and 0 < one < pooling.FEWEST]


@given(COUNTS)
def test_fault_57_what_is_hidden_is_not_found_by_subtraction(counts):
    """Whoever knows the total knows the sum of what is hidden: it stands for five at least, and for two counts at least."""
    shown = pooling.shown(counts)
    hidden = [count for one, count in zip(shown, counts, strict=True) if one is None]
    if hidden and sum(counts) >= pooling.FEWEST and len(counts) > 1:
        assert len(hidden) >= 2
        assert sum(hidden) >= pooling.FEWEST


@given(COUNTS)
def test_fault_57_nothing_at_all_is_shown_of_fewer_than_five(counts):
    if sum(counts) < pooling.FEWEST:
        assert pooling.shown(counts) == [None] * len(counts)


@given(st.lists(st.integers(0, 30), min_size=5, max_size=5))
def test_fault_57_the_mean_is_coarse_while_counts_are_hidden(counts):
    by_value = dict(zip(pooling.SCALE, counts, strict=True))
    mean = pooling.mean(by_value)
    if sum(counts) < pooling.FEWEST:
        assert mean is None
        return
    assert 1 <= mean <= 5
    if None in pooling.shown(counts):
        assert mean % Decimal("0.5") == 0


@given(st.integers(0, 100))
def test_fault_57_answers_wait_for_four_others(waiting):
    assert pooling.ready(waiting) in {0, waiting}
    assert (pooling.ready(waiting) == 0) == (waiting < 5)
