"""Movements: how many came into a stock, how many left it, and what that makes a month.

The stock is read on the last day of each month on which it was told; between two such days lies a *span*. Net is the
difference of the two stocks. Entries and exits are the flows of the steps that the definitions name (`entries`,
`exits`), where their closed periods fill the span; else they are not known. Net less entries plus exits is unexplained.
The net of a month is the net of the span over its days, times 365.25 / 12.
"""

import numpy as np
import pandas as pd
import sqlalchemy as sa

from queries.definitions import Definitions
from queries.flows import flows
from queries.frames import of_rows
from queries.stocks import stocks

MONTH = 365.25 / 12

MOST = 24
"""Spans that are looked back upon."""

SLACK = 3
"""Days by which the periods of a flow may miss the ends of a span."""

COLUMNS = [
    "from_date",
    "on_date",
    "before",
    "value",
    "net",
    "net_a_month",
    "net_share",
    "entries",
    "exits",
    "unexplained",
]


def movements(
    engine: sa.Engine, *, territory: str, step: str, unit: str, on: int, cut: int, scope: str, known: Definitions
) -> pd.DataFrame:
    """What a stock did from one month to the next in a territory, oldest first.

    One row per span: from_date, on_date (days of the two stocks), before, value (the stocks), net, net_a_month,
    net_share (net of a month over the stock before), entries, exits, unexplained (NaN where the flows are not known).
    """
    asked = {"on": on, "cut": cut, "scope": scope, "known": known}
    held = stocks(engine, counts=[(step, unit)], territories=[territory], **asked).get((territory, step, unit))
    if held is None or len(held.days) < 2:
        return of_rows((), COLUMNS)
    # As told: what is believed of a count supposes that it rises, and this is about falls too.
    days, values = held.days, held.values
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    last = np.append(months[1:] != months[:-1], True)
    days, values = days[last][-MOST - 1 :], values[last][-MOST - 1 :]
    if len(days) < 2:
        return of_rows((), COLUMNS)
    body = known.steps.get(step, {})
    starts, ends = days[:-1], days[1:]
    net = np.diff(values)
    a_month = net / (ends - starts) * MONTH
    before = values[:-1]
    moved = {
        name: _within(engine, body.get(name, ()), unit, starts, ends, territory=territory, **asked)
        for name in ("entries", "exits")
    }
    share = np.divide(a_month, before, out=np.full_like(a_month, np.nan), where=before > 0)
    columns = (starts, ends, before, values[1:], net, a_month, share, moved["entries"], moved["exits"])
    rest = net - moved["entries"] + moved["exits"]
    return pd.DataFrame(dict(zip(COLUMNS, (*columns, rest), strict=True)))


def _within(
    engine: sa.Engine, steps, unit: str, starts: np.ndarray, ends: np.ndarray, *, territory: str, **asked
) -> np.ndarray:
    """The flow of some steps in each span; NaN where their periods do not fill it."""
    found = np.full(len(starts), np.nan)
    if not steps:
        return found
    told = flows(engine, territories=[territory], steps=steps, **asked)
    told = told[told["unit"] == unit]
    first, last = told["from_date"].to_numpy(dtype=int), told["on_date"].to_numpy(dtype=int)
    count, names = told["value"].to_numpy(dtype=float), told["step"].to_numpy(dtype=object)
    for place, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        inside = (first > start - SLACK) & (last <= end + SLACK)
        filled = [
            abs((last - first + 1)[inside & (names == step)].sum() - (end - start)) <= 2 * SLACK for step in steps
        ]
        if all(filled):
            found[place] = count[inside].sum()
    return found
