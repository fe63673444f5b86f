"""Remarks: another value beside a figure, which it never replaces until somebody rules on it."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from data.importer import withdraw
from data.remarks import Remark, RemarkRefused, remark_on, rule_on

TODAY = dt.date(2026, 11, 23)
TEMSIA, LQLIAA = "09.273.05.27", "09.273.01.17"
NEW = Remark(
    territory=TEMSIA,
    step="rsu.registered",
    unit="household",
    measure="stock",
    first=dt.date(2023, 9, 14),
    last=dt.date(2023, 9, 14),
    value=140,
    reason="The annex counted again",
    source="Register of the annex",
    official=120,
    official_source="published",
)


@pytest.fixture
def engine(reference_engine):
    """A remark is on a territory of the reference list."""
    return reference_engine


@pytest.fixture
def figure(engine, take_in):
    """The official figure."""
    head = "territory,step,unit,measure,date,value"
    return take_in(head, f"{TEMSIA},rsu.registered,household,stock,2023-09-14,120").event


@pytest.fixture
def write(engine, known):
    def run(new=NEW, within=None):
        return remark_on(engine, new, actor="preparer", today=TODAY, catalogue=known, within=within)

    return run


@pytest.fixture
def settle(engine, known, places):
    def run(done, state, within=None):
        asked = {"actor": "administrator", "catalogue": known, "territories": places, "within": within}
        return rule_on(engine, done.id, state, seen=done.event, **asked)

    return run


def codes(refused):
    return [(fault.code, fault.about) for fault in refused.value.faults]


def test_a_remark_leaves_the_figure_as_it_is_and_upheld_it_becomes_one_with_the_sums_above(
    figure, write, settle, figures, day
):
    key = (TEMSIA, "rsu.registered", "all", day("2023-09-14"))
    done = write()
    assert figures()[key] == 120
    number = settle(done, "upheld").event
    assert figures()[key] == 140
    assert figures("rollup")[("09.273", *key[1:])] == 140
    assert figures(cut=done.event)[key] == 120 and number == done.event + 1


def test_a_remark_that_is_set_aside_or_taken_back_changes_no_figure(figure, write, settle, rows_in):
    before = rows_in()
    settle(write(), "set_aside")
    settle(write(), "taken_back")
    assert rows_in() == before | {"event": before["event"] + 4}


def test_upholding_can_be_taken_back_and_the_remark_is_open_again(
    engine, figure, write, settle, figures, day, known, places
):
    done = write()
    upheld = settle(done, "upheld")
    withdraw(engine, upheld.event, actor="administrator", catalogue=known, territories=places)
    assert figures()[(TEMSIA, "rsu.registered", "all", day("2023-09-14"))] == 120
    assert settle(done, "set_aside").event > upheld.event


@pytest.mark.parametrize("backend", ["sqlite"])
def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_stored(engine, write, rows_in):
    before = rows_in()
    with pytest.raises(RemarkRefused) as refused:
        write(
            replace(
                NEW,
                territory="nowhere",
                step="no.step",
                last=dt.date(2030, 1, 1),
                value=-1,
                reason=" ",
                source="x" * 201,
            )
        )
    assert codes(refused) == [
        ("unknown_territory", "territory"),
        ("unknown_step", "step"),
        ("future", "last"),
        ("value", "value"),
        ("empty", "reason"),
        ("long", "source"),
    ]
    assert rows_in() == before


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_text_that_names_somebody_is_refused_and_not_repeated(write):
    with pytest.raises(RemarkRefused) as refused:
        write(replace(NEW, reason="according to Mme Alaoui"))
    assert codes(refused) == [("personal", "reason")]
    assert "Alaoui" not in repr(refused.value.faults)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_second_remark_on_an_open_one_and_the_official_value_itself_are_refused(write):
    write()
    with pytest.raises(RemarkRefused) as refused:
        write(replace(NEW, value=120))
    assert codes(refused) == [("same", "value"), ("open_already", "value")]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_nobody_writes_or_rules_outside_his_territories(write, settle):
    with pytest.raises(RemarkRefused) as refused:
        write(within={LQLIAA})
    assert codes(refused) == [("outside", "territory")]
    done = write(within={TEMSIA})
    with pytest.raises(RemarkRefused):
        settle(done, "upheld", within={LQLIAA})


@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_was_ruled_on_meanwhile_is_not_ruled_on_twice(engine, write, settle):
    done = write()
    settle(done, "set_aside")
    with pytest.raises(RemarkRefused) as refused:
        settle(done, "upheld")
    assert codes(refused) == [("changed_meanwhile", "")]
    with engine.connect() as connection:
        details = connection.execute(sa.text("SELECT details FROM event WHERE kind = 'remark'")).scalars().all()
    assert not any("annex" in one for one in details)
