"""Transition: the move from a programme that ended to the one that took over from it.

Definitions. On the day of the switch all holders of a valid card of the former programme were moved (`switched`). Since
then each of them was `confirmed` through the register, has `left` above the threshold, or is `waiting`; `entrants` were
never in the former programme. The definitions name the step that counts each part (`transition` of a programme); parts
are read as stocks, each with its own day.

*Remaining*: those that wait, as they are counted; where nobody counts them, switched less confirmed less left, of
days that are at most 31 apart. *Share*: of the office's own stock of the former programme on its last day, in the same
unit and territory; a published one is not the office's. Without it there are counts and no percentage. *Pace*: the fall
of what waits over the last four complete weeks, per working day (`queries.methods.pace`); *done by*: the working day on
which nobody waits any more at that pace, counted from the last figure. Nothing here is of a household or a person.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import series
from queries.definitions import Definitions
from queries.figures import figures, is_partial, spoken
from queries.frames import of_rows
from queries.methods import pace
from queries.methods.disclosure import MISSING, SHOWN
from queries.promises import in_force, targets
from queries.situation import day_of, has_begun
from queries.stocks import Stock, stocks
from queries.territories import children, visible

PARTS = ("former", "switched", "confirmed", "waiting", "left", "entrants", "band")
NEAR = 31
"""Parts whose days are further apart than this are not subtracted."""

MOST_DAYS = 750
"""Working days beyond which no date is said: about three years."""

PART_COLUMNS = ["part", "step", "unit", "value", "on_date", "source", "basis", "reporting", "expected", "late", "state"]
REMAINING_COLUMNS = [
    "territory_code",
    "remaining",
    "remaining_date",
    "remaining_basis",
    "confirmed",
    "former",
    "remaining_share",
    "confirmed_share",
    "per_day",
    "since",
    "done_by",
    "due",
    "needed_per_day",
    "pace_state",
    "source",
    "partial",
    "state",
]


def programmes(known: Definitions) -> tuple[str, ...]:
    """The programmes that took over from another, in order."""
    return tuple(p["id"] for p in known.ordered_programmes if p.get("transition"))


def units(known: Definitions, programme: str) -> tuple[str, ...]:
    """The units in which a transition may be read: those that what is switched, waits or is confirmed is counted in."""
    body = known.programmes[programme]["transition"]
    named = [body[part] for part in ("waiting", "switched", "confirmed") if body.get(part) in known.steps]
    counted = [known.steps[step]["units"] for step in named]
    return tuple(unit for unit in (counted[0] if counted else ()) if all(unit in other for other in counted))


def parts(
    engine: sa.Engine,
    *,
    territory: str,
    programme: str,
    unit: str,
    on: int,
    cut: int,
    scope: str,
    known: Definitions,
) -> pd.DataFrame:
    """The parts of a transition in a territory on the day `on`.

    One row per part that the definitions name and the reader may see, in the order of PARTS: part, step, unit; value
    (count, NaN unless state is shown), on_date, source, basis, reporting, expected, late as in `queries.figures`;
    state: shown, withheld, missing, or not_applicable where it had not begun.
    """
    body = known.programmes[programme]["transition"]
    steps = {part: body[part] for part in PARTS if body.get(part) in known.steps}
    spoken_of = _figures(engine, [territory], steps.values(), unit, body, on=on, cut=cut, scope=scope, known=known)
    rows = []
    for part, step in steps.items():
        if unit not in known.steps[step]["units"]:
            continue
        row = dict.fromkeys(PART_COLUMNS, np.nan) | {
            "part": part,
            "step": step,
            "unit": unit,
            "source": "",
            "basis": "",
        }
        row |= {"reporting": 0, "expected": 0, "late": False}
        begun = part == "former" or has_begun(known, step=step, code=territory, on=on)
        row["state"] = MISSING if begun else "not_applicable"
        figure = spoken_of.get((territory, step))
        if figure is not None:
            row |= {name: getattr(figure, name) for name in PART_COLUMNS[3:]}
            # What ended is not late: its day is its last.
            row["late"] = bool(figure.late) and part not in ("former", "switched")
        rows.append([row[name] for name in PART_COLUMNS])
    return of_rows(rows, PART_COLUMNS, floats=("value", "on_date"))


def _figures(engine, codes, steps, unit, body, *, on, cut, scope, known) -> dict[tuple[str, str], Any]:
    """The stock that speaks, by territory and step. Of the former programme the office's own, on its last day."""
    former = body["former"]
    of_steps = sa.and_(series.c.territory.in_(list(codes)), series.c.step.in_(list(steps)), series.c.unit == unit)
    asked = {"on": on, "cut": cut, "scope": scope, "known": known, "with_change": False}
    where = sa.and_(of_steps, series.c.step != former, series.c.measure == "stock")
    found = {(code, step): row for (code, step, _), row in spoken(figures(engine, where=where, **asked)).items()}
    last = day_of(body["former_on"])
    if former in steps and on >= last:
        closed = sa.and_(
            of_steps,
            series.c.step == former,
            series.c.measure == "stock",
            series.c.source.not_in(sorted(known.public_sources)),
        )
        told = spoken(figures(engine, where=closed, **asked | {"on": last}))
        found |= {(code, step): row for (code, step, _), row in told.items() if row.on_date == last}
    return found


def remaining(
    engine: sa.Engine,
    *,
    territories: Sequence[str],
    programme: str,
    unit: str,
    on: int,
    cut: int,
    scope: str,
    known: Definitions,
) -> pd.DataFrame:
    """What remains of a transition in some territories, in the order given.

    One row per territory: territory_code; remaining (count), remaining_date, remaining_basis ("counted" or "derived");
    confirmed, former (counts); remaining_share, confirmed_share (0 to 1, of the office's own former stock, NaN without
    it); per_day (fall per working day), since (day of the earlier figure); done_by (day, NaN where there is none); due,
    needed_per_day (of the target in force on what is confirmed); pace_state ("falling", "not_falling", "far",
    "not_enough_history", "done"); source, partial; state: shown, withheld, missing, not_applicable.
    """
    if not territories:
        return of_rows((), REMAINING_COLUMNS)
    body = known.programmes[programme]["transition"]
    steps = {part: body[part] for part in PARTS if body.get(part) in known.steps}
    asked = {"on": on, "cut": cut, "scope": scope, "known": known}
    found = _figures(engine, territories, steps.values(), unit, body, **asked)
    counts = [(step, unit) for part, step in steps.items() if part in ("waiting", "switched", "confirmed", "left")]
    held = stocks(engine, counts=counts, territories=territories, **asked)
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        promised = targets(connection, cut=cut, known=known, territories=territories)
    due = _due(promised, steps.get("confirmed", ""), unit, on=on, known=known)
    rows = []
    for code in territories:
        row = dict.fromkeys(REMAINING_COLUMNS, np.nan) | {
            "territory_code": code,
            "remaining_basis": "",
            "pace_state": "",
            "source": "",
            "partial": False,
            "state": "withheld" if seen is not None and code not in seen else MISSING,
        }
        if not any(has_begun(known, step=step, code=code, on=on) for part, step in steps.items() if part != "former"):
            row["state"] = "not_applicable"
        mine = {part: found.get((code, step)) for part, step in steps.items()}
        row |= _left(mine)
        row |= _shares(row, mine)
        row |= _pace(
            {part: held.get((code, step, unit)) for part, step in steps.items()}, row, due.get(code), on, known
        )
        rows.append([row[name] for name in REMAINING_COLUMNS])
    return of_rows(rows, REMAINING_COLUMNS, floats=[n for n in REMAINING_COLUMNS if n in _FLOATS])


_FLOATS = {
    "remaining",
    "remaining_date",
    "confirmed",
    "former",
    "remaining_share",
    "confirmed_share",
    "per_day",
    "since",
    "done_by",
    "due",
    "needed_per_day",
}


def _left(mine: Mapping[str, Any]) -> dict[str, Any]:
    """What remains: as it is counted, else by subtraction."""
    waiting = mine.get("waiting")
    if waiting is not None and waiting.state != SHOWN:
        return {"state": waiting.state}
    if waiting is not None:
        return {
            "remaining": float(waiting.value),
            "remaining_date": float(waiting.on_date),
            "remaining_basis": "counted",
            "source": waiting.source,
            "partial": is_partial(waiting),
            "state": SHOWN,
        }
    switched, confirmed, left = (mine.get(part) for part in ("switched", "confirmed", "left"))
    usable = [one for one in (switched, confirmed, left) if one is not None and one.state == SHOWN]
    # What left has to be known too: without it those who left would be said to wait.
    if len(usable) < 3 or any(map(is_partial, usable)) or abs(confirmed.on_date - left.on_date) > NEAR:
        return {}
    return {
        "remaining": float(max(switched.value - confirmed.value - left.value, 0)),
        "remaining_date": float(min(confirmed.on_date, left.on_date)),
        "remaining_basis": "derived",
        "source": confirmed.source,
        "state": SHOWN,
    }


def _shares(row: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, Any]:
    former, confirmed = mine.get("former"), mine.get("confirmed")
    known: dict[str, Any] = {}
    if confirmed is not None and confirmed.state == SHOWN:
        known["confirmed"] = float(confirmed.value)
    if former is None or former.state != SHOWN or is_partial(former):
        return known
    known["former"] = float(former.value)
    if former.value and not row["partial"] and row["remaining"] == row["remaining"]:
        known["remaining_share"] = row["remaining"] / former.value
    if former.value and "confirmed" in known and not is_partial(confirmed):
        known["confirmed_share"] = known["confirmed"] / former.value
    return known


def _due(promised, step: str, unit: str, *, on: int, known: Definitions) -> dict[str, int]:
    """The day by which the parts that are confirmed are to be, by territory, where there is a target."""
    found: dict[str, int] = {}
    for (indicator, code), held in promised.items():
        if known.indicators[indicator]["numerator"] != {"step": step, "unit": unit}:
            continue
        one = in_force(held, on=on)
        if one is not None and one.due > on:
            found[code] = min(one.due, found.get(code, one.due))
    return found


def _pace(
    held: Mapping[str, Stock | None], row: Mapping[str, Any], due: int | None, on: int, known: Definitions
) -> dict[str, Any]:
    """How fast what remains falls, and when nobody is left at that pace."""
    if row["remaining"] != row["remaining"]:
        return {}
    if not row["remaining"]:
        return {"pace_state": "done"}
    days, values = _history(held)
    found: dict[str, Any] = {"pace_state": pace.NOT_ENOUGH_HISTORY}
    if due is not None:
        time = pace.pace(days, values, on=on, target=0, due=due, higher_is_better=False, **known.working)
        if time.needed is not None:
            found |= {"due": float(due), "needed_per_day": float(ceil(time.needed))}
    late = pace.recent(days, values, higher_is_better=False, **known.working)
    if late.per_day is None:
        return found
    found |= {"per_day": float(late.per_day), "since": float(late.from_date)}
    if late.per_day <= 0:
        return found | {"pace_state": "not_falling"}
    needed = ceil(row["remaining"] / late.per_day)
    if needed > MOST_DAYS:
        return found | {"pace_state": "far"}
    start = np.datetime64(int(row["remaining_date"]), "D")
    holidays = np.asarray(known.working.get("holidays", ()), dtype="datetime64[D]")
    done = np.busday_offset(np.busday_offset(start, 0, roll="backward", holidays=holidays), needed, holidays=holidays)
    return found | {"pace_state": "falling", "done_by": float(done.astype(int))}


def _history(held: Mapping[str, Stock | None]) -> tuple[np.ndarray, np.ndarray]:
    """The days and counts of what remained: as counted, else by subtraction on the days that all parts were told."""
    waiting = held.get("waiting")
    if waiting is not None:
        # As told: what is believed of a count supposes that it rises.
        return waiting.days, waiting.values
    switched, confirmed, left = (held.get(part) for part in ("switched", "confirmed", "left"))
    if switched is None or confirmed is None or left is None:
        return np.empty(0, dtype=np.int64), np.empty(0)
    days = np.intersect1d(confirmed.days, left.days)
    told = [one.values[np.searchsorted(one.days, days)] for one in (confirmed, left)]
    return days, switched.values[-1] - told[0] - told[1]


def below(
    engine: sa.Engine, *, parent: str, level: str | None, programme: str, unit: str, scope: str, **asked: Any
) -> pd.DataFrame:
    """`remaining` of every child of a territory that the reader may see, in administrative order."""
    with engine.connect() as connection:
        codes = children(connection, of=parent, level=level)
        seen = visible(connection, scope=scope)
    codes = tuple(code for code in codes if seen is None or code in seen)
    return remaining(engine, territories=codes, programme=programme, unit=unit, scope=scope, **asked)


def switch_day(known: Definitions, programme: str) -> dt.date:
    """The day of the switch."""
    return dt.date.fromisoformat(known.programmes[programme]["transition"]["on"])
