"""Reading at a cut: what an earlier cut reads never changes."""

import json

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.database import engine_for, migrate, next_event, write
from data.schema import definition, event, observation, quotation, series
from queries.cuts import is_current, latest_cut
from queries.definitions import definitions
from queries.figures import figures
from queries.situation import quotations
from queries.trend import histories


def value_at(engine, *, cut, on, territory="09.273"):
    """The value and the day that speak for RSU households, or None."""
    frame = figures(engine, where=series.c.territory == territory, on=on, cut=cut, scope="MA")
    frame = frame[frame["speaks"].astype(bool)]
    return None if frame.empty else (frame["value"].item(), frame["on_date"].item())


def test_the_cut_of_an_empty_database_is_zero_and_otherwise_the_last_event(engine):
    assert latest_cut(engine) == 0
    with write(engine) as connection:
        for expected in (1, 2):
            assert next_event(connection, kind="import", actor="administrator") == expected
    assert latest_cut(engine) == 2


def test_a_later_event_never_changes_what_an_earlier_cut_reads(book, day):
    view = day("2024-01-01")
    first = book.say(("09.273", "2023-09-14", 100))
    second = book.say(("09.273", "2023-09-14", 110), ("09.273", "2023-10-14", 120))
    third = book.say(("09.273", "2023-10-14", None))
    fourth = book.say(("09.273", "2023-09-14", None))
    read = {cut: value_at(book.engine, cut=cut, on=view) for cut in (first - 1, first, second, third, fourth)}
    assert read == {
        first - 1: None,
        first: (100, day("2023-09-14")),
        second: (120, day("2023-10-14")),
        third: (110, day("2023-09-14")),
        fourth: None,
    }


def test_a_figure_no_longer_reported_falls_back_to_the_one_before_and_can_come_back(book, day):
    book.say(("09.273", "2023-08-14", 90), ("09.273", "2023-09-14", 100))
    gone = book.say(("09.273", "2023-09-14", None))
    back = book.say(("09.273", "2023-09-14", 101))
    assert value_at(book.engine, cut=gone, on=day("2023-09-20")) == (90, day("2023-08-14"))
    assert value_at(book.engine, cut=back, on=day("2023-09-20")) == (101, day("2023-09-14"))


def test_the_history_at_an_earlier_cut_keeps_what_was_said_then(book, day):
    first = book.say(("09.273", "2023-08-14", 90), ("09.273", "2023-09-14", 100))
    second = book.say(("09.273", "2023-08-14", None), ("09.273", "2023-09-14", 105))

    def path(cut):
        frame = histories(book.engine, territories=["09.273"], on=day("2024-01-01"), cut=cut, scope="MA")
        return frame["value"].tolist()

    assert path(first) == [90, 100]
    assert path(second) == [105]
    assert path(first) == [90, 100]


def test_a_withdrawn_file_still_speaks_at_the_cut_before_its_withdrawal(take_in, reference_engine, known, places, day):
    from data.importer import withdraw

    head = "territory,step,unit,measure,date,value"
    first = take_in(head, "09.273,rsu.registered,household,stock,2023-09-14,100")
    second = take_in(head, "09.273,rsu.registered,household,stock,2023-09-14,200")
    third = withdraw(reference_engine, second, actor="administrator", catalogue=known, territories=places)
    read = [value_at(reference_engine, cut=cut, on=day("2023-09-20"))[0] for cut in (first, second, third)]
    assert read == [100, 200, 100]


def redefine(engine, kind, key, body):
    with write(engine) as connection:
        number = next_event(connection, kind="reference", actor="reference")
        text = None if body is None else json.dumps(body)
        connection.execute(sa.insert(definition).values(kind=kind, id=key, event=number, body=text))
    return number


def test_a_definition_changed_later_keeps_its_old_meaning_at_an_earlier_cut(book, now):
    before = now(book.engine)
    old = definitions(book.engine, cut=before).sources["office"]
    changed = redefine(book.engine, "source", "office", old | {"rank": 70})
    gone = redefine(book.engine, "source", "published_other", None)
    assert definitions(book.engine, cut=before).source_rank["office"] == old["rank"] == 10
    assert definitions(book.engine, cut=changed).source_rank["office"] == 70
    assert "published_other" in definitions(book.engine, cut=changed).sources
    assert "published_other" not in definitions(book.engine, cut=gone).sources
    assert definitions(book.engine, cut=0).sources == {}


def test_a_rank_changed_later_does_not_change_who_spoke_before(book, day):
    book.say(("09.273", "2023-09-14", 100))
    cut = book.say(("09.273", "2023-09-14", 300), source="published")
    known = definitions(book.engine, cut=cut)
    later = redefine(book.engine, "source", "office", known.sources["office"] | {"rank": 70})
    assert value_at(book.engine, cut=cut, on=day("2023-09-20"))[0] == 100
    assert value_at(book.engine, cut=later, on=day("2023-09-20"))[0] == 300


def test_a_quotation_is_read_as_it_was_known(book, day):
    row = {
        "id": "drawn",
        "territory": "09.273",
        "step": "asd.paid",
        "on_date": day("2024-01-10"),
        "measure": "share",
        "unit": "household",
        "address": "https://example.org",
    }

    def quote(value):
        with write(book.engine) as connection:
            number = next_event(connection, kind="reference", actor="reference")
            connection.execute(sa.insert(quotation).values(row | {"event": number, "value": value}))
        return number

    def read(cut, on="2024-02-01"):
        frame = quotations(book.engine, on=day(on), cut=cut, territories=["09.273"])
        return frame["value"].tolist()

    first, second, gone = quote(9_000), quote(35_000), quote(None)
    assert [read(cut) for cut in (first - 1, first, second, gone)] == [[], [9_000], [35_000], []]
    assert read(first, on="2024-01-09") == []


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    engine = engine_for(f"sqlite:///{tmp_path_factory.mktemp('cuts') / 'cuts.db'}")
    migrate(engine)
    return engine


SAID = st.tuples(st.integers(0, 2), st.integers(0, 3), st.none() | st.integers(0, 9))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(SAID, max_size=4, unique_by=lambda row: row[:2]), min_size=1, max_size=6))
def test_what_is_current_at_a_cut_is_what_replaying_the_events_up_to_it_gives(blank, events):
    with write(blank) as connection:
        for table in (observation, series, event):
            connection.execute(sa.delete(table))
        keys = {"source": "office", "step": "a.b", "unit": "person", "measure": "stock"}
        connection.execute(sa.insert(series), [keys | {"id": n, "territory": str(n)} for n in range(3)])
        for rows in events:
            number = next_event(connection, kind="import", actor="administrator")
            for owner, date, value in rows:
                row = {"series": owner, "to_date": date, "from_date": date, "event": number, "value": value}
                connection.execute(sa.insert(observation).values(row))
    replayed = {}
    for cut, rows in enumerate([[], *events]):
        replayed.update({(owner, date): value for owner, date, value in rows})
        expected = {key: value for key, value in replayed.items() if value is not None}
        statement = sa.select(observation.c.series, observation.c.to_date, observation.c.value)
        with blank.connect() as connection:
            found = connection.execute(statement.where(is_current(observation, cut=cut))).all()
        assert {(owner, date): value for owner, date, value in found} == expected
        assert len(found) == len(expected)
