"""Moves: what the office itself can do for a count that is short of its path, each with what it adds and by when.

Definitions. A move is a change of one of the means (`queries.levers`), alone: the least that meets the due date where
one does, else a usual one (`USUAL`). *Gain*: how many more there are at its day than the forecast says, which is the
due date, or the last day that the forecast reaches. Means change the forecast in proportion (`queries.methods.levers`).
A move that adds nothing, such as a desk at which nobody sits, is not told.
"""

import math

import numpy as np
import pandas as pd

from queries.frames import of_rows
from queries.levers import MOST, Outlook, offices
from queries.methods import levers as method

USUAL = {"desk": 1, "staff": 1, "hours_a_week": 5, "files_an_hour": 1, "no_shows": 5, "mobile_unit_days": 4}
"""A change of each of the means that an office can decide by itself."""

COLUMNS = ["lever", "change", "gain", "by", "reach_on", "meets"]


def moves(found: Outlook) -> pd.DataFrame:
    """The moves of an office for a count, in the order of the means: `queries.levers.outlook` of nothing changed.

    One row per means: lever; change (whole number); gain (count, float), by (day); reach_on (day on which the target is
    reached, NaN: no day can be told); meets (whether that is by the due date). Empty without a forecast, without means
    that a capacity follows from, and where nothing is left to do.
    """
    row, ahead = found.row, found.ahead
    if row is None or ahead is None or not found.present or not ahead.median or math.isnan(row["target"]):
        return of_rows([], COLUMNS, floats=("gain", "reach_on"))
    level, due = float(row["target"]), int(row["due"])
    reach = ahead.every * len(ahead.median)
    left = min(due - found.origin, reach)
    if left <= 0 or ahead.base >= level:
        return of_rows([], COLUMNS, floats=("gain", "reach_on"))
    days = np.arange(len(ahead.median) + 1) * ahead.every
    added = float(np.interp(left, days, [ahead.base, *ahead.median])) - ahead.base
    here = offices(found.means)
    rows = []
    for lever in method.LEVERS:
        change = found.alone.get(lever) or min(USUAL[lever], MOST[lever])
        new = method.capacity(here, {lever: change}, files_an_hour=found.estimated)
        ratio = new / found.present if new is not None else 1.0
        gain = math.floor((ratio - 1) * added + 0.5)
        if ratio <= 1 or gain < 1:
            continue
        day = method.completion(ahead, level=level, ratio=ratio)
        on = math.nan if day is None else float(found.origin + day)
        rows.append((lever, int(change), float(gain), found.origin + left, on, on <= due))
    return of_rows(rows, COLUMNS, floats=("gain", "reach_on"))
