"""Reconcile: how near a number that was heard lies to the numbers that could explain it.

What was heard is a value and the last place that was said of it: "58 thousand" is 58,000 said to the thousand, and
stands for anything that rounds to it. A number *is* what was heard when it rounds to it as it was said; it is *near* it
within the tolerance; else it is *far* and explains nothing.
"""

from collections.abc import Sequence

import numpy as np

TOLERANCE = 0.005
"""How far from a count that was heard a number may lie and still explain it, as a share of it."""

SAID, NEAR, FAR = "said", "near", "far"
BANDS = (SAID, NEAR, FAR)
"""From the nearest to the farthest."""


def tolerance(heard: float, *, precision: float, share: bool) -> float:
    """How far a number may lie from what was heard: half of the last place said, for a count 0.5 % of it if more.

    A share is only ever compared as it was said: 0.5 % of 9 % is finer than anyone says a share.
    """
    half = precision / 2
    return half if share else max(half, TOLERANCE * heard)


def bands(values: Sequence[float], *, heard: float, precision: float, share: bool) -> np.ndarray:
    """For each number whether it is what was heard, near it, or far from it; far where there is none."""
    gaps = np.abs(np.asarray(values, dtype=float) - heard)
    # What was said to the unit stands for itself alone, what was said to the thousand for what rounds to it. Shares are
    # quotients: their last bits must not decide.
    half = precision / 2 if share or precision > 1 else 0
    slack = 1e-9 if share else 0
    found = np.full(len(gaps), FAR, dtype=object)
    found[gaps <= tolerance(heard, precision=precision, share=share) + slack] = NEAR
    found[gaps <= half + slack] = SAID
    return found


def ranked(
    values: Sequence[float], *, heard: float, precision: float, share: bool, changes: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """The places of the numbers from the best explanation to the worst, and the band of each.

    changes: how many things have to differ from our own figure for the number to be the one that was heard. Among
    numbers that are equally what was said, the one that asks for the fewest changes comes first, then the closest.
    """
    found = bands(values, heard=heard, precision=precision, share=share)
    gaps = np.nan_to_num(np.abs(np.asarray(values, dtype=float) - heard), nan=np.inf)
    level = np.array([BANDS.index(band) for band in found], dtype=int)
    # Nothing that is far explains: there the closest comes first whatever it would take.
    asked = np.where(level == BANDS.index(FAR), 0, np.asarray(changes, dtype=int))
    return np.lexsort((gaps, asked, level)), found


def crossings(values: Sequence[float], heard: float) -> list[int]:
    """The places of the values after which a history goes past what was heard before its next value, newest first."""
    history = np.asarray(values, dtype=float)
    before, after = history[:-1], history[1:]
    passed = ((before < heard) & (after > heard)) | ((before > heard) & (after < heard))
    return np.flatnonzero(passed)[::-1].tolist()


def nearest(values: Sequence[float], heard: float, *, most: int) -> list[int]:
    """The places of the values closest to what was heard, the closest first; among equals the later one."""
    gaps = np.abs(np.asarray(values, dtype=float) - heard)
    order = np.lexsort((-np.arange(len(gaps)), gaps))
    return [int(place) for place in order[:most] if not np.isnan(gaps[place])]
