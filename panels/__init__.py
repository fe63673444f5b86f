"""Panels: frames and a language in, one finding out. Knows neither Streamlit nor a database."""

from collections import namedtuple
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class SourceLine:
    """Where a figure comes from: what is printed, and the address behind it (empty for the office's own extracts)."""

    text: str
    address: str = ""


@dataclass(frozen=True)
class Panel:
    """Frozen data for one finding. Whatever draws it (page, wall, paper, slide) draws this object and no other.

    subject: the room's word for it (situation, map, …). kind: readings, path, map or table. title: the sentence that
    states the finding, made from the numbers. frame: the figures behind it, codes and numbers only. units: what is
    counted. sources, data_dates (days since 1970-01-01): printed below. notes: sentences a reader needs beside it.
    audience: office or outside. demonstration: whether the notice has to stand inside the picture. parts: what the
    kind needs besides (its docstring is that of the function that makes the panel). drawn: charts and texts already
    made of it: a panel never changes, and is shown many times.
    """

    subject: str
    kind: str
    title: str
    frame: pd.DataFrame
    units: tuple[str, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    data_dates: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    audience: str = "office"
    demonstration: bool = False
    parts: dict = field(default_factory=dict)
    drawn: dict = field(default_factory=dict, repr=False, compare=False)


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame, each value under the name of its column; None where there is no number.

    `itertuples` makes a class each time and walks every column by itself: for a few rows it takes ten times as long.
    NaN is not even equal to itself: what was said of a row before could not be found again by it.
    """
    row = _row(tuple(frame.columns))
    rows = frame.to_numpy(dtype=object).tolist()
    return [row._make([None if value != value else value for value in values]) for values in rows]


@cache
def _row(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns)
