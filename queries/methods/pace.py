"""Pace: how many a working day are needed to keep a promise, how many there have been of late, and their ratio.

    needed = remaining / working time left until the due date      (exact; printed rounded up)
    recent = gain over the last four complete weeks / working time in them
    times  = needed / recent

All three are exact fractions. Whatever cannot be computed has a named state, and its figure is None: never a NaN, never
an infinite number. Working time is `calendar.working_time`: working days, a day of Ramadan being a share of one when
its days are given, in all three figures alike.

A stock counts what stood in the evening of its day, and so does the day `on`: the working days left are those after it,
the due date included.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import ArrayLike

from queries.methods.calendar import RAMADAN_SHARE, WEEKS, as_days, complete_weeks, working_days, working_time
from queries.methods.path import Number, exact, nearest

NO_TARGET = "no_target"
NO_FIGURE = "no_figure"
MET = "met"
DEADLINE_PASSED = "deadline_passed"
NO_DAYS_LEFT = "no_days_left"
NOTHING_YET = "nothing_yet"
NOT_ENOUGH_HISTORY = "not_enough_history"
RECENT_ZERO = "recent_zero"
RECENT_BACKWARD = "recent_backward"
RUNNING = "running"
STATES = (
    NO_FIGURE,
    NO_TARGET,
    MET,
    DEADLINE_PASSED,
    NO_DAYS_LEFT,
    NOTHING_YET,
    NOT_ENOUGH_HISTORY,
    RECENT_ZERO,
    RECENT_BACKWARD,
    RUNNING,
)
"""In the order in which they are asked: the first that holds is the state."""

CLOSING, WIDENING, STABLE = "closing", "widening", "stable"

OLDEST = 45
"""A figure of four weeks earlier may be up to so many days old: the product's rule for changes over a month."""

NEWEST = 25
"""And is at least so many days old."""

TOLERANCE = Fraction(1, 200)
"""A gap is stable while it moves by no more than this share of the target's distance: half a percent."""


@dataclass(frozen=True, kw_only=True)
class Recent:
    """The recent pace. `per_day` is None when history does not reach back far enough.

    per_day: gain per working day, negative where the count moved away from its goal. gain, time: what it is the ratio
    of. from_date, to_date: the days of the two figures. left_out: the days of figures after `to_date`, which belong to
    a week that is not complete and are not counted.
    """

    per_day: Fraction | None = None
    gain: Fraction | None = None
    time: Fraction | None = None
    from_date: int | None = None
    to_date: int | None = None
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What `pace` found. state: one of STATES. Figures that the state has no use for are None.

    actual, on_date: the last figure believed, and its day. remaining: what is left to do, from 0. working_days_left:
    whole days after the day asked, up to the due date; time_left: the same with Ramadan's hours. needed, times: exact.
    recent: always there, whatever the state.
    """

    state: str
    recent: Recent
    actual: Fraction | None = None
    on_date: int | None = None
    remaining: Fraction | None = None
    working_days_left: int | None = None
    time_left: Fraction | None = None
    needed: Fraction | None = None
    times: Fraction | None = None

    @property
    def needed_printed(self) -> int | None:
        """The pace needed, rounded up: keeping to what is printed is enough."""
        return None if self.needed is None else ceil(self.needed)

    @property
    def recent_printed(self) -> int | None:
        """The recent pace, to the nearest whole number, halves up."""
        return None if self.recent.per_day is None else nearest(self.recent.per_day)

    @property
    def is_enough(self) -> bool:
        """Whether the recent pace is enough to be there in time."""
        return self.times is not None and self.times <= 1


@dataclass(frozen=True, kw_only=True)
class Direction:
    """Where a shortfall is going. code: closing, widening or stable. since: the day from which that can be said."""

    code: str
    since: int


def gap(actual: Number | None, *, planned: Number | None, higher_is_better: bool = True) -> Fraction | None:
    """How far a count is ahead of its path (from 0) or short of it (below 0), exactly; None when either is missing."""
    there, promised = exact(actual), exact(planned)
    if there is None or promised is None:
        return None
    return there - promised if higher_is_better else promised - there


def needed(remaining: Number, *, time_left: Number) -> Fraction:
    """What is needed per working day: `remaining` / `time_left`, exactly. Raises ValueError without time left."""
    todo, time = exact(remaining), exact(time_left)
    if todo is None or time is None or time <= 0:
        raise ValueError("a pace needs what remains, and working time above 0")
    return todo / time


def recent(
    days: ArrayLike,
    values: ArrayLike,
    *,
    believed: ArrayLike | None = None,
    higher_is_better: bool = True,
    weeks: int = WEEKS,
    holidays: ArrayLike = (),
    ramadan: ArrayLike = (),
    ramadan_share: Fraction = RAMADAN_SHARE,
) -> Recent:
    """The pace over the last `weeks` complete weeks of a stock, per working day.

    days: those of the figures, ascending; of two figures for one day the last one counts. values: the stock, NaN where
    there is none. believed: the stock as it is believed, of the same length (a doubled day put right, NaN where a
    figure is not believed at all); it takes the place of `values`.

    The weeks are those complete on the day of the last figure, so that a late source does not look slow. The gain is
    taken between two figures: the last one of the last complete week, and the last one at the beginning of the first,
    at most OLDEST days before the end of the weeks. It is divided by the working time between those same two days,
    whatever the weekday on which a source reports. Where the last complete week has no figure (a monthly source) the
    span ends at the last figure of all.
    Raises ValueError when the arrays differ in length or the days are not in order.
    """
    at, stock = _believed(days, values, believed)
    if not at.size:
        return Recent()
    ends = int(complete_weeks(int(at[-1]), weeks=1, holidays=holidays)[0, 1])
    in_week = (at > ends - 7) & (at <= ends)
    if not in_week.any():
        ends = int(at[-1])
    last = int(np.flatnonzero(at <= ends)[-1])
    left_out = tuple(at[last + 1 :].tolist())
    before = np.flatnonzero((at <= ends - 7 * weeks) & (at >= ends - max(OLDEST, 7 * weeks)))
    if not before.size:
        return Recent(to_date=int(at[last]), left_out=left_out)
    first = int(before[-1])
    span = int(at[first]), int(at[last])
    time = working_time(*span, holidays=holidays, ramadan=ramadan, ramadan_share=ramadan_share)
    gain = stock[last] - stock[first] if higher_is_better else stock[first] - stock[last]
    return Recent(
        per_day=gain / time if time else None,
        gain=gain,
        time=time,
        from_date=span[0],
        to_date=span[1],
        left_out=left_out,
    )


def pace(
    days: ArrayLike,
    values: ArrayLike,
    *,
    on: int,
    target: Number | None,
    due: int | None,
    believed: ArrayLike | None = None,
    higher_is_better: bool = True,
    holidays: ArrayLike = (),
    ramadan: ArrayLike = (),
    ramadan_share: Fraction = RAMADAN_SHARE,
) -> Pace:
    """The pace needed from the day `on`, beside the recent one.

    days, values, believed: the stock, as in `recent`; figures after `on` are not looked at. target, due: None when
    there is no target. The states, the first that holds:

    - `no_figure`: no figure up to the day.
    - `no_target`: no target, or no date for it: the count and the recent pace only.
    - `met`: the last figure believed is at the target or beyond, whatever the date.
    - `deadline_passed`: the day is after the due date; `remaining` says what was not done.
    - `no_days_left`: the due date is not over, but no working day is left after this one.
    - `nothing_yet`: the count is still 0 and is to rise; `needed` is there, there is no pace to compare it with.
    - `not_enough_history`: no figure of four weeks earlier; `needed` is there.
    - `recent_zero`, `recent_backward`: nothing was gained in the last four weeks, or the count moved away.
    - `running`: needed, recent and times are all there.

    Raises ValueError as `recent` does.
    """
    day = int(as_days(on))
    calendar = {"holidays": holidays, "ramadan": ramadan, "ramadan_share": ramadan_share}
    at, stock = _believed(days, values, believed)
    stock = stock[at <= day]
    at = at[at <= day]
    if not at.size:
        return Pace(state=NO_FIGURE, recent=Recent())
    late = recent(at, stock, higher_is_better=higher_is_better, **calendar)
    actual, goal = stock[-1], exact(target)
    known = {"recent": late, "actual": actual, "on_date": int(at[-1])}
    if goal is None or due is None:
        return Pace(state=NO_TARGET, **known)
    left = goal - actual if higher_is_better else actual - goal
    if left <= 0:
        return Pace(state=MET, remaining=Fraction(0), **known)
    known["remaining"] = left
    if day > int(as_days(due)):
        return Pace(state=DEADLINE_PASSED, **known)
    time_left = working_time(day, due, **calendar)
    known |= {"working_days_left": working_days(day, due, holidays=holidays), "time_left": time_left}
    if not time_left:
        return Pace(state=NO_DAYS_LEFT, **known)
    known["needed"] = needed(left, time_left=time_left)
    if not actual and higher_is_better:
        return Pace(state=NOTHING_YET, **known)
    if late.per_day is None:
        return Pace(state=NOT_ENOUGH_HISTORY, **known)
    if late.per_day <= 0:
        return Pace(state=RECENT_BACKWARD if late.per_day else RECENT_ZERO, **known)
    return Pace(state=RUNNING, times=known["needed"] / late.per_day, **known)


def direction(
    days: ArrayLike, gaps: Sequence[Number | None], *, distance: Number, tolerance: Fraction = TOLERANCE
) -> Direction | None:
    """Whether a shortfall is closing, widening or stable, from the gaps to the path on the days of the figures.

    days: ascending. gaps: as `gap` gives them, None where it is missing. distance: how far the target lies from its
    base. The last gap is compared with that of four weeks earlier, the last one between OLDEST and NEWEST days before:
    closing when it rose by more than `tolerance` of the distance, widening when it fell by more, else stable. `since`
    is the day of the earlier figure; for a stable gap, the day from which every gap was within the tolerance of the
    last. None when there is no shortfall now or no figure to compare with.
    """
    pairs = [(int(day), exact(one)) for day, one in zip(as_days(days).tolist(), gaps, strict=True)]
    pairs = [(day, one) for day, one in pairs if one is not None]
    if not pairs or pairs[-1][1] >= 0:
        return None
    day, now = pairs[-1]
    earlier = [pair for pair in pairs if NEWEST <= day - pair[0] <= OLDEST]
    if not earlier:
        return None
    # The one nearest to four weeks; of two as near, the later.
    since, then = min(reversed(earlier), key=lambda pair: abs(day - pair[0] - 7 * WEEKS))
    margin = abs(exact(distance)) * tolerance
    if abs(now - then) > margin:
        return Direction(code=CLOSING if now > then else WIDENING, since=since)
    for at, one in reversed(pairs):
        if abs(now - one) > margin:
            break
        since = at
    return Direction(code=STABLE, since=since)


def _believed(days: ArrayLike, values: ArrayLike, believed: ArrayLike | None) -> tuple[np.ndarray, np.ndarray]:
    """The figures to reckon with: days ascending without repetition, and fractions; those missing left out."""
    at = np.atleast_1d(as_days(days))
    given = np.atleast_1d(np.asarray(values if believed is None else believed, dtype=object))
    if not len(at) == len(given) == len(np.atleast_1d(np.asarray(values, dtype=object))):
        raise ValueError("days, values and believed values have the same length")
    if (np.diff(at) < 0).any():
        raise ValueError("days are ascending")
    stock = np.array([exact(value) for value in given], dtype=object)
    # Of two figures for one day the last is valid, even when it says that there is none.
    kept = np.append(np.diff(at) > 0, True)[: len(at)] & np.array([value is not None for value in stock], dtype=bool)
    return at[kept], stock[kept]
