"""Stock or flow, by the numbers: what is so many at a date grows; what came in from day to day goes up and down."""

from collections.abc import Iterable, Sequence

STOCK, FLOW = "stock", "flow"
LEAST_STEPS = 8
"""Changes from one date to the next below which the numbers say nothing."""
RISES = 0.02
"""A stock falls in at most this share of its changes."""
FALLS = 0.25
"""A flow falls in at least this share of them."""
MARKED = 0.1
"""A fall of less than this share is a correction."""
LEAST_COUNTS = 4
"""Counts known before, of which fewer say nothing."""
HALF, ALMOST, LARGER = 0.5, 0.9, 1.5


def by_numbers(series: Iterable[Sequence[int]]) -> str:
    """`stock` or `flow`, from the values of several counts in the order of their dates; empty when they do not say."""
    steps = falls = marked = rises = 0
    for values in series:
        for before, after in zip(values, values[1:], strict=False):
            steps += 1
            falls += after < before
            rises += after > before
            marked += after < before * (1 - MARKED)
    if steps < LEAST_STEPS:
        return ""
    if falls <= RISES * steps and rises:
        return STOCK
    return FLOW if marked >= FALLS * steps else ""


def beside_known(new: Sequence[int], known: Sequence[int], *, said: str) -> str:
    """`stock` or `flow` by what was known: the values of several counts, and the last stock of each before them.

    said: what the new values are taken for. Empty when they do not contradict it: a stock that falls to less than half
    everywhere is what came in since; a flow as large as all that there is, is all that there is.
    """
    ratios = sorted(value / before for value, before in zip(new, known, strict=True) if before > 0)
    if len(ratios) < LEAST_COUNTS:
        return ""
    middle = ratios[len(ratios) // 2]
    if said == STOCK and middle < HALF:
        return FLOW
    return STOCK if said == FLOW and ALMOST <= middle <= LARGER else ""
