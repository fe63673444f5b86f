"""Whatever ends an import, the tables hold all of a file or nothing of it, and the next start says which."""

import datetime as dt
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from data.actions import Action, record
from data.database import hindrance, write
from data.importer import import_file, interrupted
from data.importer.interrupted import noted
from data.schema import series
from queries.cuts import latest_cut
from queries.figures import figures as read_figures

ROOT = Path(__file__).resolve().parents[2]
HEAD = "territory,step,unit,measure,date,value,note"
TODAY = dt.date(2026, 11, 23)
TEMSIA, LQLIAA = "09.273.05.27", "09.273.01.17"


def row(territory, date, value, note=""):
    return f"{territory},rnp.registered,person,stock,{date},{value},{note}"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed as POSIX kills")
def test_an_import_that_is_killed_at_any_statement_leaves_all_of_it_or_nothing(engine, database_url, take_in, tmp_path):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1200, "first"), row(LQLIAA, "2023-09-03", 50))
    path = tmp_path / "counts.csv"
    # Figures, a note, a correction, a row that waits: something for every table that an import writes.
    lines = [
        HEAD,
        row(TEMSIA, "2023-09-10", 1100),
        row(TEMSIA, "2023-09-03", 1201, "second"),
        row(LQLIAA, "2023-09-10", 60),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/data/killed.py"), database_url, str(path), str(tmp_path / "local")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    *killed, last = told
    assert len(killed) > 15 and all(one["killed"] for one in killed) and not last["killed"]
    before, after = killed[0]["held"], last["held"]
    assert before != after
    # Only one of a process that died after the end of the transaction may hold all of it.
    states = [one["held"] for one in killed]
    assert set(states) <= {before, after} and states == sorted(states, key=lambda state: state == after)
    for one in killed:
        if one["said"]:
            expected = None if one["held"] == before else 2
            assert one["said"] == [["counts.csv", expected]]
    assert sum(bool(one["said"]) for one in killed) > 8
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM event WHERE kind = 'import'")).scalar() == 2
        assert connection.execute(sa.text("SELECT count(*) FROM quarantine")).scalar() == 1


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_full_disk_leaves_nothing_of_the_file(engine, take_in, rows_in, known, places):
    take_in(HEAD, row(TEMSIA, "2023-09-03", 1200))
    before = rows_in()
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    @sa.event.listens_for(engine, "begin")
    def _fill(connection):
        # SQLite says the same of a file that may not grow as of a disk that is full.
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    lines = [HEAD, *(row(code, "2023-10-03", 10) for code in list(places.by_code)[900:])]
    with pytest.raises(sa.exc.OperationalError, match="full") as caught:
        import_file(
            engine,
            "\n".join(lines).encode(),
            name="counts.csv",
            actor="a",
            today=TODAY,
            catalogue=known,
            territories=places,
        )
    sa.event.remove(engine, "begin", _fill)
    assert hindrance(caught.value) == "full"
    assert rows_in() == before


def test_a_database_that_takes_no_writing_is_told_from_one_that_is_busy(engine):
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as caught:
        closed = "query_only=1" if engine.dialect.name == "sqlite" else "transaction_read_only=on"
        connection.exec_driver_sql(f"PRAGMA {closed}" if engine.dialect.name == "sqlite" else f"SET {closed}")
        try:
            connection.exec_driver_sql("DELETE FROM event")
        finally:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only=0")
    assert hindrance(caught.value) == "closed"
    assert hindrance(sa.exc.OperationalError("", {}, Exception("database is locked"))) == ""


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_import_that_goes_on_is_not_said_to_be_cut_short(engine, tmp_path):
    with noted(name="counts.csv", digest="d", local=tmp_path):
        assert interrupted(engine, local=tmp_path) == []
    assert interrupted(engine, local=tmp_path) == []
    assert list((tmp_path / "importing").iterdir()) == []


def test_thirty_people_read_and_one_records_an_action_while_a_file_comes_in(reference_engine, known, places):
    engine = reference_engine
    wrong, cuts = [], []
    going = threading.Event()

    def guarded(work):
        def run():
            going.wait()
            try:
                work()
            except Exception as error:
                wrong.append(repr(error))

        return threading.Thread(target=run)

    def take():
        lines = [
            HEAD,
            *(row(code, f"2023-09-{day:02}", 10 + day) for code in places.by_code for day in (3, 10, 17, 24)),
        ]
        asked = {"actor": "a", "today": TODAY, "catalogue": known, "territories": places, "judged": False}
        import_file(engine, "\n".join(lines).encode(), name="counts.csv", **asked)

    def look():
        for _ in range(3):
            cut = latest_cut(engine)
            where = series.c.territory.in_(["09.273", TEMSIA])
            found = read_figures(engine, where=where, on=19_700, cut=cut, scope="MA")
            cuts.append((cut, len(found)))

    def act():
        done = Action("campaign", "09.273", dt.date(2026, 11, 2), dt.date(2026, 11, 3))
        record(engine, done, actor="preparer", today=TODAY)

    threads = [guarded(take), guarded(act), *(guarded(look) for _ in range(30))]
    for thread in threads:
        thread.start()
    going.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(cuts) == 90
    # A reader of one cut sees all of the file or nothing of it.
    for cut in {cut for cut, _ in cuts}:
        assert len({size for seen, size in cuts if seen == cut}) == 1
    with write(engine) as connection:
        kinds = connection.execute(sa.text("SELECT kind FROM event ORDER BY number")).scalars().all()
    assert sorted(kinds) == ["action", "import", "reference"]
