"""What the tests of panels share: frames drawn by hand, with the columns that queries hand over."""

import datetime as dt
import json
import re

import numpy as np
import pandas as pd
import pytest

from data.database import as_day
from queries import figures as figures_query
from queries import map as map_query
from queries import situation as situation_query

DIRECTIONS = re.compile("[\u2066-\u2069]")


@pytest.fixture(scope="session")
def day():
    """A function from an ISO date to the tables' whole days."""
    return lambda iso: as_day(dt.date.fromisoformat(iso))


@pytest.fixture(scope="session")
def plain():
    """A function that takes the marks of direction out of a text and makes its spaces plain ones."""
    return lambda text: DIRECTIONS.sub("", text).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.fixture(scope="session")
def readings(day):
    """A function from some columns of each reading to a frame of `queries.situation.readings`."""
    usual = dict.fromkeys(situation_query.READING_COLUMNS, np.nan) | {
        "programme": "rsu",
        "indicator": "rsu.registered_share",
        "territory_code": "02.411",
        "step": "rsu.registered",
        "unit": "household",
        "measure": "stock",
        "source": "office",
        "basis": "reported",
        "from_date": day("2024-01-10"),
        "on_date": day("2024-01-10"),
        "reporting": 0,
        "expected": 0,
        "denominator_kind": "",
        "late": False,
        "address": "",
        "note": "",
        "state": "shown",
    }
    return lambda *rows: pd.DataFrame([usual | row for row in rows], columns=situation_query.READING_COLUMNS)


@pytest.fixture(scope="session")
def found(day):
    """A function from some columns of each figure to a frame of `queries.figures`."""
    usual = dict.fromkeys(figures_query.COLUMNS, np.nan) | {
        "territory_code": "02.411",
        "step": "rsu.registered",
        "unit": "household",
        "measure": "stock",
        "source": "office",
        "basis": "reported",
        "from_date": day("2024-01-10"),
        "on_date": day("2024-01-10"),
        "reporting": 0,
        "expected": 0,
        "address": "",
        "note": "",
        "late": False,
        "speaks": True,
        "state": "shown",
    }
    return lambda *rows: pd.DataFrame([usual | row for row in rows], columns=figures_query.COLUMNS)


@pytest.fixture(scope="session")
def quoted(day):
    """A function from some columns of each printed statement to a frame of `queries.situation.quoted`."""
    columns = ["id", "territory_code", "step", "on_date", "measure", "value", "unit", "address", "note"]
    usual = {
        "id": "one",
        "territory_code": "02.411",
        "step": "rsu.registered",
        "on_date": day("2024-01-10"),
        "measure": "share",
        "value": 9000,
        "unit": "household",
        "address": "https://example.org/page",
        "note": "",
        "implied_denominator": np.nan,
    }
    return lambda *rows: pd.DataFrame([usual | row for row in rows], columns=[*columns, "implied_denominator"])


@pytest.fixture(scope="session")
def children(day):
    """A function from some columns of each child to a frame of `queries.map.by_child`."""
    usual = dict.fromkeys(map_query.COLUMNS, np.nan) | {
        "state": "shown",
        "source": "office",
        "basis": "reported",
        "reporting": 0,
        "expected": 0,
        "late": False,
        "address": "",
        "on_date": day("2026-01-31"),
        "from_date": day("2026-01-31"),
        "denominator_kind": "census",
        "denominator_year": 2024,
    }
    silent = {"value": np.nan, "source": np.nan, "basis": np.nan, "on_date": np.nan, "from_date": np.nan}

    def whole(given):
        row = usual | (silent if given.get("state", "shown") != "shown" else {}) | given
        if "denominator" in given and "covered_share" not in given:
            row["covered_share"] = row["value"] / row["denominator"]
        return row

    def frame(*rows):
        return pd.DataFrame([whole(row) for row in rows], columns=map_query.COLUMNS)

    return frame


@pytest.fixture(scope="session")
def spec():
    """A function from a chart to what is sent to the browser: its JSON, and that JSON read again."""

    def sent(figure):
        text = figure.to_json()
        return text, json.loads(text)

    return sent
