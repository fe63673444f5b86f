"""What programmes, steps, indicators and sources mean, as the read side has them."""

from queries.definitions import Definitions, definitions


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
