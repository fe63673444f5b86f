"""Split: whole numbers that add up, and lines from which nothing can be taken out again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.methods.split import file_parts, parts, put_together, rounded

HISTORY = st.dictionaries(st.integers(1, 6), st.integers(0, 99), max_size=4)


@given(before=HISTORY, after=HISTORY)
def test_what_a_file_moved_is_correction_and_late_and_nothing_else(before, after):
    correction, late = file_parts(before, after)
    last = [said[max(said)] if said else 0 for said in (before, after)]
    assert correction + late == last[1] - last[0]


@pytest.mark.parametrize(
    "before, after, expected",
    [
        ({1: 10}, {1: 12}, (2, 0)),
        ({1: 10}, {1: 10, 2: 15}, (0, 5)),
        ({1: 10}, {1: 12, 2: 15}, (2, 3)),
        ({}, {2: 15}, (0, 15)),
        ({1: 8, 2: 10}, {1: 99, 2: 10}, (0, 0)),
        ({1: 8, 2: 10}, {1: 8}, (-2, 0)),
    ],
)
def test_the_day_that_spoke_is_corrected_and_a_later_one_comes_late(before, after, expected):
    assert file_parts(before, after) == expected


@given(
    st.integers(0, 999),
    st.integers(0, 999),
    st.integers(0, 999),
    st.lists(st.tuples(st.sampled_from(["late", "correction", "withdrawal"]), st.integers(-99, 99)), max_size=5),
    st.integers(-99, 99),
)
def test_activity_and_the_parts_are_the_change(then, known, now, moved, jump):
    activity, held = parts(then, known, now, moved=moved, jump=jump)
    assert activity + sum(held.values()) == now - then
    assert 0 not in held.values()
    assert sum(value for reason, value in held.items() if reason != "source") == known - then


@given(st.data())
def test_no_hidden_child_stands_alone_where_another_could_stand_with_it(data):
    n = data.draw(st.integers(1, 6))
    values = np.array(data.draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=n, max_size=n)))
    values = values.astype(float)
    withheld = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))[:, None]
    small = (values >= 1) & (values < 10) if data.draw(st.booleans()) else np.zeros(values.shape, bool)
    hidden = put_together(values, withheld=withheld, small=small)
    must = withheld.any(axis=1) | small.any(axis=1)
    assert (hidden | ~must).all()
    if must.any():
        assert hidden.sum() > 1 or n == 1
    else:
        assert not hidden.any()
    # Two small cells that add up to 2 are 1 and 1: one that is not small stands with them.
    if small.any() and not must.all():
        assert (hidden & ~must).any()


def test_of_equals_none_is_picked_out():
    values = np.array([[3.0], [20.0], [20.0], [50.0]])
    hidden = put_together(values, withheld=np.zeros((4, 1), bool), small=values < 10)
    assert hidden.tolist() == [True, True, True, False]


@pytest.mark.parametrize("value, expected", [(0, 0), (2, 0), (3, 5), (7, 5), (8, 10), (-2, 0), (-3, -5), (1503, 1505)])
def test_numbers_for_outside_are_multiples_of_five(value, expected):
    assert rounded(value) == expected
