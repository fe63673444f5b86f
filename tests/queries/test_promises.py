"""Promises: which of several targets is in force, and the word on a figure of its own day."""

import pytest

from queries.promises import Target, in_force, shared, word


def target(due, value=100, **more):
    return Target("rsu.registered_share", "MA", due, 1, value, 0, 0, "linear", "assigned", "letter", "", **more)


def test_the_nearest_date_that_is_not_over_is_in_force_then_the_last():
    held = [target(300), target(100), target(200)]
    assert [in_force(held, on=day).due for day in (0, 100, 101, 200, 300, 301)] == [100, 100, 200, 200, 300, 300]
    assert in_force([], on=5) is None


@pytest.mark.parametrize(("on_date", "on", "code"), [(50, 90, "on_path"), (90, 90, "below"), (50, 101, "expired")])
def test_a_figure_is_compared_with_what_was_planned_for_its_own_day(on_date, on, code):
    said = {"probability": None, "higher_is_better": True, "held_elsewhere": False}
    assert word(target(100), actual=50, on_date=on_date, on=on, **said).code == code


def test_a_share_keeps_the_way_and_is_arithmetical():
    parent = Target("i.n", "MA", 100, 1, 10, 0, 2, "stepped", "announced", "press", "", ((50, 6),))
    child = shared(parent, "01", value=5, start_value=1, milestones=[3])
    assert (child.territory, child.value, child.start_value, child.milestones) == ("01", 5, 1, ((50, 3),))
    assert (child.path, child.due, child.set_by) == ("stepped", 100, "arithmetical")
    assert child.plan.points == ((0, 1), (50, 3), (100, 5))
