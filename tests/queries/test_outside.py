"""What is made for readers outside: rounded before wording, differences of rounded counts, no order turned round."""

import math

import numpy as np
import pandas as pd
import pytest

from queries import outside
from queries.frames import of_rows
from queries.methods.outside import STEP, rounded
from queries.moves import COLUMNS as MOVE_COLUMNS
from queries.stages import COLUMNS as STAGE_COLUMNS
from queries.stages import Stages
from queries.targets import NOT_ATTRIBUTABLE, PROGRESS_COLUMNS, Standing
from queries.transition import REMAINING_COLUMNS
from queries.window import CHILD_COLUMNS, Clock, Course, Window
from queries.window import STAGE_COLUMNS as WINDOW_COLUMNS


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, 0), (1, 5), (2, 5), (7, 5), (8, 10), (12, 10), (13, 15), (-61, -60), (-1, -5), (1884, 1885), (0.3, 0)],
)
def test_a_count_goes_to_the_nearest_five_and_never_to_zero(value, said):
    assert rounded(value) == said


def test_no_number_stays_none():
    assert math.isnan(rounded(math.nan))


def test_rounding_never_turns_an_order_round():
    values = [rounded(value) for value in range(2000)]
    assert values == sorted(values) and all(value % STEP == 0 for value in values)


def standing(**said):
    """A row of progress of which only some is known."""
    usual = dict.fromkeys(PROGRESS_COLUMNS, math.nan) | {
        "territory_code": "09.273",
        "unit": "household",
        "verdict": "below",
        "state": "shown",
    }
    return Standing(**usual | said)


def test_a_gap_is_that_of_the_rounded_counts_and_what_is_needed_follows():
    row = outside.standing(
        standing(actual=3046, planned=3107, target=3601, gap=-61, remaining=555, needed_per_day=79.3, times=2.0)
    )
    assert (row.actual, row.planned, row.target, row.gap, row.remaining) == (3045, 3105, 3600, -60, 555)
    assert row.needed_per_day == pytest.approx(79.3) and row.verdict == "below"


def test_where_fewer_are_better_the_gap_keeps_its_sign():
    row = outside.standing(standing(actual=88, planned=103, target=40, gap=15, remaining=48, verdict="ahead"))
    assert (row.actual, row.planned, row.gap, row.remaining) == (90, 105, 15, 50)


def test_a_shortfall_that_the_rounding_takes_away_is_not_said_to_be_below():
    row = outside.standing(standing(actual=18, planned=20, target=100, gap=-2, remaining=82))
    assert row.gap == 0 and row.verdict == "watch"
    met = outside.standing(standing(actual=99, planned=80, target=100, gap=19, remaining=1, needed_per_day=1.0))
    assert met.remaining == 0 and math.isnan(met.needed_per_day)


def test_the_row_of_the_rest_takes_up_what_rounding_leaves():
    rows = [
        standing(territory_code=code, actual=a, planned=p, gap=a - p, remaining=math.nan)._asdict()
        | {"gap_part": a - p}
        for code, a, p in (("a", 101, 92), ("b", 33, 52))
    ]
    rest = standing(territory_code=NOT_ATTRIBUTABLE)._asdict() | {"gap_part": -2.0}
    found = outside.children(pd.DataFrame([*rows, rest]), gap=-10)
    assert found["gap_part"].tolist() == [10, -15, -5] and found["gap_part"].sum() == -10


def test_shares_of_stages_are_of_rounded_counts_and_differences_of_stocks_are_kept():
    usual = dict.fromkeys(STAGE_COLUMNS, np.nan)
    rows = [
        usual | {"basis": "stocks", "from_value": 3723.0, "to_value": 3046.0, "waiting": 677.0, "passed_share": 0.818},
        usual | {"basis": "cohort", "entered": 101.0, "passed": 52.0, "passed_share": 52 / 101, "waiting": 49.0},
    ]
    frame = of_rows([[row[c] for c in STAGE_COLUMNS] for row in rows], STAGE_COLUMNS)
    nodes = pd.DataFrame({"value": [3723.0, np.nan]})
    found = outside.stages(Stages(frame, nodes, pd.DataFrame({"entered": [1]}), ("x",)))
    assert found.frame["waiting"].tolist() == [680, 50]
    assert found.frame["passed_share"].tolist() == pytest.approx([3045 / 3725, 0.5])
    # Cells of single cohorts are not made for outside at all.
    assert len(found.cohorts) == 0 and found.nodes["value"].iloc[0] == 3725


def test_what_remains_of_a_transition_has_the_share_of_its_rounded_counts():
    row = dict.fromkeys(REMAINING_COLUMNS, np.nan) | {
        "former": 153724.0,
        "remaining": 81326.0,
        "remaining_share": 0.529,
    }
    found = outside.remaining(pd.DataFrame([row])).iloc[0]
    assert (found["former"], found["remaining"]) == (153725, 81325)
    assert found["remaining_share"] == 81325 / 153725 and math.isnan(found["confirmed"])


def test_the_clock_of_a_window_counts_what_remains_of_rounded_counts():
    clock = Clock("a", 4793, 1, "b", 3046, 1, 1747, 12, 7, 249.57, 40, 6.2, "running")
    stages = of_rows([[math.nan] * len(WINDOW_COLUMNS)], WINDOW_COLUMNS, floats=("value", "share_before"))
    found = outside.window(Course("p", Window(2023), "open", stages, clock))
    assert (found.clock.population, found.clock.registered, found.clock.remaining) == (4795, 3045, 1750)
    assert found.clock.needed_per_day == pytest.approx(249.57 * 1750 / 1747)


def test_children_of_a_window_keep_a_remainder_that_subtracts():
    row = dict.fromkeys(CHILD_COLUMNS, np.nan)
    row |= {"population": 98.0, "registered": 41.0, "remaining": 57.0, "needed_per_day": 8.1, "state": "shown"}
    found = outside.filed(pd.DataFrame([row])).iloc[0]
    assert (found["population"], found["registered"], found["remaining"]) == (100, 40, 60)


def test_a_move_that_adds_next_to_nothing_is_not_said_to_add_five():
    rows = [("desk", 1, 2.0, 9, math.nan, False), ("staff", 1, 33.0, 9, math.nan, False)]
    found = outside.moves(of_rows(rows, MOVE_COLUMNS, floats=("gain", "reach_on")))
    assert found[["lever", "gain"]].values.tolist() == [["staff", 35.0]]
