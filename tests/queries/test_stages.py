"""Stages: drawn cohorts and stocks, and the published case of one prefecture."""

import datetime as dt

import numpy as np
import pytest

from data.targets import Promise, set_targets
from queries.comparable import comparable
from queries.definitions import definitions
from queries.stages import COLUMNS, bodies, chains, passages, stages

PREFECTURE, COMMUNE = "09.273", "09.273.01.15"
SEFROU = "03.451"
REGISTERED, INDEXED, APPLIED, DECIDED = "rsu.registered", "rsu.indexed", "amo_tadamon.applied", "amo_tadamon.decided"
MONDAY = dt.date(2023, 3, 6)


def week(number):
    """A week, counted from the first of March 2023 that is whole, as (first day, last day)."""
    first = MONDAY + dt.timedelta(weeks=number)
    return first.isoformat(), (first + dt.timedelta(days=6)).isoformat()


@pytest.fixture
def ask(reference_engine, now, day):
    """A function that asks for the stages of a programme's chain."""

    def run(territory=PREFECTURE, programme="amo_tadamon", *, on="2023-06-04", scope="MA", role="administrator"):
        cut = now(reference_engine)
        known = definitions(reference_engine, cut=cut).seen_by(role)
        asked = {"on": day(on), "cut": cut, "scope": scope, "known": known}
        found = stages(reference_engine, territory=territory, programme=programme, **asked)
        assert list(found.frame.columns) == COLUMNS
        return found

    return run


@pytest.fixture
def cohort(book):
    """A function that writes the weekly flow of a cohort into a step: counts of consecutive weeks."""

    def run(step, counts, *, start=0, territory=PREFECTURE, month="2023-03", unit="household", source="office"):
        rows = [(territory, week(start + at), count) for at, count in enumerate(counts)]
        book.say(*rows, step=step, unit=unit, measure="flow", cohort=month, source=source)

    return run


def row(found, step, skipped=False):
    """The row of the passage to a step."""
    frame = found.frame
    kept = frame[(frame["to_step"] == step) & (frame["skipped"].map(bool) == skipped)]
    assert len(kept) == 1
    return kept.iloc[0]


def test_programmes_that_hang_on_one_register_are_parallel_branches(reference_engine, now):
    known = definitions(reference_engine, cut=now(reference_engine))
    lines = {programme: [one.to_step for one in line] for programme, line in chains(known).items()}
    assert lines["rsu"] == [REGISTERED, INDEXED]
    assert lines["amo_tadamon"] == [REGISTERED, INDEXED, "amo_tadamon.covered", APPLIED, DECIDED]
    assert lines["asd"] == [REGISTERED, "asd.applied", "asd.paid"]
    assert passages(known)["asd.applied"].from_step == REGISTERED
    assert "rnp" not in lines and "ramed" not in lines


def test_a_step_that_took_over_from_another_programme_is_entered_by_no_conversion(reference_engine, now):
    known = definitions(reference_engine, cut=now(reference_engine))
    found = passages(known)
    assert [step for step, one in found.items() if not one.conversion] == ["amo_tadamon.covered"]


def test_units_are_compared_where_both_steps_count_them_or_a_bridge_is_declared(reference_engine, now):
    found = passages(definitions(reference_engine, cut=now(reference_engine)))
    assert found[REGISTERED].pairs == (("person", "person", "same"),)
    assert found["asd.paid"].pairs == (("application", "household", "one_to_one"),)
    assert found["amo_achamil.registered"].pairs == ()


def test_by_cohort_those_who_wait_are_what_entered_less_what_passed(ask, cohort):
    cohort(REGISTERED, [100, 100, 0, 0])
    cohort(INDEXED, [0, 60, 80, 40])
    one = row(ask(), INDEXED)
    assert (one.basis, one.unit, one.entered, one.passed, one.waiting) == ("cohort", "household", 200, 180, 20)
    assert one.passed_share == pytest.approx(0.9)
    assert one.oldest_month == "2023-03"
    # Of the hundred of the first week 60 pass a week later; then 80 of 140, 40 of 60.
    assert one.median_weeks == 1
    assert (one.body, one.can_act, one.state) == ("interior", False, "shown")


def test_what_passed_quickly_is_not_all_that_entered(ask, cohort):
    # Forty of a hundred passed at once; sixty wait in the twelfth week: their wait is longer than twelve weeks.
    cohort(REGISTERED, [100] + [0] * 11)
    cohort(INDEXED, [40] + [0] * 11)
    one = row(ask(), INDEXED)
    assert np.isnan(one.median_weeks) and one.waiting == 60 and one.passed_share == pytest.approx(0.4)


def test_a_cohort_is_not_followed_beyond_the_day_asked(ask, cohort):
    cohort(REGISTERED, [100, 0, 0, 0])
    cohort(INDEXED, [10, 20, 30, 40])
    assert row(ask(on="2023-03-19"), INDEXED).passed == 30
    assert row(ask(on="2023-04-02"), INDEXED).passed == 100


def test_where_one_step_is_told_later_than_the_other_both_are_read_to_the_same_week(ask, cohort):
    cohort(REGISTERED, [100, 0, 0])
    cohort(INDEXED, [0, 50], start=0)
    # The third week of the later step has not come: who passed in it is not known to wait.
    one = row(ask(), INDEXED)
    assert (one.entered, one.waiting, one.median_weeks) == (100, 50, 1)


def test_a_cohort_that_nobody_enters_any_more_goes_on_passing(ask, cohort):
    cohort(REGISTERED, [100])
    cohort(INDEXED, [0, 30, 30])
    one = row(ask(), INDEXED)
    assert (one.passed, one.waiting, one.median_weeks) == (60, 40, 2)


def test_files_that_leave_a_stage_wait_no_more(ask, cohort, reference_engine, now):
    known = definitions(reference_engine, cut=now(reference_engine))
    assert passages(known)["asd.paid"].exits == ("asd.refused",)
    # A refusal of this programme is one of its decisions: it leaves the stage after.
    assert passages(known)[DECIDED].exits == ()
    cohort("asd.applied", [100, 0, 0], unit="application", month="2024-03")
    cohort("asd.paid", [0, 50, 0], unit="household", month="2024-03")
    cohort("asd.refused", [0, 20, 10], unit="application", month="2024-03")
    one = row(ask(programme="asd", on="2024-03-31"), "asd.paid")
    assert (one.bridge, one.from_unit, one.unit) == ("one_to_one", "application", "household")
    assert (one.entered, one.passed, one.waiting) == (100, 50, 20)


def test_who_has_not_applied_does_not_wait(ask, cohort):
    cohort(REGISTERED, [100, 0, 0])
    cohort(INDEXED, [100, 0, 0])
    cohort(APPLIED, [0, 30, 10])
    one = row(ask(), APPLIED)
    assert one.passed_share == pytest.approx(0.4)
    assert np.isnan(one.waiting) and np.isnan(one.median_weeks) and not one.waits


def test_only_stocks_give_a_ratio_and_a_difference_and_no_stage_is_named(ask, book):
    book.say((COMMUNE, "2023-06-01", 500), step=REGISTERED)
    book.say((COMMUNE, "2023-06-03", 450), step=INDEXED)
    found = ask(COMMUNE)
    one = row(found, INDEXED)
    assert (one.basis, one.from_value, one.to_value, one.waiting) == ("stocks", 500, 450, 50)
    assert one.passed_share == pytest.approx(0.9) and np.isnan(one.median_weeks) and one.oldest_month == ""
    assert found.priority is None and found.why == "stocks"


def test_a_ratio_of_stocks_above_one_is_not_capped_and_nobody_waits_below_zero(ask, book):
    book.say((COMMUNE, "2023-06-01", 500), step=REGISTERED)
    book.say((COMMUNE, "2023-06-01", 510), step=INDEXED)
    one = row(ask(COMMUNE), INDEXED)
    assert one.passed_share == pytest.approx(1.02) and np.isnan(one.waiting)


def test_stocks_of_days_that_lie_apart_have_no_ratio(ask, book):
    book.say((COMMUNE, "2023-04-01", 500), step=REGISTERED)
    book.say((COMMUNE, "2023-06-01", 450), step=INDEXED)
    one = row(ask(COMMUNE), INDEXED)
    assert (one.basis, one.why) == ("none", "dates") and np.isnan(one.passed_share)


def test_sums_of_some_of_the_children_have_no_ratio(ask, book):
    book.sum((PREFECTURE, "2023-06-01", 500, 4, 6), step=REGISTERED)
    book.sum((PREFECTURE, "2023-06-01", 450, 6, 6), step=INDEXED)
    assert row(ask(), INDEXED).why == "partial"


def test_without_a_bridge_units_are_not_divided(ask, book):
    book.say((COMMUNE, "2024-03-01", 500), step=REGISTERED)
    book.say((COMMUNE, "2024-03-01", 30), step="amo_achamil.registered", unit="insured")
    one = row(ask(COMMUNE, "amo_achamil", on="2024-03-02"), "amo_achamil.registered")
    assert (one.basis, one.why) == ("none", "bridge") and np.isnan(one.passed_share)
    assert (one.from_value, one.to_value) == (500, 30)


def test_no_data_is_not_measured_and_never_zero(ask):
    found = ask(on="2024-06-01")
    assert set(found.nodes["state"]) <= {"missing", "not_applicable"} and found.nodes["value"].isna().all()
    assert set(found.frame["state"]) == {"missing"} and found.frame["passed_share"].isna().all()
    assert found.frame["waiting"].isna().all() and set(found.frame["why"]) == {"both", "parallel"}


def test_before_a_step_has_begun_it_is_not_applicable(ask):
    found = ask(programme="asd", on="2023-06-01")
    assert row(found, "asd.paid").state == "not_applicable"


@pytest.fixture
def sefrou(published, now, day):
    """A function that asks for a chain in Sefrou on the day of its published figures."""

    def run(programme):
        cut = now(published)
        known = definitions(published, cut=cut)
        asked = {"on": day("2024-02-09"), "cut": cut, "scope": "MA", "known": known}
        return stages(published, territory=SEFROU, programme=programme, **asked)

    return run


def test_sefrou_as_it_was_published_has_one_ratio_and_no_false_one(sefrou):
    amo = sefrou("amo_tadamon")
    # More than 200,000 persons and 52,000 households: persons of the register were not told, so nothing is divided.
    first = row(amo, REGISTERED)
    assert (first.basis, first.why, first.from_value, first.to_value) == ("none", "units", 200_000, 52_000)
    # 43,000 families covered, of which most never came through the register: no share of the 52,000.
    covered = row(amo, "amo_tadamon.covered")
    assert (covered.basis, covered.why, covered.to_value) == ("none", "parallel", 43_000)
    assert np.isnan(covered.passed_share) and np.isnan(covered.waiting)
    # 13,000 households paid: a quarter of the 52,000, a ratio of two stocks over a stage that is not measured.
    asd = sefrou("asd")
    assert row(asd, "asd.paid").why == "from" and row(asd, "asd.applied").why == "to"
    leap = row(asd, "asd.paid", skipped=True)
    assert (leap.from_step, leap.skipped, leap.basis) == (REGISTERED, ("asd.applied",), "stocks")
    assert leap.passed_share == pytest.approx(0.25) and np.isnan(leap.waiting)
    assert amo.priority is None and asd.priority is None
    assert set(amo.frame.loc[amo.frame["to_step"].isin(amo.chain), "basis"]) == {"none"}
    told = amo.nodes[amo.nodes["state"] == "shown"].set_index("step")
    assert told["value"].to_dict() == {
        "rnp.registered": 200_000,
        REGISTERED: 52_000,
        "amo_tadamon.covered": 43_000,
        "asd.paid": 13_000,
    }
    assert told["unit"].tolist() == ["person", "household", "household", "household"]


def test_a_small_cohort_is_withheld_and_one_more_with_it(ask, cohort):
    cohort(REGISTERED, [50, 0, 0])
    cohort(INDEXED, [0, 44, 0])
    cohort(REGISTERED, [80, 0, 0], month="2023-02")
    cohort(INDEXED, [0, 60, 0], month="2023-02")
    months = ask().cohorts.set_index("cohort")
    assert months["waiting"].isna().all() and set(months["state"]) == {"withheld"}
    # The total of a prefecture is no cell of a breakdown.
    assert row(ask(), INDEXED).waiting == 26


def test_a_reader_is_not_told_the_cohorts_of_another_prefecture(ask, cohort):
    cohort(REGISTERED, [100, 0, 0], territory="02.411")
    cohort(INDEXED, [0, 90, 0], territory="02.411")
    found = ask("02.411", scope=PREFECTURE)
    assert found.cohorts.empty and set(found.frame["basis"]) == {"none"}


@pytest.fixture
def chain_of(cohort, reference_engine, now, day):
    """A function that writes a chain of cohorts: of 1,000 a month the shares that pass each stage, a week later."""

    def run(territory, shares):
        for at, month in enumerate(("2023-03", "2023-04", "2023-05")):
            entered = [1000, 0, 0, 0, 0]
            cohort(REGISTERED, entered, start=4 * at, territory=territory, month=month)
            indexed = [0, *(round(shares[0] * n) for n in entered[:-1])]
            cohort(INDEXED, indexed, start=4 * at, territory=territory, month=month)
            applied = [0, *(round(shares[1] * n) for n in indexed[:-1])]
            cohort(APPLIED, applied, start=4 * at, territory=territory, month=month)

    return run


@pytest.fixture
def peers(reference_engine, day):
    """The prefectures comparable to the office's, the nearest first."""
    with reference_engine.connect() as connection:
        return comparable(connection, of=PREFECTURE, on=day("2023-06-04"), scope="MA")


def test_the_stage_whose_lift_adds_most_is_named_with_what_it_adds_before_the_end_of_the_year(ask, chain_of, peers):
    chain_of(PREFECTURE, (0.9, 0.3))
    for code in peers[:6]:
        chain_of(code, (0.9, 0.5))
    found = ask()
    one = found.priority
    assert found.why == "" and one.step == APPLIED and one.unit == "household" and one.peers == 6
    assert (one.due_kind, one.last) == ("year_end", APPLIED)
    assert one.gain > 100
    gains = one.gains.set_index("step")
    assert gains.loc[INDEXED, "gain"] == pytest.approx(0, abs=1e-6)
    # Of a thousand 270 instead of 450: all of the gap is the second stage's.
    assert one.gap == pytest.approx(-180, abs=1)
    assert gains["part"].sum() == pytest.approx(one.gap, abs=1e-9)
    assert gains.loc[APPLIED, "part"] == pytest.approx(-180, abs=2)
    own, other = gains["own_share"].prod(), gains["reference_share"].prod()
    assert gains["log"].sum() == pytest.approx(np.log(own / other), abs=1e-9)
    assert set(one.unmeasured) == {REGISTERED, DECIDED}


def test_the_date_is_that_of_the_target_in_force(ask, chain_of, peers, reference_engine, day):
    chain_of(PREFECTURE, (0.9, 0.3))
    for code in peers[:5]:
        chain_of(code, (0.9, 0.5))
    one = Promise(
        indicator="rsu.registered_share",
        territory=PREFECTURE,
        due=day("2023-07-31"),
        value=9000,
        starts=day("2023-01-02"),
        start_value=0,
        path="linear",
        set_by="assigned",
        source="letter 12",
        address="",
        milestones=(),
    )
    set_targets(reference_engine, [one], actor="preparer")
    found = ask().priority
    assert (found.due_kind, found.due) == ("target", day("2023-07-31"))


def test_fewer_than_five_comparable_prefectures_with_data_are_no_reference(ask, chain_of, peers):
    chain_of(PREFECTURE, (0.9, 0.3))
    for code in peers[:4]:
        chain_of(code, (0.9, 0.5))
    found = ask()
    assert found.priority is None and found.why == "peers"


def test_no_split_is_made_through_a_zero(ask, chain_of, peers):
    chain_of(PREFECTURE, (0.9, 0.0))
    for code in peers[:5]:
        chain_of(code, (0.9, 0.5))
    one = ask().priority
    assert one.step == APPLIED and np.isnan(one.gap) and one.gains["part"].isna().all()


def test_what_is_no_prefecture_has_no_comparable_ones(ask, cohort):
    cohort(REGISTERED, [100, 0, 0], territory=COMMUNE)
    cohort(INDEXED, [0, 90, 0], territory=COMMUNE)
    assert ask(COMMUNE).why == "level"


def test_a_reader_of_one_prefecture_is_given_no_reference_made_of_others(ask, chain_of, peers):
    chain_of(PREFECTURE, (0.9, 0.3))
    for code in peers[:6]:
        chain_of(code, (0.9, 0.5))
    assert ask(scope=PREFECTURE).priority is None


def test_the_comparable_prefectures_are_the_ten_nearest(reference_engine, day, peers):
    assert len(peers) == 10 and PREFECTURE not in peers
    with reference_engine.connect() as connection:
        assert comparable(connection, of=COMMUNE, on=day("2023-06-04"), scope="MA") == ()
        assert comparable(connection, of=PREFECTURE, on=day("2023-06-04"), scope=PREFECTURE) == ()
    # Half a million people, nearly all of them in towns: no great rural province is among them.
    assert "01.151" not in peers


def test_each_body_is_told_its_stages_once_and_units_are_not_added(ask, cohort):
    cohort(REGISTERED, [100, 0, 0])
    cohort(INDEXED, [0, 90, 0])
    cohort(APPLIED, [40, 0, 0], unit="application")
    cohort(DECIDED, [0, 30, 0], unit="application")
    frame = bodies(ask().frame)
    assert frame[["body", "to_step", "unit", "waiting"]].to_numpy().tolist() == [
        ["interior", INDEXED, "household", 10],
        ["cnss", DECIDED, "application", 10],
    ]


def test_refusals_that_end_earlier_do_not_hold_the_others_back(ask, cohort):
    cohort("asd.applied", [100, 0, 0, 0], unit="application", month="2024-03")
    cohort("asd.paid", [0, 20, 20, 20], unit="household", month="2024-03")
    cohort("asd.refused", [0, 20], unit="application", month="2024-03")
    one = row(ask(programme="asd", on="2024-03-31"), "asd.paid")
    assert (one.passed, one.waiting) == (60, 20)
