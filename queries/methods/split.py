"""Split: what a figure gained since it was last shown, into the period's activity and the revision of what was shown.

Three figures are compared: *then*, what was shown; *known*, what is known now of that same day; *now*, what is shown
now. Revision is known less then, activity is now less known, and their sum is the change: whole numbers, so exactly.

Revision is read event by event. Each event moved what is known of that day by so much, and these moves add up to the
revision. What one file moved is parted again: where it said another value of the day that spoke before, that is a
*correction*; where it brought a later day, up to the one that was shown, that is a *late* arrival. A source that takes
over from another is neither: the jump from one to the other is named by itself.
"""

from collections.abc import Mapping, Sequence

import numpy as np

LATE, CORRECTION, WITHDRAWAL, DEFINITION = "late", "correction", "withdrawal", "definition"
TERRITORIES, SOURCE, REST = "territories", "source", "rest"
REASONS = (LATE, CORRECTION, WITHDRAWAL, DEFINITION, TERRITORIES, REST)
"""Why what was shown was revised, in the order in which it is said. territories: the list of territories or offices is
another, so that sums are of others; rest: what no reason accounts for."""

NEAREST = 5
"""What is made for outside is rounded to a multiple of this."""


def file_parts(before: Mapping[int, int], after: Mapping[int, int]) -> tuple[int, int]:
    """How much of what a file moved is a correction, and how much came late.

    before, after: what one source says of one count in one territory, value by day, of the days up to the one that was
    shown, before and after the file. The last day speaks; a count without any is in no sum, so it weighs nothing.
    """
    was = before[max(before)] if before else 0
    spoke = max(before) if before else None
    same_day = after.get(spoke, 0) if spoke is not None else 0
    if spoke is not None and spoke not in after:
        # The file takes the day itself away: what is left is older, and nothing came late.
        return (after[max(after)] if after else 0) - was, 0
    return same_day - was, (after[max(after)] if after else 0) - same_day


def parts(
    then: int, known: int, now: int, *, moved: Sequence[tuple[str, int]], jump: int = 0
) -> tuple[int, dict[str, int]]:
    """Activity, and the other parts by reason, of which the change is the sum.

    moved: (reason, by how much) of each move of what is known of the day that was shown. jump: from one source to
    another between `known` and `now`. What the moves leave of known less then is the rest.
    """
    found: dict[str, int] = {}
    for reason, value in moved:
        found[reason] = found.get(reason, 0) + value
    if left := known - then - sum(found.values()):
        found[REST] = found.get(REST, 0) + left
    if jump:
        found[SOURCE] = found.get(SOURCE, 0) + jump
    return now - known - jump, {reason: value for reason, value in found.items() if value}


def put_together(values: np.ndarray, *, withheld: np.ndarray, small: np.ndarray) -> np.ndarray:
    """Which children are not shown by themselves but in one row, of which none can be taken out again.

    values: one row per child, one column per figure (NaN: none). withheld: what the reader may not see; small: cells so
    small that they may point at a person, of the same shape. A child that hides one figure hides all of them: a change
    would tell what two figures were meant to keep. Beside a small cell, or a child that would stand alone, the smallest
    of the others goes too, and those that equal it; a child without any figure hides nothing.
    """
    hidden = withheld.any(axis=1) | small.any(axis=1)
    if not hidden.any() or (hidden.sum() > 1 and not small.any()):
        return hidden
    size = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    others = np.flatnonzero(~hidden & np.isfinite(size))
    if len(others):
        order = np.where(size[others] > 0, size[others], np.inf)
        hidden = hidden.copy()
        hidden[others[order == order.min()]] = True
    return hidden


def rounded(value: int) -> int:
    """The nearest multiple of 5; of two as near the one away from zero."""
    return int(np.sign(value)) * ((abs(int(value)) * 2 + NEAREST) // (2 * NEAREST)) * NEAREST
