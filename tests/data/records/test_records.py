"""Records taken in: counts worked out by hand, the same from every engine that may hold them."""

import datetime as dt
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from data.database import as_day
from data.importer.records import LayoutWrong, engines, layouts
from data.importer.records.statements import day_of_date, month_of_day, quotient
from data.schema import event_slice

HOUSE = Path(__file__).resolve().parents[3]
HOLDERS = ("csv", "parquet", "parquet_text", "sqlite", "postgresql", "postgresql_text")
on_one_engine = pytest.mark.parametrize("backend", ["sqlite"])

INEZGANE, AIT_MELLOUL = "09.273.01.15", "09.273.01.01"
PREFECTURE = "09.273"


def row(commune, applied=None, decided=None, **others):
    return {"commune": commune, "prefecture": "", "applied_on": applied, "decided_on": decided, **others}


# Monday to Sunday: 2023-09-04 to 10, 11 to 17, 18 to 24. The extract ends on Wednesday the 20th.
DRAWN = [
    row(INEZGANE, "2023-09-05", "2023-09-06", sex="F", area="U", birth_year="1990"),
    row(INEZGANE, "2023-09-10", "2023-09-12", sex="M", area="U", birth_year="2010", status="refused", reason="W1"),
    row(INEZGANE, "2023-09-12", "2023-09-20", sex="F", area="U", birth_year="1950", status="refused", reason="W2"),
    row(INEZGANE, "2023-08-31", None, sex="F", area="R", birth_year=None),
    row(INEZGANE, "2023-09-05", "2023-09-15", sex="?", area="U", birth_year="1963", status="refused", reason="x"),
    row(INEZGANE, "2023-09-05", None, sex="M", area="U", birth_year="1964", status="cancelled"),
]


def of(told, step, measure, groups=""):
    return {
        (key[0], key[5]): value
        for key, value in told.items()
        if (key[1], key[2], key[3]) == (step, measure, groups) and value is not None
    }


@pytest.mark.parametrize("holder", HOLDERS)
def test_every_engine_gives_the_counts_that_were_worked_out_by_hand(holder, laid, take, told, layout):
    report = take(laid(holder, DRAWN), layout())
    assert (report.rows_read, report.accepted, report.refused, report.left_out) == (6, 6, 0, 1)
    assert (report.problems, report.on, report.territories) == ((), dt.date(2023, 9, 20), 1)
    now = told()
    here = {day: (INEZGANE, f"2023-09-{day:02}") for day in (3, 10, 17, 20)}
    assert of(now, "applied", "flow") == {here[3]: 1, here[10]: 3, here[17]: 1}
    assert of(now, "applied", "stock") == {here[3]: 1, here[10]: 4, here[17]: 5, here[20]: 5}
    assert of(now, "decided", "flow") == {here[10]: 1, here[17]: 2}
    assert of(now, "decided", "stock") == {here[10]: 1, here[17]: 3, here[20]: 4}
    assert of(now, "refused", "flow") == {here[17]: 2}
    assert of(now, "refused", "stock") == {}
    assert of(now, "refused", "flow", "wrong_form") == {here[17]: 1}
    assert of(now, "refused", "flow", "above_threshold") == {}
    assert of(now, "applied", "stock", "female") == {here[20]: 3}
    assert of(now, "applied", "stock", "male") == {here[20]: 1}
    assert of(now, "decided", "stock", "female") == {here[20]: 2}
    assert of(now, "applied", "stock", "rural") == {here[20]: 1}
    assert of(now, "applied", "stock", "0-17") == {here[20]: 1}
    assert of(now, "applied", "stock", "18-59") == {here[20]: 1}
    assert of(now, "applied", "stock", "60+") == {here[20]: 2}


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_cohort_is_a_month_of_entry_and_who_is_in_no_flow_still_waits(holder, laid, take, told, layout):
    take(laid(holder, DRAWN), layout())
    now = told()

    def cohort(step, month):
        return {key[1][8:]: value for key, value in of(now, step, "flow", month).items() if key[0] == PREFECTURE}

    assert cohort("applied", "2023-08") == {"03": 1, "17": 0}
    assert cohort("applied", "2023-09") == {"10": 3, "17": 1}
    assert cohort("decided", "2023-08") == {"17": 0}
    assert cohort("decided", "2023-09") == {"10": 1, "17": 2}
    assert cohort("refused", "2023-09") == {"17": 2}


# What is said and what is not


PEOPLE = {"cnie": "JB123456", "nom": "Fatima Zahra Alami", "telephone": "0612345678"}


def columns(*more):
    read = "commune prefecture applied_on decided_on status reason sex area birth_year"
    return [*read.split(), *more]


@pytest.mark.parametrize("holder", ["csv", "parquet", "sqlite", "postgresql"])
def test_a_planted_name_and_card_are_nowhere_in_the_report_the_database_or_the_log(
    holder, laid, take, layout, engine, caplog, capfd
):
    planted = [row(INEZGANE, "2023-09-05", **PEOPLE) | {"reason": PEOPLE["nom"], "status": PEOPLE["cnie"]}]
    planted += [row(PEOPLE["nom"], "2023-09-05", **PEOPLE), row(PEOPLE["cnie"], "2023-09-05", **PEOPLE)]
    if not holder.startswith(("parquet", "postgresql")):
        planted.append(row(INEZGANE, PEOPLE["nom"], **PEOPLE))
    where = laid(holder, planted, columns(*PEOPLE))
    refused, stored = take(where, layout()), take(where, layout(), accept_rest=True)
    assert (refused.event, stored.accepted) == (None, 1)
    assert set(stored.personal) == {"card", "name", "phone"}
    said = repr((refused, stored)) + caplog.text + "".join(capfd.readouterr())
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            said += repr(connection.execute(sa.text(f"SELECT * FROM {table}")).all())
    for secret in ("JB123456", "Fatima", "Alami", "0612345678"):
        assert secret not in said


@on_one_engine
def test_an_error_of_the_engine_is_said_without_the_line_that_it_quotes(tmp_path, take, layout, caplog):
    path = tmp_path / "broken.csv"
    path.write_text("commune,prefecture\n" + '"Fatima Zahra,JB123456\n' * 3, encoding="utf-8")
    report = take(path, layout())
    assert report.event is None
    assert "Fatima" not in repr(report) + caplog.text
    path.write_bytes(b"PAR1 Fatima Zahra")
    report = take(path, layout())
    assert ([problem.code for problem in report.problems], "Fatima" in repr(report)) == (["records_unreadable"], False)


def test_a_layout_that_reads_a_column_about_persons_is_refused(tmp_path, known):
    text = 'name = {ar = "a", fr = "a", en = "a"}\nunit = "person"\nkey = "IDCS"\n[territory]\ncolumn = "commune"\n'
    text += '[[milestone]]\nstep = "rnp.registered"\ncolumn = "on"\n[birth]\ncolumn = "birth_date"\n'
    (tmp_path / "one.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LayoutWrong) as wrong:
        layouts(None, known, reference=tmp_path)
    assert [fault.seen for fault in wrong.value.faults] == ["birth_date", "IDCS"]
    text = text.replace('"IDCS"', '"n"').replace('"birth_date"', '"birth_date"\nonly_year_of_date = true')
    (tmp_path / "one.toml").write_text(text, encoding="utf-8")
    assert list(layouts(None, known, reference=tmp_path)) == ["one"]


@pytest.mark.parametrize("holder", ["csv", "parquet", "sqlite", "postgresql_text"])
def test_of_a_whole_birth_date_the_year_alone_decides(holder, laid, take, told, layout):
    rows = [row(INEZGANE, "2023-09-05", born=day) for day in ("2005-12-31", "2005-01-01", "2006-01-01", "x", None)]
    birth = {"column": "born", "bands": [0, 18], "only_year_of_date": True}
    take(laid(holder, rows, columns("born")), layout(birth=birth))
    assert {groups: value for (_, step, _, groups, _, _), value in told().items() if step == "applied" and "-" in groups
            and "2023" not in groups} == {"0-17": 1}  # fmt: skip
    assert of(told(), "applied", "stock", "18+") == {(INEZGANE, "2023-09-05"): 2}


@on_one_engine
@pytest.mark.parametrize(
    ("rows", "code", "column"),
    [
        ([row("Atlantis", "2023-09-05")], "records_unknown_territory", "commune"),
        ([row("Temara", "2023-09-05"), row(INEZGANE, "2023-09-05", "x")], "records_not_a_date", "decided_on"),
        ([row(INEZGANE, "2027-01-01")], "records_future_date", "applied_on"),
        ([row(INEZGANE, "2020-01-01"), row(INEZGANE, "2023-01-01")], "records_before_start", "applied_on"),
        ([row(INEZGANE)], "records_no_dates", None),
        ([row(f"X{at:05}", "2023-09-05") for at in range(300)], "records_not_territories", "commune"),
    ],
)
def test_what_cannot_be_counted_is_said_with_its_column_and_how_many(laid, take, layout, rows_in, rows, code, column):
    before = rows_in()
    report = take(laid("csv", rows), layout())
    assert (code, column) in [(problem.code, problem.column) for problem in report.problems]
    assert (report.event, rows_in()) == (None, before)


@on_one_engine
def test_rows_read_are_always_the_accepted_and_the_refused(laid, take, layout):
    rows = [*DRAWN, row("Atlantis", "2023-09-05"), row(INEZGANE, "x")]
    where = laid("csv", rows)
    for rest in (False, True):
        report = take(where, layout(), accept_rest=rest)
        assert report.accepted + report.refused + report.quarantined == report.rows_read == 8
    assert (report.accepted, report.refused) == (6, 2)


@on_one_engine
@pytest.mark.parametrize("holder", ["csv", "parquet", "sqlite"])
def test_a_key_that_is_there_twice_stops_the_extract(holder, laid, take, layout):
    rows = [row(INEZGANE, "2023-09-05", k="1"), row(INEZGANE, "2023-09-05", k="2"), row(INEZGANE, "2023-09-06", k="2")]
    where = laid(holder, rows, columns("k"))
    report = take(where, layout(key="k"), accept_rest=True)
    assert [(problem.code, problem.values["rows"]) for problem in report.problems] == [("records_repeated_key", 1)]
    assert take(where, layout()).event is not None


@on_one_engine
def test_records_of_a_territory_outside_the_scope_are_refused(laid, take, layout, told):
    rows = [row(INEZGANE, "2023-09-05"), row("09.273.05.27", "2023-09-05")]
    report = take(laid("csv", rows), layout(), within={INEZGANE}, accept_rest=True)
    assert (report.accepted, [problem.code for problem in report.problems]) == (1, ["records_outside_scope"])
    assert {key[0] for key in told()} == {INEZGANE}


@on_one_engine
def test_a_territory_that_holds_others_of_the_extract_is_not_taken_for_the_whole(laid, take, layout):
    rows = [row(INEZGANE, "2023-09-05"), row(PREFECTURE, "2023-09-05")]
    report = take(laid("csv", rows), layout(territory={"column": "commune"}), accept_rest=True)
    assert [(p.code, p.values["candidates"]) for p in report.problems] == [("records_above", [PREFECTURE])]


# The same register again


def test_the_same_records_again_in_another_order_change_nothing(laid, take, layout, rows_in):
    first = take(laid("csv", DRAWN), layout())
    before = rows_in()
    again = take(laid("parquet", DRAWN[::-1]), layout())
    assert (again.event, again.already, rows_in()) == (first.event, True, before)


def test_a_late_registration_is_counted_and_said(laid, take, layout, told):
    first = take(laid("csv", DRAWN), layout())
    later = [*DRAWN, row(INEZGANE, "2023-09-07"), row(INEZGANE, "2023-09-25")]
    report = take(laid("csv", later), layout())
    assert (first.revised, report.revised.event, report.revised.on) == (None, first.event, dt.date(2023, 9, 20))
    assert (report.revised.more, report.revised.fewer) == (1, 0)
    assert of(told(), "applied", "flow")[INEZGANE, "2023-09-10"] == 4


def test_groups_and_weeks_that_have_gone_to_zero_are_no_longer_reported(laid, take, layout, told):
    take(laid("csv", DRAWN), layout())
    without = [one for one in DRAWN if one["applied_on"] != "2023-08-31" and one.get("reason") != "W1"]
    report = take(laid("csv", without), layout())
    now = told()
    assert report.revised.fewer == 4  # an entry of August, an entry, a decision and a refusal of September
    # The first week of all is gone, and with it the cohort of August and the reason of the week of the 12th.
    gone = {(key[1], key[2], key[3], key[5]) for key, value in now.items() if value is None}
    assert ("applied", "stock", "", "2023-09-03") in gone
    assert ("applied", "flow", "2023-08", "2023-09-03") in gone
    assert ("refused", "flow", "wrong_form", "2023-09-17") in gone
    assert of(now, "applied", "stock", "rural") == {}


def test_a_territory_said_to_be_covered_has_a_zero_where_it_has_no_record(laid, take, layout, told):
    take(laid("csv", [row(INEZGANE, "2023-09-05")]), layout(covers=PREFECTURE))
    stock = {place: value for (place, _), value in of(told(), "applied", "stock").items()}
    assert (stock.pop(INEZGANE), set(stock.values())) == (1, {0})
    assert len(stock) >= 4


# Nothing by halves


class _Stop(Exception):
    pass


@pytest.mark.parametrize("holder", ["csv", "sqlite", "postgresql"])
@pytest.mark.parametrize("stage", ["aggregating", "storing", "summing"])
def test_whoever_stops_it_at_any_stage_leaves_nothing(holder, stage, laid, take, layout, rows_in):
    before, seen = rows_in(), set()

    def progress(now, done, total):
        seen.add(now)
        if now == stage:
            raise _Stop

    where = laid(holder, DRAWN)
    with pytest.raises(_Stop):
        take(where, layout(), progress=progress)
    assert (stage in seen, rows_in()) == (True, before)
    assert take(where, layout()).event is not None


def test_a_long_question_is_interrupted_where_it_runs(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("a\n" + "1\n" * 3000, encoding="utf-8")
    endless = sa.select(sa.func.count()).select_from(
        *[sa.text("records a, records b, records c, records d")]
    )  # 81 million million rows
    calls = []

    def told(part):
        calls.append(part)
        raise _Stop

    with engines.file(path) as holder, pytest.raises(_Stop):
        holder.ask(endless, told)
    assert len(calls) == 1


@on_one_engine
def test_progress_goes_from_nothing_to_all_records_and_never_back(laid, take, layout):
    told = []
    take(laid("csv", DRAWN * 50), layout(), progress=lambda *now: told.append(now))
    done = [now[1] for now in told if now[0] == "aggregating"]
    assert done == sorted(done)
    assert {now[2] for now in told if now[0] == "aggregating"} <= {301, 300}


def test_no_other_file_can_be_read_through_the_engine(tmp_path):
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    for path in (one, other):
        path.write_text("a\n1\n", encoding="utf-8")
    with engines.file(one) as holder:
        for statement in (f"SELECT * FROM '{other}'", f"COPY records TO '{tmp_path / 'out.csv'}'", "SET threads = 1",
                          "INSTALL httpfs", f"ATTACH '{tmp_path / 'x.db'}'"):  # fmt: skip
            with pytest.raises(duckdb.Error):
                holder.connection.execute(statement)


@on_one_engine
def test_a_file_whose_name_means_many_files_is_refused(tmp_path, take, layout):
    assert [p.code for p in take(tmp_path / "a*.csv", layout()).problems] == ["records_name"]


@on_one_engine
def test_a_database_that_is_not_there_is_said_and_not_made(tmp_path, take, layout):
    report = take(f"sqlite:///{tmp_path / 'none.db'}", layout())
    assert ([p.code for p in report.problems], list(tmp_path.glob("none*"))) == (["records_not_reached"], [])
    assert [p.code for p in take("nonsense", layout()).problems] == ["records_address"]
    report = take("postgresql://nobody:secret@127.0.0.1:1/none", layout())
    assert ([p.code for p in report.problems], "secret" in repr(report)) == (["records_not_reached"], False)


@pytest.mark.parametrize("holder", ["sqlite", "postgresql"])
def test_a_table_or_a_column_that_is_not_there_is_said(holder, laid, take, layout):
    where = laid(holder, DRAWN)
    assert [p.code for p in take(where, layout(table="other")).problems] == ["records_no_table"]
    report = take(where, layout(sex={"column": "gender", "female": ["F"], "male": ["M"]}))
    assert [(p.code, p.column) for p in report.problems] == [("records_missing_column", "gender")]


# Days, as any engine counts them


def test_an_engine_without_arithmetic_of_its_own_counts_the_same_days(laid):
    """What is asked of an engine that nobody has tried is ordinary SQL: it is tried here on one that is at hand."""
    days = [dt.date(1990, 1, 1) + dt.timedelta(at * 37) for at in range(500)] + [dt.date(2024, 2, 29)]
    rows = [{"applied_on": day.isoformat()} for day in days]
    with engines.table(laid("postgresql", rows, ["applied_on"]), "drawn") as held:
        dialect = held.connection.dialect

        def plainly(element):
            compiler = sa.select(1).compile(dialect=dialect)
            return sa.literal_column(_plain(type(element))(element, compiler))

        day = plainly(day_of_date(held.relation.c.applied_on))
        for query, expected in (
            (day, [as_day(one) for one in days]),
            (plainly(month_of_day(day)), [as_day(one.replace(day=1)) for one in days]),
            (
                plainly(quotient(day + sa.literal_column("3"), sa.literal_column("7"))),
                [(as_day(one) + 3) // 7 for one in days],
            ),
        ):
            found = held.ask(sa.select(query).select_from(held.relation), lambda part: None)
            assert sorted(found[0].tolist()) == sorted(expected)


def _plain(kind):
    """The form of a construct for an engine that has none of its own."""
    return kind._compiler_dispatcher.specs["default"]


def test_the_worked_example_of_the_guide_says_what_comes_in(tmp_path, take, told, known):
    path = tmp_path / "households.csv"
    path.write_text(
        "household_key,commune,prefecture,registered_on,indexed_on,applied_on,area,nom,cnie\n"
        "1,أيت ملول,,2023-09-05,2023-09-10,2023-10-01,U,x,x\n"
        "2,Lqliaa,,2023-09-05,,,R,x,x\n"
        "3,09.273.01.15,,2023-09-06,2023-09-10,,U,x,x\n",
        encoding="utf-8",
    )
    report = take(path, layouts(None, known)["households"])
    now, lqliaa, week = told(), "09.273.01.17", ("2023-09-04", "2023-09-10")
    assert (report.on, report.personal) == (dt.date(2023, 10, 1), ("name", "card"))
    assert now[lqliaa, "registered", "flow", "", *week] == 1
    assert now[lqliaa, "registered", "stock", "", "2023-10-01", "2023-10-01"] == 1
    assert now["09.273.01.15", "indexed", "flow", "", *week] == 1
    assert now[lqliaa, "indexed", "stock", "", "2023-10-01", "2023-10-01"] == 0
    assert now[PREFECTURE, "registered", "flow", "2023-09", *week] == 3
    assert now[PREFECTURE, "indexed", "flow", "2023-09", *week] == 2


KILLED = """
import datetime as dt, os, signal, sys
from pathlib import Path
from data.catalogue import catalogue
from data.database import engine_for
from data.importer import Territories, records

def progress(stage, done, total):
    if stage == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

known = catalogue()
records.take_file(
    engine_for(sys.argv[1]), Path(sys.argv[2]), layout=records.layouts(None, known)["households"], name="h.csv",
    actor="administrator", today=dt.date(2026, 11, 23), catalogue=known, territories=Territories.load(),
    progress=progress)
"""


@pytest.mark.parametrize("stage", ["aggregating", "storing", "summing"])
def test_a_kill_at_any_stage_leaves_the_database_as_it_was(stage, database_url, engine, tmp_path, rows_in):
    path = tmp_path / "h.csv"
    rows = "".join(f"{at},09.273.01.15,,2023-09-{1 + at % 28:02},,,U\n" for at in range(100))
    path.write_text(
        f"household_key,commune,prefecture,registered_on,indexed_on,applied_on,area\n{rows}", encoding="utf-8"
    )
    before = rows_in()
    done = subprocess.run([sys.executable, "-c", KILLED, database_url, str(path), stage], cwd=HOUSE, timeout=300)
    assert done.returncode == -signal.SIGKILL
    assert rows_in() == before


def test_an_extract_declares_the_kinds_of_groups_that_it_no_longer_brings(laid, take, layout, engine):
    take(laid("csv", DRAWN), layout())
    report = take(laid("csv", [one for one in DRAWN if "status" not in one]), layout())
    with engine.connect() as connection:
        declared = connection.execute(
            sa.select(event_slice.c.step, event_slice.c.observations).where(
                event_slice.c.event == report.event, event_slice.c.shape == "reason"
            )
        ).all()
    assert {step.rpartition(".")[2] for step, _ in declared} >= {"refused"}
    assert {count for _, count in declared} == {0}
