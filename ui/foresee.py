"""What is expected of the counts, computed after each event and kept: by the server, or once by `python -m ui.foresee`.

Nothing of it is computed while a page is drawn, and nothing of it holds the write lock while it is computed.
"""

import argparse
import logging
import sys
import threading
import time
from collections.abc import Callable

import sqlalchemy as sa

import findings
from data import demonstration
from data.forecasts import alone, store
from i18n import LOCALES, words
from ui.engine import engine

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


class Watch:
    """Looks after one database: computes what is due when something was taken in. every: seconds between two looks."""

    def __init__(self, find: Callable[[], sa.Engine | None], *, every: float = EVERY):
        self.find, self.every = find, every
        self.done: tuple[str, int] | None = None
        self.seen: tuple[str, int] | None = None
        self.rests_until = 0.0

    def look(self, *, pause: Callable[[], None] | None = None) -> int:
        """Compute what is due, if anything was taken in since the last look; how many forecasts were kept."""
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
            kept = foresee(where, pause=pause)
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
    watches = (Watch(engine), Watch(_made_up, every=EVERY_MADE_UP))

    def run() -> None:
        while True:
            for watch in watches:
                # Between two counts the pages have their turn.
                watch.look(pause=lambda: time.sleep(0.001))
            time.sleep(1)

    thread = threading.Thread(target=run, name="foresee", daemon=True)
    thread.start()
    return thread


def main(arguments: list[str] | None = None) -> int:
    """Compute what is due once; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ui.foresee", description=words("en")("foresee.help"))
    parser.add_argument("--demonstration", action="store_true", help=words("en")("foresee.help_demonstration"))
    parser.add_argument("--lang", choices=LOCALES, default=LOCALES[0], help=words("en")("foresee.help_lang"))
    asked = parser.parse_args(arguments)
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
