"""How the demonstration is made: beside its place, and put there when it is whole."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from data import demonstration
from data.catalogue import catalogue
from data.counts import add_series, packed
from data.database import (
    DEMONSTRATION,
    WRITE_LOCK,
    as_day,
    database_url,
    demonstration_folder,
    demonstration_url,
    engine_for,
    migrate,
    next_event,
    write,
)
from data.demonstration.counts import split
from data.demonstration.curves import World, world
from data.demonstration.deliveries import DAY, MORNING, Deliveries, Delivery, deliveries
from data.demonstration.sittings import Sittings
from data.importer import Territories
from data.importer.store import shape_of, write_observations
from data.loading import load_reference
from data.rollups import write_rollups
from data.schema import action, capacity, event, event_slice, target

OFFICE = Path(__file__).parent / "office"
"""The files of the made-up office: its chain of command, its settings, the definitions that it lays over ours."""

MAKING = f"{DEMONSTRATION}_making"
ACTOR = "demonstration"
_WAIT = 600


def made(
    local: Path,
    *,
    progress: demonstration.Progress,
    freeze: demonstration.Freeze | None = None,
    foresee: demonstration.Foresee | None = None,
) -> bool:
    """As `data.demonstration.make`."""
    with _alone(local) as rooms:
        if demonstration.is_ready(local):
            return False
        rooms.clear()
        folder = rooms.folder / DEMONSTRATION
        shutil.copytree(OFFICE, folder)
        if rooms.stands():
            # Another machine's copy of the office shares this database: only the files were missing here.
            _replace(folder, demonstration_folder(local))
            return False
        engine = rooms.engine()
        try:
            sittings = Sittings(folder) if freeze else None
            fill(engine, folder, progress=progress, sittings=sittings)
            # The files first, then the database: that there is a database says that all is there.
            _replace(folder, demonstration_folder(local))
            if sittings is not None and freeze is not None:
                # Only now: what the slides say is spelt as the files in their place spell it.
                sittings.freeze(engine, freeze, foresee=foresee, progress=progress)
            _settle(engine)
        except BaseException:
            shutil.rmtree(demonstration_folder(local), ignore_errors=True)
            raise
        finally:
            engine.dispose()
        rooms.place()
        return True


def removed(local: Path) -> bool:
    """As `data.demonstration.remove`."""
    with _alone(local) as rooms:
        folder = demonstration_folder(local)
        there = folder.exists() | rooms.drop()
        shutil.rmtree(folder, ignore_errors=True)
        rooms.clear()
        return there


def fill(
    engine: sa.Engine, folder: Path, *, progress: demonstration.Progress, sittings: Sittings | None = None
) -> None:
    """Write everything into an empty database: the tables, the reference, then one event per weekly file, and between
    them what was said of meetings."""
    progress("preparing", 0, 1)
    migrate(engine)
    load_reference(engine, local=folder)
    known = catalogue(folder)
    progress("drawing", 0, 1)
    drawn = world(known, folder)
    arrived = deliveries(drawn)
    tree = Territories.load(folder).tree()
    stale_after = {step: body.stale_after for step, body in known.steps.items()}
    with write(engine) as connection:
        # The reference is as old as the rest: the journal would begin with today's date otherwise.
        before = (arrived.files[0].day - 1) * DAY + MORNING
        connection.execute(sa.update(event).values(recorded_at=before))
    ids: np.ndarray | None = None
    others = _Others(drawn)
    for done, file in enumerate(arrived.files):
        with write(engine) as connection:
            if ids is None:
                known_ids = add_series(connection, arrived.keys)
                ids = np.array([known_ids[key] for key in arrived.keys], np.int64)
            number = _take_in(connection, file, arrived, ids, tree, stale_after)
            others.write(connection, number, until=file.day)
        if sittings is not None:
            following = arrived.files[done + 1].recorded_at if done + 1 < len(arrived.files) else None
            sittings.write(engine, until=following)
        progress("writing", done + 1, len(arrived.files))
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
        else:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()


def _settle(engine: sa.Engine) -> None:
    """Leave nothing in the log beside an embedded database: the file alone is moved."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _take_in(connection, file: Delivery, arrived: Deliveries, ids: np.ndarray, tree, stale_after) -> int:
    """One weekly file as one event, with its slices and the sums that it moves."""
    rows = len(file.series)
    number = next_event(
        connection,
        kind="import",
        actor=ACTOR,
        source=",".join(sorted({arrived.keys[at][0] for at in np.unique(file.series).tolist()})),
        recorded_at=file.recorded_at,
        file_name=file.name,
        file_hash=file.digest,
        rows_read=rows,
        accepted=rows,
        details=json.dumps({"unchanged": 0, "repeated": 0, "gone": 0}),
    )
    key = packed(ids[file.series], file.to_date, file.from_date)
    order = np.argsort(key)
    write_observations(connection, event=number, key=key[order], value=file.value[order])
    connection.execute(sa.insert(event_slice), list(_slices(file, arrived, number)))
    write_rollups(connection, event=number, changed=key[order], tree=tree, stale_after=stale_after)
    return number


def _slices(file: Delivery, arrived: Deliveries, number: int) -> Iterator[dict[str, Any]]:
    """One row per kind of count in the file, as the importer declares them."""
    present, place = np.unique(file.series, return_inverse=True)
    kinds: dict[tuple[str, ...], int] = {}
    kind_of = np.empty(len(present), np.int64)
    territories: list[set[str]] = []
    for at, series in enumerate(present.tolist()):
        key = arrived.keys[series]
        kind_of[at] = kinds.setdefault((key[0], key[2], key[3], key[4], shape_of(key)), len(kinds))
        if kind_of[at] == len(territories):
            territories.append(set())
        territories[kind_of[at]].add(key[1])
    kind = kind_of[place]
    names = ("source", "step", "unit", "measure", "shape")
    for found, at in kinds.items():
        rows = kind == at
        yield dict(zip(names, found, strict=True)) | {
            "event": number,
            "from_date": int(file.from_date[rows].min()),
            "to_date": int(file.to_date[rows].max()),
            "territories": len(territories[at]),
            "observations": int(rows.sum()),
        }


class _Others:
    """Targets, means and actions of the office, each written with the first file after the day it was told."""

    def __init__(self, drawn: World):
        self.rows = [
            *(
                (as_day(block["told"]), target, row)
                for block in drawn.invented["target"]
                for row in _targets(drawn, block)
            ),
            *(
                (as_day(block["told"]), capacity, row)
                for block in drawn.invented["means"]
                for row in _means(drawn, block)
            ),
            *((as_day(block["to"]), action, _action(drawn, block)) for block in drawn.invented["action"]),
        ]

    def write(self, connection: sa.Connection, number: int, *, until: int) -> None:
        """Write what was told by the day `until` and is not yet written."""
        due = [row for row in self.rows if row[0] <= until]
        self.rows = [row for row in self.rows if row[0] > until]
        for _, table, row in due:
            connection.execute(sa.insert(table).values(row | {"event": number}))


def _targets(drawn: World, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    shared = {
        "indicator": block["indicator"],
        "due": as_day(block["due"]),
        "starts": as_day(block["starts"]),
        "start_value": 0,
        "path": "linear",
        "set_by": block["set_by"],
        "source": drawn.invented["made_up"],
    }
    yield shared | {"territory": block["territory"], "value": block["value"]}
    here = drawn.places
    for level in block.get("over", ()):
        codes, weight = here.summed(
            np.where(here.prefecture == block["territory"], getattr(here, block["split"]), 0.0), level
        )
        inside = np.flatnonzero(weight)
        shares = weight[inside] / weight[inside].sum()
        for place, value in zip(inside.tolist(), split(np.array(block["value"]), shares).tolist(), strict=True):
            yield shared | {"territory": codes[place], "value": value}


def _means(drawn: World, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    low, high = block["each"]
    for code in sorted({code for code in drawn.places.office.tolist() if code}):
        yield {
            "territory": code,
            "means": block["means"],
            "on_date": as_day(block["told"]),
            "value": int(drawn.rng.integers(low, high + 1)),
            "source": drawn.invented["source"],
            "note": drawn.invented["made_up"],
        }


def _action(drawn: World, block: Mapping[str, Any]) -> dict[str, Any]:
    made_up = drawn.invented["made_up"]
    return {
        "id": block["id"],
        "kind": block["kind"],
        "territory": block["territory"],
        "from_date": as_day(block["from"]),
        "to_date": as_day(block["to"]),
        "service": block["service"],
        "cost": block["cost"],
        "note": made_up,
    }


# Where it is made, and where it is put


@contextmanager
def _alone(local: Path) -> Iterator["_SQLite | _PostgreSQL"]:
    """The place where it is made, for one making or removing at a time. The locks go with the process that held them,
    however that ended: on this machine one of SQLite's, which is the same on every system; on a server one of its own.
    """
    local.mkdir(parents=True, exist_ok=True)
    held = sqlite3.connect(local / f".{MAKING}.lock", timeout=_WAIT, isolation_level=None)
    rooms = None
    try:
        held.execute("BEGIN EXCLUSIVE")
        on_server = sa.make_url(database_url(local)).get_backend_name() == "postgresql"
        rooms = _PostgreSQL(local) if on_server else _SQLite(local)
        yield rooms
    finally:
        if rooms is not None:
            rooms.leave()
        held.close()


class _SQLite:
    """The embedded database: a file that is made in a folder of its own and then moved."""

    def __init__(self, local: Path):
        self.folder = local / MAKING
        self.final = Path(sa.make_url(demonstration_url(local)).database or "")

    def clear(self) -> None:
        """Take away what a making that was killed has left."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def stands(self) -> bool:
        """Whether the database stands and is whole."""
        return demonstration.has_figures(self.final)

    def engine(self) -> sa.Engine:
        """An engine on the database that is being made."""
        return engine_for(f"sqlite:///{self.folder / 'made.db'}")

    def place(self) -> None:
        """Put the database into its place."""
        with (self.folder / "made.db").open("rb") as file:
            os.fsync(file.fileno())
        # The log of whatever stood there is not the log of this one.
        self.drop()
        os.replace(self.folder / "made.db", self.final)

    def drop(self) -> bool:
        """Remove the database; whether there was one."""
        there = self.final.is_file()
        for end in ("", "-wal", "-shm"):
            self.final.with_name(self.final.name + end).unlink(missing_ok=True)
        return there

    def leave(self) -> None:
        """Leave no folder behind."""
        self.clear()


class _PostgreSQL:
    """A server: a schema that is made under another name and then renamed."""

    def __init__(self, local: Path):
        self.local = local
        self.folder = local / MAKING
        self.server = engine_for(database_url(local))
        self.lock = self.server.connect().execution_options(isolation_level="AUTOCOMMIT")
        # Other machines may share the server: whoever has the lock is the only one who makes.
        self.lock.execute(sa.select(sa.func.pg_advisory_lock(WRITE_LOCK + 1)))

    def clear(self) -> None:
        """Take away what a making that was killed has left."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._run(f"DROP SCHEMA IF EXISTS {MAKING} CASCADE")

    def stands(self) -> bool:
        """Whether the schema stands and is whole."""
        return has_schema(self.server)

    def engine(self) -> sa.Engine:
        """An engine on the schema that is being made."""
        self._run(f"CREATE SCHEMA {MAKING}")
        url = sa.make_url(database_url(self.local)).update_query_dict({"options": f"-csearch_path={MAKING}"})
        return engine_for(url.render_as_string(hide_password=False))

    def place(self) -> None:
        """Put the schema into its place."""
        self._run(f"ALTER SCHEMA {MAKING} RENAME TO {DEMONSTRATION}")

    def drop(self) -> bool:
        """Remove the schema; whether there was one."""
        there = self.stands()
        self._run(f"DROP SCHEMA IF EXISTS {DEMONSTRATION} CASCADE")
        return there

    def leave(self) -> None:
        """Leave no folder behind, and let the next one in."""
        shutil.rmtree(self.folder, ignore_errors=True)
        # Invalidated, not given back: a connection that waits in the pool would keep the lock.
        self.lock.invalidate()
        self.lock.close()
        self.server.dispose()

    def _run(self, statement: str) -> None:
        with self.server.begin() as connection:
            connection.exec_driver_sql(statement)


def has_schema(engine: sa.Engine) -> bool:
    """Whether the server has the schema of the demonstration."""
    with engine.connect() as connection:
        return connection.execute(_HAS_SCHEMA, {"name": DEMONSTRATION}).scalar_one()


_HAS_SCHEMA = sa.text("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = :name)")


def _replace(folder: Path, final: Path) -> None:
    shutil.rmtree(final, ignore_errors=True)
    os.replace(folder, final)
