"""Small cells: what is withheld cannot be worked out from what is shown."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from queries.methods.disclosure import MISSING, SHOWN, SMALLEST_SHOWN, WITHHELD, states

NONE = float("nan")


def of(*values, broken=True, groups=None, **choices):
    broken = np.full(len(values), broken) if isinstance(broken, bool) else np.array(broken, bool)
    groups = np.zeros(len(values), int) if groups is None else np.array(groups, int)
    return list(states(np.array(values, float), broken_down=broken, groups=groups, **choices))


def withheld(*values, **choices):
    return [v for v, s in zip(values, of(*values, **choices), strict=True) if s == WITHHELD]


@pytest.mark.parametrize("small", range(1, 10))
def test_each_count_from_1_to_9_is_withheld_with_the_smallest_of_the_others(small):
    assert withheld(small, 40, 25, 300) == [small, 25]


def test_ten_and_zero_are_shown_when_nothing_small_stands_with_them():
    assert of(10, 0, 200) == [SHOWN] * 3


def test_what_is_not_reported_is_missing_and_never_a_complement():
    assert of(NONE, 5, 80) == [MISSING, WITHHELD, WITHHELD]


def test_several_small_cells_get_one_complement_too_since_two_that_add_up_to_2_are_1_and_1():
    assert withheld(1, 1, 50, 70) == [1, 1, 50]


def test_a_zero_is_the_complement_only_where_there_is_no_other():
    assert withheld(5, 0, 30) == [5, 30]
    assert withheld(5, 0) == [5, 0]


def test_cells_that_equal_the_complement_go_with_it_so_that_the_choice_says_nothing():
    assert withheld(5, 20, 20, 30) == [5, 20, 20]
    assert withheld(5, 0, 0) == [5, 0, 0]


def test_plain_totals_are_never_withheld_and_never_a_complement():
    assert of(5, 7, broken=False) == [SHOWN, SHOWN]
    assert of(25, 5, 20, broken=[False, True, True]) == [SHOWN, WITHHELD, WITHHELD]


def test_a_group_without_a_small_cell_is_left_alone():
    assert of(5, 60, 11, 12, groups=[0, 0, 1, 1]) == [WITHHELD, WITHHELD, SHOWN, SHOWN]


def test_the_threshold_can_be_asked_for():
    assert of(11, 60, smallest=12) == [WITHHELD, WITHHELD]
    assert of(11, 60) == [SHOWN, SHOWN]


def test_an_empty_table_has_no_states():
    assert of() == []


CELLS = st.lists(st.one_of(st.integers(0, 12), st.integers(0, 10_000)), min_size=1, max_size=8)


@given(st.lists(st.tuples(st.just(NONE) | st.integers(0, 300), st.booleans(), st.integers(0, 3)), max_size=30))
def test_every_small_cell_is_withheld_and_totals_are_not(cells):
    values, broken, groups = zip(*cells, strict=True) if cells else ((), (), ())
    found = of(*values, broken=list(broken), groups=list(groups))
    for value, is_part, state in zip(values, broken, found, strict=True):
        if np.isnan(value):
            assert state == MISSING
        elif not is_part:
            assert state == SHOWN
        elif 1 <= value < SMALLEST_SHOWN:
            assert state == WITHHELD
    for group in set(groups):
        mine = [(v, s) for v, b, g, s in zip(values, broken, groups, found, strict=True) if g == group and b]
        small = sum(1 <= v < SMALLEST_SHOWN for v, _ in mine)
        others = [v for v, _ in mine if v == 0 or v >= SMALLEST_SHOWN]
        complement = min((v for v in others if v > 0), default=0)
        expected = [v for v, _ in mine if 1 <= v < SMALLEST_SHOWN or v == complement] if small else []
        assert [v for v, s in mine if s == WITHHELD] == expected


@given(CELLS)
def test_no_withheld_cell_is_the_total_less_those_shown(cells):
    hidden = withheld(*cells)
    assume(len(cells) > 1)
    assert len(hidden) != 1
    if hidden:
        # What is left of the total is more than one cell, and is not nothing (nothing would say that each is zero).
        assert sum(hidden) > 0


@given(CELLS)
def test_swapping_two_withheld_cells_gives_a_table_that_reads_the_same(cells):
    """So the total and the shown cells do not say which of the withheld cells has which count."""
    found = of(*cells)
    at = [n for n, state in enumerate(found) if state == WITHHELD]
    turned = list(cells)
    for to, source in zip(at, [*at[1:], *at[:1]], strict=True):
        turned[to] = cells[source]
    assert of(*turned) == found
    if at and any(c == 0 or c >= SMALLEST_SHOWN for c in cells):
        assert turned != cells


@pytest.mark.parametrize("size", [2, 3])
def test_no_withheld_small_cell_has_only_one_possible_value(size):
    """A reader who knows the rule, the total and the shown cells tries every table: none is the only one left."""
    tables = {}
    for cells in product(range(14), repeat=size):
        found = tuple(of(*cells))
        shown = tuple(c if s == SHOWN else None for c, s in zip(cells, found, strict=True))
        tables.setdefault((sum(cells), found, shown), []).append(cells)
    recovered = [
        possible[0]
        for (_, found, _), possible in tables.items()
        for at, state in enumerate(found)
        if state == WITHHELD and len({cells[at] for cells in possible}) == 1
    ]
    assert recovered == []
