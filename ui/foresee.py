"""What is expected of the counts, computed after each event and kept: by the server, or once by `python -m ui.foresee`.

The server has it computed by a process of its own, with what the pages leave of the machine: in one process the
arithmetic and the pages would take turns, and a first view wait ten times for its turn. Nothing of it holds the write
lock while it is computed.
"""

import argparse
import atexit
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial

import sqlalchemy as sa

import findings
from data import demonstration
from data.database import engine_for
from data.forecasts import alone, store
from i18n import LOCALES, words
from ui.access import ROOT
from ui.engine import address, engine

EVERY, EVERY_MADE_UP = 3.0, 15.0
"""Seconds between two looks at whether something was taken in: by a page, by the importer, by another copy."""

AGAIN = 300.0
"""Seconds after which a database that could not be read is tried again."""

_log = logging.getLogger(__name__)


def foresee(where: sa.Engine, *, pause: Callable[[], None] | None = None) -> int:
    """Compute and keep the forecasts that are due; how many were kept. Only one process does so at a time.

    Where something new is taken in meanwhile, what is left is done at the new cut. pause: called between two counts.
    """
    kept = 0
    with alone(where) as mine:
        if not mine:
            return 0
        cut = findings.latest_cut(where)
        for known_until in findings.open_cuts(where, cut=cut):
            for rows in findings.forecasts_at(where, cut=known_until, pause=pause):
                kept += store(where, rows)
                if findings.latest_cut(where) > cut:
                    return kept + _rest(where, pause)
    return kept


def _rest(where: sa.Engine, pause: Callable[[], None] | None) -> int:
    """What is due at the last cut, whatever is taken in meanwhile: the next look does what comes after."""
    cut = findings.latest_cut(where)
    return sum(store(where, rows) for rows in findings.forecasts_at(where, cut=cut, pause=pause))


class NotForeseen(Exception):
    """The process that computes forecasts ended with this code."""


def apart(where: sa.Engine, *, made_up: bool = False) -> int:
    """Have what is due computed by a process that stands back behind every other; how many forecasts were kept.

    Raises NotForeseen when it failed; what went wrong stands in the log.
    """
    cut = findings.latest_cut(where)
    if not any(findings.due(where, cut=known_until) for known_until in findings.open_cuts(where, cut=cut)):
        return 0
    command = [sys.executable, "-m", "ui.foresee", "--behind", *(["--demonstration"] if made_up else [])]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with (
        subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
        ) as running,
        _ended_with_us(running),
    ):
        said, _ = running.communicate()
    if running.returncode:
        raise NotForeseen(running.returncode)
    return int(said)


@contextmanager
def _ended_with_us(running: subprocess.Popen):
    """While the block runs, the end of this process is that of the other."""
    atexit.register(running.terminate)
    try:
        yield
    finally:
        atexit.unregister(running.terminate)


def _stand_back() -> Callable[[], None]:
    """Let every other process have its turn first; what to call between two counts, which ends where the server has."""
    if hasattr(os, "nice"):
        os.nice(19)
    server = os.getppid()

    def pause() -> None:
        if os.getppid() != server:
            sys.exit(1)

    return pause


class Watch:
    """Looks after one database: has what is due computed when something was taken in. every: seconds between two looks.
    work: computes it; how many forecasts were kept."""

    def __init__(
        self,
        find: Callable[[], sa.Engine | None],
        *,
        every: float = EVERY,
        work: Callable[[sa.Engine], int] = foresee,
    ):
        self.find, self.every, self.work = find, every, work
        self.done: tuple[str, int] | None = None
        self.seen: tuple[str, int] | None = None
        self.rests_until = 0.0

    def look(self) -> int:
        """Have what is due computed, if anything was taken in since the last look; how many forecasts were kept."""
        if time.monotonic() < self.rests_until:
            return 0
        self.rests_until = time.monotonic() + self.every
        try:
            where = self.find()
            if where is None:
                return 0
            # A demonstration that is made anew counts its events from the beginning.
            state = (str(where.url), findings.latest_cut(where))
            if state == self.done:
                return 0
            if self.seen not in (None, state):
                # Something came just now: whoever looks at it first has the processor to himself.
                self.seen = state
                return 0
            self.seen = state
            kept = self.work(where)
            self.done = state
        except Exception:
            # Whatever it is: the pages say so to whoever looks, and the next look must come.
            _log.log(logging.WARNING, "forecasts not computed; next try in %d s", AGAIN, exc_info=True)
            self.rests_until = time.monotonic() + AGAIN
            return 0
        return kept


def _made_up() -> sa.Engine | None:
    return engine(demonstration=True) if demonstration.is_ready() else None


def start() -> threading.Thread:
    """Watch the office's database and the demonstration's for as long as the process lives."""
    watches = (
        Watch(engine, work=apart),
        Watch(_made_up, every=EVERY_MADE_UP, work=partial(apart, made_up=True)),
    )

    def run() -> None:
        while True:
            for watch in watches:
                watch.look()
            time.sleep(1)

    thread = threading.Thread(target=run, name="foresee", daemon=True)
    thread.start()
    return thread


def main(arguments: list[str] | None = None) -> int:
    """Compute what is due once; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ui.foresee", description=words("en")("foresee.help"))
    parser.add_argument("--demonstration", action="store_true", help=words("en")("foresee.help_demonstration"))
    parser.add_argument("--lang", choices=LOCALES, default=LOCALES[0], help=words("en")("foresee.help_lang"))
    # How the server calls it: with a number for an answer, and behind everything else that runs.
    parser.add_argument("--behind", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.behind:
        # The server has brought the database up to date.
        print(foresee(engine_for(address(demonstration=asked.demonstration)), pause=_stand_back()))
        return 0
    w = words(asked.lang)
    where = _made_up() if asked.demonstration else engine()
    if where is None:
        print(w("foresee.no_demonstration"), file=sys.stderr)
        return 1
    kept = foresee(where)
    print(w("foresee.done", n=w.number(kept)) if kept else w("foresee.nothing"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
