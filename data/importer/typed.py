"""Figures typed by hand: an event like any other, checked and stored as a file is."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa
import sqlalchemy as sa

from data.database import as_day, local_folder
from data.importer.check import check
from data.importer.names import Territories
from data.importer.report import Problem, Report
from data.importer.store import store
from data.schema import ALL, BREAKDOWNS, observation, series

HEADER = ("territory", "step", "unit", "measure", "date", "value", "source")


@dataclass(frozen=True, slots=True)
class TypedCell:
    """One figure of a grid: a stock of a territory at a date, as it was typed."""

    territory: str
    step: str
    unit: str
    on_date: dt.date
    text: str


class _Meanwhile(Exception):
    """Somebody else has written the same cells; the argument is their places and events."""


def take_typed(
    engine: sa.Engine,
    cells: Sequence[TypedCell],
    *,
    source: str,
    label: str,
    actor: str,
    today: dt.date,
    catalogue,
    opened: int,
    territories: Territories | None = None,
    within: Collection[str] | None = None,
    over_others: bool = False,
) -> Report:
    """Store the cells as one event named `label`, or say what is wrong with them; a problem's line is a cell's place.

    All of them are stored, or none. `opened` is the cut that the grid was read at: a cell that a later event has
    touched is a problem (`typed_meanwhile`) unless `over_others`. `within` as for a file. What was stored once from a
    grid is not stored again by a second click.

    Raises sqlalchemy.exc.SQLAlchemyError when the database refuses.
    """
    territories = territories or Territories.load(local_folder())
    rows = [(c.territory, c.step, c.unit, "stock", c.on_date.isoformat(), c.text, source) for c in cells]
    columns = list(zip(*rows, strict=True)) or [()] * len(HEADER)
    arrays = [pa.array(range(1, len(rows) + 1), pa.int64()), *(pa.array(column, pa.string()) for column in columns)]
    table = pa.table(arrays, names=["line", *map(str, range(len(HEADER)))])
    checked = check(table, HEADER, catalogue=catalogue, territories=territories, today=today, within=within)
    if checked.problems or not checked.accepted:
        return Report(file=label, rows_read=len(rows), refused=len(rows), problems=checked.problems)

    def nobody_was_faster(connection: sa.Connection) -> None:
        touched = _touched(connection, cells, source=source, since=opened)
        if touched:
            raise _Meanwhile(touched)

    try:
        stored = store(
            engine,
            checked,
            name=label,
            digest=hashlib.sha256(json.dumps([opened, *rows]).encode()).hexdigest(),
            actor=actor,
            tree=territories.tree(),
            stale_after={step: definition.stale_after for step, definition in catalogue.steps.items()},
            details={"typed": len(rows)},
            guard=None if over_others else nobody_was_faster,
        )
    except _Meanwhile as found:
        problems = tuple(
            Problem("typed_meanwhile", place + 1, "value", cells[place].text, {"event": number})
            for place, number in sorted(found.args[0].items())
        )
        return Report(file=label, rows_read=len(rows), refused=len(rows), problems=problems)
    return Report(
        file=label,
        rows_read=len(rows),
        accepted=checked.accepted,
        event=stored.event,
        already=stored.already,
        unchanged=stored.unchanged,
    )


def _touched(connection: sa.Connection, cells: Sequence[TypedCell], *, source: str, since: int) -> dict[int, int]:
    """The places of the cells that an event after `since` has said something of, and its number."""
    later = (
        sa.select(
            series.c.territory, series.c.step, series.c.unit, observation.c.to_date, sa.func.max(observation.c.event)
        )
        .join(series, series.c.id == observation.c.series)
        .where(
            observation.c.event > since,
            series.c.source == source,
            series.c.step.in_(sorted({cell.step for cell in cells})),
            series.c.measure == "stock",
            *(series.c[name] == ALL for name in BREAKDOWNS),
        )
        .group_by(series.c.territory, series.c.step, series.c.unit, observation.c.to_date)
    )
    said = {tuple(row[:4]): row[4] for row in connection.execute(later)}
    keys = [(cell.territory, cell.step, cell.unit, as_day(cell.on_date)) for cell in cells]
    return {place: said[key] for place, key in enumerate(keys) if key in said}
