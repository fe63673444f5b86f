"""Which remarks are read: as known at a cut, within a scope, in the state of their last word."""

import pytest
import sqlalchemy as sa

from data.database import next_event, write
from data.schema import remark
from queries import remarks

TEMSIA, SEFROU = "09.273.05.27", "03.561"


@pytest.fixture
def said(reference_engine, day):
    """A function that writes one state of a remark; its event."""

    def run(id, territory=TEMSIA, state="open", **columns):
        row = {
            "id": id,
            "territory": territory,
            "step": "rsu.registered",
            "unit": "household",
            "measure": "stock",
            "from_date": day("2023-09-14"),
            "to_date": day("2023-09-14"),
            "value": 140,
            "official": 120,
            "official_source": "office",
            "reason": "counted again",
            "source": "annex",
            "state": state,
        }
        with write(reference_engine) as connection:
            number = next_event(connection, kind="remark", actor="preparer")
            connection.execute(sa.insert(remark).values(row | columns | {"event": number}))
        return number

    return run


@pytest.fixture
def read(reference_engine, now):
    def run(scope="MA", cut=None, **asked):
        frame = remarks.remarks(reference_engine, cut=cut or now(reference_engine), scope=scope, **asked)
        return [(row.id, row.state) for row in frame.itertuples()]

    return run


def test_the_last_word_at_the_cut_is_its_state(said, read):
    first = said("r1")
    said("r1", state="set_aside")
    assert read(cut=first) == [("r1", "open")]
    assert read() == [("r1", "set_aside")]
    assert read(only_open=True) == []


def test_a_ruling_that_was_withdrawn_leaves_it_open(said, read, book):
    said("r1")
    upheld = said("r1", state="upheld")
    book.event(kind="withdrawal", withdraws=upheld)
    assert read() == [("r1", "open")]
    assert read(cut=upheld) == [("r1", "upheld")]


def test_of_territories_outside_the_scope_and_above_it_there_is_none(said, read):
    said("r1")
    said("r2", territory=SEFROU)
    said("r3", territory="09")
    assert read(scope="09.273") == [("r1", "open")]
    assert read(territories=["09"]) == [("r3", "open")]
    assert len(read()) == 3
