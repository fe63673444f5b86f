"""The reading side over 4.2 million observations: every public query beside SQL written by hand for the same rows."""

import asyncio
import datetime as dt
import json
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

import sqlalchemy as sa

from bench.figures import Figure, in_turns, ms
from bench.made import LAST_DAY, database, folder, steps
from bench.servers import dashboard
from bench.viewers import Viewer
from data.catalogue import catalogue
from data.database import as_day, engine_for
from data.importer import Territories, import_file
from data.schema import series
from queries import events, figures, situation, territories, trend
from queries import map as geography
from queries.cuts import latest_cut
from queries.definitions import definitions

TIMES, FLOOR = 4.0, 0.010
KINGDOM_HISTORY = 0.020
AFTER_EVENT, EVENTS = 3.0, 9
LINE = ("MA", "09", "09.273")
"""What a working session reads: the kingdom, the region, the prefecture."""
SCOPE = "09.273"
COMMUNE = "09.273.01.15"
ROUNDS = 15


@dataclass(frozen=True)
class Pair:
    """A query of ours, and what fetches the same rows by hand. `same` says whether both found the same."""

    name: str
    ours: Callable[[], object]
    by_hand: Callable[[], list]
    same: Callable[[object, list], bool]


_LAST_WORD = """
    {row}.event = (SELECT max(event) FROM {table} WHERE series = {row}.series AND to_date = {row}.to_date
                   AND from_date = {row}.from_date AND event <= :cut)
"""


def _latest(table: str, where: str, *, change: bool) -> str:
    """The latest row of each count, as known at :cut on the day :on; with `change` the one about 30 days before."""
    last = _LAST_WORD.format(row="o", table=table)
    extra = "o.reporting, o.expected" if table == "rollup" else "0, 0"
    before = f""",
        (SELECT value FROM {table} b WHERE b.series = o.series AND b.event <= :cut
         AND b.to_date BETWEEN o.to_date - 45 AND o.to_date - 25 ORDER BY b.to_date DESC, b.event DESC LIMIT 1)"""
    return f"""
        SELECT s.territory, s.step, s.unit, s.measure, s.source, o.from_date, o.to_date, o.value, {extra}
        {before if change else ""}
        FROM series s JOIN {table} o ON o.series = s.id AND {last}
         AND o.to_date = (SELECT max(to_date) FROM {table} WHERE series = s.id AND to_date <= :on AND event <= :cut)
        WHERE {where}"""


def _history(table: str) -> str:
    extra = "o.reporting, o.expected" if table == "rollup" else "0, 0"
    return f"""
        SELECT s.territory, s.step, s.unit, s.measure, s.source, o.from_date, o.to_date, o.value, {extra}
        FROM series s JOIN {table} o ON o.series = s.id AND {_LAST_WORD.format(row="o", table=table)}
        WHERE s.territory IN (SELECT value FROM json_each(:codes)) AND o.to_date <= :on
        ORDER BY s.id, o.to_date"""


_BELOW = """
    WITH RECURSIVE below (code, level) AS (
        SELECT code, level FROM territory WHERE parent = :parent
        UNION ALL SELECT t.code, t.level FROM territory t JOIN below ON t.parent = below.code)
    SELECT code FROM below WHERE level = :level"""


def _values(frame: object) -> list[int]:
    return sorted(int(v) for v in frame["value"])


def pairs(engine: sa.Engine, connection: sqlite3.Connection) -> Iterator[Pair]:
    """Every public query of the reading side."""
    cut, on = latest_cut(engine), as_day(LAST_DAY)
    asked = {"cut": cut, "on": on}
    known = definitions(engine, cut=cut)
    step, unit = steps()[0]
    indicator = next(i["id"] for i in known.indicators.values() if i["numerator"] == {"step": step, "unit": unit})

    def run(*statements: str, **values) -> list:
        bound = {**asked, **values}
        return list(chain.from_iterable(connection.execute(one, bound).fetchall() for one in statements))

    codes = _json(LINE)
    of_line = "s.territory IN (SELECT value FROM json_each(:codes))"
    everywhere = {"on": on, "cut": cut, "scope": "MA"}
    latest = [_latest(table, of_line, change=True) for table in ("observation", "rollup")]
    yield Pair(
        "figures of kingdom, region and prefecture",
        lambda: figures.figures(engine, where=series.c.territory.in_(LINE), **everywhere, known=known),
        lambda: run(*latest, codes=codes),
        lambda frame, rows: _values(frame) == sorted(r[7] for r in rows),
    )
    census = "SELECT territory, unit, year, value FROM census WHERE territory IN (SELECT value FROM json_each(:codes))"
    bodies = "SELECT kind, id, body FROM definition WHERE event <= :cut"
    yield Pair(
        "readings (situation) of these three",
        lambda: situation.readings(engine, territories=LINE, **everywhere),
        lambda: run(*latest, census, bodies, codes=codes),
        lambda frames, rows: _values(frames[1]) == sorted(r[7] for r in rows if len(r) == 11),
    )
    histories = [_history(table) for table in ("observation", "rollup")]
    yield Pair(
        "histories (trend) of these three, 14 steps × 200 weeks",
        lambda: trend.histories(engine, territories=LINE, **everywhere, known=known),
        lambda: run(*histories, codes=codes),
        lambda frame, rows: _values(frame) == sorted(r[7] for r in rows),
    )
    for name, parent, level in (
        ("map of 75 prefectures", "MA", "prefecture"),
        ("map of the 6 communes of a prefecture", "09.273", "commune"),
        ("map of 1,503 communes", "MA", "commune"),
    ):
        where = f"s.step = :step AND s.unit = :unit AND s.territory IN ({_BELOW})"
        statements = [_latest(table, where, change=False) for table in ("observation", "rollup")]
        below = f"SELECT territory, year, value FROM census WHERE unit = :unit AND territory IN ({_BELOW})"
        values = {"step": step, "unit": unit, "parent": parent, "level": level}
        yield Pair(
            name,
            lambda parent=parent, level=level: geography.by_child(
                engine, parent=parent, indicator=indicator, level=level, **everywhere
            ),
            lambda statements=statements, below=below, values=values: run(*statements, below, bodies, **values),
            lambda frame, rows: _values(frame) == sorted(r[7] for r in rows if len(r) == 10),
        )
    yield from _about_events(engine, run, cut=cut, on=on)
    yield Pair(
        "definitions",
        lambda: definitions(engine, cut=cut),
        lambda: run(bodies),
        lambda found, rows: len(found.programmes) == sum(r[0] == "programme" for r in rows),
    )
    yield Pair(
        "territories",
        lambda: territories.territories(engine),
        lambda: run("SELECT code, parent, level, kind, position FROM territory ORDER BY position"),
        lambda frame, rows: len(frame) == len(rows),
    )
    yield Pair(
        "quotations",
        lambda: situation.quotations(engine, on=on, cut=cut),
        lambda: run("SELECT * FROM quotation WHERE event <= :cut AND on_date <= :on ORDER BY on_date, id"),
        lambda frame, rows: len(frame) == len(rows),
    )


def _about_events(engine: sa.Engine, run, *, cut: int, on: int) -> Iterator[Pair]:
    logged = "SELECT * FROM event WHERE number <= :cut ORDER BY number DESC LIMIT 200"
    yield Pair(
        "events.log",
        lambda: events.log(engine, cut=cut, scope="MA"),
        lambda: run(logged),
        lambda frame, rows: [int(n) for n in frame["number"]] == [r[0] for r in rows],
    )
    declared = """
        SELECT source, step, min(from_date), max(to_date), sum(observations), max(territories), max(event)
        FROM event_slice WHERE event <= :cut GROUP BY source, step ORDER BY source, step"""
    bodies = "SELECT kind, id, body FROM definition WHERE event <= :cut"
    yield Pair(
        "events.freshness",
        lambda: events.freshness(engine, on=on, cut=cut, scope="MA"),
        lambda: run(declared, bodies),
        lambda frame, rows: [int(n) for n in frame["observations"]] == [r[4] for r in rows if len(r) == 7],
    )
    inside = "s.territory IN (SELECT value FROM json_each(:codes))"
    dated = [
        f"SELECT DISTINCT o.to_date FROM series s JOIN {table} o ON o.series = s.id WHERE {inside} AND o.event <= :cut"
        for table in ("observation", "rollup")
    ]
    yield Pair(
        "events.data_dates of kingdom, region and prefecture",
        lambda: events.data_dates(engine, territories=LINE, cut=cut, scope="MA"),
        lambda: run(*dated, codes=_json(LINE)),
        lambda days, rows: days == sorted({r[0] for r in rows}, reverse=True),
    )
    with engine.connect() as connection:
        seen = _json(sorted(territories.visible(connection, scope=SCOPE)))
    of_scope = f"""
        SELECT * FROM event WHERE number <= :cut AND (kind = 'reference' OR number IN (
            SELECT o.event FROM series s JOIN observation o ON o.series = s.id WHERE {inside}))
        ORDER BY number DESC LIMIT 200"""
    yield Pair(
        "events.log for a reader of one prefecture",
        lambda: events.log(engine, cut=cut, scope=SCOPE),
        lambda: run(of_scope, codes=seen),
        lambda frame, rows: [int(n) for n in frame["number"]] == [r[0] for r in rows],
    )
    counted = f"""
        SELECT s.source, s.step, min(o.to_date), max(o.to_date), count(*), count(DISTINCT s.territory), max(o.event)
        FROM series s JOIN observation o ON o.series = s.id
        WHERE o.event <= :cut AND o.to_date <= :on AND o.value IS NOT NULL AND {inside}
        GROUP BY s.source, s.step ORDER BY s.source, s.step"""
    yield Pair(
        "events.freshness for a reader of one prefecture",
        lambda: events.freshness(engine, on=on, cut=cut, scope=SCOPE),
        lambda: run(counted, bodies, codes=seen),
        lambda frame, rows: [int(n) for n in frame["observations"]] == [r[4] for r in rows if len(r) == 7],
    )


def _json(codes) -> str:
    return json.dumps(list(codes))


def measure() -> Iterator[Figure]:
    """Every query in turns with the SQL by hand; then one history against the clock."""
    path = database()
    engine = engine_for(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    for pragma in ("cache_size=-65536", "mmap_size=268435456"):
        connection.execute(f"PRAGMA {pragma}")
    for pair in pairs(engine, connection):
        if not pair.same(pair.ours(), pair.by_hand()):
            raise AssertionError(f"{pair.name}: the SQL by hand does not fetch what the query answers")
        ours, by_hand = in_turns(pair.ours, pair.by_hand, rounds=ROUNDS, clock=time.thread_time)
        yield Figure(
            "read",
            pair.name,
            f"{ours / by_hand:.1f} × by hand ({ms(ours)} to {ms(by_hand)})",
            f"4 × or {ms(FLOOR)}",
            ours <= max(TIMES * by_hand, FLOOR),
        )
    cut, on = latest_cut(engine), as_day(LAST_DAY)
    known = definitions(engine, cut=cut)
    [taken] = in_turns(
        lambda: trend.histories(engine, territories=("MA",), on=on, cut=cut, scope="MA", known=known),
        rounds=ROUNDS,
        clock=time.thread_time,
    )
    bound = KINGDOM_HISTORY
    yield Figure("read", "the kingdom's series, all 14 steps", ms(taken), ms(bound), taken <= bound)
    connection.close()
    engine.dispose()
    yield asyncio.run(_after_an_event())


def _import_one_row(engine: sa.Engine, day: dt.date) -> None:
    """One new figure of one commune, which moves the sums of all three territories in view."""
    step, unit = steps()[0]
    content = f"territory,step,unit,measure,date,value\n{COMMUNE},{step},{unit},stock,{day.isoformat()},9000\n"
    report = import_file(
        engine,
        content.encode(),
        name="one.csv",
        actor="bench",
        today=day,
        catalogue=catalogue(folder()),
        territories=Territories.load(folder()),
        judged=False,
    )
    if report.accepted != 1:
        raise AssertionError(f"the new event was refused: {report.problems}")


async def _after_an_event() -> Figure:
    """Views of one viewer over the full database, before and after an import by another process."""
    path = folder() / "after-an-event.db"
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    shutil.copyfile(database(), path)
    engine = engine_for(f"sqlite:///{path}")
    cached, first = [], []
    with dashboard(folder() / "local", database=path) as server:
        async with Viewer(server.address, query=f"territory={LINE[-1]}") as viewer:
            await viewer.view()
            for at in range(EVENTS):
                cached += [(await viewer.view()).seconds for _ in range(3)]
                _import_one_row(engine, LAST_DAY + dt.timedelta(1 + at))
                first.append((await viewer.view()).seconds)
    engine.dispose()
    again, fresh = statistics.median(cached), statistics.median(first)
    return Figure(
        "read",
        "the first view after a new event, to a cached one",
        f"{fresh / again:.1f} × ({ms(fresh)} to {ms(again)})",
        f"{AFTER_EVENT:.0f} ×",
        fresh <= AFTER_EVENT * again,
    )
