"""Reconcile: each thing that may explain a number that was heard, on drawn tables."""

from dataclasses import replace

import pytest

from queries.definitions import definitions
from queries.reconcile import COLUMNS, KEPT_OF_A_KIND, Asked, Heard, reconciled

PREFECTURE, COMMUNE, OTHER = "09.273", "09.273.01.15", "09.273.01.05"
REGION, SIBLING = "09", "09.001"
RSU = "rsu.registered"


@pytest.fixture
def explain(reference_engine, now, day):
    """A function from a number heard to our figure and what explains it."""

    def run(
        value,
        precision=1,
        share=False,
        territory=PREFECTURE,
        step=RSU,
        unit="household",
        on="2024-03-31",
        today="2026-11-23",
        scope="MA",
        namesakes=(),
    ):
        return reconciled(
            reference_engine,
            asked=Asked(territory, step, unit, day(on)),
            heard=Heard(value, precision, share),
            today=day(today),
            cut=now(reference_engine),
            scope=scope,
            namesakes=namesakes,
        )

    return run


def explaining(answer):
    """(kind, value) of each row that explains, the best first."""
    frame = answer[1]
    return [(r.kind, r.value) for r in frame.itertuples() if r.band != "far"]


def one(answer, kind):
    """The first row of a kind."""
    frame = answer[1]
    return frame[frame["kind"] == kind].iloc[0]


def test_a_number_that_is_our_own_rounded_needs_no_other_explanation(book, explain):
    book.say((PREFECTURE, "2024-03-30", 57_981))
    ours, frame = explain(58_000, 1000)
    assert ours.value == 57_981 and list(frame.columns) == COLUMNS
    assert explaining((ours, frame))[0] == ("ours", 57_981)


def test_our_figure_of_another_day_explains_it_the_nearest_day_first(book, explain, day):
    book.say(
        (PREFECTURE, "2023-09-01", 57_700),
        (PREFECTURE, "2023-09-03", 58_012),
        (PREFECTURE, "2024-03-30", 64_000),
    )
    answer = explain(58_000, 1000)
    assert explaining(answer)[:2] == [("date", 58_012), ("date", 57_700)]
    assert one(answer, "date").on_date == day("2023-09-03")


def test_a_later_figure_explains_it_too(book, explain):
    book.say((PREFECTURE, "2024-03-30", 50_000), (PREFECTURE, "2024-05-02", 58_020))
    assert explaining(explain(58_000, 1000)) == [("date", 58_020)]


def test_two_days_with_the_number_between_them_explain_it_when_they_are_close(book, explain, day):
    book.say((PREFECTURE, "2024-02-20", 56_000), (PREFECTURE, "2024-03-01", 60_000), (PREFECTURE, "2024-03-30", 64_000))
    answer = explain(58_012)
    assert [kind for kind, _ in explaining(answer)] == ["between"]
    row = one(answer, "between")
    assert sorted([(row.on_date, row.value), (row.other_date, row.other_value)]) == [
        (day("2024-02-20"), 56_000),
        (day("2024-03-01"), 60_000),
    ]


def test_two_days_a_year_apart_say_nothing_of_the_days_between(book, explain):
    book.say((PREFECTURE, "2023-02-20", 56_000), (PREFECTURE, "2024-03-01", 60_000))
    assert "between" not in set(explain(58_012)[1]["kind"])


def test_the_same_step_in_another_unit_explains_it(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    book.say((PREFECTURE, "2024-03-30", 249_600), unit="person")
    assert explaining(explain(249_600)) == [("unit", 249_600)]


def test_households_times_the_people_of_a_census_household_explain_it(book, explain, reference_engine):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    answer = explain(1)
    row = answer[1][(answer[1]["kind"] == "per_household") & (answer[1]["divisor_date"] == 2024)].iloc[0]
    assert row.unit == "person" and row.value == round(64_000 * row.other_value) and 2 < row.other_value < 6
    assert explaining(explain(row.value))[0] == ("per_household", row.value)


def test_persons_over_the_people_of_a_census_household_explain_it(book, explain):
    book.say((PREFECTURE, "2024-03-30", 249_600), unit="person")
    row = one(explain(1, unit="person"), "per_household")
    assert row.unit == "household" and row.value == round(249_600 / row.other_value)


@pytest.mark.parametrize("elsewhere", [REGION, "MA", SIBLING, COMMUNE])
def test_the_same_count_above_beside_or_below_explains_it(book, explain, elsewhere):
    book.say((PREFECTURE, "2024-03-30", 64_000), (elsewhere, "2024-03-30", 58_000))
    answer = explain(58_000, 1000)
    assert ("place", 58_000) in explaining(answer) and one(answer, "place").territory_code == elsewhere


def test_a_territory_of_the_same_name_explains_it_wherever_it_lies(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000), ("02.411.01.23", "2024-03-30", 58_000))
    assert explaining(explain(58_000, 1000)) == []
    assert explaining(explain(58_000, 1000, namesakes=("02.411.01.23",))) == [("place", 58_000)]


def test_a_prefecture_of_arrondissements_explains_a_number_of_one_of_them(book, explain):
    grouping, member = "06.141.01.00", "06.141.01.01"
    book.say((member, "2024-03-30", 20_000), (grouping, "2024-03-30", 58_000))
    row = one(explain(58_000, 1000, territory=member), "place")
    assert row.territory_code == grouping
    row = one(explain(20_000, 1000, territory=grouping), "place")
    assert row.territory_code == member


def test_another_step_of_the_same_programme_and_another_programme_explain_it(book, explain):
    book.say((PREFECTURE, "2024-03-30", 40_000), step="asd.paid")
    book.say((PREFECTURE, "2024-03-30", 58_000), step="asd.applied", unit="application")
    answer = explain(58_000, 1000, step="asd.paid")
    assert ("step", 58_000) in explaining(answer) and one(answer, "step").step == "asd.applied"
    book.say((PREFECTURE, "2024-03-30", 71_000), step="amo_tadamon.covered")
    answer = explain(71_000, 1000, step="asd.paid")
    assert ("step", 71_000) in explaining(answer) and one(answer, "step").step == "amo_tadamon.covered"


def test_another_source_explains_it_with_its_address(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    book.say((PREFECTURE, "2024-03-30", 58_000), source="published", address="https://example.org/58")
    answer = explain(58_000, 1000)
    assert explaining(answer)[0] == ("source", 58_000) and one(answer, "source").address == "https://example.org/58"


def test_the_figure_as_it_was_before_a_correction_explains_it(book, explain):
    book.say((PREFECTURE, "2024-03-30", 58_000))
    number = book.say((PREFECTURE, "2024-03-30", 64_000))
    answer = explain(58_000, 1000)
    assert explaining(answer) == [("revision", 58_000)]
    assert one(answer, "revision").event == number and one(answer, "revision").recorded_at > 0


def test_the_figure_before_a_late_report_explains_it(book, explain):
    book.sum((PREFECTURE, "2024-03-30", 58_000, 6, 6))
    book.sum((PREFECTURE, "2024-03-30", 64_000, 6, 6))
    assert explaining(explain(58_000, 1000)) == [("revision", 58_000)]


def test_revisions_of_totals_above_the_reader_are_not_told(book, explain):
    book.say((REGION, "2024-03-30", 580_000))
    book.say((REGION, "2024-03-30", 640_000))
    assert explaining(explain(580_000, 1000, territory=REGION)) == [("revision", 580_000)]
    assert "revision" not in set(explain(580_000, 1000, territory=REGION, scope=PREFECTURE)[1]["kind"])


def test_a_sum_over_some_of_the_children_explains_it(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    book.sum((PREFECTURE, "2024-03-30", 58_000, 4, 6))
    answer = explain(58_000, 1000)
    assert explaining(answer) == [("partial", 58_000)]
    assert (one(answer, "partial").reporting, one(answer, "partial").expected) == (4, 6)


def test_our_own_partial_sum_is_said_to_be_one(book, explain):
    book.sum((PREFECTURE, "2024-03-30", 58_000, 4, 6))
    assert explaining(explain(58_000, 1000)) == [("partial", 58_000)]


def test_our_total_less_one_commune_explains_it(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000), (COMMUNE, "2024-03-30", 6_000), (OTHER, "2024-03-30", 20_000))
    answer = explain(58_000, 1000)
    assert explaining(answer) == [("without", 58_000)]
    assert (one(answer, "without").other_code, one(answer, "without").other_value) == (COMMUNE, 6_000)


def test_the_flow_of_a_month_explains_a_number_where_ours_is_a_stock(book, explain, day):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    book.say((PREFECTURE, ("2024-03-01", "2024-03-31"), 2_150), measure="flow")
    answer = explain(2_150)
    assert explaining(answer) == [("flow", 2_150)]
    assert (one(answer, "flow").from_date, one(answer, "flow").on_date) == (day("2024-03-01"), day("2024-03-31"))


def test_the_rise_of_a_stock_over_a_month_explains_it(book, explain, day):
    book.say((PREFECTURE, "2024-02-29", 61_850), (PREFECTURE, "2024-03-30", 64_000))
    answer = explain(2_150)
    assert explaining(answer) == [("change", 2_150)]
    assert (one(answer, "change").from_date, one(answer, "change").on_date) == (day("2024-02-29"), day("2024-03-30"))


def test_a_day_counted_twice_explains_it(book, explain, day):
    book.say((PREFECTURE, "2024-03-22", 60_000), (PREFECTURE, "2024-03-23", 63_700), (PREFECTURE, "2024-03-30", 64_000))
    answer = explain(67_700)
    assert explaining(answer) == [("doubled", 67_700)]
    assert (one(answer, "doubled").other_value, one(answer, "doubled").other_date) == (3_700, day("2024-03-23"))


def test_a_total_added_to_its_own_parts_explains_it(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    assert explaining(explain(128_000, 1000)) == [("twice", 128_000)]


def test_the_census_count_itself_explains_it(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    counts = explain(1)[1]
    census = counts[counts["kind"] == "census"]
    for row in census[census["unit"] == "household"].itertuples():
        assert explaining(explain(row.value))[0] == ("census", row.value)
    assert set(census["divisor_date"]) == {2014, 2024}


def test_a_census_that_was_not_yet_published_explains_nothing(book, explain):
    book.say((PREFECTURE, "2023-09-01", 64_000))
    found = explain(1, on="2023-09-17", today="2023-09-17")[1]
    assert set(found[found["kind"] == "census"]["divisor_date"]) == {2014}
    found = explain(0.5, 0.01, share=True, on="2023-09-17", today="2023-09-17")[1]
    assert set(found[found["divisor_kind"] == "census"]["divisor_date"]) == {2014}


def test_a_share_over_the_other_census_explains_it(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    shares = explain(0.5, 0.01, share=True)[1]
    by_year = {r.divisor_date: r for r in shares.itertuples() if r.kind == "share" and r.divisor_unit == "household"}
    assert by_year[2024].changes == 0 and by_year[2014].changes == 1
    answer = explain(round(by_year[2014].value, 2), 0.01, share=True)
    assert answer[1].iloc[0].divisor_date == 2014 and answer[1].iloc[0].band == "said"


def test_households_over_persons_explain_the_nine_percent_that_were_printed(published, now, day):
    asked = Asked("02.411", "asd.paid", "household", day("2024-01-20"))
    given = {"today": day("2026-11-23"), "cut": now(published), "scope": "MA"}
    ours, frame = reconciled(published, asked=asked, heard=Heard(0.09, 0.01, True), **given)
    best = frame.iloc[0]
    assert (best.kind, best.divided, best.divisor, best.divisor_unit) == ("share", 21_500, 241_000, "person")
    assert best.other_value == 61_000 and round(best.divided / best.other_value, 2) == 0.35
    assert frame[frame["band"] != "far"]["kind"].tolist() == ["share", "quoted"]
    _, frame = reconciled(published, asked=asked, heard=Heard(0.35, 0.01, True), **given)
    assert (frame.iloc[0].divisor, frame.iloc[0].divisor_unit) == (61_000, "household")


def test_the_share_of_another_day_explains_it(book, explain, day):
    book.say((PREFECTURE, "2023-06-30", 30_000), (PREFECTURE, "2024-03-30", 64_000))
    shares = explain(0.5, 0.01, share=True)[1]
    own = next(r for r in shares.itertuples() if r.kind == "share" and r.changes == 0)
    answer = explain(round(30_000 / own.divisor, 3), 0.001, share=True)
    assert (answer[1].iloc[0].kind, answer[1].iloc[0].on_date) == ("date", day("2023-06-30"))


def test_nothing_explains_a_number_that_is_far_from_all_we_have(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    answer = explain(3_000_000, 1000)
    assert explaining(answer) == [] and len(answer[1]) > 0


def test_without_any_figure_what_lies_around_may_still_explain_it(book, explain):
    book.say((REGION, "2024-03-30", 58_000))
    ours, frame = explain(58_000, 1000)
    assert ours is None and explaining((ours, frame)) == [("place", 58_000)]


def test_an_empty_database_explains_only_by_the_census(reference_engine, explain):
    ours, frame = explain(58_000, 1000, territory="MA")
    assert ours is None and set(frame["kind"]) == {"census"}


def test_no_more_than_a_few_candidates_of_a_kind_are_told(book, explain):
    book.say(*((PREFECTURE, f"2024-03-{n:02}", 58_000 + n) for n in range(1, 31)))
    assert explain(58_000)[1]["kind"].value_counts().max() <= KEPT_OF_A_KIND


def test_a_reader_of_a_scope_is_told_nothing_of_his_neighbours(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000), (SIBLING, "2024-03-30", 58_000), ("02.411", "2024-03-30", 58_100))
    everything = explain(58_000, 1000, namesakes=("02.411",))
    assert [kind for kind, _ in explaining(everything)] == ["place", "place"]
    assert explaining(explain(58_000, 1000, scope=PREFECTURE, namesakes=("02.411",))) == []


def test_a_reader_is_told_what_was_published_of_his_neighbours(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    book.say((SIBLING, "2024-03-30", 58_000), source="published")
    assert explaining(explain(58_000, 1000, scope=PREFECTURE)) == [("place", 58_000)]


def test_a_total_above_that_would_tell_a_single_neighbour_apart_is_withheld(book, explain):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    book.sum((REGION, "2024-03-30", 122_000, 2, 6))
    assert explaining(explain(122_000, 1000, scope=PREFECTURE)) == []
    assert explaining(explain(122_000, 1000)) == [("place", 122_000)]


def test_what_was_not_known_at_the_cut_explains_nothing(book, reference_engine, day):
    number = book.say((PREFECTURE, "2024-03-30", 64_000))
    book.say((PREFECTURE, "2024-02-01", 58_000))
    asked = Asked(PREFECTURE, RSU, "household", day("2024-03-31"))
    given = {"asked": asked, "heard": Heard(58_000, 1000), "today": day("2026-11-23"), "scope": "MA"}
    assert explaining(reconciled(reference_engine, cut=number, **given)) == []
    assert explaining(reconciled(reference_engine, cut=number + 1, **given)) == [("date", 58_000)]


def test_a_step_that_is_kept_from_the_reader_explains_nothing(book, reference_engine, now, day):
    book.say((PREFECTURE, "2024-03-30", 64_000))
    book.say((PREFECTURE, "2024-03-30", 58_000), step="asd.paid")
    known = definitions(reference_engine, cut=now(reference_engine))
    left = {step: body for step, body in known.steps.items() if step != "asd.paid"}
    hidden = replace(known, steps=left, hidden_steps=frozenset({"asd.paid"}))
    given = {
        "asked": Asked(PREFECTURE, RSU, "household", day("2024-03-31")),
        "heard": Heard(58_000, 1000),
        "today": day("2026-11-23"),
        "cut": now(reference_engine),
        "scope": "MA",
    }
    assert explaining(reconciled(reference_engine, known=known, **given)) == [("step", 58_000)]
    assert explaining(reconciled(reference_engine, known=hidden, **given)) == []
    with pytest.raises(KeyError):
        reconciled(
            reference_engine,
            known=hidden,
            **(given | {"asked": Asked(PREFECTURE, "asd.paid", "household", day("2024-03-31"))}),
        )
