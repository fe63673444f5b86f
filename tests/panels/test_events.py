"""What was taken in, and how fresh each source is, as tables."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from i18n import LRI, PDI, words
from panels.events import freshness, log, withdrawable

LOCALES = ("ar", "fr", "en")
MOMENT = int(dt.datetime(2026, 1, 31, 9, 5, tzinfo=ZoneInfo("Africa/Casablanca")).timestamp())


USUAL = {
    "number": 7,
    "kind": "import",
    "recorded_at": MOMENT,
    "actor": "administrator",
    "source": "office",
    "file_name": "counts.csv",
    "rows_read": 12000,
    "accepted": 11990,
    "refused": 10,
    "quarantined": 0,
    "withdraws": np.nan,
    "withdrawn_by": np.nan,
    "details": "{}",
}


def events_of(*rows):
    """A frame of `queries.events.log` of some columns of each event."""
    return pd.DataFrame([USUAL | row for row in rows], columns=list(USUAL))


@pytest.fixture
def logged():
    """A function from some columns of each event to the rows of the log."""
    return lambda *rows, locale="en": log(events_of(*rows), locale=locale).parts["rows"]


@pytest.mark.parametrize(
    ("locale", "row"),
    [
        ("ar", ("رقم 7", "ملف وارد", "31/01/2026 على الساعة 09:05", "counts.csv", "12 000", "11 990", "10", "0")),
        ("fr", ("n° 7", "Fichier reçu", "31/01/2026 à 09:05", "counts.csv", "12 000", "11 990", "10", "0")),
        ("en", ("no. 7", "File received", "31/01/2026 at 09:05", "counts.csv", "12,000", "11,990", "10", "0")),
    ],
)
def test_an_import_says_when_it_came_on_the_clock_of_casablanca_and_what_was_taken(logged, plain, locale, row):
    assert tuple(plain(cell) for cell in logged({}, locale=locale)[0]) == row


@pytest.mark.parametrize("locale", LOCALES)
def test_a_withdrawal_and_what_it_withdrew_name_each_other(logged, plain, locale):
    undo, undone = logged({"number": 9, "kind": "withdrawal", "withdraws": 7.0}, {"withdrawn_by": 9.0}, locale=locale)
    assert "7" in undo[1] and "9" in undone[1]
    assert plain(undone[1]).startswith(words(locale)("events.kind_import"))
    assert undo[4:] == ("", "", "", "")


def test_an_event_without_a_file_names_its_source_or_nothing(logged):
    rows = logged({"file_name": ""}, {"file_name": "", "source": ""}, {"file_name": "", "source": "gone"})
    assert [row[3] for row in rows] == [words("en").name("source", "office"), "", "gone"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_reference_event_counts_no_lines(logged, locale):
    ((_, what, *_, read, accepted, refused, waiting),) = logged(
        {"kind": "reference", "file_name": "", "source": ""}, locale=locale
    )
    assert (what, read, accepted, refused, waiting) == (words(locale)("events.kind_reference"), "", "", "", "")


def test_the_head_has_as_many_columns_as_the_rows():
    panel = log(pd.DataFrame(columns=["number"]), locale="fr")
    assert panel.parts["rows"] == [] and len(panel.parts["head"]) == 8


def test_what_can_be_withdrawn_are_imports_that_do_not_ship_and_are_not_withdrawn_yet():
    frame = events_of(
        {"number": 9, "kind": "withdrawal", "withdraws": 5.0},
        {"number": 8, "file_name": "new.csv"},
        {"number": 7},
        {"number": 5, "withdrawn_by": 9.0},
        {"number": 2, "actor": "reference"},
        {"number": 1, "kind": "reference", "actor": "reference"},
    )
    offered = withdrawable(frame, locale="en")
    assert list(offered) == [8, 7]
    assert [file for _, file in offered.values()] == ["new.csv", "counts.csv"]


@pytest.mark.parametrize(
    ("locale", "rows", "when"),
    [
        ("ar", "11 990 سطر", "31/01/2026 على الساعة 09:05"),
        ("fr", "11 990 lignes", "31/01/2026 à 09:05"),
        ("en", "11,990 rows", "31/01/2026 at 09:05"),
    ],
)
def test_what_can_be_withdrawn_is_named_by_its_number_its_file_its_moment_and_its_rows(plain, locale, rows, when):
    ((text, file),) = withdrawable(events_of({}), locale=locale).values()
    assert file == "counts.csv"
    assert [part in plain(text) for part in ("7", "counts.csv", rows, when)] == [True] * 4


def test_without_events_nothing_can_be_withdrawn():
    assert withdrawable(events_of(), locale="fr") == {}


@pytest.fixture
def fresh(day):
    """A function from some columns of each source and step to the rows of the table of freshness."""
    usual = {
        "source": "office",
        "step": "rsu.registered",
        "last_date": day("2026-01-31"),
        "late": False,
        "territories": 11,
        "observations": 1200,
    }
    return lambda *rows, locale="en": freshness(pd.DataFrame([usual | r for r in rows]), locale=locale).parts["rows"]


@pytest.mark.parametrize(
    ("locale", "row"),
    [
        ("ar", ("31 يناير 2026", "محينة", "11", "1 200")),
        ("fr", ("31 janvier 2026", None, "11", "1 200")),
        ("en", ("31 January 2026", "Up to date", "11", "1,200")),
    ],
)
def test_a_source_says_up_to_which_day_it_speaks_of_how_many(fresh, plain, locale, row):
    w = words(locale)
    source, step, *rest = fresh({}, locale=locale)[0]
    # Not every step's name says its programme («صرف الدعم»), and two programmes may have steps of one name.
    named = w("events.step_of", step=w.name("step", "rsu.registered"), programme=w.name("programme", "rsu", "short"))
    assert (source, step) == (w.name("source", "office"), named)
    assert [plain(cell) for cell in rest] == [cell or w("events.fresh") for cell in row]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_source_that_is_late_is_called_so(fresh, locale):
    assert fresh({"late": True}, locale=locale)[0][3] == words(locale)("reading.late")


def test_a_source_or_step_that_is_no_longer_defined_is_called_by_its_id(fresh):
    assert fresh({"source": "gone", "step": "gone.paid"})[0][:2] == ("gone", "gone.paid")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("counts.csv", f"{LRI}counts.csv{PDI}"),
        ("حصيلة 2023-W37.csv", f"حصيلة {LRI}2023-W37.csv{PDI}"),
        ("my own counts.csv", f"{LRI}my own counts.csv{PDI}"),
    ],
)
def test_the_name_of_a_file_is_not_torn_in_an_arabic_line(logged, name, shown):
    assert logged({"file_name": name}, locale="ar")[0][3] == shown
    assert logged({"file_name": name}, locale="fr")[0][3] == name
