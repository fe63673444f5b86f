"""What programmes, steps, indicators and sources mean, as the read side has them."""

import json

import pandas as pd
import sqlalchemy as sa

from data.database import next_event, write
from data.schema import definition, series
from queries.cuts import latest_cut
from queries.definitions import Definitions, definitions
from queries.disclosure import released
from queries.figures import figures


def test_programmes_stand_in_their_order_and_steps_with_them(reference_engine, now, known):
    found = definitions(reference_engine, cut=now(reference_engine))
    assert [p["id"] for p in found.ordered_programmes] == [p.id for p in known.programmes]
    assert list(found.steps) == [s for p in found.ordered_programmes for s in p["step"]]
    assert set(found.steps) == set(known.steps)
    assert set(found.indicators) == set(known.indicators)
    assert found.source_rank == {name: source.rank for name, source in known.sources.items()}


def test_indicators_stand_in_the_same_order_on_every_database(reference_engine, now):
    found = definitions(reference_engine, cut=now(reference_engine))
    assert list(found.indicators) == sorted(found.indicators)
    assert list(found.sources) == sorted(found.sources)


def test_the_headline_of_a_programme_comes_first_among_its_indicators(reference_engine, now):
    found = definitions(reference_engine, cut=now(reference_engine))
    for programme in found.ordered_programmes:
        mine = found.indicators_of(programme["id"])
        assert mine[0]["id"] == programme["headline"]
        assert {i["programme"] for i in mine} == {programme["id"]}
    assert len(found.indicators_of("asd")) == 2


def test_a_step_belongs_to_the_programme_before_its_dot(reference_engine, now):
    found = definitions(reference_engine, cut=now(reference_engine))
    assert found.programme_of("asd.paid")["id"] == "asd"
    assert found.programme_of("nothing.paid") is None


def test_published_sources_are_public_and_the_offices_is_not(reference_engine, now):
    found = definitions(reference_engine, cut=now(reference_engine))
    assert found.public_sources == {"published", "published_other"}


def test_nothing_is_defined_before_the_first_event(reference_engine):
    assert definitions(reference_engine, cut=0) == Definitions()


def settled(engine, body):
    """The definitions of a database whose office has settled this."""
    with write(engine) as connection:
        number = next_event(connection, kind="reference", actor="reference")
        row = {"kind": "setting", "id": "office", "event": number, "category": "", "body": json.dumps(body)}
        connection.execute(sa.insert(definition).values(row))
    return definitions(engine, cut=number)


def test_an_office_that_has_settled_nothing_reads_by_the_ranks_and_the_threshold_of_every_office(reference_engine):
    known = definitions(reference_engine, cut=10**9)
    assert known.settings == {} and known.small_cell == 10
    assert sorted(known.source_rank, key=known.source_rank.get) == ["office", "published", "published_other"]


def test_what_the_office_settles_holds_from_that_event_on(reference_engine):
    before = latest_cut(reference_engine)
    now = settled(reference_engine, {"office": {"small_cell": 25, "source_order": ["published"]}})
    assert (now.small_cell, definitions(reference_engine, cut=before).small_cell) == (25, 10)
    assert sorted(now.source_rank, key=now.source_rank.get) == ["published", "office", "published_other"]


def test_an_indicator_kept_from_a_role_takes_its_steps_with_it_and_leaves_the_others(reference_engine):
    hidden = [{"indicator": "minhaty.accepted_share", "roles": ["reader"]}]
    known = settled(reference_engine, {"hidden": hidden})
    assert known.seen_by("administrator") is known and known.seen_by("preparer") is known
    reader = known.seen_by("reader")
    assert "minhaty.accepted_share" not in reader.indicators and "minhaty.accepted_share" in known.indicators
    used = [
        count["step"]
        for body in reader.indicators.values()
        for count in (body["numerator"], body.get("denominator") or {})
        if "step" in count
    ]
    assert reader.hidden_steps and not reader.hidden_steps & set(used)
    assert reader.hidden_steps.isdisjoint(reader.steps) and reader.hidden_steps | reader.steps.keys() == set(
        known.steps
    )
    assert known.seen_by("reader") is reader


def test_a_step_that_another_indicator_divides_by_stays(reference_engine):
    known = definitions(reference_engine, cut=10**9)
    shared = [
        (key, body["numerator"]["step"])
        for key, body in known.indicators.items()
        for other, by in known.indicators.items()
        if other != key and (by.get("denominator") or {}).get("step") == body["numerator"]["step"]
    ]
    assert shared
    key, step = shared[0]
    reader = settled(reference_engine, {"hidden": [{"indicator": key, "roles": ["reader"]}]}).seen_by("reader")
    assert key not in reader.indicators and step in reader.steps


def test_the_source_that_the_office_puts_first_speaks_and_the_other_stays_beside_it(reference_engine, book, day):
    book.say(("09.273", "2024-01-10", 58_000))
    book.say(("09.273", "2024-01-10", 60_000), source="published")
    asked = {"where": series.c.territory == "09.273", "on": day("2024-01-20"), "scope": "MA"}

    def speaking():
        found = figures(reference_engine, cut=latest_cut(reference_engine), **asked)
        assert len(found) == 2
        return found[found["speaks"]]["value"].tolist()

    assert speaking() == [58_000]
    settled(reference_engine, {"office": {"source_order": ["published", "office"]}})
    assert speaking() == [60_000]


def test_the_figures_of_a_hidden_step_are_not_read(reference_engine, book, day):
    book.say(("09.273", "2024-01-10", 5_800), step="minhaty.accepted", unit="student")
    book.say(("09.273", "2024-01-10", 58_000))
    known = settled(reference_engine, {"hidden": [{"indicator": "minhaty.accepted_share", "roles": ["reader"]}]})
    asked = {"where": series.c.territory == "09.273", "on": day("2024-01-20"), "cut": 10**9, "scope": "MA"}
    assert len(figures(reference_engine, known=known, **asked)) == 2
    assert figures(reference_engine, known=known.seen_by("reader"), **asked)["step"].tolist() == ["rsu.registered"]


def test_a_cell_below_the_threshold_of_the_office_is_withheld(reference_engine):
    frame = pd.DataFrame(
        {"territory_code": ["09.273"] * 3, "sex": ["all", "female", "male"], "value": [60.0, 20.0, 40.0]}
    )
    known = settled(reference_engine, {"office": {"small_cell": 25}})
    assert released(frame, seen=None)["state"].tolist() == ["shown"] * 3
    assert released(frame, seen=None, smallest=known.small_cell)["state"].tolist() == ["shown", "withheld", "withheld"]
