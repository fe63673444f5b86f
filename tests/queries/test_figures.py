"""Figures: the latest count of each step, what a total is, and which source speaks."""

import pytest

from data.schema import series
from queries.figures import COLUMNS, figures, spoken

HEAD = "territory,step,unit,measure,date,sex,area,value"


@pytest.fixture
def ask(reference_engine, now, day):
    """A function that asks for all figures of a territory."""

    def run(territory="09.273", *, on, scope="MA", cut=None, with_change=True):
        cut = now(reference_engine) if cut is None else cut
        where = series.c.territory == territory
        return figures(reference_engine, where=where, on=day(on), cut=cut, scope=scope, with_change=with_change)

    return run


def one(frame):
    """The only row that speaks."""
    rows = frame[frame["speaks"].astype(bool)]
    assert len(rows) == 1, rows
    return rows.iloc[0]


# The date shown


def test_the_latest_stock_at_or_before_the_day_asked_is_shown_with_its_own_date(book, ask, day):
    book.say(("09.273", "2023-08-14", 90), ("09.273", "2023-09-14", 100), ("09.273", "2023-09-19", 105))
    for on, value, date in (
        ("2023-09-18", 100, "2023-09-14"),
        ("2023-09-14", 100, "2023-09-14"),
        ("2023-09-13", 90, "2023-08-14"),
        ("2023-09-19", 105, "2023-09-19"),
    ):
        row = one(ask(on=on))
        assert (row["value"], row["on_date"], row["from_date"]) == (value, day(date), day(date))
    assert ask(on="2023-08-13").empty


def test_a_figure_is_late_one_day_after_its_step_allows(book, ask, known, day):
    stale = known.steps["rsu.registered"].stale_after
    book.say(("09.273", "2023-09-01", 100))
    last = day("2023-09-01") + stale
    import datetime as dt

    as_text = [(dt.date(1970, 1, 1) + dt.timedelta(days=d)).isoformat() for d in (last, last + 1)]
    assert [bool(one(ask(on=on))["late"]) for on in as_text] == [False, True]


def test_a_zero_is_a_claim(book, ask):
    book.say(("09.273", "2023-09-14", 0))
    row = one(ask(on="2023-09-18"))
    assert (row["value"], row["state"]) == (0, "shown")


def test_a_flow_is_shown_by_its_last_closed_period_the_shortest_of_those_that_end_that_day(book, ask, day):
    book.say(
        ("09.273", ("2025-01-01", "2025-06-30"), 600),
        ("09.273", ("2025-06-01", "2025-06-30"), 90),
        ("09.273", ("2025-07-01", "2025-07-31"), 70),
        measure="flow",
    )
    found = ask(on="2025-07-30")
    assert len(found) == 1
    row = one(found)
    assert (row["value"], row["from_date"], row["on_date"]) == (90, day("2025-06-01"), day("2025-06-30"))
    assert one(ask(on="2025-07-31"))["value"] == 70


def test_there_is_one_row_per_territory_step_unit_measure_source_and_basis(book, ask):
    book.say(("09.273", "2023-09-14", 100), ("09.273", "2023-08-14", 90))
    book.say(("09.273", "2023-09-14", 400), unit="person")
    book.say(("09.273", ("2023-09-01", "2023-09-14"), 5), measure="flow")
    book.say(("09.273", "2023-09-10", 98), source="published")
    book.sum(("09.273", "2023-09-14", 99, 6, 6))
    book.say(("09.273", "2023-09-14", 60), sex="female")
    book.say(("09.273", "2023-09-14", 40), sex="male")
    found = ask(on="2023-09-20")
    assert len(found) == 5
    assert not found.duplicated(COLUMNS[:6]).any()
    assert found["speaks"].sum() == 3
    assert list(found.columns) == COLUMNS


def test_a_stock_comes_before_a_flow_of_the_same_step(book, ask):
    book.say(("09.273", ("2023-09-01", "2023-09-30"), 5), measure="flow")
    book.say(("09.273", "2023-08-14", 90))
    rows = spoken(ask(on="2023-10-01"))
    assert [row.measure for row in rows.values()] == ["stock"]


# Which source speaks


def test_the_office_speaks_before_what_is_published_and_the_other_is_kept(book, ask):
    book.say(("09.273", "2023-09-10", 100))
    book.say(("09.273", "2023-09-14", 130), source="published", address="https://example.org/a", note="a note")
    found = ask(on="2023-09-18")
    assert one(found)["source"] == "office"
    other = found[~found["speaks"].astype(bool)].iloc[0]
    assert (other["value"], other["address"], other["note"]) == (130, "https://example.org/a", "a note")


def test_a_source_that_is_not_late_speaks_before_a_late_one_of_lower_rank(book, ask):
    book.say(("09.273", "2023-06-01", 100))
    book.say(("09.273", "2023-09-14", 130), source="published")
    found = ask(on="2023-09-18")
    assert one(found)["value"] == 130
    assert sorted(found["late"]) == [False, True]


def test_of_two_late_sources_the_one_of_lower_rank_speaks(book, ask):
    book.say(("09.273", "2022-06-01", 100))
    book.say(("09.273", "2022-12-14", 130), source="published")
    assert one(ask(on="2023-09-18"))["value"] == 100


def test_a_source_that_is_not_defined_speaks_last(book, ask):
    book.say(("09.273", "2023-09-17", 7), source="somebody")
    book.say(("09.273", "2023-09-10", 100), source="published_other")
    assert one(ask(on="2023-09-18"))["value"] == 100


def test_a_territorys_own_report_speaks_before_the_sum_of_its_children_and_both_are_kept(book, ask):
    book.say(("09.273", "2023-09-10", 100))
    book.sum(("09.273", "2023-09-14", 104, 6, 6))
    found = ask(on="2023-09-18")
    assert one(found)["basis"] == "reported"
    summed = found[found["basis"] == "summed"].iloc[0]
    assert (summed["value"], summed["reporting"], summed["expected"]) == (104, 6, 6)


def test_a_fresh_complete_sum_speaks_before_the_territorys_own_late_report(book, ask):
    book.say(("09.273", "2023-01-10", 100))
    book.sum(("09.273", "2023-09-14", 104, 6, 6))
    assert one(ask(on="2023-09-18"))["basis"] == "summed"


def test_a_complete_sum_of_the_office_speaks_before_a_published_figure(book, ask):
    book.say(("09.273", "2023-09-16", 100), source="published")
    book.sum(("09.273", "2023-09-14", 104, 6, 6))
    assert one(ask(on="2023-09-18"))["value"] == 104


def test_a_sum_over_some_of_the_children_speaks_only_where_nothing_else_does(book, ask):
    book.sum(("09.273", "2023-09-14", 104, 5, 6))
    assert one(ask(on="2023-09-18"))["reporting"] == 5
    book.say(("09.273", "2021-06-01", 9), source="published_other")
    assert one(ask(on="2023-09-18"))["source"] == "published_other"


def test_two_published_sources_of_one_day_are_both_kept_and_the_first_speaks(published, now, day):
    frame = figures(published, where=series.c.territory == "MA", on=day("2025-09-16"), cut=now(published), scope="MA")
    mine = frame[(frame["step"] == "amo_tadamon.covered") & (frame["unit"] == "person")]
    said = dict(zip(mine["source"], mine["value"], strict=True))
    assert said == {"published": 11_000_000, "published_other": 11_400_000}
    assert one(mine)["value"] == 11_000_000
    assert set(mine["on_date"]) == {day("2025-09-16")}
    assert mine["address"].str.startswith("https://").all()
    assert mine["state"].eq("shown").all()


# Totals and breakdowns


def cells(book, date, *, source="office", **parts):
    for part, value in parts.items():
        key = {"sex": part} if part in ("female", "male") else {"area": part}
        book.say(("09.273", date, value), source=source, **key)


def test_a_complete_breakdown_is_summed_where_there_is_no_total(book, ask, day):
    cells(book, "2023-09-14", female=60, male=45)
    row = one(ask(on="2023-09-18"))
    assert (row["value"], row["on_date"], row["basis"], row["state"]) == (105, day("2023-09-14"), "reported", "shown")


def test_two_complete_breakdowns_are_not_added_together(book, ask):
    cells(book, "2023-09-14", female=60, male=45, urban=70, rural=35)
    assert ask(on="2023-09-18")["value"].tolist() == [105]


def test_an_all_row_is_a_total_in_its_own_right_and_never_doubled(book, ask):
    cells(book, "2023-09-14", female=60, male=45, urban=70, rural=35)
    book.say(("09.273", "2023-09-14", 110))
    assert ask(on="2023-09-18")["value"].tolist() == [110]


@pytest.mark.parametrize("parts", [{"female": 60}, {"urban": 60}, {"female": 60, "rural": 45}])
def test_an_incomplete_breakdown_is_no_total(book, ask, parts):
    cells(book, "2023-09-14", **parts)
    assert ask(on="2023-09-18").empty


def test_parts_of_different_days_make_no_total(book, ask):
    cells(book, "2023-08-14", female=60, male=45)
    cells(book, "2023-09-14", female=61)
    assert ask(on="2023-09-18").empty


def test_a_newer_complete_breakdown_speaks_before_an_older_all_row(book, ask, day):
    book.say(("09.273", "2023-01-14", 80))
    cells(book, "2023-09-14", female=60, male=45)
    found = ask(on="2023-09-18")
    assert found["value"].tolist() == [105]
    assert one(ask(on="2023-09-13"))["value"] == 80


def test_an_incomplete_newer_breakdown_leaves_the_older_total(book, ask):
    book.say(("09.273", "2023-01-14", 80))
    cells(book, "2023-09-14", female=60)
    assert ask(on="2023-09-18")["value"].tolist() == [80]


def test_the_newer_of_two_complete_breakdowns_is_summed(book, ask):
    cells(book, "2023-08-14", female=60, male=45)
    cells(book, "2023-09-14", urban=70, rural=36)
    assert ask(on="2023-09-18")["value"].tolist() == [106]


def test_cells_by_sex_and_area_at_once_are_no_total(book, ask):
    for sex in ("female", "male"):
        for area in ("urban", "rural"):
            book.say(("09.273", "2023-09-14", 10), sex=sex, area=area)
    assert ask(on="2023-09-18").empty


def test_cells_by_reason_or_age_are_never_taken_for_a_total(book, ask):
    book.say(("09.273", "2023-09-14", 10), reason="income")
    book.say(("09.273", "2023-09-14", 10), age_band="0-17")
    book.say(("09.273", "2023-09-14", 10), cohort="2023")
    assert ask(on="2023-09-18").empty


def test_a_small_total_that_was_summed_from_a_breakdown_is_a_plain_total(book, ask):
    cells(book, "2023-09-14", female=3, male=4)
    row = one(ask(on="2023-09-18"))
    assert (row["value"], row["state"]) == (7, "shown")


def test_a_flow_in_parts_is_summed_over_one_period_only(book, ask):
    period, year = ("2023-09-01", "2023-09-30"), ("2023-01-01", "2023-09-30")
    for sex, month, nine in (("female", 6, 60), ("male", 5, 50)):
        book.say(("09.273", period, month), ("09.273", year, nine), sex=sex, measure="flow")
    assert ask(on="2023-10-18")["value"].tolist() == [11]
    book.say(("09.273", ("2023-10-01", "2023-10-10"), 6), sex="female", measure="flow")
    book.say(("09.273", ("2023-10-02", "2023-10-10"), 6), sex="male", measure="flow")
    assert ask(on="2023-10-18").empty


def test_the_published_rural_and_urban_households_do_not_double_the_kingdoms_total(published, now, day):
    frame = figures(published, where=series.c.territory == "MA", on=day("2024-10-01"), cut=now(published), scope="MA")
    mine = frame[(frame["step"] == "rsu.registered") & (frame["unit"] == "household")]
    assert mine.loc[mine["basis"] == "reported", "value"].tolist() == [5_200_000]
    assert one(mine)["value"] == 5_200_000


def test_a_breakdown_in_a_file_gives_the_total_of_the_prefecture_and_of_its_sum(take_in, ask, places):
    communes = places.tree().children["09.273"]
    lines = [f"{c},rsu.registered,household,stock,2023-09-14,{s},,{v}" for c in communes for s, v in PARTS]
    take_in(HEAD, *lines)
    row = one(ask(on="2023-09-18"))
    assert (row["value"], row["basis"], row["reporting"], row["expected"]) == (6 * 30, "summed", 6, 6)


PARTS = (("female", 20), ("male", 10))


# Change over 30 days


@pytest.mark.parametrize(("days", "compared"), [(24, False), (25, True), (30, True), (45, True), (46, False)])
def test_a_figure_is_compared_with_one_25_to_45_days_before(book, ask, day, days, compared):
    import datetime as dt

    earlier = (dt.date(2023, 9, 14) - dt.timedelta(days=days)).isoformat()
    book.say(("09.273", earlier, 90), ("09.273", "2023-09-14", 100))
    row = one(ask(on="2023-09-18"))
    assert bool(row["previous_value"] == 90) is compared
    assert bool(row["previous_date"] == day(earlier)) is compared


def test_the_last_of_several_comparable_figures_is_taken(book, ask):
    book.say(("09.273", "2023-08-01", 80), ("09.273", "2023-08-15", 90), ("09.273", "2023-09-10", 98))
    book.say(("09.273", "2023-09-14", 100))
    assert one(ask(on="2023-09-18"))["previous_value"] == 90


def test_a_figure_is_never_compared_with_another_source(book, ask):
    book.say(("09.273", "2023-08-15", 90), source="published")
    book.say(("09.273", "2023-09-14", 100))
    assert one(ask(on="2023-09-18"))["previous_value"] != 90


def test_a_figure_no_longer_reported_is_not_compared_with(book, ask):
    book.say(("09.273", "2023-08-15", 90), ("09.273", "2023-09-14", 100))
    book.say(("09.273", "2023-08-15", None))
    assert one(ask(on="2023-09-18"))["previous_value"] != 90


def test_flows_have_no_change(book, ask):
    book.say(("09.273", ("2023-08-01", "2023-08-31"), 5), ("09.273", ("2023-09-01", "2023-09-30"), 6), measure="flow")
    row = one(ask(on="2023-10-01"))
    assert row[["previous_value", "previous_date"]].isna().all()


@pytest.mark.parametrize(
    ("before", "after", "compared"),
    [((6, 6), (6, 6), True), ((5, 6), (6, 6), False), ((5, 6), (5, 6), False), ((5, 5), (6, 6), False)],
)
def test_a_sum_is_compared_only_where_all_children_are_in_it_on_both_days(book, ask, before, after, compared):
    book.sum(("09.273", "2023-08-15", 90, *before), ("09.273", "2023-09-14", 100, *after))
    row = one(ask(on="2023-09-18"))
    assert bool(row["previous_value"] == 90) is compared


def test_as_many_children_as_before_need_not_be_the_same_ones(take_in, ask, places):
    first, second, third = places.tree().children["09.273"][:3]
    line = "{},rsu.registered,household,stock,{},,,{}"
    take_in(
        HEAD,
        line.format(first, "2023-07-01", 1000),
        line.format(second, "2023-07-01", 50),
        line.format(second, "2023-08-19", 50),
        line.format(third, "2023-08-19", 10),
        line.format(second, "2023-09-20", 50),
        line.format(third, "2023-09-20", 10),
    )
    row = one(ask(on="2023-08-01"))
    assert (row["value"], row["reporting"]) == (1050, 2)
    row = one(ask(on="2023-09-20"))
    assert (row["value"], row["reporting"]) == (60, 2)
    assert row[["previous_value", "previous_date"]].isna().all()


def test_a_total_made_of_a_breakdown_is_compared_with_the_same_breakdown(book, ask, day):
    cells(book, "2023-08-15", female=50, male=40)
    cells(book, "2023-09-14", female=60, male=45)
    row = one(ask(on="2023-09-18"))
    assert (row["previous_value"], row["previous_date"]) == (90, day("2023-08-15"))


def test_a_total_made_of_a_breakdown_is_not_compared_with_half_of_it(book, ask):
    cells(book, "2023-08-15", female=50)
    cells(book, "2023-09-14", female=60, male=45)
    assert one(ask(on="2023-09-18"))[["previous_value", "previous_date"]].isna().all()


def test_without_change_nothing_is_compared(book, ask):
    book.say(("09.273", "2023-08-15", 90), ("09.273", "2023-09-14", 100))
    row = one(ask(on="2023-09-18", with_change=False))
    assert row["value"] == 100
    assert row[["previous_value", "previous_date"]].isna().all()


# Scope


def test_a_reader_sees_no_office_count_of_another_prefecture_but_what_is_published_there(book, ask):
    book.say(("02.411", "2024-01-12", 61_234))
    assert ask("02.411", on="2024-01-20", scope="09.273").empty
    book.say(("02.411", "2024-01-10", 61_000), source="published")
    row = one(ask("02.411", on="2024-01-20", scope="09.273"))
    assert (row["source"], row["value"], row["state"]) == ("published", 61_000, "shown")
    assert one(ask("02.411", on="2024-01-20"))["value"] == 61_234


def test_a_reader_sees_his_own_and_the_totals_above(book, ask):
    book.say(("09.273", "2024-01-12", 5), ("09.273.01.17", "2024-01-12", 2), ("09", "2024-01-12", 900))
    book.sum(("MA", "2024-01-12", 9000, 75, 75))
    for territory, value in (("09.273", 5), ("09.273.01.17", 2), ("09", 900), ("MA", 9000)):
        row = one(ask(territory, on="2024-01-20", scope="09.273"))
        assert (row["value"], row["state"]) == (value, "shown")


def test_a_regions_sum_of_the_reader_and_one_other_does_not_give_the_other_away(book, ask):
    book.say(("09.273", "2024-01-12", 500), ("09.163", "2024-01-12", 321))
    book.sum(("09", "2024-01-12", 821, 2, 6), ("MA", "2024-01-12", 821, 2, 75))
    for territory in ("09", "MA"):
        row = one(ask(territory, on="2024-01-20", scope="09.273"))
        assert row["state"] == "withheld"
        assert row[["value", "previous_value"]].isna().all()
        assert one(ask(territory, on="2024-01-20"))["value"] == 821


def test_a_region_of_two_prefectures_is_not_read_from_inside_one_of_them(book, ask, places):
    one_of_two, other = places.tree().children["12"]
    book.say((one_of_two, "2024-01-12", 500), (other, "2024-01-12", 321), ("12", "2024-01-12", 821))
    book.sum(("12", "2024-01-12", 821, 2, 2))
    assert one(ask("12", on="2024-01-20", scope=one_of_two))["state"] == "withheld"
    book.say(("12", "2023-01-01", 700), source="published")
    row = one(ask("12", on="2024-01-20", scope=one_of_two))
    assert (row["value"], row["source"]) == (700, "published")
    assert one(ask("12", on="2024-01-20", scope="12"))["value"] == 821


def test_the_kingdom_less_the_region_is_not_the_count_of_one_other_prefecture(book, ask):
    book.sum(("09", "2024-01-12", 3000, 6, 6), ("MA", "2024-01-12", 3321, 7, 75))
    assert one(ask("09", on="2024-01-20", scope="09.273"))["value"] == 3000
    assert one(ask("MA", on="2024-01-20", scope="09.273"))["state"] == "withheld"


def test_a_database_that_was_only_migrated_has_no_figure(engine):
    for scope in ("MA", "09.273"):
        found = figures(engine, where=series.c.territory == "MA", on=20_000, cut=0, scope=scope)
        assert found.empty
        assert list(found.columns) == COLUMNS
        assert spoken(found) == {}
