"""Map: one indicator in every child of a territory."""

import pytest
import sqlalchemy as sa

from data.schema import territory
from queries.map import COLUMNS, by_child
from queries.situation import readings

TANGER = "01.511.01.0"
ANFA = "06.141.01.00"
RSU = "rsu.registered_share"


@pytest.fixture
def ask(reference_engine, now, day):
    """A function that asks for the map of RSU households below a territory, by code."""

    def run(parent, *, on="2024-01-20", indicator=RSU, scope="MA", level=None, cut=None):
        cut = now(reference_engine) if cut is None else cut
        frame = by_child(
            reference_engine, parent=parent, indicator=indicator, on=day(on), cut=cut, scope=scope, level=level
        )
        assert list(frame.columns) == COLUMNS
        return frame.set_index("territory_code")

    return run


@pytest.mark.parametrize(
    ("parent", "level", "size"),
    [
        ("MA", None, 75),
        ("MA", "commune", 1503),
        ("MA", "region", 12),
        ("02", None, 8),
        ("09.273", None, 6),
        (TANGER, None, 4),
        (ANFA, None, 3),
        ("06.141", "grouping", 8),
        ("09.273.01.17", None, 0),
        ("99.999", None, 0),
    ],
)
def test_every_child_has_one_row_in_administrative_order(reference_engine, ask, parent, level, size):
    frame = ask(parent, level=level)
    assert len(frame) == size
    assert frame.index.is_unique
    with reference_engine.connect() as connection:
        places = dict(connection.execute(sa.select(territory.c.code, territory.c.position)).all())
    assert [places[c] for c in frame.index] == sorted(places[c] for c in frame.index)


def test_zero_missing_withheld_and_not_applicable_are_four_things(book, ask):
    book.say(("09.273", "2022-12-20", 0), ("09.163", "2022-12-20", 7), ("11.321", "2022-12-20", 9))
    frame = ask("MA", on="2022-12-21", scope="09.273")
    assert frame.loc["09.273", ["value", "state"]].tolist() == [0, "shown"]
    assert frame.loc["09.163", "state"] == "withheld"
    assert frame.loc["11.321", "state"] == "not_applicable"
    assert frame["value"].notna().sum() == 1
    frame = ask("MA", on="2022-12-21")
    assert frame.loc["09.163", ["value", "state"]].tolist() == [7, "shown"]
    assert frame.loc["09.541", "state"] == "missing"
    assert frame.loc["11.321", ["value", "state"]].tolist() == [9, "shown"]
    neighbours = [code for code in frame.index if code.startswith("11.") and code != "11.321"]
    assert len(neighbours) == 3
    assert set(frame.loc[neighbours, "state"]) == {"not_applicable"}


def test_a_map_before_a_step_began_is_not_applicable_everywhere(ask):
    assert set(ask("MA", on="2023-09-18", indicator="asd.paid_share")["state"]) == {"not_applicable"}
    assert set(ask("MA", on="2024-01-20", indicator="asd.paid_share")["state"]) == {"missing"}


def test_a_region_that_opens_later_is_not_applicable_until_then(ask):
    before = ask("MA", on="2022-12-14", indicator="rnp.registered_share")["state"]
    assert before["09.273"] == "not_applicable"
    assert before["04.421"] == "missing"
    assert set(ask("09.273", on="2022-12-14", indicator="rnp.registered_share")["state"]) == {"not_applicable"}
    assert ask("MA", on="2022-12-15", indicator="rnp.registered_share")["state"]["09.273"] == "missing"


def test_the_share_uses_the_census_known_on_the_day(book, ask):
    book.say(("09.273", "2024-11-01", 100_000), ("09.273", "2024-11-10", 100_000))
    old = ask("09", on="2024-11-05").loc["09.273"]
    new = ask("09", on="2024-11-10").loc["09.273"]
    assert (old["denominator_year"], new["denominator_year"]) == (2014, 2024)
    assert new["covered_share"] == 100_000 / 161_551
    assert old["covered_share"] == 100_000 / old["denominator"] != new["covered_share"]


def test_shares_above_one_are_not_capped_and_partial_sums_have_none(book, ask):
    book.say(("09.273", "2024-11-10", 200_000))
    book.sum(("09.163", "2024-11-10", 5_000, 3, 9))
    frame = ask("09", on="2024-11-10")
    assert frame.loc["09.273", "covered_share"] > 1
    assert frame.loc["09.163", "value"] == 5_000
    assert frame.loc[["09.163"], "covered_share"].isna().all()


def test_the_denominator_may_be_another_step_but_not_a_sum_over_some(book, ask, day):
    book.say(("02.411", "2024-01-10", 350), ("02.533", "2024-01-10", 100), step="asd.paid")
    book.say(("02.411", "2024-01-09", 1_000))
    book.sum(("02.533", "2024-01-09", 900, 2, 14))
    frame = ask("02", indicator="asd.paid_share")
    assert frame.loc["02.411", ["covered_share", "denominator_kind"]].tolist() == [0.35, "step"]
    assert frame.loc["02.411", "denominator_date"] == day("2024-01-09")
    assert frame.loc[["02.533"], ["covered_share", "denominator"]].isna().all(axis=None)


def test_a_stock_and_a_flow_of_one_step_make_one_row(book, ask):
    book.say(("09.273", ("2024-01-01", "2024-01-18"), 44), measure="flow")
    book.say(("09.273", "2024-01-10", 20_000))
    frame = ask("09")
    assert len(frame) == 6
    assert frame.loc["09.273", "value"] == 20_000


def test_an_indicator_without_denominator_is_a_count(book, ask):
    book.say(("09.273", "2016-06-30", 30), step="pensions.insured", unit="insured")
    row = ask("09", on="2016-07-01", indicator="pensions.insured_count").loc["09.273"]
    assert (row["value"], row["denominator_kind"]) == (30, "")
    assert row[["denominator", "covered_share"]].isna().all()


def test_communes_and_arrondissements_are_read_at_their_own_level(book, ask):
    book.say(("01.511.01.03", "2024-01-10", 11), (ANFA, "2024-01-10", 5))
    book.sum((TANGER, "2024-01-10", 12, 4, 4))
    assert ask(TANGER).loc["01.511.01.03", "value"] == 11
    assert ask("01.511").loc[TANGER, ["value", "basis"]].tolist() == [12, "summed"]
    assert ask("06.141", level="grouping").loc[ANFA, "value"] == 5
    assert ask("MA", level="commune")["value"].notna().sum() == 1


def test_a_map_and_a_situation_say_the_same(book, ask, reference_engine, now, day):
    book.say(("09.273", "2024-01-10", 20_000), ("09.163", "2023-01-10", 7))
    book.say(("09.163", "2024-01-10", 1_500), source="published", address="https://example.org")
    book.sum(("09.541", "2024-01-10", 900, 2, 14), ("09.551", "2024-01-10", 900, 22, 22))
    frame = ask("09")
    codes = list(frame.index)
    reading, _ = readings(reference_engine, territories=codes, on=day("2024-01-20"), cut=now(book.engine), scope="MA")
    reading = reading[reading["programme"] == "rsu"].set_index("territory_code").loc[codes]
    assert frame["state"].tolist() == reading["state"].tolist()
    shown = frame["state"] == "shown"
    assert shown.sum() == 4
    for column in ("value", "source", "basis", "on_date", "late", "reporting", "expected", "address"):
        assert frame.loc[shown, column].tolist() == reading.loc[shown, column].tolist(), column
    assert frame["covered_share"].notna().sum() == 3
    assert frame["covered_share"].dropna().to_dict() == reading["covered_share"].dropna().to_dict()
    assert frame.loc["09.163", ["source", "address"]].tolist() == ["published", "https://example.org"]


def test_an_earlier_cut_draws_the_earlier_map(book, ask):
    first = book.say(("09.273", "2024-01-10", 20_000))
    book.say(("09.273", "2024-01-10", 30_000), ("09.163", "2024-01-10", 1))
    assert ask("09", cut=first)["value"].dropna().tolist() == [20_000]
    assert sorted(ask("09")["value"].dropna()) == [1, 30_000]


def test_a_reader_sees_his_own_and_published_figures_on_the_map(book, ask):
    book.say(("09.273", "2024-01-10", 20_000), ("02.411", "2024-01-12", 61_234))
    book.say(("02.411", "2024-01-10", 61_000), ("02.533", "2024-01-10", 8), source="published")
    frame = ask("MA", scope="09.273")
    assert frame["value"].dropna().to_dict() == {"02.411": 61_000, "02.533": 8, "09.273": 20_000}
    hidden = frame[frame["state"] != "shown"]
    assert set(hidden["state"]) == {"withheld"}
    assert (
        hidden[["value", "on_date", "from_date", "source", "reporting", "covered_share", "address"]]
        .isna()
        .all(axis=None)
    )
    assert 61_234 not in ask("02", scope="09.273")["value"].tolist()


def test_an_indicator_that_is_not_defined_is_refused(ask, engine):
    with pytest.raises(KeyError):
        ask("MA", indicator="nothing.share")
    with pytest.raises(KeyError):
        by_child(engine, parent="MA", indicator=RSU, on=20_000, cut=0, scope="MA")
