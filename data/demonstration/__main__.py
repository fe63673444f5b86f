"""`python -m data.demonstration` makes the demonstration; with `--remove` it is taken away again."""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from data.demonstration import make, remove
from findings.freezing import foreseen_for, slides_of
from i18n import LOCALES


def main(arguments: list[str] | None = None) -> int:
    """Make or remove the demonstration, saying on the terminal how far it is."""
    parser = argparse.ArgumentParser(prog="python -m data.demonstration", description=__doc__)
    parser.add_argument("--remove", action="store_true", help="remove the database and the folder of the demonstration")
    asked = parser.parse_args(arguments)
    if asked.remove:
        print("removed" if remove() else "there is no demonstration")
        return 0
    start = time.monotonic()

    def told(stage: str, done: int, total: int) -> None:
        end = "\n" if done == total else ""
        print(f"\r{stage:<12} {done:>4} / {total}", end=end, file=sys.stderr, flush=True)

    made = make(progress=told, freeze=_frozen, foresee=_foreseen)
    print(f"made in {time.monotonic() - start:.0f} s" if made else "the demonstration stands already")
    return 0


def _frozen(engine: sa.Engine, id: str, cut: int) -> Iterator[Mapping[str, str]]:
    """The slides of a meeting of the demonstration."""
    return slides_of(engine, id, cut=cut, locales=LOCALES, demonstration=True)


def _foreseen(engine: sa.Engine, id: str, cut: int) -> Iterator[list[dict[str, Any]]]:
    """The forecasts that these slides are made of."""
    return foreseen_for(engine, id, cut=cut)


if __name__ == "__main__":
    sys.exit(main())
