"""Rows that wait, and what a person says to them: a yes makes them figures, a no leaves their trace.

Each answer is one event, which can be withdrawn like a file: its rows then wait again.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import sqlalchemy as sa

from data.catalogue import catalogue as load_catalogue
from data.counts import add_series, packed, series_of
from data.database import local_folder, next_event, write
from data.importer.check import Checked
from data.importer.names import Territories
from data.importer.store import write_observations, write_slices
from data.rollups import write_rollups
from data.schema import SERIES_KEY, event, observation, quarantine, ruling

YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class RulingFault:
    """Why rows cannot be ruled on: `code` names it, `values` fill the sentence."""

    code: str
    values: dict = field(default_factory=dict)


class RulingRefused(Exception):
    """Nothing was ruled on; `fault` says why."""

    def __init__(self, fault: RulingFault):
        super().__init__(fault.code)
        self.fault = fault


def answered(connection: sa.Connection, *, file: int) -> dict[int, str]:
    """What was last said of each place of a file's waiting rows, by rulings that were not withdrawn."""
    undo = event.alias("undo")
    said = connection.execute(
        sa.select(ruling.c.first_place, ruling.c.last_place, ruling.c.answer)
        .where(ruling.c.file == file, ~sa.exists().where(undo.c.withdraws == ruling.c.event))
        .order_by(ruling.c.event)
    )
    return {place: answer for first, last, answer in said for place in range(first, last + 1)}


def rule(
    engine: sa.Engine,
    file: int,
    places: Collection[int],
    *,
    answer: str,
    actor: str,
    catalogue=None,
    territories: Territories | None = None,
    within: Collection[str] | None = None,
) -> int:
    """Say yes or no to waiting rows of the file that event `file` took in; the number of the event that says it.

    A yes makes them figures, with the sums that they move. within: the territories of which the writer may say
    anything, None for all. Raises RulingRefused: nothing is then ruled on.
    """
    local = local_folder()
    catalogue = catalogue or load_catalogue(local)
    tree = (territories or Territories.load(local)).tree()
    stale_after = {name: step.stale_after for name, step in catalogue.steps.items()}
    with write(engine) as connection:
        rows = _waiting(connection, file, places)
        if within is not None and any(row["territory"] not in within for row in rows):
            raise RulingRefused(RulingFault("outside"))
        told = [row for row in rows if answer == YES and row["value"] is not None]
        if any(row["reason"] == "" for row in told):
            raise RulingRefused(RulingFault("nameless"))
        keys = [tuple(row[name] for name in SERIES_KEY) for row in told]
        held = series_of(connection, kinds={(key[0], key[2], key[3], key[4]) for key in keys})
        newer = _overtaken(connection, told, keys, held, file)
        if newer is not None:
            raise RulingRefused(RulingFault("overtaken", {"event": newer}))
        lines = sum(row["lines"] for row in rows)
        taken = connection.execute(sa.select(event).where(event.c.number == file)).one()
        number = next_event(
            connection,
            kind="ruling",
            actor=actor,
            source=taken.source,
            file_name=taken.file_name,
            rows_read=lines,
            accepted=lines if answer == YES else 0,
            refused=lines if answer == NO else 0,
            details=json.dumps({"file": file, "answer": answer, "rows": len(rows)}),
        )
        runs = _runs(sorted(row["place"] for row in rows))
        connection.execute(
            sa.insert(ruling),
            [
                {"event": number, "file": file, "first_place": first, "last_place": last, "answer": answer}
                for first, last in runs
            ],
        )
        if told:
            _take(connection, number, told, keys, held, tree, stale_after)
        return number


def _waiting(connection: sa.Connection, file: int, places: Collection[int]) -> list[Mapping]:
    """The rows of a file at these places, in their order; refuses those that do not wait any more."""
    wanted = set(places)
    undo = event.alias("undo")
    by = connection.execute(sa.select(undo.c.number).where(undo.c.withdraws == file)).scalar()
    if by is not None:
        raise RulingRefused(RulingFault("withdrawn", {"event": file, "by": by}))
    said = answered(connection, file=file)
    every = connection.execute(sa.select(quarantine).where(quarantine.c.event == file).order_by(quarantine.c.place))
    rows = [row for row in every.mappings() if row["place"] in wanted]
    if not rows or len(rows) != len(wanted):
        raise RulingRefused(RulingFault("unknown"))
    if any(row["place"] in said for row in rows):
        raise RulingRefused(RulingFault("answered"))
    return rows


def _overtaken(connection, rows: list[Mapping], keys: list[tuple], held: Mapping[tuple, int], file: int) -> int | None:
    """A later file than this one that has said something of one of the rows, and was not withdrawn since."""
    ids = sorted({held[key] for key in keys if key in held})
    undo = event.alias("undo")
    mine = sa.select(ruling.c.event).where(ruling.c.file == file)
    later: dict[tuple[int, int, int], int] = {}
    for at in range(0, len(ids), 500):
        found = connection.execute(
            sa.select(observation.c.series, observation.c.to_date, observation.c.from_date, observation.c.event)
            .join(event, event.c.number == observation.c.event)
            .where(
                observation.c.series.in_(ids[at : at + 500]),
                observation.c.event > file,
                observation.c.value.is_not(None),
                event.c.kind.in_(("import", "ruling")),
                observation.c.event.not_in(mine),
                ~sa.exists().where(undo.c.withdraws == observation.c.event),
            )
        )
        later.update(((row[0], row[1], row[2]), row[3]) for row in found)
    for row, key in zip(rows, keys, strict=True):
        newer = later.get((held.get(key, -1), row["to_date"], row["from_date"]))
        if newer is not None:
            return newer
    return None


def _runs(places: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _take(connection, number: int, rows, keys, held, tree, stale_after) -> None:
    """Make rows figures of the event `number`."""
    new = list(dict.fromkeys(key for key in keys if key not in held))
    held = dict(held) | add_series(connection, new)
    to_date, from_date, value = (
        np.array([row[name] for row in rows], np.int64) for name in ("to_date", "from_date", "value")
    )
    unique = list(dict.fromkeys(keys))
    place = {key: at for at, key in enumerate(unique)}
    series = np.array([place[key] for key in keys], np.int64)
    ids = np.array([held[key] for key in unique], np.int64)
    key = packed(ids[series], to_date, from_date)
    order = np.argsort(key)
    write_observations(connection, event=number, key=key[order], value=value[order])
    checked = Checked(
        rows_read=len(rows),
        refused=0,
        problems=(),
        keys=tuple(unique),
        series=series,
        from_date=from_date,
        to_date=to_date,
        value=value,
    )
    write_slices(connection, number, checked)
    write_rollups(connection, event=number, changed=key[order], tree=tree, stale_after=stale_after)
