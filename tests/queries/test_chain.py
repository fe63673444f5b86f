"""The chain of command as the queries see it: what offices cover, who may be seen, what a total may tell."""

import pytest
import sqlalchemy as sa

from data import chain as written
from data.chain import Office, save
from data.importer import Territories
from data.loading import load_reference
from data.schema import territory
from queries import figures as read
from queries.chain import covered, offices, prefecture
from queries.map import by_child
from queries.situation import readings
from queries.territories import (
    UNIT,
    children,
    families,
    levels_below,
    lineage,
    members,
    mixed,
    summed_over,
    territories,
    visible,
)

PREFECTURE = "09.273"
AIT_MELLOUL, DCHEIRA, INEZGANE, LQLIAA = (f"{PREFECTURE}.01.{n}" for n in ("05", "13", "15", "17"))
OULAD_DAHOU, TEMSIA = f"{PREFECTURE}.05.19", f"{PREFECTURE}.05.27"
TANGER = "01.511.01.0"
CHAIN = (
    Office("09.273.D01", "pachalik", PREFECTURE, "إنزكان", "Inezgane"),
    Office("09.273.A02", "annex", "09.273.D01", "الأولى", "1", (INEZGANE,)),
    Office("09.273.A03", "annex", "09.273.D01", "الثانية", "2", (INEZGANE,)),
    Office("09.273.D02", "cercle", PREFECTURE, "أيت ملول", "Aït Melloul"),
    Office("09.273.A01", "caidat", "09.273.D02", "التمسية", "Temsia", (TEMSIA, OULAD_DAHOU)),
    Office("09.273.A04", "annex", PREFECTURE, "القليعة", "Lqliaa", (LQLIAA, AIT_MELLOUL)),
    Office("09.273.L01", "lycee", PREFECTURE, "محمد السادس", "Mohammed VI", (INEZGANE,)),
)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "office"
    save(folder, CHAIN)
    return folder


@pytest.fixture
def engine(reference_engine, folder):
    """A database that knows the chain of command, in which nobody covers Dcheira."""
    load_reference(reference_engine, local=folder)
    return reference_engine


@pytest.fixture
def connection(engine):
    with engine.connect() as connection:
        yield connection


def test_an_office_is_shown_with_what_it_covers_and_what_of_it_others_cover_too(engine):
    frame = offices(engine, of=PREFECTURE, scope="MA")
    rows = {row.office_code: row for row in frame.itertuples(index=False)}
    assert frame["office_code"].tolist() == [one.code for one in CHAIN]
    assert rows["09.273.A02"].covers == rows["09.273.A02"].shared == (INEZGANE,)
    assert (rows["09.273.D01"].covers, rows["09.273.D01"].shared) == ((INEZGANE,), ())
    assert (rows["09.273.A01"].covers, rows["09.273.A01"].shared) == ((OULAD_DAHOU, TEMSIA), ())
    assert (rows["09.273.L01"].covers, rows["09.273.L01"].shared) == ((INEZGANE,), ())


def test_a_commune_is_covered_by_nobody_by_one_or_by_several(engine):
    frame = covered(engine, of=PREFECTURE, scope="MA")
    states = dict(zip(frame["territory_code"], frame["state"], strict=True))
    assert states == {
        AIT_MELLOUL: "one",
        DCHEIRA: "nobody",
        INEZGANE: "several",
        LQLIAA: "one",
        OULAD_DAHOU: "one",
        TEMSIA: "one",
    }
    assert covered(engine, of="09.001", scope="MA").empty


def test_a_divided_city_is_covered_by_its_arrondissements(reference_engine, tmp_path):
    save(tmp_path, [Office("01.511.A01", "annex", "01.511", "ا", "A", (TANGER,))])
    load_reference(reference_engine, local=tmp_path)
    frame = covered(reference_engine, of="01.511", scope="MA")
    states = dict(zip(frame["territory_code"], frame["state"], strict=True))
    assert TANGER not in states
    assert {states[f"{TANGER[:-1]}{n}"] for n in ("03", "05", "06", "07")} == {"one"}


def test_a_reader_is_shown_the_offices_of_his_scope(engine):
    assert offices(engine, of=PREFECTURE, scope="09.273.A02")["office_code"].tolist() == ["09.273.D01", "09.273.A02"]
    assert covered(engine, of=PREFECTURE, scope="09.273.A02").empty
    assert offices(engine, of=PREFECTURE, scope="09.001").empty


def test_the_prefecture_of_anything_below_it_is_found(engine):
    assert prefecture(engine, of="09.273.A01") == prefecture(engine, of=INEZGANE) == PREFECTURE
    assert prefecture(engine, of="09") == ""


# Territories


def test_the_line_of_an_annex_goes_through_its_district(connection):
    assert lineage(connection, of="09.273.A02") == ("MA", "09", PREFECTURE, "09.273.D01", "09.273.A02")
    assert lineage(connection, of="09.273.A04") == ("MA", "09", PREFECTURE, "09.273.A04")


@pytest.mark.parametrize(
    ("of", "level", "codes"),
    [
        (PREFECTURE, "annex", ["A02", "A03", "A01", "A04"]),
        (PREFECTURE, "district", ["D01", "D02"]),
        (PREFECTURE, "school", ["L01"]),
        ("09.273.D01", None, ["A02", "A03"]),
        (INEZGANE, "annex", ["A02", "A03"]),
        (TEMSIA, "annex", []),
        ("09.273.A02", None, []),
    ],
)
def test_offices_are_children_of_what_they_lie_in(connection, of, level, codes):
    assert list(children(connection, of=of, level=level)) == [f"09.273.{code}" for code in codes]


def test_the_map_of_a_prefecture_still_shows_its_communes(connection):
    assert children(connection, of=PREFECTURE) == (AIT_MELLOUL, DCHEIRA, INEZGANE, LQLIAA, OULAD_DAHOU, TEMSIA)
    assert levels_below(connection, of=PREFECTURE) == ("commune", "district", "annex", "school")
    assert levels_below(connection, of="09.001") == ("commune",)
    assert levels_below(connection, of="09.273.D02") == ("annex",)
    assert levels_below(connection, of=TEMSIA) == ()
    assert levels_below(connection, of="MA") == ("prefecture",)


def test_an_office_that_is_no_more_is_offered_nowhere(engine, folder):
    save(folder, [one for one in CHAIN if one.code != "09.273.A03"])
    load_reference(engine, local=folder)
    with engine.connect() as connection:
        assert connection.execute(sa.select(territory.c.code).where(territory.c.code == "09.273.A03")).first()
        assert children(connection, of="09.273.D01") == ("09.273.A02",)
        assert "09.273.A03" not in connection.execute(members(of="MA", level="annex")).scalars().all()
        assert [family.expected for family in families(connection, of=PREFECTURE)] == [6, 3 + 1, 1]
    assert "09.273.A03" not in territories(engine)["territory_code"].tolist()


def test_families_are_those_that_the_sums_are_made_of(engine, folder):
    tree = Territories.load(folder).tree()
    with engine.connect() as connection:
        for code in (
            "MA",
            "09",
            PREFECTURE,
            "09.273.D01",
            "09.273.D02",
            INEZGANE,
            LQLIAA,
            TEMSIA,
            TANGER,
            "09.273.A01",
        ):
            made = [(one.children, one.weights, one.expected) for one in tree.families.get(code, ())]
            assert [(one.children, one.weights, one.expected) for one in families(connection, of=code)] == made


def test_the_number_of_children_says_what_a_sum_counts_unless_two_families_are_as_large(connection, engine, folder):
    assert summed_over(connection, line=["09", PREFECTURE]) == {
        "09": {6: "prefecture"},
        PREFECTURE: {6: "commune", 5: UNIT, 1: "school"},
    }
    for expected in (5, 6):
        codes = [f"09.273.A{n}" for n in range(20, 16 + expected)]
        more = [Office(code, "annex", PREFECTURE, code, code, (DCHEIRA,)) for code in codes]
        save(folder, [*CHAIN, *more])
        load_reference(engine, local=folder)
        with engine.connect() as again:
            found = summed_over(again, line=[PREFECTURE])[PREFECTURE]
        assert found == ({6: "commune", 5: "annex", 1: "school"} if expected == 5 else {6: UNIT, 1: "school"})


# Scope


def test_a_caid_sees_his_own_office_and_the_totals_above_it(connection):
    assert visible(connection, scope="09.273.A02") == {"MA", "09", PREFECTURE, "09.273.D01", "09.273.A02"}


def test_a_pacha_sees_his_annexes_and_no_other(connection):
    seen = visible(connection, scope="09.273.D01")
    assert seen == {"MA", "09", PREFECTURE, "09.273.D01", "09.273.A02", "09.273.A03"}


def test_a_reader_of_a_commune_sees_the_annexes_that_lie_wholly_in_it(connection):
    assert {"09.273.A02", "09.273.A03"} < visible(connection, scope=INEZGANE)
    assert not {code for code in visible(connection, scope=TEMSIA) if ".A" in code}


def test_a_reader_of_the_prefecture_sees_all_of_its_offices(connection):
    assert {one.code for one in CHAIN} < visible(connection, scope=PREFECTURE)


def test_a_total_less_what_a_caid_sees_must_be_of_two_others_in_each_family(connection):
    above = mixed(connection, scope="09.273.A02")
    assert above["09.273.D01"] == ((3, 2),)
    # Communes: his own one and two more; annexes: the two of his pachalik and two more; no lycée is his.
    assert above[PREFECTURE] == ((3, 6), (4, 5), (2, 1))
    assert mixed(connection, scope="09.273.A01")[PREFECTURE] == ((4, 6), (3, 5), (2, 1))
    assert mixed(connection, scope=INEZGANE)[PREFECTURE] == ((3, 6), (4, 5), (2, 1))
    assert mixed(connection, scope="09.273.L01")[PREFECTURE] == ((2, 6), (2, 5), (3, 1))


ON = 19_614  # 14 September 2023


def line(code, value):
    return f"{code},rsu.registered,household,stock,2023-09-14,{value}"


@pytest.fixture
def stored(engine, folder, take_in_places):
    """A function that takes in counts of offices and communes."""
    return lambda *rows: take_in_places(engine, Territories.load(folder), *rows)


@pytest.fixture
def take_in_places():
    import datetime as dt

    from data.catalogue import catalogue
    from data.importer import import_file

    def run(engine, places, *rows):
        content = "\n".join(("territory,step,unit,measure,date,value", *rows)).encode()
        report = import_file(
            engine,
            content,
            name="counts.csv",
            actor="administrator",
            today=dt.date(2026, 11, 23),
            catalogue=catalogue(),
            territories=places,
        )
        assert not report.problems
        return report.event

    return run


def shown(engine, cut, scope):
    where = sa.true()
    frame = read.figures(engine, where=where, on=ON, cut=cut, scope=scope)
    return dict(zip(zip(frame["territory_code"], frame["basis"], strict=True), frame["state"], strict=True))


def test_a_caid_is_not_told_the_annex_beside_him_by_the_total_of_their_pachalik(engine, stored):
    cut = stored(line("09.273.A02", 300), line("09.273.A03", 200), line("09.273.A01", 90), line("09.273.A04", 80))
    mine = shown(engine, cut, "09.273.A02")
    assert mine["09.273.A02", "reported"] == "shown"
    assert mine["09.273.D01", "summed"] == "withheld"
    # Four annexes are in it: less the two of his pachalik it is that of two others.
    assert mine[PREFECTURE, "summed"] == "shown"
    assert not {code for code, _ in mine} & {"09.273.A03", "09.273.A01", INEZGANE}


def test_a_total_of_three_annexes_would_tell_a_caid_the_third(engine, stored):
    cut = stored(line("09.273.A02", 300), line("09.273.A03", 200), line("09.273.A04", 80))
    assert shown(engine, cut, "09.273.A02")[PREFECTURE, "summed"] == "withheld"


def test_an_annex_has_a_share_where_it_alone_covers_its_communes(engine, stored):
    cut = stored(line("09.273.A01", 9_000), line("09.273.A02", 300))
    given = {"on": ON + 1_000, "cut": cut, "scope": "MA"}
    frame = by_child(engine, parent=PREFECTURE, indicator="rsu.registered_share", level="annex", **given)
    rows = {row.territory_code: row for row in frame.itertuples(index=False)}
    assert list(rows) == ["09.273.A02", "09.273.A03", "09.273.A01", "09.273.A04"]
    assert rows["09.273.A01"].denominator == 12_689 + 3_982
    assert 0.5 < rows["09.273.A01"].covered_share < 0.6
    assert rows["09.273.A02"].denominator != rows["09.273.A02"].denominator  # none: NaN
    assert rows["09.273.A03"].state == "missing"
    headline, _ = readings(engine, territories=["MA", "09", PREFECTURE, "09.273.A01"], **given)
    mine = headline[(headline["territory_code"] == "09.273.A01") & (headline["step"] == "rsu.registered")].iloc[0]
    assert (mine["value"], mine["state"], mine["denominator"]) == (9_000, "shown", 16_671)


def test_the_files_own_names_are_those_of_the_tables(folder):
    assert [one.code for one in written.offices(folder)] == [one.code for one in CHAIN]
