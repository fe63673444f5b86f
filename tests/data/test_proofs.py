"""What a panel was made of is kept once, under its id, on both engines; nothing is ever put in its place."""

import json

import sqlalchemy as sa

from data.proofs import keep
from data.schema import event, proof

ONE = {"panel": "JNMTGFM2", "locale": "ar", "scope": "09.273", "asked": {"cut": 12, "on": 5}, "body": '{"a":1}'}


def rows(engine):
    with engine.connect() as connection:
        return connection.execute(sa.select(proof).order_by(proof.c.locale, proof.c.scope)).all()


def test_a_panel_is_kept_with_its_key_and_the_time(reference_engine):
    assert keep(reference_engine, **ONE, at=1_700_000_000)
    (row,) = rows(reference_engine)
    assert (row.panel, row.locale, row.scope, row.at, row.body) == (
        "JNMTGFM2",
        "ar",
        "09.273",
        1_700_000_000,
        '{"a":1}',
    )
    assert json.loads(row.asked) == ONE["asked"]


def test_what_is_kept_is_never_changed(reference_engine):
    assert keep(reference_engine, **ONE)
    assert not keep(reference_engine, **ONE | {"body": '{"a":2}'})
    assert [row.body for row in rows(reference_engine)] == ['{"a":1}']


def test_each_language_and_scope_is_kept_for_itself(reference_engine):
    assert keep(reference_engine, **ONE)
    assert keep(reference_engine, **ONE | {"locale": "fr"})
    assert keep(reference_engine, **ONE | {"scope": "MA"})
    assert len(rows(reference_engine)) == 3


def test_keeping_a_proof_is_no_event(reference_engine):
    def count():
        with reference_engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(event)).scalar_one()

    before = count()
    keep(reference_engine, **ONE)
    assert count() == before
