"""Rounding for what leaves the office: every count to the nearest five, before anything is made of it.

A count that is not zero never becomes zero: a zero is a claim. So 1 to 7 are 5. The rounding never turns an order
round: who is short of his path may come to stand on it, never beyond it.
"""

import math

STEP = 5


def rounded(value: float) -> float:
    """A count to the nearest multiple of STEP, halves away from zero; what is not zero is at least STEP. NaN stays."""
    if math.isnan(value):
        return value
    count = math.floor(abs(value) + 0.5)
    if not count:
        return 0.0
    return math.copysign(max(STEP, STEP * math.floor(count / STEP + 0.5)), value)
