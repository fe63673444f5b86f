"""Targets and forecasts over 4.2 million observations: what is computed after an event, and what a view then reads."""

import datetime as dt
import shutil
import time
from collections.abc import Callable

import sqlalchemy as sa

from bench.figures import Figure, in_turns, ms
from bench.made import LAST_DAY, database, folder, steps
from data.catalogue import catalogue
from data.database import as_day, engine_for
from data.forecasts import store
from data.importer import Territories, import_file
from data.targets import Promise, set_targets
from queries.cuts import latest_cut
from queries.definitions import Definitions, definitions
from queries.forecasts import due_series, foreseen
from queries.targets import alerts, children, course, progress
from queries.territories import members

LINE = ("MA", "09", "09.273", "09.273.01.15")
INDICATORS = 5
MOST_SECONDS = 15.0
LINE_SECONDS, CHILDREN_SECONDS = 0.060, 0.100
ROUNDS = 9


def measure() -> list[Figure]:
    """The lines of this section."""
    path = folder() / "targets.db"
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    shutil.copyfile(database(), path)
    engine = engine_for(f"sqlite:///{path}")
    try:
        return _measured(engine)
    finally:
        engine.dispose()
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()


def _measured(engine: sa.Engine) -> list[Figure]:
    cut = latest_cut(engine)
    known = definitions(engine, cut=cut)
    indicator, step = _first(known)
    _promise(engine, [indicator], _communes(engine))
    figures = [_all_communes(engine, step)]
    _promise(engine, _indicators(known), LINE)
    _foresee(engine, lambda one: True)
    figures.append(_after_a_file(engine, step))
    cut = latest_cut(engine)
    asked = {"on": as_day(LAST_DAY), "cut": cut, "scope": "MA", "known": definitions(engine, cut=cut)}
    line, below, path, alarms = in_turns(
        lambda: progress(engine, territories=LINE, **asked),
        lambda: children(engine, indicator=indicator, parent="MA", **asked),
        lambda: course(engine, indicator=indicator, territory=LINE[2], **asked),
        lambda: alerts(engine, territory=LINE[2], **asked),
        rounds=ROUNDS,
        clock=time.process_time,
    )
    pairs = f"{len(LINE)} territories × {INDICATORS} indicators"
    return [
        *figures,
        Figure("targets", f"progress of {pairs}", ms(line), ms(LINE_SECONDS), line <= LINE_SECONDS),
        Figure(
            "targets", "who carries the gap: 75 children", ms(below), ms(CHILDREN_SECONDS), below <= CHILDREN_SECONDS
        ),
        Figure("targets", "the path of one count", ms(path)),
        Figure("targets", "alerts of a prefecture", ms(alarms)),
    ]


def _first(known: Definitions) -> tuple[str, str]:
    """The first step of the made-up counts, and an indicator of it."""
    step = steps()[0][0]
    return next(key for key, body in known.indicators.items() if body["numerator"]["step"] == step), step


def _indicators(known: Definitions) -> list[str]:
    """Indicators whose numerators are among the made-up counts."""
    there = set(steps())
    found = [k for k, i in known.indicators.items() if (i["numerator"]["step"], i["numerator"]["unit"]) in there]
    return found[:INDICATORS]


def _communes(engine: sa.Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(members(of="MA", level="commune")).scalars())


def _promise(engine: sa.Engine, indicators: list[str], territories) -> None:
    due, starts = as_day(LAST_DAY) + 90, as_day(LAST_DAY) - 300
    set_targets(
        engine,
        [Promise(i, code, due, 8_000, starts, "assigned", "bench") for i in indicators for code in territories],
        actor="bench",
    )


def _foresee(engine: sa.Engine, wanted: Callable[[tuple], bool]) -> tuple[int, float]:
    """Make and keep what is due; how many, and the processor seconds it took: it computes, and waits for nothing."""
    begun = time.process_time()
    cut = latest_cut(engine)
    counts = [one for one in due_series(engine, cut=cut) if wanted(one)]
    kept = store(engine, foreseen(engine, cut=cut, counts=counts))
    return kept, time.process_time() - begun


def _all_communes(engine: sa.Engine, step: str) -> Figure:
    kept, taken = _foresee(engine, lambda one: one[1] == step)
    name = f"forecasts of 1,503 communes × 1 step, each with a target, and of what is above them ({kept})"
    return Figure("targets", name, f"{taken:.1f} s", f"{MOST_SECONDS:.0f} s", taken <= MOST_SECONDS)


def _after_a_file(engine: sa.Engine, step: str) -> Figure:
    unit, day = dict(steps())[step], LAST_DAY + dt.timedelta(days=7)
    text = f"territory,step,unit,measure,date,value\n{LINE[-1]},{step},{unit},stock,{day},5000\n"
    report = import_file(
        engine,
        text.encode(),
        name="bench.csv",
        actor="bench",
        today=day,
        catalogue=catalogue(folder()),
        territories=Territories.load(folder()),
        judged=False,
    )
    if not report.stored:
        raise RuntimeError(f"the figure of the bench was refused: {report.problems}")
    kept, taken = _foresee(engine, lambda one: True)
    return Figure("targets", f"forecasts after a file with one figure of one commune ({kept})", f"{taken:.2f} s")
