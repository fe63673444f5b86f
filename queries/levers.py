"""Levers: the means of the offices, what more of them would do to the day of a target, and where van-days go.

Definitions. The *offices* of a territory are itself where it says its means, else those below it of the lowest level
that says some (annexes before communes). *Throughput*: what a step gained a week, over its last complete weeks, as
believed. *Files an hour* that no office says are estimated from the best weeks of the territory itself: the mean of the
best quarter of its last 26 complete weeks, over the hours with somebody at a desk. What follows from the means is in
`queries.methods.levers`; only steps that the prefecture can act on have levers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import capacity, territory
from queries import forecasts
from queries import targets as promises
from queries.cuts import parameter
from queries.definitions import Definitions, definitions
from queries.frames import of_rows
from queries.methods import levers as method
from queries.methods import pace
from queries.methods.calendar import complete_weeks
from queries.promises import count_of, rises
from queries.situation import census_counts
from queries.stocks import TAIL, Stock, stocks
from queries.territories import lineage, visible

MEANS = method.LEVERS
LOWEST_FIRST = ("annex", "district", "arrondissement", "commune", "school", "prefecture", "region", "country")

MEANS_COLUMNS = ["territory_code", "means", "value", "on_date", "source", "event"]

MOST = {"desk": 20, "staff": 20, "hours_a_week": 20, "files_an_hour": 6, "no_shows": 50, "mobile_unit_days": 40}
"""How far each lever goes on the page."""


def means(engine: sa.Engine, *, territory_code: str, on: int, cut: int, scope: str) -> pd.DataFrame:
    """What is known of the means of the offices of a territory on a day, as known at `cut`, in administrative order.

    One row per office and kind of means: territory_code, means (of MEANS), value (whole number as float), on_date (the
    day from which it was said), source, event. Of offices that the reader may not see there is no row.
    """
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        below = visible(connection, scope=territory_code)
        if below is not None:
            below = below - frozenset(lineage(connection, of=territory_code)[:-1])
        rows = connection.execute(_LAST, {"on": on, "cut": cut}).all()
    kept = [
        row for row in rows if (below is None or row.territory in below) and (seen is None or row.territory in seen)
    ]
    levels = {row.territory: row.level for row in kept}
    if territory_code in levels:
        chosen = {territory_code}
    else:
        there = set(levels.values())
        level = next((one for one in LOWEST_FIRST if one in there), "")
        chosen = {code for code, own in levels.items() if own == level}
    listed = [
        (row.territory, row.means, row.value, row.on_date, row.source, row.event)
        for row in kept
        if row.territory in chosen
    ]
    return of_rows(listed, MEANS_COLUMNS, floats=("value",))


@cache
def _last() -> sa.Select:
    """The last word on each of the means, of the newest day up to `on`, as known at `cut`."""
    row = capacity.alias("row")
    newer, later = capacity.alias("newer"), capacity.alias("later")
    same = (newer.c.territory == row.c.territory, newer.c.means == row.c.means, newer.c.on_date == row.c.on_date)
    superseded = sa.exists().where(*same, newer.c.event > row.c.event, newer.c.event <= parameter("cut"))
    again = capacity.alias("again")
    gone = sa.exists().where(
        again.c.territory == later.c.territory,
        again.c.means == later.c.means,
        again.c.on_date == later.c.on_date,
        again.c.event > later.c.event,
        again.c.event <= parameter("cut"),
    )
    outdated = sa.exists().where(
        later.c.territory == row.c.territory,
        later.c.means == row.c.means,
        later.c.on_date > row.c.on_date,
        later.c.on_date <= parameter("on"),
        later.c.event <= parameter("cut"),
        later.c.value.is_not(None),
        ~gone,
    )
    return (
        sa.select(
            row.c.territory, row.c.means, row.c.value, row.c.on_date, row.c.source, row.c.event, territory.c.level
        )
        .join(territory, territory.c.code == row.c.territory)
        .where(
            row.c.means.in_(MEANS),
            row.c.on_date <= parameter("on"),
            row.c.event <= parameter("cut"),
            row.c.value.is_not(None),
            ~superseded,
            ~outdated,
        )
        .order_by(territory.c.position, row.c.means)
    )


_LAST = _last()


def offices(frame: pd.DataFrame) -> list[method.Office]:
    """The offices of a frame of `means`, each with what it says."""
    found: dict[str, dict[str, float]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(row["territory_code"], {})[row["means"]] = float(row["value"])
    return [method.Office(**said) for said in found.values()]


@dataclass(frozen=True)
class Next:
    """A stage that comes after the one that is worked on: who holds it, how many a working day it has handled of late
    (NaN: not known), in the same unit."""

    step: str
    body: str
    can_move: bool
    recent_per_day: float


@dataclass(frozen=True)
class Outlook:
    """What the means of a territory and a change of them come to, for one count.

    row: that of `queries.targets.progress`, None where the territory has no target; stage: step, unit; means: the frame
    of `means`. present, changed: files a week, None where not known; ratio: changed over present, 1 where not known;
    estimated: files an hour of a desk as estimated from the best weeks, None where it was not needed or cannot be;
    best_week, recent_week: of the throughput, NaN where not known. told, after: the day on which the target is reached
    as foreseen and with the change, None where no day can be told; ahead: the forecast; path: on_date, median, low,
    high with the change; least: the least multiple of the present capacity that meets the date, None where none does;
    alone: for each lever the least change of it alone that does, None where it does not; following: the next stages.
    """

    step: str
    unit: str
    row: pd.Series | None
    means: pd.DataFrame
    present: float | None
    changed: float | None
    ratio: float
    estimated: float | None
    best_week: float
    recent_week: float
    told: int | None = None
    after: int | None = None
    ahead: method.Ahead | None = None
    origin: int | None = None
    path: pd.DataFrame | None = None
    least: float | None = None
    alone: Mapping[str, int | None] = field(default_factory=dict)
    following: tuple[Next, ...] = ()
    course: promises.Course | None = None


def indicators(known: Definitions, offered: Sequence[str]) -> tuple[str, ...]:
    """Of these indicators those whose step the prefecture can act on, and which are to rise."""
    found = []
    for indicator in offered:
        definition = known.indicators.get(indicator)
        if definition is None:
            continue
        step, _ = count_of(definition)
        if known.steps.get(step, {}).get("prefecture_can_act") and rises(definition):
            found.append(indicator)
    return tuple(found)


def outlook(
    engine: sa.Engine,
    *,
    indicator: str,
    territory_code: str,
    on: int,
    cut: int,
    scope: str,
    change: Mapping[str, int] | None = None,
    known: Definitions | None = None,
) -> Outlook:
    """What the means and a change of them come to for a count of a territory on a day: see `Outlook`.

    change: by lever, as `queries.methods.levers.capacity` takes it; none for nothing changed. Without known means the
    forecast stands as it is. Raises KeyError when the indicator is not defined at `cut`.
    """
    known = known or definitions(engine, cut=cut)
    change = {name: value for name, value in (change or {}).items() if value}
    step, unit = count_of(known.indicators[indicator])
    asked = {"on": on, "cut": cut, "scope": scope, "known": known}
    found = promises.course(engine, indicator=indicator, territory=territory_code, **asked)
    row = found.row
    listed = means(engine, territory_code=territory_code, on=on, cut=cut, scope=scope)
    here = offices(listed)
    told = stocks(engine, counts={(step, unit)}, territories=[territory_code], since=on - TAIL, **asked)
    stock = told.get((territory_code, step, unit))
    weeks = _gains(stock, known)
    best = method.best_weeks(weeks)
    silent = [o for o in here if o.files_an_hour is None]
    worked = method.hours(here)
    estimated = best / worked if silent and best and worked else None
    present = method.capacity(here, files_an_hour=estimated)
    changed = method.capacity(here, change, files_an_hour=estimated)
    ratio = changed / present if change and present and changed is not None else 1.0
    base = Outlook(
        step=step,
        unit=unit,
        row=row,
        means=listed,
        present=present,
        changed=changed,
        ratio=ratio,
        estimated=estimated,
        best_week=math.nan if best is None else best,
        recent_week=float(np.mean(weeks[-4:])) if len(weeks) >= 4 else math.nan,
        following=_following(engine, known, step, unit, territory_code, asked),
        course=found,
    )
    if row is None or row["state"] != "shown" or math.isnan(row["foreseen_from"]):
        return base
    kept = forecasts.stored(engine, counts={(step, unit)}, territories=[territory_code], **asked)
    last = kept.get((territory_code, step, unit), [None])[0]
    if last is None or not last.median:
        return base
    return _with_forecast(base, last, row, here, change)


def _with_forecast(base: Outlook, last: forecasts.Kept, row: pd.Series, here: list, change: Mapping) -> Outlook:
    level = float(row["target"])
    _, reached, _ = last.reached(level)
    told = None if math.isnan(reached) else int(reached) - last.origin
    ahead = method.Ahead(last.believed, last.median, last.low, told, forecasts.EVERY)
    after = method.completion(ahead, level=level, ratio=base.ratio)
    by = int(row["due"]) - last.origin
    least = method.least_ratio(ahead, level=level, by=by)
    alone: dict[str, int | None] = {}
    if least is not None and least > 1 and base.present:
        asked = {"ratio": least, "files_an_hour": base.estimated}
        alone = {name: method.least_change(here, name, most=MOST[name], **asked) for name in MEANS}
    days = range(last.origin + ahead.every, last.origin + ahead.every * (len(ahead.median) + 1), ahead.every)
    lines = [
        method.scaled(path, base=ahead.base, ratio=base.ratio).tolist() for path in (last.median, last.low, last.high)
    ]
    points = [(last.origin, ahead.base, ahead.base, ahead.base), *zip(days, *lines, strict=True)]
    values = {
        "told": None if told is None else last.origin + told,
        "after": None if after is None else last.origin + after,
        "ahead": ahead,
        "origin": last.origin,
        "path": of_rows(points, ["on_date", "median", "low", "high"], floats=("median", "low", "high")),
        "least": least,
        "alone": alone,
    }
    return Outlook(**{name: getattr(base, name) for name in base.__dataclass_fields__} | values)


def _gains(stock: Stock | None, known: Definitions) -> list[float]:
    """What was gained in each of the last complete weeks of a stock, as believed; those without a figure left out."""
    if stock is None:
        return []
    good = ~np.isnan(stock.believed)
    days, values = stock.days[good], stock.believed[good]
    if len(days) < 2:
        return []
    bounds = complete_weeks(int(days[-1]), weeks=method.BEST_OF, holidays=known.working.get("holidays", ()))
    ends = np.unique(bounds)
    ends = ends[ends >= days[0]]
    # The count at the end of a week is the last one up to it; a week without a report of its own says nothing.
    at = np.searchsorted(days, ends, side="right") - 1
    fresh = ends - days[at] < 7
    gains = np.diff(values[at])
    return gains[fresh[1:] & fresh[:-1]].tolist()


def _following(engine, known: Definitions, step: str, unit: str, code: str, asked: Mapping) -> tuple[Next, ...]:
    """The stages that come just after a step, those that count the same unit, with what they handled of late."""
    after = [
        key
        for key, body in known.steps.items()
        if step in (body.get("follows") or ()) and body["kind"] == "sequence" and unit in body["units"]
    ]
    # A programme that hangs on a register is no stage of it, as long as the register has one of its own.
    programme = step.partition(".")[0]
    after = [key for key in after if key.partition(".")[0] == programme] or after
    if not after:
        return ()
    told = stocks(
        engine,
        counts={(key, unit) for key in after},
        territories=[code],
        since=asked["on"] - promises.NEEDED_TAIL,
        **asked,
    )
    found = []
    for key in after:
        stock = told.get((code, key, unit))
        recent = None
        if stock is not None:
            recent = pace.recent(stock.days, stock.values, believed=stock.believed, **known.working).per_day
        body = known.steps[key]
        day = math.nan if recent is None else float(recent)
        found.append(Next(key, body["body"], bool(body["prefecture_can_act"]), day))
    # Only of those that are counted here can anything be said.
    return tuple(one for one in found if not math.isnan(one.recent_per_day))


def van_means(found: Outlook, change: Mapping[str, int]) -> tuple[int, float | None]:
    """The van-days of a month, those added with them, and how many files one of them brings: a day of one desk."""
    listed = found.means[found.means["means"] == method.VAN_DAYS]
    days = int(listed["value"].sum()) + change.get(method.VAN_DAYS, 0)
    return days, method.files_a_day(offices(found.means), change, files_an_hour=found.estimated)


VAN_COLUMNS = ["territory_code", "remaining", "size", "share_left", "days", "files", "share_after", "source"]


def van_days(
    engine: sa.Engine,
    *,
    indicator: str,
    parent: str,
    days: int,
    files_a_day: float | None,
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
) -> pd.DataFrame:
    """How a month's van-days would go to the children of a territory, those first where the largest share remains.

    One row per child that has a day, or something left and a known size: territory_code; remaining (to its target, or
    to its share of that above it; float); size (census count of the indicator's unit, else NaN); share_left (of its
    size); days, files (that they bring); share_after; source (of the count). Empty where nothing is left or files_a_day
    is not known.
    """
    known = known or definitions(engine, cut=cut)
    below = promises.children(engine, indicator=indicator, parent=parent, on=on, cut=cut, scope=scope, known=known)
    below = below[~below["territory_code"].isin([promises.OTHER, promises.NOT_ATTRIBUTABLE])]
    below = below[below["remaining"] > 0]
    if below.empty or not files_a_day:
        return of_rows([], VAN_COLUMNS)
    _, unit = count_of(known.indicators[indicator])
    codes = below["territory_code"].tolist()
    with engine.connect() as connection:
        counted = census_counts(connection, territories=codes, on=on)
    sizes = [float(counted.get((code, unit), (0, 0))[1]) for code in codes]
    left = below["remaining"].tolist()
    given, files = method.van_days(left, sizes, days=days, files_a_day=files_a_day)
    rows = []
    said = below["source"].tolist()
    read = zip(codes, left, sizes, given.tolist(), files.tolist(), said, strict=True)
    for code, remaining, size, day, brought, source in read:
        share = remaining / size if size else math.nan
        later = (remaining - brought) / size if size else math.nan
        rows.append((code, remaining, size or math.nan, share, day, brought, later, source))
    rows.sort(key=lambda r: (not r[4], -(r[3] if not math.isnan(r[3]) else -1)))
    floats = ("remaining", "size", "share_left", "files", "share_after")
    return of_rows(rows, VAN_COLUMNS, floats=floats)
