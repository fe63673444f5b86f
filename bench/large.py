"""37 million records in one file: aggregated by this house beside the same GROUP BYs typed into DuckDB.

Processor time, of all threads: neither side waits for anything but the other users of the machine.

Not in `make bench`: the files take 2.7 GB and a few minutes to be made. `make bench-large` runs it.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.extract import made
from bench.figures import Figure

ROWS = 37_000_000
TIMES = 1.5
MOST_GIGABYTES = 4.0
ROUNDS = 3

_OURS = """
import json, resource, sys, time
from bench.extract import aggregated
from data.importer.records import engines
start = time.process_time()
with engines.file(sys.argv[1]) as holder:
    figures = aggregated(holder)
taken = time.process_time() - start
print(json.dumps([taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20), figures]))
"""
_TYPED = """
import json, resource, sys, time
import duckdb
from bench.extract import typed
start = time.process_time()
source = f"'{sys.argv[1]}'"
if sys.argv[1].endswith("csv"):
    source = f"read_csv({source}, types = {{'territory': 'VARCHAR'}})"
with duckdb.connect(":memory:") as engine:
    engine.execute("SET enable_progress_bar = false")
    rows = sum(len(next(iter(engine.execute(line).fetchnumpy().values()))) for line in typed(source))
taken = time.process_time() - start
print(json.dumps([taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20), rows]))
"""


def _run(program: str, path: Path) -> tuple[float, float, int]:
    """Seconds of processor time, most gigabytes of memory, how many counts came out, of a process of its own."""
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    return tuple(json.loads(done.stdout))


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Both ways in turns, over Parquet and over CSV."""
    for path in made(rows):
        # Read once, so that neither side is the one that waits for the disk.
        with open(path, "rb") as file:
            while file.read(1 << 24):
                pass
        turns = [(_run(_TYPED, path), _run(_OURS, path)) for _ in range(rounds)]
        typed, ours = (statistics.median(turn[at][0] for turn in turns) for at in range(2))
        memory, theirs = (max(turn[at][1] for turn in turns) for at in (1, 0))
        kind = "Parquet" if path.suffix == ".parquet" else "CSV"
        yield Figure(
            "large",
            f"{rows / 1e6:.0f} M records in {kind}: checked and aggregated, to the GROUP BYs typed into DuckDB",
            f"{ours / typed:.2f} × typed ({ours:.1f} s to {typed:.1f} s)",
            f"{TIMES} ×",
            ours <= TIMES * typed,
        )
        yield Figure(
            "large",
            f"memory of it, {kind} ({turns[0][1][2]:,} counts; typed: {theirs:.1f} GB)",
            f"{memory:.1f} GB",
            f"{MOST_GIGABYTES} GB",
            memory < MOST_GIGABYTES,
        )
