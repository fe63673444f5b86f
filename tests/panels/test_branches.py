"""The branches in words: one table each, insurance and assistance told apart, and the gaps with their projects."""

import math

import numpy as np
import pandas as pd
import pytest

from i18n import words
from panels.branches import branch, choices, gaps, overlaps, projects
from panels.html import bars_html, rows_html
from queries.branches import COLUMNS, FOUR, GAP_COLUMNS, OVERLAP_COLUMNS, PROJECT_COLUMNS

LOCALES = ("ar", "fr", "en")
PLACES = ("09.273", "MA")


@pytest.fixture
def stand(day):
    """A function from some columns of each row to the rows of a branch."""
    usual = dict.fromkeys(COLUMNS, np.nan) | {
        "branch": "illness",
        "programme": "amo_tadamon",
        "mechanism": "assistance",
        "step": "amo_tadamon.covered",
        "unit": "person",
        "kind": "sequence",
        "measure": "stock",
        "from_date": day("2025-09-16"),
        "on_date": day("2025-09-16"),
        "source": "published",
        "basis": "reported",
        "address": "https://www.example.org/a",
        "note": "",
        "reporting": 0,
        "expected": 0,
        "late": False,
        "state": "shown",
    }
    return lambda *rows: pd.DataFrame([usual | row for row in rows], columns=COLUMNS)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_branch_says_its_first_figure_with_place_and_day_and_tells_the_mechanisms_apart(stand, locale):
    w = words(locale)
    silent = {"value": np.nan, "state": "missing", "source": "", "address": "", "on_date": np.nan}
    frame = stand(
        silent | {"territory_code": "09.273"},
        {"territory_code": "MA", "value": 11_000_000},
        silent | {"territory_code": "09.273", "programme": "amo", "step": "amo.covered", "kind": "memo"},
        {
            "territory_code": "MA",
            "programme": "amo",
            "step": "amo.covered",
            "kind": "memo",
            "mechanism": "insurance",
            "value": 24_300_000,
        },
    )
    panel = branch(frame, name="illness", territories=PLACES, locale=locale)
    assert w.short(11_000_000) in panel.title and w.in_territory("MA") in panel.title
    assert w("branches.calendar_illness") in panel.title
    first, memo = panel.parts["rows"]
    assert first[1] == w("branches.mechanism_assistance")
    assert first[2] == (w("state.missing"), "tt-none") and first[3] == w.count("person", 11_000_000, short=True)
    assert memo[0] == w("branches.memo", programme=w.name("programme", "amo", field="short"))
    assert panel.sources[0].address == "https://www.example.org/a"
    assert w("branches.not_added") in panel.notes and "35" not in rows_html(panel, locale=locale)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", FOUR)
def test_a_branch_without_a_figure_says_so_and_prints_no_zero(stand, locale, name):
    w = words(locale)
    silent = {"value": np.nan, "state": "missing", "source": "", "address": "", "on_date": np.nan, "branch": name}
    frame = stand(*(silent | {"territory_code": code} for code in PLACES))
    panel = branch(frame, name=name, territories=PLACES, locale=locale)
    assert w(f"branches.branch_{name}") in panel.title and panel.data_dates == ()
    assert {cell for row in panel.parts["rows"] for cell in row[2:4]} == {(w("state.missing"), "tt-none")}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_flow_is_said_with_its_period(stand, day, locale):
    flow = {"measure": "flow", "from_date": day("2025-01-01"), "on_date": day("2025-06-30"), "value": 13_645}
    panel = branch(stand(flow | {"territory_code": "MA"}), name="illness", territories=("MA",), locale=locale)
    w = words(locale)
    period = w.period(pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-06-30").date())
    assert period in panel.title and panel.parts["rows"][0][3] == period


@pytest.fixture
def twice(day):
    """The overlap that was published."""
    row = (
        "asd.with_amo",
        "household",
        "MA",
        3_200_000.0,
        day("2025-07-08"),
        "published",
        "https://a.org/1",
        "reported",
    )
    row += ("TO CONFIRM: a day", "asd.paid", 4_000_000.0, day("2024-11-26"), "https://a.org/2", ("amo",))
    return pd.DataFrame([row], columns=OVERLAP_COLUMNS)


@pytest.mark.parametrize("locale", LOCALES)
def test_who_is_in_two_programmes_is_said_with_both_days_and_the_address(twice, locale):
    w = words(locale)
    panel = overlaps(twice, locale=locale)
    assert w.short(3_200_000) in panel.title and w.count("household", 4_000_000, short=True) in panel.title
    assert panel.sources[0].address == "https://a.org/1" and w("reading.to_confirm") in panel.notes
    alone = overlaps(twice.assign(of_value=math.nan, of_date=math.nan), locale=locale)
    assert w.short(3_200_000) in alone.title and alone.parts["rows"][0][2] == ""
    assert overlaps(twice.iloc[:0], locale=locale).title == w("branches.overlap_none")


@pytest.fixture
def beside(day):
    """A function from (gap, projects) of communes to rows of `queries.branches.convergence`."""

    def run(*pairs):
        codes = ("09.273.01.05", "09.273.01.13", "09.273.01.15")
        rows = [
            (code, 500.0, day("2023-09-01"), 900.0, gap, 400.0, "household", "shown", "office")
            + (count, 1000.0 * count, 0, ("INDH",) if count else ())
            for code, (gap, count) in zip(codes, pairs, strict=False)
        ]
        return pd.DataFrame(rows, columns=GAP_COLUMNS)

    return run


@pytest.mark.parametrize("locale", LOCALES)
def test_the_gaps_say_how_many_communes_are_short_and_without_a_project(beside, locale):
    w = words(locale)
    asked = {"parent": "09.273", "indicator": "rsu.registered_share", "level": "commune", "locale": locale}
    panel = gaps(beside((-10.0, 0), (-20.0, 2), (5.0, 0)), **asked)
    assert w.count("commune", 2) in panel.title and w.count("commune", 1) in panel.title
    assert [row.cells[0] for row in panel.parts["rows"]][0] == w.territory("09.273.01.05")
    text = bars_html(panel, locale=locale)
    assert text.count("tt-row-bar") == 3 and w("actions.dirhams", n=w.number(2000)) in text
    place = w.in_territory("09.273")
    assert gaps(beside((-1.0, 1)), **asked).title == w("branches.gaps_with", k=w.count("commune", 1), place=place)
    assert gaps(beside((1.0, 1)), **asked).title == w("branches.gaps_none", place=place, n=w.number(1))
    unknown = beside((1.0, 1)).assign(gap=math.nan, remaining=math.nan)
    assert gaps(unknown, **asked).title == w("branches.gaps_unknown", place=place, n=w.number(1))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_list_of_projects_tells_an_unknown_amount_from_none(day, locale):
    w = words(locale)
    rows = [
        ("p1-1", 1, "INDH", "Dar Attalib", "09.273.01.15", day("2023-05-02"), 500_000.0, math.nan, "https://a.org/x"),
        ("p1-2", 1, "INDH", "<b>", "09.273.01.05", day("2023-05-02"), math.nan, 120.0, ""),
    ]
    frame = pd.DataFrame(rows, columns=PROJECT_COLUMNS)
    panel = projects(frame, place="09.273", locale=locale)
    assert panel.parts["rows"][1][4] == w("branches.amount_unknown")
    assert w("actions.dirhams", n=w.number(500_000)) in panel.title
    text = rows_html(panel, locale=locale)
    assert "<b>" not in text and 'href="https://a.org/x"' in text
    assert set(choices(frame, locale=locale)) == {"p1-1", "p1-2"}
    assert projects(frame.iloc[:0], place="09.273", locale=locale).title == w(
        "branches.listed_none", place=w.in_territory("09.273")
    )
