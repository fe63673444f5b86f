"""Sums of children: what they are, when they move, and that they are what adding up from nothing gives."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.counts import MISSING, add_series, packed, series_of
from data.database import engine_for, migrate, next_event, write
from data.importer.store import write_observations
from data.rollups import Tree, rewrite_rollups, write_rollups
from data.schema import observation, rollup, series

HEAD = "territory,step,unit,measure,date,value"
STALE = 10


def rsu(territory, date, value):
    return f"{territory},rsu.registered,household,stock,{date},{value}"


def children(places, code):
    return places.tree().children[code]


def test_a_prefecture_is_the_sum_of_its_communes_and_says_how_many_reported(take_in, figures, places, day):
    communes = children(places, "09.273")
    take_in(HEAD, *[rsu(code, "2023-09-14", 10) for code in communes[:-1]])
    found = figures("rollup", columns=", o.reporting, o.expected")
    n = len(communes)
    assert found["09.273", "rsu.registered", "all", day("2023-09-14")] == (10 * (n - 1), n - 1, n)
    assert found["09", "rsu.registered", "all", day("2023-09-14")][1:] == (0, len(children(places, "09")))
    take_in(HEAD, rsu(communes[-1], "2023-09-20", 10))
    found = figures("rollup", columns=", o.reporting, o.expected")
    assert found["09.273", "rsu.registered", "all", day("2023-09-20")] == (10 * n, n, n)
    assert found["09", "rsu.registered", "all", day("2023-09-20")][1] == 1
    assert found["MA", "rsu.registered", "all", day("2023-09-20")] == (10 * n, 1, 75)


def test_a_sum_stands_beside_the_figure_that_the_parent_reported_itself(take_in, figures, places, day):
    communes = children(places, "09.273")
    rows = [rsu(code, "2023-09-14", 10) for code in communes]
    take_in(HEAD, rsu("09.273", "2023-09-14", 999), *rows, judged=False)
    key = ("09.273", "rsu.registered", "all", day("2023-09-14"))
    assert figures()[key] == 999
    assert figures("rollup")[key] == 10 * len(communes)
    assert figures("rollup")["09", *key[1:]] == 999


def test_a_region_that_reported_itself_counts_all_its_prefectures(take_in, figures, places, day):
    take_in(HEAD, rsu("09", "2023-09-14", 50), rsu("02.113", "2023-09-14", 5))
    found = figures("rollup", columns=", o.reporting, o.expected")
    assert found["MA", "rsu.registered", "all", day("2023-09-14")] == (55, len(children(places, "09")) + 1, 75)


def test_one_commune_does_not_displace_the_figure_its_prefecture_still_holds(take_in, figures, places, day):
    commune = children(places, "09.273")[0]
    take_in(HEAD, rsu("09.273", "2023-09-14", 1000), rsu("09.001", "2023-09-14", 100))
    take_in(HEAD, rsu(commune, "2023-09-20", 10), rsu("09.001", "2023-09-20", 101))
    assert figures("rollup")["09", "rsu.registered", "all", day("2023-09-20")] == 1101


def test_a_figure_older_than_the_step_allows_no_longer_counts(take_in, figures, places, known, day):
    first, second = children(places, "09.273")[:2]
    stale = known.steps["rsu.registered"].stale_after
    assert stale < 120
    take_in(HEAD, rsu(first, "2023-01-01", 7), rsu(second, "2023-01-02", 1), rsu(second, "2023-06-01", 2))
    found = figures("rollup")
    assert found["09.273", "rsu.registered", "all", day("2023-01-02")] == 8
    assert found["09.273", "rsu.registered", "all", day("2023-06-01")] == 2


def test_flows_are_summed_over_exactly_the_same_period(take_in, figures, places, day):
    first, second = children(places, "09.273")[:2]
    head = "territory,step,unit,measure,from,to,value"
    line = "{},rsu.registered,household,flow,{},{},{}"
    take_in(
        head,
        line.format(first, "2023-09-01", "2023-09-30", 7),
        line.format(second, "2023-09-01", "2023-09-30", 2),
        line.format(second, "2023-10-01", "2023-10-31", 5),
    )
    found = figures("rollup")
    assert found["09.273", "rsu.registered", "all", day("2023-09-30")] == 9
    assert found["09.273", "rsu.registered", "all", day("2023-10-31")] == 5


def test_a_grouping_is_the_sum_of_its_arrondissements_and_feeds_nobody(take_in, figures, places, day):
    tree = places.tree()
    grouping = next(code for code, level in tree.level.items() if level == "grouping" and len(tree.children[code]) > 1)
    members = tree.children[grouping]
    take_in(HEAD, *[rsu(code, "2023-09-14", 10) for code in members])
    found = figures("rollup", columns=", o.reporting, o.expected")
    on = day("2023-09-14")
    assert found[grouping, "rsu.registered", "all", on] == (10 * len(members), len(members), len(members))
    city = places.by_code[members[0]].parent
    assert found[city, "rsu.registered", "all", on][0] == 10 * len(members)
    prefecture = places.by_code[city].parent
    assert found[prefecture, "rsu.registered", "all", on][0] == 10 * len(members)


def test_a_sum_that_no_child_reports_any_more_is_no_longer_said(engine, take_in, figures, known, places, day):
    from data.importer import withdraw

    report = take_in(HEAD, rsu(children(places, "09.273")[0], "2023-09-14", 10))
    withdraw(engine, report.event, actor="administrator", catalogue=known, territories=places)
    assert set(figures("rollup").values()) == {None}
    assert len(figures("rollup")) == 3


def test_only_sums_that_move_are_written(take_in, rows_in, places):
    first, second = children(places, "09.273")[:2]
    take_in(HEAD, rsu(first, "2023-09-14", 10))
    before = rows_in()["rollup"]
    take_in(HEAD, rsu(first, "2023-09-14", 10), rsu("MA", "2023-09-14", 5_000))
    assert rows_in()["rollup"] == before
    take_in(HEAD, rsu(second, "2023-09-14", 10))
    assert rows_in()["rollup"] == before + 3


def test_the_tree_has_75_prefectures_and_the_kingdom_expects_them(places):
    tree = places.tree()
    assert tree.expected("MA") == 75
    assert sum(len(tree.children[code]) for code, level in tree.level.items() if level == "prefecture") == 1503


# Against adding up from nothing

ROWS = [
    ("MA", "", "country"),
    ("1", "MA", "region"),
    ("2", "MA", "region"),
    ("1.1", "1", "prefecture"),
    ("1.2", "1", "prefecture"),
    ("2.1", "2", "prefecture"),
    ("1.1.1", "1.1", "commune"),
    ("1.1.2", "1.1", "commune"),
    ("1.2.1", "1.2", "commune"),
    ("2.1.1", "2.1", "commune"),
    ("2.1.2", "2.1", "commune"),
    ("1.1.2.a", "1.1.2", "arrondissement"),
    ("1.1.2.b", "1.1.2", "arrondissement"),
    ("1.1.2.c", "1.1.2", "arrondissement"),
    ("g", "1.1", "grouping"),
]
MEMBERS = [("g", "1.1.2.a"), ("g", "1.1.2.b")]
CODES = [row[0] for row in ROWS]
BELOW = {
    "MA": ["1", "2"],
    "1": ["1.1", "1.2"],
    "2": ["2.1"],
    "1.1": ["1.1.1", "1.1.2"],
    "1.2": ["1.2.1"],
    "2.1": ["2.1.1", "2.1.2"],
    "1.1.2": ["1.1.2.a", "1.1.2.b", "1.1.2.c"],
    "g": ["1.1.2.a", "1.1.2.b"],
}
EXPECTED = {code: len(kids) for code, kids in BELOW.items()} | {"MA": 3}
BOTTOM_UP = ["1.1.2", "g", "1.1", "1.2", "2.1", "1", "2", "MA"]


def added_up(own, *, flow):
    """(value, reporting, expected) by parent and period, from the definition, one figure at a time.

    `own` is value by (territory, (to, from)).
    """
    sums = {}

    def entries(code):
        """value, whole, weight by period: what the territory says of itself or is said to be."""
        said = {}
        mine = {period: value for (owner, period), value in own.items() if owner == code}
        for (owner, period), (value, reporting, expected) in sums.items():
            if owner != code or period in mine:
                continue
            whole = reporting == expected
            held = not flow and any(0 <= period[0] - other[0] <= STALE for other in mine)
            if whole or not held:
                said[period] = (value, whole, reporting)
        regions = {"1": 2, "2": 1}
        said.update({period: (value, True, regions.get(code, 1)) for period, value in mine.items()})
        return said

    for parent in BOTTOM_UP:
        kids = [entries(child) for child in BELOW[parent]]
        for period in {period for kid in kids for period in kid}:
            total = reporting = 0
            for kid in kids:
                if flow:
                    live = [period] if period in kid else []
                else:
                    live = [other for other in kid if 0 <= period[0] - other[0] <= STALE]
                if live:
                    value, whole, weight = kid[max(live)]
                    total += value
                    reporting += weight if parent == "MA" else whole
            sums[parent, period] = (total, reporting, EXPECTED[parent])
    return sums


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A database for drawn trees: each example has a source of its own in it."""
    engine = engine_for(f"sqlite:///{tmp_path_factory.mktemp('drawn') / 'drawn.db'}")
    migrate(engine)
    yield engine, iter(range(10**9))
    engine.dispose()


CHANGE = st.tuples(st.sampled_from(CODES), st.integers(0, 60), st.integers(0, 3), st.none() | st.integers(0, 9))


@pytest.mark.parametrize("measure", ["stock", "flow"])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.lists(CHANGE, min_size=1, max_size=12), min_size=1, max_size=4))
def test_sums_written_event_by_event_equal_sums_added_up_from_nothing(drawn, measure, events):
    engine, numbers = drawn
    source = f"source{next(numbers)}"
    tree = Tree(ROWS, MEMBERS)
    own = {}
    for changes in events:
        said = {}
        for code, to, length, value in changes:
            period = (1000 + to, 1000 + to - (length * 7 if measure == "flow" else 0))
            said[code, period] = MISSING if value is None else value
        said = {key: value for key, value in said.items() if value != MISSING or key in own}
        with write(engine) as connection:
            held = series_of(connection, kinds=[(source, "a.b", "person", measure)])
            keys = {(source, code, "a.b", "person", measure, *["all"] * 5) for code, _ in said}
            held |= add_series(connection, sorted(keys - set(held)))
            ids = {key[1]: number for key, number in held.items()}
            rows = sorted((ids[code], *period, value) for (code, period), value in said.items())
            if rows:
                columns = np.array(rows, np.int64).T
                number = next_event(connection, kind="import", actor="test")
                packed_keys = packed(*columns[:3])
                write_observations(connection, event=number, key=packed_keys, value=columns[3])
                write_rollups(connection, event=number, changed=packed_keys, tree=tree, stale_after={"a.b": STALE})
        own.update({key: value for key, value in said.items() if value != MISSING})
        for key, value in said.items():
            if value == MISSING:
                del own[key]
        with engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT s.territory, r.to_date, r.from_date, r.value, r.reporting, r.expected FROM rollup r "
                "JOIN series s ON s.id = r.series WHERE s.source = ? AND r.event = (SELECT max(n.event) FROM rollup n "
                "WHERE n.series = r.series AND n.to_date = r.to_date AND n.from_date = r.from_date)",
                (source,),
            ).all()
        stored = {(row[0], (row[1], row[2])): tuple(row[3:]) for row in found if row[3] is not None}
        assert stored == added_up(own, flow=measure == "flow")


# With a chain of command

CHAIN_ROWS = [
    ("MA", "", "country"),
    ("1", "MA", "region"),
    ("1.1", "1", "prefecture"),
    ("1.2", "1", "prefecture"),
    ("c1", "1.1", "commune"),
    ("c2", "1.1", "commune"),
    ("c3", "1.1", "commune"),
    ("c4", "1.1", "commune"),
    ("D1", "1.1", "district"),
    ("D2", "1.1", "district"),
    ("A1", "D1", "annex"),
    ("A2", "D1", "annex"),
    ("A3", "1.1", "annex"),
    ("S1", "1.1", "school"),
    ("S2", "1.1", "school"),
]
JURISDICTION = [("A1", "c1"), ("A2", "c1"), ("A3", "c2"), ("A3", "c3"), ("D2", "c4")]
"""c1 has two annexes; the caïdat A3 spans c2 and c3; the pachalik D2 has no annex and covers c4 itself."""
CHAIN_FAMILIES = {
    "MA": [(["1"], [2])],
    "1": [(["1.1", "1.2"], [1, 1])],
    "1.1": [(["c1", "c2", "c3", "c4"], [1] * 4), (["D1", "D2", "A3"], [2, 1, 1]), (["S1", "S2"], [1, 1])],
    "c1": [(["A1", "A2"], [1, 1])],
    "c4": [(["D2"], [1])],
    "D1": [(["A1", "A2"], [1, 1])],
}
CHAIN_BOTTOM_UP = ["D1", "c1", "c4", "1.1", "1", "MA"]


def families_of(tree):
    return {
        code: [(list(one.children), list(one.weights)) for one in families] for code, families in tree.families.items()
    }


def test_a_tree_with_a_chain_of_command_has_families_that_are_never_mixed():
    tree = Tree(CHAIN_ROWS, (), JURISDICTION)
    assert families_of(tree) == CHAIN_FAMILIES
    assert [one.expected for one in tree.families["1.1"]] == [4, 4, 2]
    assert tree.above(["A1"]) == {"D1", "c1", "1.1", "1", "MA"}
    assert tree.above(["A3"]) == {"1.1", "1", "MA"}


def test_a_commune_that_shares_an_office_with_another_is_not_summed_from_offices():
    tree = Tree(CHAIN_ROWS, (), [*JURISDICTION, ("A3", "c1")])
    assert "c1" not in tree.families
    assert not tree.lies_within("c2")
    assert tree.alone(["A1", "A2"]) is None


def test_an_office_alone_on_its_ground_is_known_by_it():
    tree = Tree(CHAIN_ROWS, (), JURISDICTION)
    assert tree.alone(["A3"]) == {"c2", "c3"}
    assert tree.alone(["A1"]) is None
    assert tree.alone(["A1", "A2"]) == {"c1"}
    assert tree.alone(["S1"]) is None


def test_a_chain_that_leaves_a_commune_out_never_makes_a_whole_sum():
    tree = Tree(CHAIN_ROWS, (), [pair for pair in JURISDICTION if pair[1] != "c3"])
    chain = tree.families["1.1"][1]
    assert (sum(chain.weights), chain.uncovered, chain.expected) == (4, 1, 5)


def test_an_annex_of_a_divided_city_covers_an_arrondissement_or_the_whole_city():
    city = [("P", "R", "prefecture"), ("c", "P", "commune"), ("a", "c", "arrondissement"), ("b", "c", "arrondissement")]
    offices = [("X", "P", "annex"), ("Y", "P", "annex")]
    parted = Tree([*city, *offices], (), [("X", "a"), ("Y", "b")])
    assert families_of(parted)["c"] == [(["a", "b"], [1, 1]), (["X", "Y"], [1, 1])]
    assert families_of(parted)["a"] == [(["X"], [1])]
    whole = Tree([*city, *offices], (), [("X", "c"), ("Y", "b")])
    assert families_of(whole)["c"] == [(["a", "b"], [1, 1]), (["X", "Y"], [1, 1])]
    assert "a" not in whole.families
    assert "b" not in whole.families
    assert whole.families["P"][1].uncovered == 0


def chain_added_up(own, *, flow, families=CHAIN_FAMILIES, bottom_up=CHAIN_BOTTOM_UP):
    """(value, reporting, expected) by parent and period, from the definition, one figure at a time."""
    sums = {}

    def entries(code):
        said = {}
        mine = {period: value for (owner, period), value in own.items() if owner == code}
        for (owner, period), (value, reporting, expected) in sums.items():
            if owner != code or period in mine:
                continue
            whole = reporting == expected
            held = not flow and any(0 <= period[0] - other[0] <= STALE for other in mine)
            if whole or not held:
                said[period] = (value, whole, reporting)
        return said | {period: (value, True, None) for period, value in mine.items()}

    for parent in bottom_up:
        tried = [([entries(child) for child in kids], weights) for kids, weights in families[parent]]
        for period in {period for kids, _ in tried for kid in kids for period in kid}:
            best = None
            for kids, weights in tried:
                total = reporting = 0
                for kid, weight in zip(kids, weights, strict=True):
                    if flow:
                        live = [period] if period in kid else []
                    else:
                        live = [other for other in kid if 0 <= period[0] - other[0] <= STALE]
                    if live:
                        value, whole, parts = kid[max(live)]
                        total += value
                        reporting += weight if parts is None else parts if weight > 1 else whole
                said = any(period in kid for kid in kids)
                share = Fraction(reporting, sum(weights))
                if best is None or (share, said) > best[0]:
                    best = ((share, said), (total, reporting, sum(weights)))
            if best[0][1]:
                sums[parent, period] = best[1]
    return sums


CHAIN_CODES = [row[0] for row in CHAIN_ROWS]
CHAIN_CHANGE = st.tuples(
    st.sampled_from(CHAIN_CODES), st.integers(0, 40), st.integers(0, 2), st.none() | st.integers(0, 9)
)


def said_of(changes, own, *, measure):
    """What an event says: value, or MISSING for what is taken back, by (territory, period)."""
    said = {}
    for code, to, length, value in changes:
        period = (1000 + to, 1000 + to - (length * 7 if measure == "flow" else 0))
        said[code, period] = MISSING if value is None else value
    return {key: value for key, value in said.items() if value != MISSING or key in own}


def store_said(connection, said, *, source, measure, tree):
    held = series_of(connection, kinds=[(source, "a.b", "person", measure)])
    keys = {(source, code, "a.b", "person", measure, *["all"] * 5) for code, _ in said}
    held |= add_series(connection, sorted(keys - set(held)))
    ids = {key[1]: number for key, number in held.items()}
    rows = sorted((ids[code], *period, value) for (code, period), value in said.items())
    if rows:
        columns = np.array(rows, np.int64).T
        number = next_event(connection, kind="import", actor="test")
        packed_keys = packed(*columns[:3])
        write_observations(connection, event=number, key=packed_keys, value=columns[3])
        write_rollups(connection, event=number, changed=packed_keys, tree=tree, stale_after={"a.b": STALE})


def sums_of(engine, source):
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT s.territory, r.to_date, r.from_date, r.value, r.reporting, r.expected FROM rollup r "
            "JOIN series s ON s.id = r.series WHERE s.source = ? AND r.event = (SELECT max(n.event) FROM rollup n "
            "WHERE n.series = r.series AND n.to_date = r.to_date AND n.from_date = r.from_date)",
            (source,),
        ).all()
    return {(row[0], (row[1], row[2])): tuple(row[3:]) for row in found if row[3] is not None}


def take(own, said):
    own.update({key: value for key, value in said.items() if value != MISSING})
    for key, value in said.items():
        if value == MISSING:
            del own[key]


@pytest.mark.parametrize("measure", ["stock", "flow"])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(st.lists(CHAIN_CHANGE, min_size=1, max_size=14), min_size=1, max_size=4))
def test_sums_over_a_chain_of_command_equal_sums_added_up_from_nothing_in_whatever_order(drawn, measure, events):
    engine, numbers = drawn
    source, tree, own = f"chain{next(numbers)}", Tree(CHAIN_ROWS, (), JURISDICTION), {}
    for changes in events:
        said = said_of(changes, own, measure=measure)
        with write(engine) as connection:
            store_said(connection, said, source=source, measure=measure, tree=tree)
        take(own, said)
        assert sums_of(engine, source) == chain_added_up(own, flow=measure == "flow")


@pytest.mark.parametrize("measure", ["stock", "flow"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHAIN_CHANGE, min_size=1, max_size=25))
def test_a_chain_that_is_entered_or_taken_away_later_moves_the_sums_as_if_it_had_always_been_so(
    drawn, measure, changes
):
    engine, numbers = drawn
    source = f"later{next(numbers)}"
    without = Tree([row for row in CHAIN_ROWS if row[2] not in ("district", "annex", "school")])
    other = Tree(CHAIN_ROWS, (), [*JURISDICTION, ("A3", "c1")])
    trees = [without, Tree(CHAIN_ROWS, (), JURISDICTION), other, without]
    said, flow = said_of(changes, {}, measure=measure), measure == "flow"
    with write(engine) as connection:
        # Sums of every source are written again, those of earlier examples too.
        for table in (rollup, observation, series):
            connection.execute(sa.delete(table))
        store_said(connection, said, source=source, measure=measure, tree=trees[0])
    for before, after in pairwise(trees):
        with write(engine) as connection:
            number = next_event(connection, kind="reference", actor="test")
            rewrite_rollups(connection, event=number, before=before, tree=after, stale_after={"a.b": STALE})
        families = {code: [(list(f.children), list(f.weights)) for f in held] for code, held in after.families.items()}
        bottom_up = [code for code in CHAIN_BOTTOM_UP if code in families]
        expected = chain_added_up(said, flow=flow, families=families, bottom_up=bottom_up)
        assert sums_of(engine, source) == expected
