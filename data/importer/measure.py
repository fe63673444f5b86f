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
