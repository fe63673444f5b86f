"""Reconcile: how near numbers lie to one that was heard, and in what order they explain it."""

import numpy as np
import pytest

from queries.methods.reconcile import FAR, NEAR, SAID, bands, crossings, nearest, ranked, tolerance


@pytest.mark.parametrize(
    ("value", "band"), [(58_000, SAID), (57_500, SAID), (58_500, SAID), (57_499, FAR), (58_501, FAR), (np.nan, FAR)]
)
def test_a_number_said_to_the_thousand_stands_for_what_rounds_to_it(value, band):
    assert bands([value], heard=58_000, precision=1000, share=False).tolist() == [band]


@pytest.mark.parametrize(("value", "band"), [(58_012, SAID), (58_013, NEAR), (58_302, NEAR), (58_303, FAR)])
def test_a_number_said_to_the_unit_is_itself_alone_and_half_a_percent_around_it_is_near(value, band):
    assert bands([value], heard=58_012, precision=1, share=False).tolist() == [band]


def test_a_share_is_only_compared_as_it_was_said():
    found = bands([21_500 / 241_000, 0.095, 0.085, 0.0951, 0.0849], heard=0.09, precision=0.01, share=True)
    assert found.tolist() == [SAID, SAID, SAID, FAR, FAR]
    assert tolerance(0.09, precision=0.01, share=True) == 0.005


def test_of_numbers_equally_well_said_the_one_that_asks_for_fewer_changes_comes_first_then_the_closest():
    order, band = ranked(
        [57_600, 58_001, 58_100, 90_000, 58_000],
        heard=58_000,
        precision=1000,
        share=False,
        changes=[0, 1, 1, 0, 2],
    )
    assert order.tolist() == [0, 1, 2, 4, 3]
    assert band.tolist() == [SAID, SAID, SAID, FAR, SAID]


def test_what_explains_nothing_is_ordered_by_its_distance_alone():
    order, _ = ranked([10, 90, 60], heard=100, precision=1, share=False, changes=[0, 5, 1])
    assert order.tolist() == [1, 2, 0]


def test_a_history_goes_past_a_number_where_two_values_lie_on_both_sides_of_it():
    assert crossings([10, 20, 30, 20], 25) == [2, 1]
    assert crossings([10, 25, 30], 25) == []
    assert crossings([], 25) == []


def test_the_closest_values_come_first_and_of_equals_the_later():
    assert nearest([5, 9, 11, np.nan, 9], 10, most=3) == [4, 2, 1]
