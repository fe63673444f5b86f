"""Refusals by reason: why files were refused or wait, and what of it the office can mend with the family.

Refusals are flows, summed over the closed periods of the last thirteen weeks (`PERIOD`) that were told; files that wait
are a stock, that of the last day. A share is over the reasons that are shown. Reasons that tell of disability or
widowhood are shown for prefectures and provinces, and for what is larger; below them never.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import sqlalchemy as sa

from queries.definitions import Definitions
from queries.disclosure import released
from queries.flows import flows
from queries.frames import of_rows
from queries.methods.disclosure import SHOWN, WITHHELD
from queries.territories import level_of, visible

PERIOD = 13 * 7
"""Days of refusals that are summed."""

LARGE = ("country", "region", "prefecture")
"""The levels at which sensitive reasons are shown."""

COLUMNS = ["step", "unit", "reason", "mendable", "value", "share", "from_date", "on_date", "source", "partial", "state"]


def refusals(
    engine: sa.Engine,
    *,
    territory: str,
    steps: Sequence[str],
    measure: str = "flow",
    on: int,
    cut: int,
    scope: str,
    known: Definitions,
) -> pd.DataFrame:
    """Why files of some steps were refused ("flow") or wait ("stock") in a territory.

    One row per step, unit and reason, those that the office can mend first, then by count: step, unit, reason; mendable
    (True, False); value (count, NaN when withheld); share (0 to 1, of what is shown); from_date, on_date (days of the
    whole period); source; partial (a sum over some of the children only); state (shown, withheld).
    """
    told = flows(
        engine,
        territories=[territory],
        steps=steps,
        breakdown="reason",
        measure=measure,
        on=on,
        cut=cut,
        scope=scope,
        known=known,
    )
    if told.empty:
        return of_rows((), COLUMNS)
    last = told.groupby(["step", "unit"])["on_date"].transform("max")
    kept = told[told["from_date"] > last - PERIOD] if measure == "flow" else told[told["on_date"] == last]
    if kept.empty:
        return of_rows((), COLUMNS)
    kept = kept.assign(missing=kept["expected"] - kept["reporting"])
    by = kept.groupby(["step", "unit", "group"], sort=False)
    summed = by.agg(value=("value", "sum"), source=("source", "first"), missing=("missing", "max")).reset_index()
    spans = kept.groupby(["step", "unit"]).agg(from_date=("from_date", "min"), on_date=("on_date", "max"))
    summed = summed.join(spans, on=["step", "unit"]).rename(columns={"group": "reason"})
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        level = level_of(connection, territory)
    summed.insert(0, "territory_code", territory)
    open_to = None if seen is None else seen | {territory}
    frame = released(summed, seen=open_to, smallest=known.small_cell)
    if level not in LARGE:
        frame = _without_sensitive(frame, known)
    value = frame["value"].to_numpy(dtype=float)
    total = frame.groupby(["step", "unit"], sort=False)["value"].transform("sum").to_numpy(dtype=float)
    frame = frame.assign(
        mendable=[bool(known.reasons.get(reason, {}).get("mendable")) for reason in frame["reason"]],
        share=np.divide(value, total, out=np.full_like(value, np.nan), where=total > 0),
        partial=frame["missing"] > 0,
    )
    place = {step: at for at, step in enumerate(known.steps)}
    frame = frame.assign(at=[place.get(step, len(place)) for step in frame["step"]])
    frame = frame.sort_values(["at", "unit", "mendable", "value"], ascending=[True, True, False, False], kind="stable")
    return frame[COLUMNS].reset_index(drop=True)


def _without_sensitive(frame: pd.DataFrame, known: Definitions) -> pd.DataFrame:
    """The frame with its sensitive reasons withheld, and with one more where a single one would follow from a total."""
    state = frame["state"].to_numpy(dtype=object).copy()
    value = frame["value"].to_numpy(dtype=float).copy()
    sensitive = np.array([bool(known.reasons.get(reason, {}).get("sensitive")) for reason in frame["reason"]])
    keys = frame.groupby(["step", "unit"], sort=False).ngroup().to_numpy()
    state[sensitive] = WITHHELD
    for key in np.unique(keys[sensitive]):
        mine = keys == key
        if (mine & (state == WITHHELD)).sum() == 1 and (mine & (state == SHOWN)).any():
            shown = np.flatnonzero(mine & (state == SHOWN))
            state[shown[np.argmin(value[shown])]] = WITHHELD
    value[state != SHOWN] = np.nan
    return frame.assign(state=pd.Series(state, index=frame.index, dtype=object), value=value)
