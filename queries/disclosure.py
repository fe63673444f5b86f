"""The one door through which every public frame of counts leaves."""

import numpy as np
import pandas as pd

from data.schema import ALL, BREAKDOWNS
from queries.methods import disclosure


def released(
    frame: pd.DataFrame, *, seen: frozenset[str] | None, open_sources: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """The frame with a column `state` and without what its reader may not see.

    frame: at least territory_code and value (float, NaN: none); a column `state` already there is kept where it says
    not_applicable. seen: codes the reader may see, None for all. open_sources: sources that anyone may read wherever
    they speak of (published figures). Counts of 1 to 9 in a breakdown are withheld, and one complement with them;
    a withheld value is NaN.
    """
    frame = frame.copy()
    used = [c for c in BREAKDOWNS if c in frame.columns]
    broken = (frame[used] != ALL).any(axis=1).to_numpy() if used else np.zeros(len(frame), dtype=bool)
    group_columns = [
        c for c in ("territory_code", "step", "unit", "measure", "source", "from_date", "on_date") if c in frame.columns
    ]
    groups = (
        frame.groupby(group_columns, sort=False, dropna=False).ngroup().to_numpy()
        if broken.any()
        else np.zeros(len(frame), dtype=int)
    )
    values = frame["value"].to_numpy(dtype=float)
    state = disclosure.states(values, broken_down=broken, groups=groups)
    if seen is not None and len(frame):
        hidden = ~frame["territory_code"].isin(seen).to_numpy()
        if "source" in frame.columns:
            hidden &= ~frame["source"].isin(open_sources).to_numpy()
        state[hidden & ~np.isnan(values)] = disclosure.WITHHELD
    if "state" in frame.columns:
        state = np.where(frame["state"] == disclosure.NOT_APPLICABLE, disclosure.NOT_APPLICABLE, state)
    frame["state"] = state
    closed = state != disclosure.SHOWN
    for column in ("value", "previous_value", "denominator", "covered_share", "change"):
        if column in frame.columns and closed.any():
            frame.loc[closed, column] = np.nan
    return frame
