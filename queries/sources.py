"""Sources: what each provider is to send, what was last received of it, and who has not reported.

A *delivery* is declared in the settings: its source, its counts, when it is expected, and the level of the territories
that it speaks of. An *office* of a delivery is a territory of that level below the one asked for. It has reported up to
the date of its last figures; of several counts, up to the oldest of their last dates. `queries.methods.due` says what
follows from it on a day.
"""

from collections.abc import Collection, Sequence
from functools import cache

import pandas as pd
import sqlalchemy as sa

from data.schema import event, jurisdiction, observation, series, territory
from queries.cuts import is_current, parameter, parameters
from queries.definitions import Definitions, definitions
from queries.frames import of_rows
from queries.methods.due import Calendar, standing
from queries.territories import KINGDOM, children, level_of, lineage, visible

OF_OFFICES = ("annex", "school")
"""Levels whose offices cover communes, many to many."""

COLUMNS = [
    "delivery",
    "state",
    "due",
    "days",
    "missed",
    "reported",
    "expected",
    "last_date",
    "event",
    "recorded_at",
]


def board(
    engine: sa.Engine, *, of: str, on: int, cut: int, scope: str, known: Definitions | None = None
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Where each delivery stands on the day `on`, as known at `cut`, and its offices that have not reported.

    One row per delivery, in the order of the settings: delivery (id); state, due, days, missed (`queries.methods.due`,
    due as days since 1970-01-01, NaN without offices); expected (offices there are in `of` and in scope); reported
    (those that have sent what was expected last); last_date (date of the newest figures by `on`, NaN: none), event (the
    number of the one that brought them) and recorded_at (seconds since 1970-01-01 UTC). No count is returned. The
    offices, by delivery, are codes in administrative order. A delivery whose steps are all hidden is left out.
    """
    known = known or definitions(engine, cut=cut)
    rows, silent = [], {}
    with engine.connect() as connection:
        for delivery in known.settings.get("delivery", ()):
            counts = [count for count in delivery["counts"] if count["step"] in known.steps]
            if not counts:
                continue
            codes = offices(connection, of=of, level=delivery["level"], scope=scope, on=on, known=known)
            newest = _newest(connection, delivery["source"], counts, codes, on=on, cut=cut)
            last = {code: _last(newest, code, counts) for code in codes}
            found = standing(
                calendar_of(delivery),
                starts=day_of(delivery["starts"]),
                reminder_days=delivery["reminder_days"],
                last_dates=last,
                on=on,
            )
            freshest = max(newest.values(), default=(None, None, None))
            silent[delivery["id"]] = found.silent
            reported = len(codes) - len(found.silent)
            rows.append(
                (
                    delivery["id"],
                    found.state,
                    found.due,
                    found.days,
                    found.missed,
                    reported,
                    len(codes),
                    *freshest,
                )
            )
    return of_rows(rows, COLUMNS, floats=("due", "last_date", "event", "recorded_at")), silent


def calendar_of(delivery: dict) -> Calendar:
    """When a delivery of the settings is expected."""
    return Calendar(delivery["periodicity"], 1 if delivery["periodicity"] == "daily" else delivery["expected_day"])


def day_of(iso: str) -> int:
    """An ISO date as days since 1970-01-01."""
    return (pd.Timestamp(iso) - pd.Timestamp(0)).days


def offices(
    connection: sa.Connection, *, of: str, level: str, scope: str, on: int, known: Definitions | None = None
) -> tuple[str, ...]:
    """The territories of a level that report within `of`, in administrative order: those that one of `scope` answers
    for, without the offices that were no more on the day `on`.

    Where `of` is wider than the office of the settings, theirs; where it is wider than the scope, those of the scope.
    """
    base = base_of(connection, of=of, scope=scope, known=known)
    line = lineage(connection, of=base)
    above = [code for code in line if level_of(connection, code) == level]
    if above:
        codes: tuple[str, ...] = tuple(above)
    else:
        codes = children(connection, of=base, level=level)
        if not codes and level in OF_OFFICES:
            codes = tuple(connection.execute(_covering(), {"of": base, "level": level}).scalars())
    if scope != KINGDOM:
        seen, over = visible(connection, scope=scope) or frozenset(), lineage(connection, of=scope)[:-1]
        codes = tuple(code for code in codes if code in seen and code not in over)
    if level in OF_OFFICES and codes:
        closed = set(connection.execute(_closed(), {"codes": list(codes), "on": on}).scalars())
        codes = tuple(code for code in codes if code not in closed)
    return codes


def base_of(connection: sa.Connection, *, of: str, scope: str, known: Definitions | None = None) -> str:
    """The territory whose offices `offices` lists: `of`, or what is narrower of the office's own and the scope."""
    own = known.office.get("territory", "") if known else ""
    for narrower in (own, scope):
        if narrower and narrower != KINGDOM and of in lineage(connection, of=narrower):
            of = narrower
    return of


@cache
def _covering() -> sa.Select:
    """The offices of `level` that cover the commune `of`."""
    return (
        sa.select(territory.c.code)
        .join(jurisdiction, jurisdiction.c.office == territory.c.code)
        .where(jurisdiction.c.territory == sa.bindparam("of"), territory.c.level == sa.bindparam("level"))
        .order_by(territory.c.position)
    )


@cache
def _closed() -> sa.Select:
    return sa.select(territory.c.code).where(
        territory.c.code.in_(parameters("codes")), territory.c.ended <= parameter("on")
    )


def _last(newest: dict[tuple, tuple], code: str, counts: Sequence[dict]) -> int | None:
    """Up to which day an office has reported all of the counts; None when it never sent one of them."""
    dates = [newest.get((code, count["step"], count["unit"]), (None,))[0] for count in counts]
    return None if None in dates else min(dates)


def _newest(
    connection: sa.Connection, source: str, counts: Sequence[dict], codes: Collection[str], *, on: int, cut: int
) -> dict[tuple[str, str, str], tuple[int, int, int]]:
    """(territory, step, unit) → (date, event, recorded_at) of the newest figure by the day `on`, broken down or not."""
    wanted = {(count["step"], count["unit"]) for count in counts}
    asked = {"source": source, "steps": sorted({step for step, _ in wanted}), "on": on, "cut": cut}
    found: dict[tuple[str, str, str], tuple[int, int, int]] = {}
    listed = list(codes)
    # In parts: an older SQLite takes a thousand parameters.
    for at in range(0, len(listed), 500):
        for code, step, unit, *said in connection.execute(_last_said(), asked | {"codes": listed[at : at + 500]}):
            key = (code, step, unit)
            if (step, unit) in wanted and tuple(said) > found.get(key, (-1,)):
                found[key] = tuple(said)
    return found


@cache
def _last_said() -> sa.Select:
    """The newest figure of each series, with the parameters `source`, `steps`, `codes`, `on` and `cut`."""
    row, earlier, cut = observation.alias("row"), observation.alias("earlier"), parameter("cut")
    last_date = (
        sa.select(earlier.c.to_date)
        .where(earlier.c.series == series.c.id, earlier.c.to_date <= parameter("on"), is_current(earlier, cut=cut))
        .order_by(earlier.c.to_date.desc())
        .limit(1)
        .correlate(series)
        .scalar_subquery()
    )
    return (
        sa.select(series.c.territory, series.c.step, series.c.unit, row.c.to_date, row.c.event, event.c.recorded_at)
        .select_from(series)
        .join(row, sa.and_(row.c.series == series.c.id, row.c.to_date == last_date, is_current(row, cut=cut)))
        .join(event, event.c.number == row.c.event)
        .where(
            series.c.source == sa.bindparam("source"),
            series.c.step.in_(parameters("steps")),
            series.c.territory.in_(parameters("codes")),
        )
    )
