"""Small cells: which counts of a breakdown are withheld, and which others with them.

A small count in a breakdown, from 1 to 9 unless the office says otherwise, can point at a person (law 09-08).
Withholding it alone protects little: it comes back by subtracting the others from the total. So in each group one more
cell, the smallest of those left, is withheld with it. That is also so where several small cells stand: two cells that
add up to 2 are 1 and 1. Cells that equal the one chosen go with it: a rule that took the first would say by its choice
which of the two is which.
"""

import numpy as np

SHOWN, WITHHELD, MISSING, NOT_APPLICABLE = "shown", "withheld", "missing", "not_applicable"
SMALLEST_SHOWN = 10
"""Counts from 1 to one less than this are withheld in a breakdown."""


def states(values: np.ndarray, *, broken_down: np.ndarray, groups: np.ndarray, smallest: int = SMALLEST_SHOWN):
    """The state of each cell, as an array of `shown`, `withheld` and `missing`.

    values: counts as floats, NaN where there is none. broken_down: True where the cell is part of a breakdown (plain
    totals are never withheld). groups: integers; cells of one group add up to one total. A group in which a
    small cell stands gets one complement: its smallest other cell above zero, or the zeros when there is no other, and
    those that equal it. Where a small cell stands alone nothing can hide it from someone who knows the total.
    """
    values = np.asarray(values, dtype=float)
    state = np.where(np.isnan(values), MISSING, SHOWN).astype(object)
    small = np.asarray(broken_down, dtype=bool) & (values >= 1) & (values < smallest)
    state[small] = WITHHELD
    for group in np.unique(groups[small]):
        members = np.flatnonzero((groups == group) & broken_down & ~np.isnan(values))
        others = members[~small[members]]
        if len(others):
            # The smallest positive cell costs the reader least; zeros come last because they say the most.
            order = np.where(values[others] > 0, values[others], np.inf)
            state[others[order == order.min()]] = WITHHELD
    return state
