"""Takes a file in again and again, each time in a process that is killed one statement later; run as a program:

    python tests/data/killed.py URL FILE LOCAL

After each kill it prints a line: how many statements had begun, what the tables then hold, what the next start says.
The last line is of the process that nobody killed. In a process of its own: killing it must not kill the tests.
"""

import datetime as dt
import hashlib
import json
import os
import signal
import sys

import sqlalchemy as sa

from data.catalogue import catalogue
from data.database import engine_for
from data.importer import Territories, import_file, interrupted

TODAY = dt.date(2026, 11, 23)
MOST = 200


def held(url: str) -> str:
    """A digest of every row of every table."""
    engine = sa.create_engine(url)
    digest = hashlib.sha256()
    with engine.connect() as connection:
        for table in sorted(sa.inspect(connection).get_table_names()):
            columns = [column["name"] for column in sa.inspect(connection).get_columns(table)]
            kept = ", ".join(name for name in columns if name != "recorded_at")
            for row in sorted(map(repr, connection.exec_driver_sql(f"SELECT {kept} FROM {table}").all())):
                digest.update(row.encode())
    engine.dispose()
    return digest.hexdigest()[:16]


def main(url: str, path: str, local: str) -> None:
    """As this module's docstring says."""
    os.environ["TATABBU_LOCAL"] = local
    known, places = catalogue(), Territories.load()
    for last in range(1, MOST):
        child = os.fork()
        if not child:
            _take_in(url, path, last, known, places)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        engine = engine_for(url)
        said = [(found.file, found.event) for found in interrupted(engine)]
        engine.dispose()
        print(json.dumps({"statements": last, "killed": killed, "held": held(url), "said": said}), flush=True)
        if not killed:
            sys.exit(os.waitstatus_to_exitcode(status))


def _take_in(url: str, path: str, last: int, known, places) -> None:
    """Take the file in, and be killed when the statement `last` begins; never returns."""
    engine, begun = engine_for(url), [0]

    def count(*_):
        begun[0] += 1
        if begun[0] == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(engine, "before_cursor_execute", count)
    # The end of the transaction is no statement: it is killed before and after it.
    sa.event.listen(engine, "commit", count)
    report = import_file(engine, path, name="counts.csv", actor="a", today=TODAY, catalogue=known, territories=places)
    os._exit(0 if report.event is not None else 3)


if __name__ == "__main__":
    main(*sys.argv[1:])
