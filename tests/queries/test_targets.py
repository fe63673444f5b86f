"""Targets: planned and actual of one day, gaps that add up, nothing told that is withheld, alerts without flicker."""

import math

import numpy as np
import pytest

from data.forecasts import store
from data.targets import Promise, set_targets, withdraw_target
from queries import forecasts
from queries.definitions import definitions
from queries.targets import (
    FELL,
    LATE_SOURCE,
    NOT_ATTRIBUTABLE,
    OTHER,
    STALLED,
    WILL_MISS,
    alerts,
    all_targets,
    children,
    course,
    progress,
    split_choices,
    split_target,
)

RSU, RNP = "rsu.registered_share", "rnp.registered_share"
PREFECTURE = "09.273"
COMMUNES = ("09.273.01.13", "09.273.01.15")


@pytest.fixture
def promise(reference_engine, day):
    """A function that sets a target; its event."""

    def run(territory=PREFECTURE, value=1000, due="2023-12-31", indicator=RSU, starts="2023-01-02", **more):
        more["milestones"] = tuple((day(date), count) for date, count in more.get("milestones", ()))
        one = Promise(
            indicator=indicator,
            territory=territory,
            due=day(due),
            value=value,
            starts=day(starts),
            set_by=more.pop("set_by", "assigned"),
            source=more.pop("source", "letter 12"),
            **more,
        )
        return set_targets(reference_engine, [one], actor="preparer")

    return run


@pytest.fixture
def look(reference_engine, now, day):
    """A function that reads the progress of a few territories, as the administrator unless a scope is given."""

    def run(on, *territories, scope="MA", cut=None, **more):
        cut = cut or now(reference_engine)
        return progress(
            reference_engine, territories=territories or [PREFECTURE], on=day(on), cut=cut, scope=scope, **more
        )

    return run


@pytest.fixture
def codes(reference_engine):
    """The codes of the communes of the prefecture, in administrative order."""
    from queries.territories import children as children_of

    with reference_engine.connect() as connection:
        return children_of(connection, of=PREFECTURE)


def weekly(first, values, territory=PREFECTURE):
    """Rows of one count, a week apart."""
    start = np.datetime64(first)
    return [(territory, str(start + 7 * at), value) for at, value in enumerate(values)]


def test_mid_may_2023_the_kingdom_is_ahead_of_its_path_by_0_27_million(published, now, day):
    found = progress(published, territories=["MA"], on=day("2023-05-15"), cut=now(published), scope="MA")
    row = found[found["indicator"] == RSU].iloc[0]
    assert row["actual"] == 1_800_000
    assert row["target"] == 3_500_000
    assert row["on_date"] == day("2023-05-15")
    assert round(row["planned"] / 1e6, 2) == 1.53
    assert round(row["gap"] / 1e6, 2) == 0.27
    assert row["verdict"] == "ahead"
    assert row["set_by"] == "announced"


def test_both_published_targets_have_a_verdict_of_their_own_programme_first(published, now, day):
    found = progress(published, territories=["MA"], on=day("2023-05-15"), cut=now(published), scope="MA")
    assert found["indicator"].tolist() == [RNP, RSU]
    assert not found["verdict"].isin(["no_target", "indicative", "no_figure"]).any()


def test_the_gap_is_taken_at_the_day_of_the_figure_not_at_the_day_asked(book, promise, look, day):
    promise(value=364, due="2024-01-01")
    book.say((PREFECTURE, "2023-06-01", 160))
    row = look("2023-07-01").iloc[0]
    assert row["on_date"] == day("2023-06-01")
    assert row["planned"] == 150
    assert row["gap"] == 10
    assert row["planned_today"] == 180


def test_the_nearest_target_that_is_not_over_is_in_force_and_then_the_last_one(book, promise, look):
    promise(value=100, due="2023-06-30")
    promise(value=200, due="2023-12-31")
    book.say((PREFECTURE, "2023-06-01", 10))
    assert look("2023-06-30").iloc[0]["target"] == 100
    assert look("2023-07-01").iloc[0]["target"] == 200
    late = look("2024-02-01").iloc[0]
    assert late["target"] == 200
    assert late["verdict"] == "expired"


def test_a_target_is_read_as_it_was_known_at_a_cut(book, promise, look):
    book.say((PREFECTURE, "2023-06-01", 10))
    first = promise(value=100)
    second = promise(value=90)
    assert look("2023-06-01", cut=first).iloc[0]["target"] == 100
    assert look("2023-06-01", cut=second).iloc[0]["target"] == 90
    assert look("2023-06-01", cut=first - 1).empty


def test_a_withdrawn_target_is_none(book, promise, look, reference_engine, day):
    promise()
    withdraw_target(reference_engine, indicator=RSU, territory=PREFECTURE, due=day("2023-12-31"), actor="preparer")
    assert look("2023-06-01").empty


def test_a_stepped_path_holds_each_stage_and_names_the_next(book, promise, look, day):
    promise(path="stepped", milestones=[("2023-05-01", 300), ("2023-09-01", 700)])
    book.say((PREFECTURE, "2023-08-31", 299))
    row = look("2023-08-31").iloc[0]
    assert row["planned"] == 300
    assert row["gap"] == -1
    assert (row["milestone"], row["milestone_due"]) == (700, day("2023-09-01"))


def test_the_pace_is_per_working_day_of_the_moroccan_calendar(book, promise, look):
    # July 2023 has 21 days from Monday to Friday; the first of Muharram fell on one of them, Throne Day on a Sunday.
    promise(value=1200, due="2023-07-31")
    book.say(*weekly("2023-05-05", range(100, 1000, 100)))
    row = look("2023-06-30").iloc[0]
    assert row["working_days"] == 20
    assert row["needed_per_day"] == 15
    # Four weeks from 2 to 30 June with the two days of the feast of 29 and 30 June: 18 working days, 400 more.
    assert row["recent_per_day"] == pytest.approx(400 / 18)
    assert row["times"] == pytest.approx(15 / (400 / 18))


def test_a_day_of_the_offices_own_calendar_is_not_worked(book, promise, look, reference_engine, tmp_path):
    from data.loading import load_reference

    promise(value=1200, due="2023-07-31")
    book.say((PREFECTURE, "2023-06-30", 900))
    assert look("2023-06-30").iloc[0]["working_days"] == 20
    (tmp_path / "calendar.csv").write_text(
        "date,name_ar,name_fr,kind,source\n2023-07-03,إغلاق,Fermeture,local,note\n2023-07-19,,,worked,note\n"
        "2023-07-04,إغلاق,Fermeture,local,note\n",
        encoding="utf-8",
    )
    load_reference(reference_engine, local=tmp_path)
    assert look("2023-06-30").iloc[0]["working_days"] == 19


def test_a_doubled_last_report_is_not_believed_and_does_not_reach_the_target(book, promise, look, day):
    promise(value=1500)
    values = [50 * week for week in range(1, 20)]
    book.say(*weekly("2023-03-06", [*values, 2 * 1000]))
    row = look("2023-07-20").iloc[0]
    assert row["doubted"]
    assert row["reported"] == 2000
    assert row["actual"] == 950
    assert row["on_date"] == day("2023-07-10")
    assert row["pace_state"] == "running"
    assert row["verdict"] != "met"


def test_what_is_met_says_on_which_day_it_was_also_long_ago(book, promise, look, day):
    promise(value=300, due="2026-12-31")
    book.say(*weekly("2023-01-02", range(100, 2000, 10)))
    row = look("2026-08-24").iloc[0]
    assert row["verdict"] == "met"
    assert row["reach_on"] == day("2023-01-02") + 7 * 20


def test_a_sum_over_some_of_the_children_is_shown_and_compared_with_nothing(book, promise, look):
    promise()
    book.sum((PREFECTURE, "2023-06-01", 500, 4, 6))
    row = look("2023-06-01").iloc[0]
    assert (row["actual"], row["reporting"], row["expected"]) == (500, 4, 6)
    assert math.isnan(row["gap"])
    assert row["verdict"] == "no_figure"


def test_a_territory_without_figure_is_missing_and_before_the_start_of_the_step_not_applicable(promise, look):
    promise(starts="2022-11-17")
    assert look("2023-06-01").iloc[0]["state"] == "missing"
    assert look("2022-12-01").iloc[0]["state"] == "not_applicable"


def test_an_arithmetical_target_never_has_a_colour(book, promise, look):
    promise(set_by="arithmetical")
    book.say((PREFECTURE, "2023-12-01", 1))
    assert look("2023-12-01").iloc[0]["verdict"] == "indicative"


def test_a_stage_of_another_body_says_so(book, promise, look):
    promise(indicator="rsu.indexed_share")
    book.say((PREFECTURE, "2023-06-01", 10), step="rsu.indexed")
    row = look("2023-06-01").iloc[0]
    assert row["held_elsewhere"]
    assert row["body"] == "interior"


def test_a_shortfall_that_shrinks_is_closing_and_its_gap_of_four_weeks_before_is_known(book, promise, look, day):
    promise(value=1000, starts="2023-01-01", due="2023-12-27")
    book.say((PREFECTURE, "2023-05-01", 100), (PREFECTURE, "2023-05-29", 300))
    row = look("2023-05-30").iloc[0]
    assert row["gap_before"] == pytest.approx(100 - 1000 * 120 / 360)
    assert row["gap"] == pytest.approx(300 - 1000 * 148 / 360)
    assert (row["direction"], row["since"]) == ("closing", day("2023-05-01"))


def test_a_stable_shortfall_is_followed_back_as_far_as_it_holds(book, promise, look, day):
    promise(value=1000, starts="2023-01-01", due="2023-12-27")
    start = np.datetime64("2023-01-01")
    along = [(PREFECTURE, str(start + at), int(1000 * at / 360) - 50) for at in range(90, 200, 7)]
    book.say((PREFECTURE, "2023-03-01", 10), *along)
    row = look("2023-07-25").iloc[0]
    assert (row["direction"], row["since"]) == ("stable", day("2023-04-01"))


def test_a_reader_of_one_prefecture_sees_no_target_of_another_nor_what_a_total_would_tell(book, promise, look):
    promise("09.001", value=500)
    promise("09", value=900)
    promise(value=400)
    book.say(("09.001", "2023-06-01", 77), (PREFECTURE, "2023-06-01", 33), ("09", "2023-06-01", 110))
    book.sum(("09", "2023-06-01", 110, 2, 6))
    found = look("2023-06-01", "09", PREFECTURE, "09.001", scope=PREFECTURE).set_index("territory_code")
    assert "09.001" not in found.index
    assert found.loc[PREFECTURE, "gap"] < 0
    # Of the sum of two prefectures the reader would know the other one's count.
    assert look("2023-06-01", "09.001", scope=PREFECTURE).empty


def test_of_a_withheld_total_nothing_is_told(book, promise, look):
    promise("09", value=900)
    book.sum(("09", "2023-06-01", 110, 2, 2))
    book.sum(("09", "2023-05-01", 100, 2, 2))
    row = look("2023-06-01", "09", scope=PREFECTURE).iloc[0]
    assert row["state"] == "withheld"
    told = ("actual", "gap", "gap_before", "remaining", "needed_per_day", "recent_per_day", "times", "probability")
    assert all(math.isnan(row[name]) for name in told)
    assert row["verdict"] == "no_figure"
    path = course(
        book.engine, indicator=RSU, territory="09", on=int(row["due"]), cut=row["target_event"] + 9, scope=PREFECTURE
    )
    assert path.actual.empty
    assert path.ahead.empty


def test_where_nothing_was_promised_the_count_and_its_pace_are_told_when_asked_for(book, look):
    book.say(*weekly("2023-05-01", range(100, 1000, 100)))
    assert look("2023-06-26").empty
    row = look("2023-06-26", indicators=[RSU]).iloc[0]
    assert row["verdict"] == "no_target"
    assert row["pace_state"] == "no_target"
    assert row["recent_per_day"] > 0
    assert math.isnan(row["gap"])


def test_a_territory_without_target_may_be_compared_with_its_share_of_the_one_above(book, promise, look):
    promise("MA", value=1_000_000)
    book.say((PREFECTURE, "2023-06-01", 5))
    rows = look("2023-06-01", "MA", "09", PREFECTURE, COMMUNES[0], shares=True)
    rows = rows[rows["indicator"] == RSU].set_index("territory_code")
    assert rows.loc["MA", "set_by"] == "assigned"
    assert set(rows["set_by"].drop("MA")) == {"arithmetical"}
    assert rows.loc["09", "target"] > rows.loc[PREFECTURE, "target"] > rows.loc[COMMUNES[0], "target"] > 0


# The children


def test_shares_add_up_to_the_target_and_to_each_of_its_stages(promise, reference_engine, now, day):
    promise(value=1003, start_value=7, path="milestones", milestones=[("2023-06-30", 501)])
    asked = {"on": day("2023-06-30"), "cut": now(reference_engine), "scope": "MA"}
    shares = split_target(reference_engine, RSU, PREFECTURE, **asked)
    assert sum(one.value for one in shares) == 1003
    assert sum(one.start_value for one in shares) == 7
    assert sum(one.milestones[0][1] for one in shares) == 501
    assert {one.set_by for one in shares} == {"arithmetical"}
    by_person = split_target(reference_engine, RSU, PREFECTURE, by="population", **asked)
    assert [one.value for one in by_person] != [one.value for one in shares]
    with pytest.raises(ValueError, match="split by one of"):
        split_target(reference_engine, RSU, PREFECTURE, by="area", **asked)


def test_a_share_does_not_change_when_a_newer_census_is_published(promise, reference_engine, now, day):
    promise(value=100_000, due="2026-12-31")
    asked = {"cut": now(reference_engine), "scope": "MA"}
    early = split_target(reference_engine, RSU, PREFECTURE, on=day("2023-06-30"), **asked)
    late = split_target(reference_engine, RSU, PREFECTURE, on=day("2026-06-30"), **asked)
    assert [one.value for one in early] == [one.value for one in late]


def test_by_the_predecessors_stock_may_only_be_split_what_took_over_from_another(reference_engine, now):
    known = definitions(reference_engine, cut=now(reference_engine))
    assert split_choices(known, RSU) == ("households", "population")
    assert split_choices(known, "amo_tadamon.covered_share") == ("population", "households", "predecessor")


def test_a_split_by_the_predecessors_stock_needs_that_of_every_child(book, promise, reference_engine, now, day, codes):
    promise(indicator="amo_tadamon.covered_share", value=100)
    book.say(*((code, "2022-11-30", 10) for code in codes[:-1]), step="ramed.covered", unit="person")
    asked = {"by": "predecessor", "on": day("2023-06-30"), "scope": "MA"}

    def parts():
        return split_target(
            reference_engine, "amo_tadamon.covered_share", PREFECTURE, cut=now(reference_engine), **asked
        )

    assert parts() == []
    book.say((codes[-1], "2022-11-30", 50), step="ramed.covered", unit="person")
    assert [one.value for one in parts()] == [10] * (len(codes) - 1) + [100 - 10 * (len(codes) - 1)]


def test_the_parts_of_the_gap_add_up_exactly_with_what_no_child_explains(
    book, promise, reference_engine, now, day, codes
):
    promise(value=9999)
    book.say((PREFECTURE, "2023-06-01", 1234))
    book.say(*((code, "2023-06-01", 100 + at) for at, code in enumerate(codes[:-1])))
    asked = {"on": day("2023-06-03"), "cut": now(reference_engine), "scope": "MA"}
    found = children(reference_engine, indicator=RSU, parent=PREFECTURE, **asked)
    assert found["territory_code"].tolist() == [*codes, NOT_ATTRIBUTABLE]
    over = progress(reference_engine, territories=[PREFECTURE], **asked).iloc[0]
    assert found["gap_part"].sum() == round(over["gap"])
    assert found["gap_part"].iloc[:-2].notna().all()
    assert math.isnan(found["gap_part"].iloc[-2])
    assert found["target"].iloc[:-1].sum() == 9999
    assert set(found["verdict"].iloc[:-2]) == {"indicative"}


def test_a_childs_own_target_comes_before_its_share(book, promise, reference_engine, now, day, codes):
    promise(value=9999)
    promise(codes[0], value=5, set_by="adopted")
    book.say((codes[0], "2023-06-01", 4))
    found = children(
        reference_engine,
        indicator=RSU,
        parent=PREFECTURE,
        on=day("2023-06-03"),
        cut=now(reference_engine),
        scope="MA",
    )
    assert found.iloc[0]["target"] == 5
    assert found.iloc[0]["set_by"] == "adopted"
    assert found.iloc[0]["verdict"] == "ahead"
    assert set(found["set_by"].iloc[1:-1]) <= {"arithmetical"}


def test_what_a_reader_may_not_see_of_the_children_is_one_other(book, promise, reference_engine, now, day):
    promise("MA", value=1_000_000, due="2024-06-30")
    book.say((PREFECTURE, "2023-06-01", 700), ("09.001", "2023-06-01", 800))
    book.say(("MA", "2023-06-01", 400_000))
    found = children(
        reference_engine, indicator=RSU, parent="MA", on=day("2024-01-10"), cut=now(reference_engine), scope=PREFECTURE
    )
    assert found["territory_code"].tolist() == [PREFECTURE, OTHER]
    assert found.iloc[1]["state"] == "withheld"
    assert found["gap_part"].sum() == round(400_000 - found_planned(reference_engine, now, day))


def found_planned(engine, now, day):
    """What was planned for the kingdom on 1 June 2023."""
    asked = {"on": day("2024-01-10"), "cut": now(engine), "scope": "MA"}
    found = progress(engine, territories=["MA"], **asked)
    return found[found["indicator"] == RSU].iloc[0]["planned"]


# The path


def test_a_course_says_what_was_planned_reported_and_not_believed(book, promise, reference_engine, now, day):
    promise(value=2000, path="stepped", milestones=[("2023-05-01", 300)])
    book.say(*weekly("2023-03-06", [*(50 * week for week in range(1, 20)), 2000]))
    found = course(
        reference_engine,
        indicator=RSU,
        territory=PREFECTURE,
        on=day("2023-07-18"),
        cut=now(reference_engine),
        scope="MA",
    )
    assert found.planned["planned"].tolist() == [0, 0, 300, 300, 2000]
    assert found.planned["on_date"].tolist()[1:3] == [day("2023-04-30"), day("2023-05-01")]
    assert found.actual["believed"].tolist() == [True] * 19 + [False]
    # The report of Monday belongs to a week that is not over.
    assert found.actual["complete"].tolist() == [True] * 19 + [False]
    assert found.row["actual"] == 950


def test_a_course_without_target_has_the_count_alone(book, reference_engine, now, day):
    book.say((PREFECTURE, "2023-06-01", 160))
    asked = {"on": day("2023-06-02"), "cut": now(reference_engine), "scope": "MA"}
    found = course(reference_engine, indicator=RSU, territory=PREFECTURE, **asked)
    assert found.planned.empty
    assert found.actual["value"].tolist() == [160]
    assert found.row is None


# Forecasts beside targets


@pytest.fixture
def foresee(reference_engine, now):
    """A function that makes and keeps the forecasts that are due at the last cut."""

    def run(cut=None):
        cut = cut or now(reference_engine)
        counts = forecasts.due_series(reference_engine, cut=cut)
        return store(reference_engine, forecasts.foreseen(reference_engine, cut=cut, counts=counts))

    return run


def test_dates_and_probability_come_with_the_kept_forecast_and_only_then(book, promise, look, foresee, day):
    promise(value=3300, due="2023-12-31", path="milestones", milestones=[("2023-09-30", 3100)])
    book.say(*weekly("2023-03-06", range(1000, 3000, 100)))
    before = look("2023-07-18").iloc[0]
    assert math.isnan(before["reach_on"])
    assert math.isnan(before["probability"])
    foresee()
    row = look("2023-07-18").iloc[0]
    assert day("2023-07-17") < row["milestone_on"] < row["reach_on"] <= day("2023-07-17") + 120
    assert row["reach_early"] <= row["reach_on"]
    assert 0 < row["probability"] <= 1
    assert not row["recomputing"]
    # On an earlier day nothing is known of a forecast that rests on later reports.
    assert math.isnan(look("2023-06-30").iloc[0]["reach_on"])


def test_a_view_says_when_a_forecast_is_older_than_the_figures(book, promise, look, foresee):
    promise(value=4000)
    book.say(*weekly("2023-03-06", range(1000, 3000, 100)))
    foresee()
    cut = book.say((PREFECTURE, "2023-07-24", 3050))
    assert look("2023-07-25").iloc[0]["recomputing"]
    assert not look("2023-07-25", cut=cut - 1).iloc[0]["recomputing"]
    foresee()
    assert not look("2023-07-25").iloc[0]["recomputing"]


def test_while_it_is_made_anew_a_forecast_of_long_ago_is_not_told_of_today(book, promise, look, foresee):
    promise(value=4000)
    book.say(*weekly("2023-03-06", range(1000, 3000, 100)))
    foresee()
    book.say((PREFECTURE, "2023-08-21", 3400))
    row = look("2023-08-22").iloc[0]
    assert row["recomputing"]
    assert math.isnan(row["probability"]) and math.isnan(row["foreseen_from"])
    foresee()
    row = look("2023-08-22").iloc[0]
    assert not row["recomputing"] and not math.isnan(row["foreseen_from"])


def test_below_twelve_weeks_there_is_no_probability(book, promise, look, foresee):
    promise(value=4000)
    book.say(*weekly("2023-05-01", range(1000, 1800, 100)))
    foresee()
    row = look("2023-06-20").iloc[0]
    assert math.isnan(row["probability"])
    assert row["foreseen_from"] > 0


# Alerts


@pytest.fixture
def alarms(reference_engine, now, day):
    """A function that reads the alerts of the prefecture: kind → its rows."""

    def run(on, **more):
        asked = {"on": day(on), "cut": now(reference_engine), "scope": "MA", "territory": PREFECTURE} | more
        found = alerts(reference_engine, **asked)
        return {kind: rows.reset_index(drop=True) for kind, rows in found.groupby("kind")}

    return run


def test_one_bad_event_is_no_alert_and_two_are(book, promise, alarms, foresee, day):
    promise(value=10_000, due="2023-12-31")
    book.say(*weekly("2023-03-06", range(1000, 3000, 100)))
    foresee()
    assert WILL_MISS not in alarms("2023-07-18")
    book.say((PREFECTURE, "2023-07-24", 3000))
    foresee()
    found = alarms("2023-07-25")[WILL_MISS].iloc[0]
    assert (found["value"], found["territory_code"], found["body"]) == (3000, PREFECTURE, "interior")
    assert found["other"] > 5000
    assert found["since"] == day("2023-07-17")


def test_the_verdict_shown_moves_when_two_events_say_so_and_never_against_its_gap(book, promise, look, foresee):
    promise(value=10_000, starts="2023-03-01", due="2023-12-31")
    book.say(*weekly("2023-03-06", [200 + 250 * week for week in range(16)]))
    foresee()
    first = look("2023-06-20").iloc[0]
    assert first["verdict_now"] == first["verdict"] != "below"
    # A correction takes a third of the count away.
    book.say(*weekly("2023-03-06", [120 + 150 * week for week in range(17)]))
    row = look("2023-06-27").iloc[0]
    assert row["gap"] < 0
    assert row["verdict_now"] == "below"
    assert row["verdict"] == "watch"
    foresee()
    book.say((PREFECTURE, "2023-07-03", 2600))
    assert look("2023-07-04").iloc[0]["verdict"] == "below"


def test_a_date_that_is_over_is_an_alert_at_once(book, promise, alarms, day):
    promise(value=10_000, due="2023-07-01")
    book.say((PREFECTURE, "2023-06-30", 100))
    found = alarms("2023-07-02")[WILL_MISS].iloc[0]
    assert found["since"] == day("2023-07-01")


def test_four_complete_weeks_without_change_are_a_stall_but_not_once_the_target_is_met(book, promise, alarms, day):
    promise(value=2000)
    book.say(*weekly("2023-03-06", [100, 200, 300, 400, 500, *[600] * 6]))
    found = alarms("2023-05-20")[STALLED].iloc[0]
    assert (found["value"], found["other"], found["since"]) == (600, 2000, day("2023-04-10"))
    promise(value=600)
    assert STALLED not in alarms("2023-05-20")


def test_a_fall_is_an_alert_where_the_step_cannot_fall(book, promise, alarms):
    promise(indicator=RNP, value=5000)
    book.say((PREFECTURE, "2023-06-01", 1000), (PREFECTURE, "2023-06-08", 990), step="rnp.registered", unit="person")
    promise(value=5000)
    book.say((PREFECTURE, "2023-06-01", 1000), (PREFECTURE, "2023-06-08", 990))
    found = alarms("2023-06-09")[FELL]
    assert found["step"].tolist() == ["rnp.registered"]
    assert (found.iloc[0]["value"], found.iloc[0]["other"]) == (990, 1000)


def test_a_late_figure_is_an_alert_since_the_day_after_it_was_still_good(
    book, promise, alarms, reference_engine, now, day
):
    promise(value=5000)
    book.say((PREFECTURE, "2023-06-01", 1000))
    stale = definitions(reference_engine, cut=now(reference_engine)).steps["rsu.registered"]["stale_after"]
    on = str(np.datetime64("2023-06-01") + stale)
    assert LATE_SOURCE not in alarms(on)
    found = alarms(str(np.datetime64(on) + 1))[LATE_SOURCE].iloc[0]
    assert found["value"] == stale + 1
    assert found["since"] == day("2023-06-01") + stale + 1


def test_alerts_of_another_prefecture_are_not_told(book, promise, alarms):
    promise("09.001", value=10_000, due="2023-07-01")
    book.say(("09.001", "2023-06-30", 100))
    assert alarms("2023-07-02", territory="09.001", scope=PREFECTURE) == {}


# The history


def test_the_history_says_who_set_what_and_which_word_is_the_last(promise, reference_engine, now, day):
    first = promise(value=100)
    second = promise(value=90, set_by="adopted", path="milestones", milestones=[("2023-06-30", 40)])
    third = withdraw_target(
        reference_engine, indicator=RSU, territory=PREFECTURE, due=day("2023-12-31"), actor="administrator"
    )
    found = all_targets(reference_engine, cut=now(reference_engine), scope="MA")
    mine = found[found["territory_code"] == PREFECTURE]
    assert mine["event"].tolist() == [third, second, first]
    assert mine["set_by"].tolist() == ["adopted", "adopted", "assigned"]
    assert mine["actor"].tolist() == ["administrator", "preparer", "preparer"]
    assert math.isnan(mine.iloc[0]["value"])
    assert mine.iloc[1]["milestones"] == ((day("2023-06-30"), 40),)
    assert not mine["current"].any()
    at_second = all_targets(reference_engine, cut=second, scope="MA")
    assert at_second[at_second["territory_code"] == PREFECTURE]["current"].tolist() == [True, False]


def test_the_history_of_others_holds_only_what_anyone_may_read(promise, reference_engine, now):
    promise("09.001", value=100)
    found = all_targets(reference_engine, cut=now(reference_engine), scope=PREFECTURE)
    assert set(found["territory_code"]) == {"MA"}
