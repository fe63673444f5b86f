"""The four branches: each programme by its own unit, who is in several, and projects beside the gaps."""

import datetime as dt

import pytest

from data.importer import Territories
from data.projects import checked, list_projects, withdraw_project
from data.targets import Promise, set_targets
from queries.branches import BESIDE, FOUR, convergence, overlaps, projects, standing

PREFECTURE, COMMUNE, OTHER = "09.273", "09.273.01.15", "09.273.01.05"
RSU = "rsu.registered_share"


@pytest.fixture
def stand(reference_engine, now, day):
    """A function that reads the branches in the prefecture and the kingdom."""

    def run(iso="2024-06-30", scope="MA", territories=(PREFECTURE, "MA")):
        asked = {"on": day(iso), "cut": now(reference_engine), "scope": scope}
        return standing(reference_engine, territories=territories, **asked)

    return run


def test_every_programme_but_the_registers_stands_in_one_branch(stand):
    frame = stand()
    assert list(dict.fromkeys(frame["branch"])) == [*FOUR, BESIDE]
    assert not set(frame["programme"]) & {"rnp", "rsu", "ramed"}
    assert frame.groupby("programme")["branch"].nunique().max() == 1
    assert set(frame["mechanism"]) == {"assistance", "insurance"}


def test_a_programme_is_read_in_each_of_its_units_and_nothing_is_added(stand, book):
    book.say((PREFECTURE, "2024-06-01", 900), step="amo_tadamon.covered", unit="person")
    book.say((PREFECTURE, "2024-06-01", 300), step="amo_tadamon.covered", unit="household")
    frame = stand()
    mine = frame[(frame["programme"] == "amo_tadamon") & (frame["territory_code"] == PREFECTURE)]
    assert mine.set_index("unit")["value"].to_dict() == {"person": 900, "household": 300}
    assert 1200 not in frame["value"].tolist()


def test_without_a_figure_there_is_one_row_and_no_zero(stand):
    frame = stand()
    mine = frame[frame["programme"] == "pensions"]
    assert mine["state"].tolist() == ["missing", "missing"] and mine["value"].isna().all()


def test_before_it_began_a_programme_is_not_applicable(stand):
    frame = stand("2023-09-17")
    assert set(frame[frame["programme"] == "asd"]["state"]) == {"not_applicable"}


def test_an_ended_programme_is_left_out_once_its_figures_are_late(stand, book):
    book.say((PREFECTURE, "2022-11-30", 400), step="ramed.covered", unit="person")
    assert "ramed" in set(stand("2022-12-10")["programme"]) and "ramed" not in set(stand("2023-06-10")["programme"])


def test_what_a_reader_may_not_see_is_withheld(stand, book):
    book.say((PREFECTURE, "2024-06-01", 900), step="amo_tadamon.covered", unit="person")
    frame = stand(scope="02.411")
    mine = frame[(frame["programme"] == "amo_tadamon") & (frame["territory_code"] == PREFECTURE)]
    assert set(mine["state"]) == {"withheld"} and mine["value"].isna().all()


def test_the_published_overlap_stands_beside_the_households_of_its_own_day(published, now, day):
    asked = {"cut": now(published), "scope": "MA"}
    frame = overlaps(published, territory=PREFECTURE, on=day("2026-11-23"), **asked)
    (row,) = frame.to_dict("records")
    assert (row["territory_code"], row["value"], row["on_date"]) == ("MA", 3_200_000, day("2025-07-08"))
    assert (row["of_step"], row["of_value"], row["of_date"]) == ("asd.paid", 4_000_000, day("2024-11-26"))
    assert row["address"].startswith("https://") and row["others"] == ("amo",)
    assert overlaps(published, territory=PREFECTURE, on=day("2025-07-07"), **asked).empty


@pytest.fixture
def listed(reference_engine):
    """A function that lists projects of communes: (territory, amount, programme); the number of the event."""

    def run(*rows):
        said = [
            {"programme": scheme, "title": f"{scheme} {at}", "territory": code, "date": "2023-05-02", "amount": amount}
            for at, (code, amount, scheme) in enumerate(rows)
        ]
        found, problems = checked(said, territories=Territories.load(), today=dt.date(2026, 11, 23))
        assert problems == ()
        return list_projects(reference_engine, found, actor="preparer")

    return run


def test_projects_are_those_of_the_territory_and_below_as_known_at_the_cut(reference_engine, listed, now, day):
    number = listed((COMMUNE, "500", "INDH"), (OTHER, "", "INDH"), ("02.411", "7", "X"))
    asked = {"on": day("2023-09-01"), "cut": now(reference_engine)}
    frame = projects(reference_engine, territory_code=PREFECTURE, scope="MA", **asked)
    assert frame["territory_code"].tolist() == [OTHER, COMMUNE] and frame["amount"].sum() == 500
    assert len(projects(reference_engine, territory_code="MA", scope="MA", **asked)) == 3
    assert projects(reference_engine, territory_code="MA", scope=COMMUNE, **asked)["territory_code"].tolist() == [
        COMMUNE
    ]
    early = asked | {"on": day("2023-05-01")}
    assert projects(reference_engine, territory_code="MA", scope="MA", **early).empty
    withdraw_project(reference_engine, f"p{number}-1", actor="preparer")
    assert len(projects(reference_engine, territory_code="MA", scope="MA", **asked)) == 3
    later = asked | {"cut": now(reference_engine)}
    assert projects(reference_engine, territory_code=PREFECTURE, scope="MA", **later)["territory_code"].tolist() == [
        OTHER
    ]


def test_gaps_and_projects_stand_side_by_side(reference_engine, book, listed, now, day):
    for code, value in ((COMMUNE, 900), (OTHER, 100)):
        book.say((code, "2023-09-01", value))
    promises = [
        Promise(RSU, code, day("2023-12-31"), 1000, day("2023-01-01"), "assigned", "letter")
        for code in (COMMUNE, OTHER)
    ]
    set_targets(reference_engine, promises, actor="preparer")
    listed((COMMUNE, "500", "INDH"), (COMMUNE, "", "Tayssir"), (PREFECTURE, "9", "INDH"))
    asked = {"parent": PREFECTURE, "indicator": RSU, "on": day("2023-09-10"), "cut": now(reference_engine)}
    frame = convergence(reference_engine, scope="MA", **asked).set_index("territory_code")
    assert frame.index[0] == OTHER and len(frame) == 6
    row = frame.loc[COMMUNE]
    assert (row["projects"], row["amount"], row["without_amount"]) == (2, 500, 1)
    assert row["programmes"] == ("INDH", "Tayssir")
    assert frame.loc[OTHER, "projects"] == 0 and frame.loc[OTHER, "gap"] < 0 < frame.loc[COMMUNE, "gap"]
    assert convergence(reference_engine, scope=COMMUNE, **asked)["territory_code"].tolist() == [COMMUNE]
