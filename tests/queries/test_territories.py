"""Territories: who stands above, who stands below, who may be seen."""

import pytest
import sqlalchemy as sa

from data.schema import territory
from queries.territories import children, level_of, lineage, members, mixed, territories, visible

ANFA = "06.141.01.00"
TANGER = "01.511.01.0"
INEZGANE = "09.273"
LQLIAA = "09.273.01.17"


@pytest.fixture
def connection(reference_engine):
    with reference_engine.connect() as connection:
        yield connection


def below(connection, of, level):
    return set(connection.execute(members(of=of, level=level)).scalars())


def test_all_territories_stand_in_administrative_order_the_kingdom_first(reference_engine):
    frame = territories(reference_engine)
    assert frame["territory_code"].iloc[0] == "MA"
    assert frame["position"].is_monotonic_increasing
    assert frame["territory_code"].is_unique
    counts = frame["level"].value_counts()
    assert (counts["region"], counts["prefecture"], counts["commune"]) == (12, 75, 1503)
    assert (counts["arrondissement"], counts["grouping"]) == (41, 8)


@pytest.mark.parametrize(
    ("of", "line"),
    [
        ("MA", ("MA",)),
        (LQLIAA, ("MA", "09", INEZGANE, LQLIAA)),
        ("01.511.01.03", ("MA", "01", "01.511", TANGER, "01.511.01.03")),
        (ANFA, ("MA", "06", "06.141", ANFA)),
        ("99.999", ()),
    ],
)
def test_the_lineage_goes_from_the_kingdom_down_to_the_territory(connection, of, line):
    assert lineage(connection, of=of) == line


@pytest.mark.parametrize(
    ("of", "level", "size"),
    [
        ("MA", None, 75),
        ("02", None, 8),
        ("09", None, 6),
        (INEZGANE, None, 6),
        (TANGER, None, 4),
        (ANFA, None, 3),
        (LQLIAA, None, 0),
        ("99.999", None, 0),
        ("MA", "region", 12),
        ("MA", "commune", 1503),
        ("MA", "arrondissement", 41),
        ("MA", "grouping", 8),
        ("06.141", "grouping", 8),
        ("06.141", "arrondissement", 16),
    ],
)
def test_a_map_has_as_many_children_as_the_administration(connection, of, level, size):
    assert len(children(connection, of=of, level=level)) == size


def test_every_territory_lies_below_the_kingdom(connection):
    top = sa.select(territory.c.code).where(territory.c.parent == "MA").cte("top", recursive=True)
    child = territory.alias("child")
    tree = top.union_all(sa.select(child.c.code).where(child.c.parent == top.c.code))
    walked = set(connection.execute(sa.select(tree.c.code)).scalars())
    levels = connection.execute(sa.select(territory.c.level).distinct()).scalars().all()
    assert walked == set().union(*(below(connection, "MA", level) for level in levels))
    assert below(connection, "MA", "country") == set()


@pytest.mark.parametrize(("of", "level"), [("MA", None), ("02", None), ("MA", "commune"), (TANGER, None)])
def test_children_stand_in_administrative_order(connection, of, level):
    codes = children(connection, of=of, level=level)
    places = dict(connection.execute(sa.select(territory.c.code, territory.c.position)).all())
    assert [places[c] for c in codes] == sorted(places[c] for c in codes)


def test_the_neighbour_of_a_divided_city_is_none_of_its_arrondissements(connection):
    assert "01.511.01.01" in below(connection, "01.511", "commune")
    assert below(connection, TANGER, "arrondissement") == {f"01.511.01.{n}" for n in ("03", "05", "06", "07")}


def test_groupings_hold_each_arrondissement_of_casablanca_once(connection):
    groupings = children(connection, of="06.141", level="grouping")
    held = [code for g in groupings for code in children(connection, of=g)]
    assert len(held) == len(set(held)) == 16
    assert set(held) == below(connection, "06.141", "arrondissement")


def test_who_reads_the_kingdom_sees_everything(connection):
    assert visible(connection, scope="MA") is None
    assert mixed(connection, scope="MA") == {}


def test_a_reader_sees_his_own_all_below_and_the_totals_above(connection):
    seen = visible(connection, scope=INEZGANE)
    assert seen == {"MA", "09", INEZGANE} | below(connection, INEZGANE, "commune")
    assert visible(connection, scope=TANGER) >= below(connection, TANGER, "arrondissement")
    assert "01.511.01.01" not in visible(connection, scope=TANGER)


def test_a_reader_of_a_grouping_sees_its_arrondissements_and_not_the_next_grouping(connection):
    seen = visible(connection, scope=ANFA)
    mine = set(children(connection, of=ANFA))
    assert seen == {"MA", "06", "06.141", ANFA} | mine


def test_a_reader_of_a_territory_that_is_none_sees_nothing(connection):
    assert visible(connection, scope="99.999") == frozenset()
    assert mixed(connection, scope="99.999") == {}


def test_a_total_above_a_reader_must_leave_two_others_when_his_own_is_taken_away(connection):
    assert mixed(connection, scope=INEZGANE) == {"MA": ((6 + 2, 75),), "09": ((3, 6),)}
    assert mixed(connection, scope=LQLIAA) == {"MA": ((8, 75),), "09": ((3, 6),), INEZGANE: ((3, 6),)}
    assert mixed(connection, scope=ANFA).keys() == {"MA", "06"}


def test_the_level_of_a_code_that_is_none_is_none(connection):
    assert level_of(connection, INEZGANE) == "prefecture"
    assert level_of(connection, "99.999") is None
