"""The planned path: what had been promised for a day, from a declared start to the due date of the target.

Everything is exact: a planned value is a fraction, rounded by whoever prints it, so a gap is taken before rounding.
The line runs over calendar days, as the published path of the social register does (3.5 million households, from 17
November 2022 to 31 December 2023, is 1.53 million on 15 May 2023); working days only enter the pace.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor, isfinite

import numpy as np
from numpy.typing import ArrayLike

from queries.methods.calendar import as_days

LINEAR, STEPPED, MILESTONES = "linear", "stepped", "milestones"
KINDS = (LINEAR, STEPPED, MILESTONES)

Number = int | float | Fraction | Decimal | np.number


def exact(number: Number | None) -> Fraction | None:
    """The number as a fraction of the same value; None for what is missing: None or NaN.

    Raises ValueError for an infinite number.
    """
    if number is None or number != number:
        return None
    if isinstance(number, np.generic):
        number = number.item()
    if isinstance(number, float) and not isfinite(number):
        raise ValueError(f"a count is a finite number, not {number}")
    return Fraction(number)


def nearest(number: Fraction) -> int:
    """The nearest whole number, halves up."""
    return floor(number + Fraction(1, 2))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A promise and the way to it: `base` in the evening of `start`, `target` in the evening of `due`.

    start, due: days since 1970-01-01. base: what stood at the start (0, unless a stock is to fall or to grow from what
    there was). kind: `linear`, one line; `stepped`, a stair that holds each milestone until the next; `milestones`, a
    line from each to the next. milestones: (day, value), days ascending, after the start and before the due date.
    Raises ValueError, saying what is wrong, when they are not so, or when the target is due before its start.
    """

    start: int
    due: int
    target: Number
    base: Number = 0
    kind: str = LINEAR
    milestones: Sequence[tuple[int, Number]] = ()

    def __post_init__(self) -> None:
        days = [int(as_days(day)) for day, _ in self.milestones]
        start, due = int(as_days(self.start)), int(as_days(self.due))
        values = [exact(value) for value in (self.base, *(value for _, value in self.milestones), self.target)]
        if self.kind not in KINDS:
            raise ValueError(f"a path is one of {', '.join(KINDS)}, not {self.kind}")
        if due < start:
            raise ValueError(f"the target is due on day {due}, before its start on day {start}")
        if any(value is None for value in values):
            raise ValueError("a target, a base and a milestone need a value")
        if self.kind == LINEAR and days:
            raise ValueError("a linear path has no milestones")
        if days and any(b <= a for a, b in pairwise([start, *days, due])):
            raise ValueError(f"milestones stand in order between day {start} and day {due}, not on {days}")
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "due", due)
        object.__setattr__(self, "base", values[0])
        object.__setattr__(self, "target", values[-1])
        object.__setattr__(self, "milestones", tuple(zip(days, values[1:-1], strict=True)))

    @property
    def points(self) -> tuple[tuple[int, Fraction], ...]:
        """The corners of the path: the start, the milestones, the due date."""
        return ((self.start, self.base), *self.milestones, (self.due, self.target))


def planned(plan: Plan, *, on: int) -> Fraction:
    """What the plan had promised for the evening of the day `on`, exactly.

    The base before the start, the target on the due date and from then on.
    """
    day = int(as_days(on))
    points = plan.points
    # The last corner wins where two share a day: a target due on its first day is promised on it.
    place = bisect_right([at for at, _ in points], day) - 1
    if place < 0:
        return plan.base
    at, value = points[place]
    if plan.kind == STEPPED or place == len(points) - 1:
        return value
    next_at, next_value = points[place + 1]
    return value + (next_value - value) * Fraction(day - at, next_at - at)


def line(plan: Plan, *, days: ArrayLike) -> np.ndarray:
    """The path for drawing: `planned` on each of `days`, as floats of the same shape."""
    given = as_days(days)
    return np.array([float(planned(plan, on=day)) for day in given.ravel().tolist()], dtype=float).reshape(given.shape)


def next_milestone(plan: Plan, *, on: int) -> tuple[int, Fraction] | None:
    """The next thing promised after the day `on`, a milestone or the target: (day, value). None after the due date."""
    day = int(as_days(on))
    return next(((at, value) for at, value in plan.points[1:] if at > day), None)


def split(total: int, *, weights: Sequence[Number]) -> np.ndarray:
    """`total` shared out in proportion to `weights`: whole numbers, int64 in their order, that add up to it exactly.

    Largest remainder (Hamilton): each gets the whole part of its exact share, and the units left go one each to the
    largest remainders, the earlier of two that are equal first; so each is within one of its exact share and a
    weight of 0 gets 0. Raises ValueError when the total is no whole number from 0, when a weight is missing or
    negative, or when no weight is above 0.
    """
    whole = exact(total)
    shares = [exact(weight) for weight in weights]
    if whole is None or whole < 0 or whole.denominator != 1:
        raise ValueError(f"only a whole number from 0 is split, not {total}")
    if any(share is None or share < 0 for share in shares):
        raise ValueError("a split needs a weight from 0 for each part")
    weight = sum(shares)
    if not weight:
        raise ValueError("a split needs a weight above 0")
    return in_units([whole * share / weight for share in shares])


def in_units(values: Sequence[Number]) -> np.ndarray:
    """Exact values of any sign as whole numbers, int64 in their order, whose sum is the nearest whole number to theirs.

    Each is one of the two whole numbers beside its value; largest remainders are rounded up, the earlier of two that
    are equal first. Raises ValueError for a missing value.
    """
    given = [exact(value) for value in values]
    if any(value is None for value in given):
        raise ValueError("only values that are there are put in whole units")
    parts = [floor(value) for value in given]
    order = sorted(range(len(given)), key=lambda place: parts[place] - given[place])
    for place in order[: nearest(sum(given, Fraction(0))) - sum(parts)]:
        parts[place] += 1
    return np.array(parts, dtype=np.int64)
