"""The door through which every public frame leaves: what it withholds, leaves out, and keeps."""

import numpy as np
import pandas as pd
import pytest

from queries.disclosure import released


def frame(*rows, **columns):
    """Rows are (territory, sex, value)."""
    made = pd.DataFrame(rows, columns=["territory_code", "sex", "value"]).astype({"value": float})
    return made.assign(**columns)


def states(found):
    return found["state"].tolist()


def test_plain_totals_are_shown_however_small():
    found = released(frame(("09.273", "all", 3), ("09.273", "all", 0)), seen=None)
    assert states(found) == ["shown", "shown"]
    assert found["value"].tolist() == [3, 0]


def test_a_frame_without_breakdown_columns_holds_plain_totals():
    found = released(frame(("09.273", "all", 3)).drop(columns="sex"), seen=None)
    assert states(found) == ["shown"]


def test_a_small_cell_is_withheld_with_one_complement_of_its_own_territory():
    found = released(
        frame(("09.273", "female", 4), ("09.273", "male", 60), ("09.163", "female", 20), ("09.163", "male", 30)),
        seen=None,
    )
    assert states(found) == ["withheld", "withheld", "shown", "shown"]
    assert np.isnan(found["value"].iloc[:2]).all()


def test_a_cell_by_area_is_no_complement_for_a_cell_by_sex():
    rows = frame(("09.273", "female", 4), ("09.273", "male", 60), ("09.273", "all", 11), ("09.273", "all", 53))
    found = released(rows.assign(area=["all", "all", "rural", "urban"]), seen=None)
    assert states(found) == ["withheld", "withheld", "shown", "shown"]


def test_what_two_sources_say_is_withheld_for_each_by_itself():
    rows = frame(("09.273", "female", 4), ("09.273", "male", 60), ("09.273", "female", 40), ("09.273", "male", 24))
    found = released(rows.assign(source=["office", "office", "published", "published"]), seen=None)
    assert states(found) == ["withheld", "withheld", "shown", "shown"]


def test_nothing_that_hints_at_a_withheld_count_stays():
    hints = {
        "previous_value": 5.0,
        "previous_date": 19_000.0,
        "denominator": 50.0,
        "covered_share": 0.08,
        "change": -1.0,
        "address": "https://example.org/4",
        "note": "4 women",
    }
    found = released(frame(("09.273", "female", 4), ("09.273", "male", 60), **hints), seen=None)
    assert (
        found[["value", "previous_value", "previous_date", "denominator", "covered_share", "change"]]
        .isna()
        .all(axis=None)
    )
    assert (found[["address", "note"]] == "").all(axis=None)


def test_the_frame_that_came_in_is_not_changed():
    rows = frame(("09.273", "female", 4), ("09.273", "male", 60))
    released(rows, seen=None)
    assert rows["value"].tolist() == [4, 60]
    assert "state" not in rows


def test_not_applicable_stays_and_no_value_is_missing():
    rows = frame(("09.273", "all", np.nan), ("09.163", "all", np.nan))
    found = released(rows.assign(state=["not_applicable", "missing"]), seen=None)
    assert states(found) == ["not_applicable", "missing"]


def test_territories_that_a_reader_may_not_see_are_left_out_but_for_open_sources():
    rows = frame(("09.273", "all", 100), ("02.411", "all", 61_000), ("02.411", "all", 61_001))
    rows = rows.assign(source=["office", "published", "office"])
    found = released(rows, seen=frozenset({"09.273"}), open_sources=frozenset({"published"}))
    assert found["value"].tolist() == [100, 61_000]


def test_without_a_source_column_nothing_is_open():
    found = released(
        frame(("09.273", "all", 100), ("02.411", "all", 7)),
        seen=frozenset({"09.273"}),
        open_sources=frozenset({"published"}),
    )
    assert found["territory_code"].tolist() == ["09.273"]


@pytest.mark.parametrize(
    ("basis", "reporting", "state"),
    [("reported", 0, "shown"), ("summed", 6, "shown"), ("summed", 3, "shown"), ("summed", 2, "withheld")],
)
def test_a_total_above_is_withheld_where_it_is_that_of_too_few(basis, reporting, state):
    rows = frame(("09", "all", 500)).assign(source="office", basis=basis, reporting=reporting)
    found = released(rows, seen=frozenset({"09", "09.273"}), mixed={"09": ((3, 6),)})
    assert states(found) == [state]


def test_an_open_source_is_never_withheld_above():
    rows = frame(("12", "all", 500)).assign(source="published", basis="reported", reporting=0)
    found = released(rows, seen=frozenset({"12"}), open_sources=frozenset({"published"}), mixed={"12": ((3, 2),)})
    assert states(found) == ["shown"]


def test_an_empty_frame_gets_its_states_too():
    for seen in (None, frozenset({"09.273"})):
        found = released(frame(), seen=seen, mixed={"09": ((3, 6),)})
        assert found.empty and "state" in found
