"""Outside: what queries answer, as it is given to readers outside the office: counts rounded to five, before wording.

Differences are those of the rounded counts, so that what is printed adds up; shares are shares of rounded counts, or
whole percents where their counts are not told. A pace is no count: it is made of rounded counts and not rounded again.
Parts of a gap are rounded one by one, and the row of the rest takes up what the rounding leaves.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from queries.branches import COLUMNS as BRANCH_COLUMNS
from queries.methods.outside import rounded
from queries.methods.verdict import BELOW, WATCH
from queries.stages import Stages
from queries.targets import NOT_ATTRIBUTABLE, OTHER, Course, Standing
from queries.window import Course as WindowCourse

NEXT_TO_NOTHING = 2
"""A gain of so many or fewer would round to nothing."""

_COUNTS = ("target", "start_value", "planned", "planned_today", "actual", "reported", "milestone")


def standing(row: Standing) -> Standing:
    """A row of `queries.targets.progress`. Where the rounding leaves nothing of a shortfall, no verdict says below."""
    return Standing(**_standing(row._asdict()))


def _standing(row: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(row) | {name: rounded(float(row[name])) for name in _COUNTS}
    if not math.isnan(row["gap"]):
        ahead = 1 if row["gap"] * (row["actual"] - row["planned"]) >= 0 else -1
        found["gap"] = ahead * (found["actual"] - found["planned"])
        if not found["gap"] and found["verdict"] == BELOW:
            found["verdict"] = WATCH
    if row["remaining"] > 0:
        found["remaining"] = abs(found["target"] - found["actual"])
        found["needed_per_day"] = _in_step(row["needed_per_day"], row["remaining"], found["remaining"])
        found["times"] = _in_step(row["times"], row["remaining"], found["remaining"])
    return found


def _in_step(pace: float, before: float, after: float) -> float:
    """A needed pace for what remains after rounding; NaN where nothing does."""
    return pace * after / before if after else math.nan


def children(frame: pd.DataFrame, *, gap: float) -> pd.DataFrame:
    """`queries.targets.children`. gap: the parent's own after rounding, NaN where it has none."""
    rows = []
    for row in frame.to_dict("records"):
        rest = row["territory_code"] in (NOT_ATTRIBUTABLE, OTHER)
        found = row if rest else _standing(row)
        if not rest and not math.isnan(row["gap_part"]):
            found["gap_part"] = found["gap"]
        rows.append(found)
    known = sum(r["gap_part"] for r in rows if r["territory_code"] not in (NOT_ATTRIBUTABLE, OTHER) and _told(r))
    for row in rows:
        if row["territory_code"] in (NOT_ATTRIBUTABLE, OTHER):
            row["gap_part"] = gap - known
    return pd.DataFrame(rows, columns=list(frame.columns))


def _told(row: Mapping[str, Any]) -> bool:
    return not math.isnan(row["gap_part"])


def course(found: Course) -> Course:
    """`queries.targets.course`, without its row."""
    return Course(
        _rounded(found.planned, "planned"),
        _rounded(found.actual, "value"),
        _rounded(found.ahead, "median", "low", "high"),
        None,
    )


def _rounded(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].astype(float).map(rounded) for name in names}) if len(frame) else frame


def stages(found: Stages) -> Stages:
    """`queries.stages.stages`, without its cohorts."""
    frame = _rounded(found.frame, "entered", "passed", "waiting", "from_value", "to_value")
    if len(frame):
        cohort = frame["basis"] == "cohort"
        of_cohorts, of_stocks = (
            frame["passed"].astype(float) / frame["entered"].astype(float).where(lambda n: n > 0),
            frame["to_value"].astype(float) / frame["from_value"].astype(float).where(lambda n: n > 0),
        )
        between = frame["from_value"].astype(float) - frame["to_value"].astype(float)
        by_stocks = (frame["basis"] == "stocks") & frame["waiting"].notna()
        share = of_cohorts.where(cohort, of_stocks).where(frame["passed_share"].notna())
        frame = frame.assign(
            passed_share=share,
            within_share=frame["within_share"].astype(float).round(2),
            waiting=frame["waiting"].astype(float).where(~by_stocks, between),
        )
    first = found.priority
    if first is not None:
        gains = _rounded(first.gains, "gain")
        gains = gains.assign(**{n: gains[n].astype(float).round(2) for n in ("own_share", "reference_share")})
        first = replace(first, gain=rounded(first.gain), gains=gains)
    return replace(
        found, frame=frame, nodes=_rounded(found.nodes, "value"), cohorts=found.cohorts.iloc[:0], priority=first
    )


def refusals(frame: pd.DataFrame) -> pd.DataFrame:
    """`queries.refusals.refusals`."""
    if frame.empty:
        return frame
    found = _rounded(frame, "value")
    total = found.groupby(["step", "unit"], sort=False)["value"].transform("sum")
    return found.assign(share=(found["value"] / total.where(total > 0)))


_PARTS_OF_A_MOVE = ("former", "remaining", "confirmed")


def remaining(frame: pd.DataFrame) -> pd.DataFrame:
    """`queries.transition.remaining` and `queries.transition.below`."""
    rows = []
    for row in frame.to_dict("records"):
        found = row | {name: rounded(float(row[name])) for name in _PARTS_OF_A_MOVE if name in row}
        for share, part in (("remaining_share", "remaining"), ("confirmed_share", "confirmed")):
            if share in row and not math.isnan(row[share]):
                found[share] = found[part] / found["former"] if found["former"] else math.nan
        rows.append(found)
    return pd.DataFrame(rows, columns=list(frame.columns)) if rows else frame


def parts(frame: pd.DataFrame) -> pd.DataFrame:
    """`queries.transition.parts`."""
    return _rounded(frame, "value")


def window(found: WindowCourse) -> WindowCourse:
    """`queries.window.course`."""
    left = found.clock
    population, registered = rounded(left.population), rounded(left.registered)
    clock = replace(left, population=population, registered=registered)
    if not math.isnan(left.remaining):
        rest = max(population - registered, 0.0)
        clock = replace(clock, remaining=rest)
        if left.remaining > 0:
            clock = replace(
                clock,
                needed_per_day=_in_step(left.needed_per_day, left.remaining, rest),
                times=_in_step(left.times, left.remaining, rest),
            )
    stages = _rounded(found.stages, "value")
    shares = [None if math.isnan(share) else round(share, 2) for share in stages["share_before"].astype(float)]
    return replace(found, clock=clock, stages=stages.assign(share_before=pd.Series(shares, dtype=float)))


def filed(frame: pd.DataFrame) -> pd.DataFrame:
    """`queries.window.children`."""
    found = _rounded(frame, "population", "registered", "filed")
    if found.empty:
        return found
    rest = (found["population"] - found["registered"]).clip(lower=0).where(frame["remaining"].notna())
    pace = frame["needed_per_day"] * rest / frame["remaining"].where(frame["remaining"] > 0)
    return found.assign(remaining=rest, needed_per_day=pace)


def branches(frame: pd.DataFrame) -> pd.DataFrame:
    """`queries.branches.standing`."""
    return _rounded(frame, "value")[BRANCH_COLUMNS]


def moves(frame: pd.DataFrame) -> pd.DataFrame:
    """`queries.moves.moves`, without those that add next to nothing: a gain is an estimate, and 1 is not said as 5."""
    kept = frame[frame["gain"] > NEXT_TO_NOTHING].reset_index(drop=True)
    return _rounded(kept, "gain")
