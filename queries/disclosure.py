"""The one door through which every public frame of counts leaves."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data.schema import ALL, BREAKDOWNS
from queries.methods import disclosure
from queries.territories import OTHERS

BLANKED = {
    **dict.fromkeys(("value", "previous_value", "previous_date", "denominator", "covered_share", "change"), np.nan),
    **dict.fromkeys(("address", "note"), ""),
}
"""What stands in the columns of a row that is withheld: a note may quote the count that it explains."""


def released(
    frame: pd.DataFrame,
    *,
    seen: frozenset[str] | None,
    open_sources: frozenset[str] = frozenset(),
    mixed: Mapping[str, tuple[tuple[int, int], ...]] | None = None,
    smallest: int = disclosure.SMALLEST_SHOWN,
) -> pd.DataFrame:
    """The frame with a column `state` and without what its reader may not see.

    frame: at least territory_code and value (float, NaN: none); a column `state` already there is kept where it says
    not_applicable. seen: codes the reader may see, None for all; rows of other territories are left out, so that not
    even their dates are known. open_sources: sources that anyone may read wherever they speak of (published figures).
    mixed: `queries.territories.mixed`, for totals above the reader, which are withheld where taking away what he sees
    would leave the count of one territory. smallest: the least count of a breakdown that is shown; counts from 1 to one
    less than it are withheld in a breakdown, and one complement with them; a withheld value is NaN.
    """
    used = [c for c in BREAKDOWNS if c in frame.columns]
    if seen is None and not mixed and not used and "state" not in frame.columns:
        # Nothing to hide from one who sees everything, where nothing is broken down.
        missing = frame["value"].isna().to_numpy()
        state = np.where(missing, disclosure.MISSING, disclosure.SHOWN).astype(object)
        return frame.assign(state=pd.Series(state, index=frame.index, dtype=object))
    frame = frame.copy()
    closed_source = (
        ~frame["source"].isin(open_sources) if "source" in frame.columns else pd.Series(True, index=frame.index)
    )
    if seen is not None:
        kept = frame["territory_code"].isin(seen) | ~closed_source
        frame, closed_source = frame[kept].copy(), closed_source[kept]
    broken = (frame[used] != ALL).any(axis=1).to_numpy() if used else np.zeros(len(frame), dtype=bool)
    group_columns = [
        c
        for c in ("territory_code", "step", "unit", "measure", "source", "basis", "from_date", "on_date")
        if c in frame.columns
    ]
    groups = np.zeros(len(frame), dtype=int)
    if broken.any():
        # Cells by sex and cells by area add up to the same total, each for themselves.
        shape = [(frame[c] != ALL).rename(f"by_{c}") for c in used]
        groups = frame.groupby([*(frame[c] for c in group_columns), *shape], sort=False, dropna=False).ngroup()
        groups = groups.to_numpy()
    values = frame["value"].to_numpy(dtype=float)
    state = disclosure.states(values, broken_down=broken, groups=groups, smallest=smallest)
    if mixed and len(frame):
        state[_tells_one_apart(frame, mixed) & closed_source.to_numpy() & ~np.isnan(values)] = disclosure.WITHHELD
    if "state" in frame.columns:
        state = np.where(frame["state"] == disclosure.NOT_APPLICABLE, disclosure.NOT_APPLICABLE, state)
    frame["state"] = state
    closed = state != disclosure.SHOWN
    if closed.any():
        for column, blank in BLANKED.items():
            if column in frame.columns:
                frame.loc[closed, column] = blank
    return frame


def _tells_one_apart(frame: pd.DataFrame, mixed: Mapping[str, tuple[tuple[int, int], ...]]) -> np.ndarray:
    """Whether a total above the reader, less what he sees of it, may be the count of a single territory.

    A sum is one of the family that has as many children as it says; where two have as many, or none has any more, the
    one that must hold most. What a territory reported itself speaks of all families of which the reader sees some.
    """
    found = np.zeros(len(frame), bool)
    columns = {name: frame[name].tolist() for name in ("basis", "reporting", "expected") if name in frame.columns}
    for place, code in enumerate(frame["territory_code"].tolist()):
        families = mixed.get(code)
        if not families:
            continue
        said = {name: column[place] for name, column in columns.items()}
        if said.get("basis") == "summed":
            same = [least for least, held in families if held == said.get("expected")]
            found[place] = said["reporting"] < max(same or [least for least, _ in families])
        else:
            found[place] = any(least > OTHERS and held < least for least, held in families)
    return found
