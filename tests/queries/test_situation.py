"""Situation: headline figures, their shares, and what is quoted beside them."""

import csv
import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

import data.reference
from data.database import next_event, write
from data.schema import quotation, series
from queries.definitions import definitions
from queries.figures import figures
from queries.situation import READING_COLUMNS, day_of, has_begun, quotations, quoted, readings

INEZGANE = "09.273"


def asker(engine, now, day):
    def run(*territories, on, scope="MA"):
        frame, _ = readings(engine, territories=territories, on=day(on), cut=now(engine), scope=scope)
        return frame.set_index(["programme", "territory_code"])

    return run


@pytest.fixture
def ask(reference_engine, now, day):
    """A function that asks for the headlines of some territories, by programme and territory."""
    return asker(reference_engine, now, day)


@pytest.fixture
def ask_published(published, now, day):
    """The same, of the published figures."""
    return asker(published, now, day)


def test_there_is_one_row_per_programme_and_territory_in_the_order_of_the_programmes(ask, known, reference_engine, now):
    frame = ask("MA", "09", INEZGANE, on="2024-01-20").reset_index()
    assert len(frame) == 3 * len(known.programmes)
    assert frame["programme"].drop_duplicates().tolist() == [p.id for p in known.programmes]
    assert frame["territory_code"].iloc[:3].tolist() == ["MA", "09", INEZGANE]
    headlines = {p.id: p.headline for p in known.programmes}
    assert dict(zip(frame["programme"], frame["indicator"], strict=True)) == headlines
    assert set(frame.columns) == set(READING_COLUMNS)


# Denominators


def test_the_census_of_2024_is_unknown_until_the_day_of_its_publication(book, ask):
    book.say(
        ("MA", "2023-09-14", 13_600_000),
        ("MA", "2024-11-05", 30_000_000),
        (INEZGANE, "2024-11-05", 400_000),
        step="rnp.registered",
        unit="person",
    )
    for on, year, people in (
        ("2023-09-18", 2014, 33_848_242),
        ("2024-11-06", 2014, 33_848_242),
        ("2024-11-07", 2024, 36_828_330),
    ):
        row = ask("MA", on=on).loc["rnp", "MA"]
        assert (row["denominator_year"], row["denominator"], row["denominator_kind"]) == (year, people, "census")
        assert row["covered_share"] == row["value"] / people
    row = ask(INEZGANE, on="2024-11-10").loc["rnp", INEZGANE]
    assert row["denominator"] == 636_916


def test_households_are_divided_by_households(book, ask):
    book.say((INEZGANE, "2024-11-20", 100_000))
    row = ask(INEZGANE, on="2024-11-20").loc["rsu", INEZGANE]
    assert (row["denominator"], row["denominator_year"]) == (161_551, 2024)
    assert row["covered_share"] == 100_000 / 161_551


def test_a_share_above_one_is_not_capped(book, ask):
    book.say((INEZGANE, "2024-11-20", 700_000), step="rnp.registered", unit="person")
    row = ask(INEZGANE, on="2024-11-20").loc["rnp", INEZGANE]
    assert row["covered_share"] == 700_000 / 636_916 > 1


def test_a_sum_over_some_of_the_children_has_no_share(book, ask):
    book.sum((INEZGANE, "2024-11-20", 100_000, 5, 6))
    row = ask(INEZGANE, on="2024-11-20").loc["rsu", INEZGANE]
    assert (row["value"], row["state"]) == (100_000, "shown")
    assert row[["covered_share", "denominator"]].isna().all()
    book.sum((INEZGANE, "2024-11-21", 110_000, 6, 6))
    assert ask(INEZGANE, on="2024-11-21").loc["rsu", INEZGANE]["covered_share"] == 110_000 / 161_551


def test_a_share_of_another_step_has_the_count_and_the_day_of_that_step(book, ask, day):
    book.say((INEZGANE, "2024-01-10", 3_500), step="asd.paid")
    assert ask(INEZGANE, on="2024-01-20").loc["asd", INEZGANE][["covered_share", "denominator"]].isna().all()
    book.say((INEZGANE, "2024-01-08", 10_000))
    row = ask(INEZGANE, on="2024-01-20").loc["asd", INEZGANE]
    assert (row["covered_share"], row["denominator"], row["denominator_kind"]) == (0.35, 10_000, "step")
    assert row["denominator_date"] == day("2024-01-08")


@pytest.mark.parametrize("unit", ["person"])
def test_a_step_in_another_unit_is_no_denominator(book, ask, unit):
    book.say((INEZGANE, "2024-01-10", 3_500), step="asd.paid")
    book.say((INEZGANE, "2024-01-08", 40_000), unit=unit)
    assert ask(INEZGANE, on="2024-01-20").loc["asd", INEZGANE][["covered_share", "denominator"]].isna().all()


def test_a_sum_over_some_of_the_children_is_no_denominator(book, ask):
    book.say((INEZGANE, "2024-01-10", 3_500), step="asd.paid")
    book.sum((INEZGANE, "2024-01-08", 9_000, 5, 6))
    assert ask(INEZGANE, on="2024-01-20").loc["asd", INEZGANE][["covered_share", "denominator"]].isna().all()


def test_a_denominator_of_zero_gives_no_share(book, ask):
    book.say((INEZGANE, "2024-01-10", 0), step="asd.paid")
    book.say((INEZGANE, "2024-01-08", 0))
    row = ask(INEZGANE, on="2024-01-20").loc["asd", INEZGANE]
    assert row["value"] == 0
    assert row[["covered_share"]].isna().all()


def test_a_stock_is_the_headline_where_a_flow_of_the_same_step_stands_beside_it(book, ask):
    book.say((INEZGANE, ("2023-09-01", "2023-09-17"), 44), measure="flow")
    book.say((INEZGANE, "2023-09-14", 20_000))
    book.say((INEZGANE, ("2023-08-01", "2023-08-31"), 55), measure="flow", source="published")
    row = ask(INEZGANE, on="2023-09-18").loc["rsu", INEZGANE]
    assert (row["value"], row["measure"]) == (20_000, "stock")


# Change


def test_the_change_is_the_figure_less_the_last_one_25_to_45_days_before(book, ask, day):
    book.say((INEZGANE, "2023-08-10", 18_000), (INEZGANE, "2023-09-14", 20_000))
    row = ask(INEZGANE, on="2023-09-18").loc["rsu", INEZGANE]
    assert (row["change"], row["change_since"]) == (2_000, day("2023-08-10"))


def test_a_change_may_be_a_fall_or_nothing_and_none_is_shown_without_a_figure_before(book, ask):
    book.say((INEZGANE, "2023-08-10", 18_000), (INEZGANE, "2023-09-14", 17_000))
    book.say(("09", "2023-08-10", 18_000), ("09", "2023-09-14", 18_000))
    book.say(("MA", "2023-07-10", 18_000), ("MA", "2023-09-14", 18_000))
    frame = ask("MA", "09", INEZGANE, on="2023-09-18").loc["rsu"]
    assert frame.loc[INEZGANE, "change"] == -1_000
    assert frame.loc["09", "change"] == 0
    assert frame.loc[["MA"], ["change", "change_since"]].isna().all(axis=None)


# Not before their time


def test_direct_aid_is_not_applicable_before_its_first_payment(ask):
    for on, state in (
        ("2023-09-18", "not_applicable"),
        ("2023-12-27", "not_applicable"),
        ("2023-12-28", "missing"),
    ):
        frame = ask("MA", INEZGANE, on=on).loc["asd"]
        assert set(frame["state"]) == {state}
        assert frame["value"].isna().all()


def test_the_register_is_not_applicable_in_a_region_before_it_opened_there(ask):
    assert ask(INEZGANE, on="2022-12-14").loc["rnp", INEZGANE]["state"] == "not_applicable"
    assert ask(INEZGANE, on="2022-12-15").loc["rnp", INEZGANE]["state"] == "missing"
    assert ask("MA", on="2022-12-14").loc["rnp", "MA"]["state"] == "missing"
    assert ask("04.421", on="2022-12-14").loc["rnp", "04.421"]["state"] == "missing"


def test_a_step_may_begin_after_its_programme(reference_engine, now, day):
    found = definitions(reference_engine, cut=now(reference_engine))
    on = day("2023-12-10")
    assert has_begun(found, step="asd.applied", code="MA", on=on)
    assert not has_begun(found, step="asd.paid", code="MA", on=on)
    assert has_begun(found, step="pensions.insured", code="MA", on=day("2000-01-01"))


def test_a_region_does_not_open_for_another_whose_code_it_begins(reference_engine, now, day):
    found = definitions(reference_engine, cut=now(reference_engine))
    programme = {"id": "x", "openings": [{"region": "0", "on": "2099-01-01"}]}
    found.programmes["x"] = programme
    assert has_begun(found, step="x.y", code="09.273", on=day("2024-01-01"))


def test_a_figure_from_before_the_opening_is_shown_since_it_was_reported(book, ask):
    book.say(("04.421", "2022-05-30", 120_000), step="rnp.registered", unit="person")
    row = ask("04.421", on="2022-06-10").loc["rnp", "04.421"]
    assert (row["value"], row["state"]) == (120_000, "shown")


def test_a_programme_that_has_ended_keeps_its_last_figure_and_it_reads_late(ask_published, day):
    row = ask_published("MA", on="2024-01-20").loc["ramed", "MA"]
    assert (row["value"], row["on_date"], row["late"]) == (10_400_000, day("2022-12-01"), True)


def test_a_day_is_counted_from_1970():
    assert day_of("1970-01-01") == 0
    assert day_of("2024-02-29") == (dt.date(2024, 2, 29) - dt.date(1970, 1, 1)).days


# The published figures


def test_direct_aid_in_oujda_angad_is_35_percent_of_its_registered_households(published, ask_published, now, day):
    row = ask_published("02.411", on="2024-01-20").loc["asd", "02.411"]
    assert (row["value"], row["denominator"], row["denominator_kind"]) == (21_500, 61_000, "step")
    assert round(row["covered_share"], 2) == 0.35
    on, cut = day("2024-01-20"), now(published)
    _, found = readings(published, territories=["02.411"], on=on, cut=cut, scope="MA")
    beside = quoted(published, found=found, on=on, cut=cut, territories=["02.411"])
    mine = beside[beside["id"] == "asd_oujda_angad_2024_01"].iloc[0]
    assert mine["value"] == 9_000
    assert round(mine["implied_denominator"]) == 238_889


def published_counts():
    path = Path(data.reference.__path__[0]) / "published" / "counts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if not row["area"]]


def test_every_published_figure_is_read_back_at_its_date_with_its_address(published, now, day):
    cut, seen = now(published), {}
    rows = published_counts()
    assert len(rows) > 100
    for row in rows:
        last = row["date"] or row["to"]
        if last not in seen:
            every = series.c.source.in_(["published", "published_other"])
            seen[last] = figures(published, where=every, on=day(last), cut=cut, scope="MA", with_change=False)
        found = seen[last]
        mine = found[
            (found["territory_code"] == row["territory"])
            & (found["step"] == row["step"])
            & (found["unit"] == row["unit"])
            & (found["measure"] == row["measure"])
            & (found["source"] == row["source"])
            & (found["basis"] == "reported")
        ]
        said = mine[["value", "on_date", "address", "note", "state"]].values.tolist()
        assert said == [[int(row["value"]), day(last), row["address"], row["note"], "shown"]], row
        assert mine["from_date"].item() == day(row["date"] or row["from"])


def test_the_kingdoms_headlines_equal_the_published_figures_on_their_days(published, ask_published, known):
    headline = {}
    for programme in known.programmes:
        numerator = known.indicators[programme.headline].numerator
        headline[numerator.step, numerator.unit] = programme.id
    checked = 0
    for row in published_counts():
        programme = headline.get((row["step"], row["unit"]))
        if row["territory"] != "MA" or programme is None or row["source"] != "published":
            continue
        reading = ask_published("MA", on=row["date"] or row["to"]).loc[programme, "MA"]
        assert (reading["value"], reading["basis"]) == (int(row["value"]), "reported"), row
        checked += 1
    assert checked > 40


# Quotations


def test_quotations_are_those_made_by_the_day_of_the_territories_asked_for(published, now, day):
    cut = now(published)
    assert set(quotations(published, on=day("2024-02-08"), cut=cut, territories=["03.451", "02.411"])["id"]) == {
        "asd_oujda_angad_2024_01"
    }
    everything = quotations(published, on=day("2026-03-01"), cut=cut)
    assert len(everything) == 20
    assert everything["on_date"].is_monotonic_increasing


def test_a_printed_share_implies_a_denominator_only_beside_a_figure_of_its_day(book, now, day):
    row = {
        "territory": INEZGANE,
        "step": "asd.paid",
        "on_date": day("2024-01-10"),
        "unit": "household",
        "address": "https://example.org",
    }
    with write(book.engine) as connection:
        number = next_event(connection, kind="reference", actor="reference")
        for key, measure, value in (("share", "share", 20_000), ("count", "count", 700), ("nil", "share", 0)):
            one = row | {"id": key, "measure": measure, "value": value, "event": number}
            connection.execute(sa.insert(quotation).values(one))

    def implied(on="2024-01-20"):
        cut = now(book.engine)
        _, found = readings(book.engine, territories=[INEZGANE], on=day(on), cut=cut, scope="MA")
        frame = quoted(book.engine, found=found, on=day(on), cut=cut, territories=[INEZGANE])
        return frame.set_index("id")["implied_denominator"]

    assert implied().isna().all()
    book.sum((INEZGANE, "2024-01-10", 500, 5, 6), step="asd.paid")
    book.say((INEZGANE, "2024-01-10", 3_000), step="asd.paid", unit="person")
    assert implied().isna().all()
    book.say((INEZGANE, "2024-01-10", 800), step="asd.paid")
    assert implied()["share"] == 800 / 0.2
    assert implied()[["count", "nil"]].isna().all()
    book.say((INEZGANE, "2024-01-10", 700), step="asd.paid", source="published")
    assert implied()["share"] == 700 / 0.2


# Scope


def test_a_reader_reads_nothing_of_another_prefecture_not_even_that_it_is_missing(book, ask):
    book.say(("02.411", "2024-01-12", 61_234))
    frame = ask("02.411", on="2024-01-20", scope=INEZGANE)
    assert frame["value"].isna().all()
    assert frame.loc["rsu", "02.411"]["state"] == "withheld"
    assert frame.loc["rnp", "02.411"]["state"] == "withheld"
    assert frame.loc["rsu", "02.411"][["on_date", "change", "covered_share"]].isna().all()
    assert ask("02.411", on="2021-01-01", scope=INEZGANE).loc["rnp", "02.411"]["state"] == "not_applicable"


def test_a_share_is_not_made_with_a_denominator_that_the_reader_may_not_see(book, ask):
    book.say(("02.411", "2024-01-12", 61_234))
    book.say(("02.411", "2024-01-10", 21_500), step="asd.paid", source="published")
    row = ask("02.411", on="2024-01-20", scope=INEZGANE).loc["asd", "02.411"]
    assert row["value"] == 21_500
    assert row[["covered_share", "denominator"]].isna().all()


def test_published_figures_of_every_prefecture_are_read_by_everyone(published, now, day):
    frame, _ = readings(published, territories=["02.411"], on=day("2024-01-20"), cut=now(published), scope=INEZGANE)
    row = frame.set_index("programme").loc["asd"]
    assert (row["value"], row["state"], row["denominator"]) == (21_500, "shown", 61_000)


def test_a_withheld_total_above_the_reader_has_no_share_and_no_change(book, ask):
    book.sum(("09", "2023-12-12", 800, 2, 6), ("09", "2024-01-12", 821, 2, 6))
    row = ask("09", on="2024-01-20", scope=INEZGANE).loc["rsu", "09"]
    assert row["state"] == "withheld"
    assert row[["value", "change", "covered_share"]].isna().all()


def test_a_database_that_was_only_migrated_has_no_reading(engine):
    for scope in ("MA", INEZGANE):
        frame, found = readings(engine, territories=["MA", INEZGANE], on=20_000, cut=0, scope=scope)
        assert frame.empty and found.empty
        assert list(frame.columns) == READING_COLUMNS
        assert quotations(engine, on=20_000, cut=0).empty
        assert "implied_denominator" in quoted(engine, found=found, on=20_000, cut=0, territories=["MA"])
