"""`python -m bench [SECTION…] [--write]`: measure, and print one table."""

import argparse
import importlib
import sys
import time

from bench.figures import Figure, table, write_page

SECTIONS = ("read", "targets", "write", "records", "documents", "view", "browser", "wall")
BY_NAME = ("large",)
"""Sections that run only when they are asked for."""


def main() -> int:
    """Run the sections asked for (all by default); 0 when every figure keeps its bound."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"any of {', '.join(SECTIONS)}; all by default")
    parser.add_argument("--write", action="store_true", help="put the table into docs/speed.md as well")
    asked = parser.parse_args()
    unknown = set(asked.sections) - {*SECTIONS, *BY_NAME}
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    for name in asked.sections or SECTIONS:
        start = time.monotonic()
        print(f"{name}…", file=sys.stderr, flush=True)
        for figure in importlib.import_module(f"bench.{name}").measure():
            figures.append(figure)
            print(f"  {figure.name}: {figure.measured}", file=sys.stderr, flush=True)
        print(f"  {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    print(table(figures))
    if asked.write:
        write_page(figures)
    return 0 if all(figure.ok is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
