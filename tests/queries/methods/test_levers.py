"""What more means do to a date: nothing changed is the forecast, more never delays, and the least that is enough."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.methods.levers import (
    LEVERS,
    WITHIN,
    Ahead,
    Office,
    best_weeks,
    capacity,
    completion,
    hours,
    least_change,
    least_ratio,
    scaled,
    van_days,
)

LINE = Ahead(
    base=1000,
    median=tuple(1000 + 70 * (w + 1) for w in range(26)),
    low=tuple(1000 + 50 * (w + 1) for w in range(26)),
    told=50,
)


@st.composite
def forecasts(draw):
    """A forecast that rises, with its low path below it, and a date that its own median bears, or none."""
    base = draw(st.integers(0, 10_000))
    gains = np.cumsum(draw(st.lists(st.integers(0, 500), min_size=26, max_size=26)))
    share = draw(st.floats(0, 1))
    level = base + draw(st.integers(1, 8000))
    path = Ahead(base, tuple(base + gains), tuple(base + gains * share), None)
    values = np.concatenate([[base], base + gains])
    hit = np.flatnonzero(values >= level)
    told = None
    if hit.size and draw(st.booleans()):
        at = int(hit[0])
        exact = 7 * (at - 1 + (level - values[at - 1]) / (values[at] - values[at - 1]))
        told = min(max(math.ceil(exact) + draw(st.integers(-1, 1)), 1), WITHIN) if exact <= WITHIN else None
    return Ahead(base, path.median, path.low, told), level


offices = st.lists(
    st.builds(
        Office,
        desk=st.none() | st.integers(0, 9),
        staff=st.none() | st.integers(0, 9),
        hours_a_week=st.none() | st.integers(0, 60),
        files_an_hour=st.none() | st.integers(0, 12),
        no_shows=st.none() | st.integers(0, 100),
        mobile_unit_days=st.none() | st.integers(0, 20),
    ),
    max_size=5,
)
changes = st.fixed_dictionaries({name: st.integers(0, 10) for name in LEVERS})


def test_a_path_scaled_by_one_is_itself():
    assert scaled(LINE.median, base=LINE.base, ratio=1) is not None
    assert scaled((1.1, 2.3), base=0.7, ratio=1).tolist() == [1.1, 2.3]
    assert scaled((110, 120), base=100, ratio=2).tolist() == [120, 140]


@given(forecasts())
def test_nothing_changed_is_the_forecast_exactly(made):
    ahead, level = made
    assert completion(ahead, level=level, ratio=1.0) == ahead.told


@settings(max_examples=300)
@given(forecasts(), st.floats(0.05, 8), st.floats(0.05, 8))
def test_more_never_delays(made, one, other):
    ahead, level = made
    less, more = sorted((one, other))
    days = [completion(ahead, level=level, ratio=r) for r in (less, more)]
    late = [math.inf if d is None else d for d in days]
    assert late[1] <= late[0]
    around = [completion(ahead, level=level, ratio=r) for r in (0.999, 1.0, 1.001)]
    late = [math.inf if d is None else d for d in around]
    assert late == sorted(late, reverse=True)


@given(offices, changes, changes)
def test_more_means_are_never_fewer_files(made, one, other):
    both = {name: max(one[name], other[name]) for name in LEVERS}
    present, some, all_of_them = (capacity(made, c, files_an_hour=3.0) for c in ({}, one, both))
    if present is None:
        assert some is None and all_of_them is None
    else:
        assert present <= some + 1e-9 and some <= all_of_them + 1e-9


@given(offices)
def test_no_change_is_the_same_capacity_to_the_digit(made):
    nothing = dict.fromkeys(LEVERS, 0)
    assert capacity(made, nothing, files_an_hour=2.5) == capacity(made, files_an_hour=2.5)


def test_a_line_doubled_is_there_in_half_the_time():
    # 10 a day: 500 more in 50 days.
    assert completion(LINE, level=1500, ratio=2.0) == 25
    assert completion(LINE, level=1500, ratio=0.5) == 100
    assert completion(LINE, level=900, ratio=3.0) == 0


def test_no_date_is_told_beyond_the_days_that_a_forecast_bears():
    assert completion(LINE, level=1500, ratio=0.4) is None
    far = Ahead(LINE.base, LINE.median, LINE.low, None)
    assert completion(far, level=3000, ratio=1.2) is None
    assert completion(far, level=3000, ratio=2.0) == 100


def test_where_chances_are_too_few_more_means_must_make_them_enough():
    doubtful = Ahead(1000, LINE.median, (1000,) * 26, None)
    assert completion(doubtful, level=1500, ratio=5.0) is None


def test_the_least_capacity_is_enough_and_a_hundredth_less_is_not():
    ratio = least_ratio(LINE, level=1500, by=30)
    assert ratio == pytest.approx(50 / 30, abs=0.02)
    assert completion(LINE, level=1500, ratio=ratio) <= 30 < completion(LINE, level=1500, ratio=ratio - 0.01) + 1
    assert least_ratio(LINE, level=1500, by=50) == 1.0
    assert least_ratio(LINE, level=1500, by=0) is None
    still = Ahead(1000, (1000,) * 26, (1000,) * 26, None)
    assert least_ratio(still, level=1500, by=60) is None


def test_capacity_is_posts_times_hours_times_files_of_those_who_come():
    office = Office(desk=3, staff=2, hours_a_week=40, files_an_hour=5, no_shows=10)
    assert capacity([office]) == pytest.approx(2 * 40 * 5 * 0.9)
    # An idle desk takes the one who is added; an added desk has nobody.
    assert capacity([office], {"staff": 1}) == pytest.approx(3 * 40 * 5 * 0.9)
    assert capacity([office], {"desk": 4}) == capacity([office])
    assert capacity([office], {"desk": 1, "staff": 2}) == pytest.approx(4 * 40 * 5 * 0.9)
    assert capacity([office], {"no_shows": 30}) == pytest.approx(2 * 40 * 5)
    assert hours([office, Office(desk=9)]) == 80


def test_van_days_of_a_month_count_as_one_desk_for_a_day():
    office = Office(desk=1, hours_a_week=40, files_an_hour=5)
    per_day = 8 * 5
    assert capacity([office], {"mobile_unit_days": 13}) - capacity([office]) == pytest.approx(13 * per_day * 12 / 52)


def test_without_hours_or_files_nothing_is_guessed():
    assert capacity([Office(desk=3)]) is None and capacity([]) is None
    assert capacity([Office(desk=3, hours_a_week=40)]) is None
    assert capacity([Office(desk=3, hours_a_week=40)], files_an_hour=2.0) == 240


def test_the_best_weeks_are_the_best_quarter():
    assert best_weeks([10, 40, 20, 30, 5, 5, 5, 5]) == 35
    assert best_weeks([10, 20, 30]) is None
    assert best_weeks([10, 20, math.nan, 30, 40]) == 40


def test_the_least_change_of_one_lever_alone():
    made = [Office(desk=4, staff=2, hours_a_week=40, files_an_hour=5)]
    assert least_change(made, "staff", ratio=1.5, most=10) == 1
    assert least_change(made, "hours_a_week", ratio=1.5, most=30) == 20
    assert least_change(made, "desk", ratio=1.5, most=10) is None
    assert least_change(made, "staff", ratio=1.0, most=10) == 0


def best_by_hand(remaining, days, files):
    """The most files that whole days can bring, by trying every way."""
    ways = itertools.product(range(days + 1), repeat=len(remaining))
    return max(
        sum(min(d * files, left) for d, left in zip(way, remaining, strict=True)) for way in ways if sum(way) <= days
    )


@pytest.mark.parametrize("seed", range(8))
def test_van_days_bring_as_many_files_as_any_way_could(seed):
    rng = np.random.default_rng(seed)
    remaining, sizes = rng.integers(0, 300, 4), rng.integers(300, 900, 4)
    given_days, files = van_days(remaining, sizes, days=5, files_a_day=60)
    assert given_days.sum() <= 5 and (given_days >= 0).all()
    assert files.sum() == pytest.approx(best_by_hand(remaining, 5, 60))


def test_of_ways_that_bring_as_much_the_largest_share_left_is_smallest():
    given_days, files = van_days([400, 400], [500, 4000], days=4, files_a_day=50)
    assert given_days.tolist() == [4, 0] and files.tolist() == [200, 0]


def test_no_days_nothing_left_and_unknown_places_have_no_plan():
    assert van_days([100], [200], days=0, files_a_day=40)[0].tolist() == [0]
    assert van_days([0, math.nan], [200, 100], days=5, files_a_day=40)[0].tolist() == [0, 0]
    assert van_days([], [], days=5, files_a_day=40)[0].tolist() == []
    # A day that brings nothing is not spent.
    assert van_days([30], [200], days=5, files_a_day=40)[0].tolist() == [1]
