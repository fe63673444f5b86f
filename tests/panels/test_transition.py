"""Transition in words: shares only over the office's own stock, dates, and the band for whoever prepares."""

import numpy as np
import pandas as pd
import pytest

from i18n import words
from panels import transition
from panels.lengths import lengths_html
from queries.transition import PART_COLUMNS, REMAINING_COLUMNS

LOCALES = ("ar", "fr", "en")
PREFECTURE = "09.273"
ENDED = 19326
STEPS = {
    "former": "ramed.covered",
    "switched": "amo_tadamon.switched",
    "confirmed": "amo_tadamon.confirmed",
    "waiting": "amo_tadamon.waiting",
    "left": "amo_tadamon.above_threshold",
    "entrants": "amo_tadamon.new_entrants",
    "band": "amo_tadamon.between_thresholds",
}


def parts_frame(**values):
    rows = []
    for part, step in STEPS.items():
        if part not in values:
            continue
        value = values[part]
        shown = value is not None
        row = (part, step, "person", value if shown else np.nan, 19617.0, "office", "reported", 0, 0, False)
        rows.append((*row, "shown" if shown else "missing"))
    return pd.DataFrame(rows, columns=PART_COLUMNS)


def left_row(**fields):
    usual = dict.fromkeys(REMAINING_COLUMNS) | {
        "territory_code": PREFECTURE,
        "remaining": 400.0,
        "remaining_date": 19617.0,
        "remaining_basis": "counted",
        "confirmed": 500.0,
        "pace_state": "falling",
        "per_day": 5.0,
        "since": 19589.0,
        "done_by": 19700.0,
        "source": "office",
        "partial": False,
        "state": "shown",
    }
    return pd.Series(usual | fields, dtype=object)


def told(frame, left, locale):
    asked = {"programme": "amo_tadamon", "former_on": ENDED, "territory": PREFECTURE, "threshold": 10}
    return transition.parts(frame, left, **asked, locale=locale)


WHOLE = {"former": 1000.0, "switched": 940.0, "confirmed": 500.0, "waiting": 400.0, "left": 40.0, "entrants": 70.0}


@pytest.mark.parametrize("locale", LOCALES)
def test_without_the_office_s_own_stock_no_percentage_is_printed(locale):
    w = words(locale)
    panel = told(parts_frame(**WHOLE | {"former": None}), left_row(), locale)
    page = transition.transition_html(panel, locale=locale)
    said = {"old": w.name("programme", "ramed", field="short"), "date": w.date(pd.Timestamp("2022-11-30").date())}
    assert w("transition.no_former_note", **said) in panel.notes
    text = page.partition("<section")[2]
    assert "في المائة" not in text and " %" not in text.replace("\u00a0", " ").replace("%;", "").replace('%"', "")


@pytest.mark.parametrize("locale", LOCALES)
def test_with_it_the_share_confirmed_is_said(locale):
    left = left_row(former=1000.0, confirmed_share=0.5, remaining_share=0.4)
    panel = told(parts_frame(**WHOLE), left, locale)
    assert words(locale).percent_words(0.5) in panel.title
    assert words(locale)("transition.no_index_note") in panel.notes


def test_those_who_were_switched_are_drawn_whole_and_newcomers_apart():
    panel = told(parts_frame(**WHOLE), left_row(), "fr")
    drawn = {one.part: one.length for one in panel.parts["parts"] if one.length is not None}
    assert list(drawn) == ["confirmed", "waiting", "left"] and sum(drawn.values()) == pytest.approx(1)


def test_where_a_part_is_missing_nothing_is_drawn():
    panel = told(parts_frame(**WHOLE | {"left": None}), left_row(), "fr")
    assert all(one.length is None for one in panel.parts["parts"])


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_said_of_the_pace(locale):
    w = words(locale)
    (falling,) = transition.pace(left_row(), "person", w)
    assert w.count("person", 5) in falling
    for state in ("not_falling", "far", "not_enough_history", "done"):
        assert transition.pace(left_row(pace_state=state), "person", w) == [w(f"transition.pace_{state}")]
    needed = transition.pace(left_row(due=19722.0, needed_per_day=7.0), "person", w)[1]
    assert w.count("person", 7) in needed


@pytest.mark.parametrize("locale", LOCALES)
def test_below_each_stands_in_the_order_given_with_or_without_a_share(locale):
    w = words(locale)
    rows = [
        left_row(territory_code="09.273.01.13", former=800.0, remaining_share=0.25, remaining=200.0),
        left_row(territory_code="09.273.01.15", remaining=300.0, pace_state="not_falling"),
        left_row(territory_code="09.273.01.17", remaining=None, state="missing", pace_state=""),
    ]
    frame = pd.DataFrame([row.to_dict() for row in rows], columns=REMAINING_COLUMNS)
    asked = {"unit": "person", "old": "ramed", "territory": PREFECTURE, "threshold": 10}
    panel = transition.below(frame, **asked, locale=locale)
    first, second, third = panel.parts["rows"]
    assert first.cells[0] == w.territory("09.273.01.13") and first.cells[3] == w.share(0.25)
    assert first.length == 0.25 and second.length is None
    assert second.cells[2:4] == (w("transition.no_stock"), w("transition.no_share"))
    assert third.cells[1] == w("state.missing")
    assert lengths_html(panel, locale=locale)


def test_where_nothing_is_known_below_there_is_no_panel():
    frame = pd.DataFrame([left_row(remaining=None, state="missing").to_dict()], columns=REMAINING_COLUMNS)
    assert transition.below(frame, unit="person", old="ramed", territory=PREFECTURE, threshold=10, locale="fr") is None


def test_the_band_is_not_among_the_parts_and_is_nothing_for_who_was_not_given_it():
    frame = parts_frame(**WHOLE, band=77.0)
    panel = told(frame, left_row(), "fr")
    assert "band" not in [one.part for one in panel.parts["parts"]]
    assert "77" in transition.band(frame, territory=PREFECTURE, locale="fr").title
    assert transition.band(parts_frame(**WHOLE), territory=PREFECTURE, locale="fr") is None
