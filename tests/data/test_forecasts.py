"""Forecasts in: kept with their cut and never changed, whoever computed them first."""

import pytest
import sqlalchemy as sa

from data.database import next_event, write
from data.forecasts import alone, store
from data.schema import event, forecast


@pytest.fixture
def cuts(reference_engine):
    """Three events after that of the reference lists."""
    with write(reference_engine) as connection:
        return [next_event(connection, kind="import", actor="administrator") for _ in range(3)]


def row(cut, territory="09.273", step="rsu.registered", unit="household", believed=10):
    key = {"territory": territory, "step": step, "unit": unit, "event": cut}
    return key | {"origin": 19500, "value": 12, "believed": believed, "history": 70, "body": "{}"}


def kept(engine):
    with engine.connect() as connection:
        columns = (forecast.c.territory, forecast.c.step, forecast.c.event, forecast.c.believed)
        return sorted(map(tuple, connection.execute(sa.select(*columns))))


def test_rows_are_kept_with_their_cut_and_make_no_event(reference_engine, cuts):
    assert store(reference_engine, [row(cuts[0]), row(cuts[0], "09.001")]) == 2
    assert [one[2] for one in kept(reference_engine)] == [cuts[0]] * 2
    with reference_engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.max(event.c.number))).scalar_one() == cuts[-1]


def test_who_stores_first_is_kept_and_who_is_late_is_not(reference_engine, cuts):
    store(reference_engine, [row(cuts[1], believed=10)])
    assert store(reference_engine, [row(cuts[1], believed=11)]) == 0
    assert store(reference_engine, [row(cuts[0], believed=9)]) == 0
    assert store(reference_engine, [row(cuts[2], believed=12)]) == 1
    assert [one[3] for one in kept(reference_engine)] == [10, 12]


def test_another_step_of_the_same_cut_is_kept_beside_it(reference_engine, cuts):
    store(reference_engine, [row(cuts[0])])
    rows = [row(cuts[0], step="rnp.registered", unit="person"), row(cuts[0], believed=99)]
    assert store(reference_engine, rows) == 1
    assert len(kept(reference_engine)) == 2


def test_nothing_to_keep_is_nothing(reference_engine):
    assert store(reference_engine, []) == 0


def test_one_at_a_time_where_the_database_can_keep_others_away(reference_engine):
    with alone(reference_engine) as first:
        assert first
        with alone(reference_engine) as second:
            assert second == (reference_engine.dialect.name == "sqlite")
    with alone(reference_engine) as again:
        assert again
