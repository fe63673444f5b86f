"""The planned path: what had been promised for a day, exactly; and splits that add up."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.methods.path import (
    LINEAR,
    MILESTONES,
    STEPPED,
    Plan,
    exact,
    in_units,
    line,
    nearest,
    next_milestone,
    planned,
    split,
)


def day(text):
    return int(np.datetime64(text, "D").astype(int))


PUBLISHED = Plan(start=day("2022-11-17"), due=day("2023-12-31"), target=3_500_000)
HUNDRED = Plan(start=100, due=200, target=1000)
STAIR = Plan(start=100, due=200, target=1000, kind=STEPPED, milestones=[(130, 200), (160, 700)])
BROKEN = Plan(start=100, due=200, target=1000, kind=MILESTONES, milestones=[(130, 200), (160, 700)])


def test_in_mid_may_2023_the_line_stood_at_1_53_million_and_the_register_0_27_million_above_it():
    promised = planned(PUBLISHED, on=day("2023-05-15"))
    assert promised == Fraction(3_500_000 * 179, 409)
    assert round(float(promised) / 1e6, 2) == 1.53
    assert round(float(1_800_000 - promised) / 1e6, 2) == 0.27


def test_a_path_stands_at_its_base_before_the_start_and_at_its_target_from_the_due_date_on():
    assert [planned(HUNDRED, on=at) for at in (0, 99, 100, 150, 200, 999)] == [0, 0, 0, 500, 1000, 1000]


def test_a_path_may_start_from_what_there_was_and_fall():
    falling = Plan(start=100, due=200, base=900, target=100)
    assert [planned(falling, on=at) for at in (50, 100, 125, 200, 300)] == [900, 900, 700, 100, 100]


def test_a_stair_holds_each_milestone_until_the_next():
    assert [planned(STAIR, on=at) for at in (99, 100, 129, 130, 159, 160, 199, 200)] == [
        0,
        0,
        0,
        200,
        200,
        700,
        700,
        1000,
    ]


def test_a_stair_without_milestones_promises_nothing_before_its_due_date():
    stair = Plan(start=100, due=200, target=1000, kind=STEPPED)
    assert [planned(stair, on=at) for at in (100, 199, 200)] == [0, 0, 1000]


def test_between_milestones_the_path_is_a_line():
    assert [planned(BROKEN, on=at) for at in (115, 130, 145, 160, 180, 200)] == [100, 200, 450, 700, 850, 1000]


def test_a_target_due_on_its_first_day_is_promised_on_it():
    at_once = Plan(start=100, due=100, target=10)
    assert [planned(at_once, on=at) for at in (99, 100, 101)] == [0, 10, 10]


def test_the_line_drawn_is_the_path():
    assert line(BROKEN, days=[[115, 130], [145, 999]]).tolist() == [[100.0, 200.0], [450.0, 1000.0]]
    assert line(BROKEN, days=[]).tolist() == []


def test_days_may_be_given_as_dates():
    assert planned(PUBLISHED, on=np.datetime64("2023-05-15")) == planned(PUBLISHED, on=day("2023-05-15"))


def test_the_next_milestone_is_the_first_one_after_the_day_and_then_the_target():
    assert next_milestone(BROKEN, on=129) == (130, 200)
    assert next_milestone(BROKEN, on=130) == (160, 700)
    assert next_milestone(BROKEN, on=170) == (200, 1000)
    assert next_milestone(BROKEN, on=200) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"due": 99}, "before its start"),
        ({"kind": "curved"}, "linear, stepped, milestones"),
        ({"target": None}, "need a value"),
        ({"target": float("nan")}, "need a value"),
        ({"milestones": [(150, 3)]}, "linear path"),
        ({"kind": STEPPED, "milestones": [(150, 3), (140, 5)]}, "in order"),
        ({"kind": STEPPED, "milestones": [(150, 3), (150, 5)]}, "in order"),
        ({"kind": MILESTONES, "milestones": [(100, 3)]}, "in order"),
        ({"kind": MILESTONES, "milestones": [(200, 3)]}, "in order"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_says_why(wrong, said):
    with pytest.raises(ValueError, match=said):
        Plan(**{"start": 100, "due": 200, "target": 10, "kind": LINEAR} | wrong)


@given(
    st.integers(0, 10_000),
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5000)), max_size=6),
    st.tuples(st.integers(1, 50), st.integers(0, 5000)),
    st.sampled_from([STEPPED, MILESTONES]),
    st.lists(st.integers(-20, 400), min_size=2, max_size=8),
)
def test_a_path_through_rising_milestones_never_falls_and_stays_between_base_and_target(
    start, steps, last, kind, asked
):
    at, value, milestones = start, 0, []
    for length, rise in steps:
        at, value = at + length, value + rise
        milestones.append((at, value))
    plan = Plan(start=start, due=at + last[0], target=value + last[1], kind=kind, milestones=milestones)
    promised = [planned(plan, on=start + offset) for offset in sorted(asked)]
    assert promised == sorted(promised)
    assert all(0 <= one <= plan.target for one in promised)
    assert [planned(plan, on=at) for at, _ in plan.points] == [value for _, value in plan.points]


@given(st.integers(1, 10**7), st.integers(1, 3000), st.integers(0, 3000))
def test_what_was_promised_and_what_is_left_of_a_line_add_up_exactly(target, length, passed):
    plan = Plan(start=0, due=length, target=target)
    day_ = min(passed, length)
    assert planned(plan, on=day_) * length == target * day_


def test_missing_is_none_and_other_numbers_keep_their_value():
    assert exact(None) is None
    assert exact(float("nan")) is None
    assert exact(np.float64("nan")) is None
    assert exact(np.int64(3)) == exact(np.float64(3)) == exact(Decimal("3.0")) == exact(Fraction(3)) == 3


def test_an_infinite_count_is_refused():
    with pytest.raises(ValueError, match="finite"):
        exact(float("inf"))


def test_halves_are_rounded_up():
    assert [nearest(Fraction(n, 2)) for n in (-3, -1, 0, 1, 3, 5)] == [-1, 0, 0, 1, 2, 3]


def test_a_split_goes_by_largest_remainder():
    assert split(10, weights=[1, 1, 1]).tolist() == [4, 3, 3]
    assert split(100, weights=[50, 30, 19, 1, 0]).tolist() == [50, 30, 19, 1, 0]
    # Quotas 3.5, 2.8, 0.7: the two units left go to 0.8 and 0.7.
    assert split(7, weights=[50, 40, 10]).tolist() == [3, 3, 1]


def test_a_split_of_nothing_gives_nothing_to_each():
    assert split(0, weights=[3, 2]).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("total", "weights"), [(-1, [1]), (1.5, [1]), (None, [1]), (5, []), (5, [0, 0]), (5, [1, -1]), (5, [1, None])]
)
def test_what_cannot_be_split_is_refused(total, weights):
    with pytest.raises(ValueError, match="split"):
        split(total, weights=weights)


@given(st.integers(0, 10**8), st.lists(st.integers(0, 10**6), min_size=1, max_size=80).filter(any))
def test_a_split_adds_up_and_each_part_is_within_one_of_its_exact_share(total, weights):
    parts = split(total, weights=weights).tolist()
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        share = Fraction(total * weight, sum(weights))
        assert abs(part - share) < 1
        assert weight or not part


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**4), min_size=2, max_size=30).filter(any))
def test_a_larger_weight_never_gets_less(total, weights):
    parts = split(total, weights=weights).tolist()
    by_weight = [part for _, part in sorted(zip(weights, parts, strict=True))]
    assert by_weight == sorted(by_weight)


@given(st.lists(st.fractions(-1000, 1000, max_denominator=409), max_size=40))
def test_gaps_in_units_add_up_to_the_gap_of_the_whole(gaps):
    units = in_units(gaps).tolist()
    assert sum(units) == nearest(sum(gaps, Fraction(0)))
    assert all(abs(unit - one) < 1 for unit, one in zip(units, gaps, strict=True))


def test_a_value_that_is_missing_is_not_put_in_units():
    with pytest.raises(ValueError, match="there"):
        in_units([1, None])
