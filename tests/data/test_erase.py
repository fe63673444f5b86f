"""An erasure: afterwards every cut says what it would have said had the event never come; its trace stays."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.database import engine_for, migrate, next_event, write
from data.importer import Problem, TypedCell, erase, rule, take_typed, withdraw

HEAD = "territory,step,unit,measure,date,value,note"
TODAY = dt.date(2026, 11, 23)
TEMSIA, LQLIAA = "09.273.05.27", "09.273.01.17"

on_one_engine = pytest.mark.parametrize("backend", ["sqlite"])


def row(territory, date, value, note=""):
    return f"{territory},rsu.registered,household,stock,{date},{value},{note}"


@pytest.fixture
def erased(engine, known, places):
    return lambda number: erase(engine, number, actor="administrator", catalogue=known, territories=places)


def everything(engine):
    found = []
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            found += [str(line) for line in connection.exec_driver_sql(f"SELECT * FROM {table}").all()]
    return "\n".join(found)


def test_figures_notes_and_sums_are_gone_at_every_cut_and_the_trace_stays(engine, take_in, erased, figures, day):
    take_in(HEAD, row(TEMSIA, "2023-09-14", 120))
    take_in(HEAD, row(TEMSIA, "2023-09-14", 777, "a name that slipped"), row(LQLIAA, "2023-09-14", 50), name="name.csv")
    later = take_in(HEAD, row(LQLIAA, "2023-10-14", 60)).event
    number = erased(2)
    key = (TEMSIA, "rsu.registered", "all", day("2023-09-14"))
    above = ("09.273", *key[1:])
    for cut in (2, later, number):
        assert (figures(cut=cut)[key], figures("rollup", cut=cut)[above]) == (120, 120)
        assert (LQLIAA, *key[1:]) not in figures(cut=cut)
    assert "slipped" not in everything(engine) and "name.csv" not in everything(engine)
    assert "777" not in everything(engine)
    with engine.connect() as connection:
        trace = connection.execute(sa.text("SELECT kind, accepted FROM event WHERE number = 2")).one()
        said = connection.execute(sa.text(f"SELECT kind, actor, withdraws, details FROM event WHERE number = {number}"))
        assert tuple(trace) == ("import", 2)
        assert tuple(said.one()) == ("erasure", "administrator", 2, '{"notes": 1, "waiting": 0, "figures": 2}')


@on_one_engine
def test_nothing_of_it_is_left_in_the_file_of_the_database(engine, take_in, erased, tmp_path):
    take_in(HEAD, row(TEMSIA, "2023-09-14", 777, "a name that slipped"))
    erased(1)
    for file in tmp_path.glob("tatabbu.db*"):
        assert b"a name that slipped" not in file.read_bytes()


@on_one_engine
def test_what_another_file_confirmed_is_then_its_own_word(take_in, erased, figures, day):
    take_in(HEAD, row(TEMSIA, "2023-09-14", 120))
    take_in(HEAD, row(TEMSIA, "2023-09-14", 120), row(LQLIAA, "2023-09-14", 5))
    erased(1)
    key = (TEMSIA, "rsu.registered", "all", day("2023-09-14"))
    assert key not in figures(cut=1)
    assert figures(cut=2)[key] == 120


@on_one_engine
def test_what_waits_of_it_and_what_was_answered_go_with_it(engine, take_in, erased, figures, day, known, places):
    head = "territory,step,unit,measure,date,value"
    take_in(head, f"{TEMSIA},rnp.registered,person,stock,2023-09-03,1200")
    held = take_in(head, f"{TEMSIA},rnp.registered,person,stock,2023-09-10,1100").event
    rule(engine, held, [1], answer="yes", actor="preparer", catalogue=known, territories=places)
    erased(held)
    assert (TEMSIA, "rnp.registered", "all", day("2023-09-10")) not in figures()
    assert ("09.273", "rnp.registered", "all", day("2023-09-10")) not in figures("rollup")
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM quarantine")).scalar() == 0


@on_one_engine
def test_an_erased_event_is_not_erased_twice_and_what_is_no_file_cannot_be(take_in, erased):
    take_in(HEAD, row(TEMSIA, "2023-09-14", 120))
    number = erased(1)
    assert erased(1) == Problem("already_erased", seen="1", values={"event": 1, "by": number})
    assert erased(number).code == "not_an_import"
    assert erased(99).code == "unknown_event"


@on_one_engine
def test_an_event_that_was_withdrawn_can_be_erased_and_the_same_bytes_come_again(
    engine, take_in, erased, figures, day, known, places
):
    lines = (HEAD, row(TEMSIA, "2023-09-14", 120))
    take_in(*lines)
    withdraw(engine, 1, actor="administrator", catalogue=known, territories=places)
    erased(1)
    assert figures() == {}
    assert not take_in(*lines).already


DAYS = ("2023-09-03", "2023-09-24")
STORY = st.lists(
    st.one_of(
        st.tuples(
            st.just("take"),
            st.lists(
                st.tuples(
                    st.sampled_from([TEMSIA, LQLIAA]), st.sampled_from(["2023-09-03", "2023-09-24"]), st.integers(1, 3)
                ),
                min_size=1,
                max_size=3,
                unique_by=lambda r: r[:2],
            ),
        ),
        st.tuples(st.just("withdraw"), st.integers(0, 5)),
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=STORY, which=st.integers(0, 7))
def test_every_cut_says_what_it_would_say_had_the_event_never_come(known, places, tmp_path_factory, story, which):
    imports = [at for at, (what, _) in enumerate(story, 1) if what == "take"]
    if not imports:
        return
    gone = imports[which % len(imports)]
    told = []
    for without in (None, gone):
        engine = engine_for(f"sqlite:///{tmp_path_factory.mktemp('story') / 'one.db'}")
        migrate(engine)
        for at, (what, said) in enumerate(story, 1):
            _step(engine, at, what, said, without, known, places)
        if without is None:
            erase(engine, gone, actor="a", catalogue=known, territories=places)
        told.append([_known(engine, cut) for cut in range(1, len(story) + 2)])
        engine.dispose()
    assert told[0] == told[1]


def _step(engine, at, what, said, without, known, places):
    """One event, numbered `at` whatever comes of it."""
    done = None
    if what == "take" and at != without:
        typed = [
            TypedCell(code, "rsu.registered", "household", dt.date.fromisoformat(date), str(value))
            for code, date, value in (*said, ("09.001.01.01", "2023-01-01", at))
        ]
        # The reader of files takes a process of its own, which would be most of the time; what is stored is the same.
        done = take_typed(
            engine,
            typed,
            source="office",
            label="a",
            actor="a",
            today=TODAY,
            catalogue=known,
            opened=10**6 + at,
            territories=places,
        ).event
    elif what == "withdraw" and said + 1 != without:
        answer = withdraw(engine, said + 1, actor="a", catalogue=known, territories=places)
        done = None if isinstance(answer, Problem) else answer
    if done is None:
        with write(engine) as connection:
            done = next_event(connection, kind="action", actor="a")
    assert done == at


def _known(engine, cut):
    found = []
    with engine.connect() as connection:
        for table, more in (("observation", ""), ("rollup", ", o.reporting, o.expected")):
            statement = sa.text(
                f"SELECT s.territory, o.to_date, o.value{more} FROM {table} o JOIN series s ON s.id = o.series "
                f"WHERE o.event = (SELECT max(n.event) FROM {table} n WHERE n.series = o.series "
                "AND n.to_date = o.to_date AND n.from_date = o.from_date AND n.event <= :cut) AND o.value IS NOT NULL"
            )
            found.append(sorted(map(tuple, connection.execute(statement, {"cut": cut}))))
    return found
