"""The window: which year a day is about, which figures are of it, what remains, what is needed, where."""

import datetime as dt

import pytest

from data.loading import load_reference
from queries.definitions import definitions
from queries.window import Window, chain, children, course, present, programmes, season, windows

PREFECTURE, COMMUNE, OTHER = "09.273", "09.273.01.15", "09.273.01.05"
SETTINGS = """
[[window]]
programme = "minhaty"
year = 2023
opens = 2023-08-01
closes = 2023-09-29
source = "letter 12"
"""
PASSED, GATE, FILED = "minhaty.bac_passed", "minhaty.household_in_rsu", "minhaty.applied"


@pytest.fixture
def opened(reference_engine, tmp_path):
    """A database whose office has entered the window of 2023."""
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    load_reference(reference_engine, local=tmp_path)
    return reference_engine


@pytest.fixture
def told(opened, now, day):
    """A function that asks for the window of a territory on a day."""

    def run(iso="2023-09-17", territory=PREFECTURE, scope="MA", **given):
        asked = {"programme": "minhaty", "on": day(iso), "cut": now(opened), "scope": scope}
        return course(opened, territory=territory, **asked | given)

    return run


@pytest.fixture
def year(book):
    """A year's figures of the prefecture, drawn: pupils, those who passed, and a gate that grows by a tenth a week."""
    book.say((PREFECTURE, "2022-11-15", 800), step="minhaty.second_year", unit="student")
    book.say((PREFECTURE, ("2023-06-01", "2023-06-26"), 480), step=PASSED, unit="student", measure="flow")
    weeks = [(dt.date(2023, 7, 30) + dt.timedelta(weeks=w)).isoformat() for w in range(8)]
    book.say(*((PREFECTURE, d, 200 + 10 * at) for at, d in enumerate(weeks)), step=GATE, unit="student")
    book.say((PREFECTURE, "2023-09-17", 150), step=FILED, unit="application")
    return book


def stage(found, step):
    return found.stages[found.stages["step"] == step].iloc[0]


def test_the_roles_of_the_steps_follow_from_their_definitions(reference_engine, now):
    known = definitions(reference_engine, cut=now(reference_engine))
    assert programmes(known) == ("minhaty",)
    roles = {link.step.partition(".")[2]: link.role for link in chain(known, "minhaty")}
    assert roles == {
        "second_year": "population",
        "bac_passed": "population",
        "family_in_rnp": "registering",
        "household_in_rsu": "gate",
        "indexed": "registering",
        "applied": "filing",
        "decided": "after",
        "accepted": "after",
        "first_instalment": "after",
    }


def test_the_four_known_windows_are_dated_and_that_of_the_office_takes_its_place(opened, now, day):
    held = windows(definitions(opened, cut=now(opened)), "minhaty")
    assert [one.year for one in held] == [2019, 2020, 2022, 2023, 2025]
    (entered,) = [one for one in held if one.year == 2023]
    assert (entered.opens, entered.closes, entered.said) == (day("2023-08-01"), day("2023-09-29"), "letter 12")
    assert [one.said for one in held if one.year != 2023] == [""] * 4


def test_an_earlier_cut_does_not_know_the_window_that_was_entered_later(opened, now):
    held = windows(definitions(opened, cut=now(opened) - 1), "minhaty")
    assert [one.year for one in held] == [2019, 2020, 2022, 2025]


def test_the_state_of_a_window_by_the_day():
    one = Window(2023, opens=100, closes=160)
    assert [one.state(d) for d in (99, 100, 159, 160, 161)] == ["ahead", "open", "open", "last_day", "closed"]
    without = Window(2024, opens=100)
    assert [without.state(d) for d in (99, 100, 150)] == ["unannounced"] * 3
    assert Window(2026).state(5) == "unknown"


def test_the_page_is_about_the_window_that_is_open_then_the_one_just_closed_then_the_next(day):
    held = (
        Window(2019, day("2019-05-28"), day("2019-07-19")),
        Window(2020, day("2020-06-15"), day("2020-07-31")),
        Window(2025, day("2025-07-14"), None),
    )
    asked = {"2019-07-19": 2019, "2019-10-01": 2019, "2020-01-15": 2020, "2025-08-01": 2025}
    assert {iso: present(held, on=day(iso)).year for iso in asked} == asked
    unknown = present(held, on=day("2022-06-01"))
    assert (unknown.year, unknown.opens, unknown.made) == (2022, None, False)
    assert present(held, on=day("2025-08-01"), year=2019).year == 2019


def test_a_window_closed_long_ago_says_nothing_of_this_year(day):
    held = (Window(2025, day("2025-07-14"), day("2025-09-30")),)
    assert present(held, on=day("2025-12-31")).year == 2025
    later = present(held, on=day("2026-03-01"))
    assert (later.year, later.opens) == (2026, None)


def test_figures_of_another_year_are_not_of_this_window(day):
    held = (Window(2022, day("2022-05-30"), day("2022-07-31")), Window(2023, day("2023-08-01"), day("2023-09-29")))
    span = season(held[1], held, on=day("2023-09-17"))
    assert (span.populations, span.filing, span.last) == (day("2022-10-05"), day("2023-08-01"), day("2023-09-17"))
    earlier = season(held[0], held, on=day("2023-09-17"))
    assert earlier.last == day("2022-07-31") + 120


def test_before_the_results_pupils_are_counted_and_nothing_is_said_of_the_rest(told, year):
    found = told("2023-03-10")
    assert (found.state, found.clock.population_step, found.clock.population) == ("ahead", "minhaty.second_year", 800)
    assert found.clock.remaining != found.clock.remaining
    assert stage(found, PASSED)["state"] == "missing" and stage(found, FILED)["state"] == "missing"


def test_after_the_results_the_clock_is_days_left_and_those_who_remain_per_working_day(told, year):
    clock = told().clock
    # 480 passed, 270 are registered; from Sunday 17 to Friday 29 September lie ten working days less the Mawlid.
    assert (clock.population_step, clock.population, clock.registered, clock.remaining) == (PASSED, 480, 270, 210)
    assert (clock.days_left, clock.working_days) == (12, 8)
    assert clock.needed_per_day == pytest.approx(210 / 8)
    assert clock.pace_state == "running" and clock.recent_per_day == pytest.approx(40 / 19)


def test_the_share_is_of_the_stage_before_in_the_same_unit_only(told, year):
    year.say((PREFECTURE, "2023-09-17", 360), step="minhaty.family_in_rnp", unit="student")
    found = told()
    assert stage(found, "minhaty.family_in_rnp")["share_before"] == pytest.approx(360 / 480)
    assert stage(found, GATE)["share_before"] == pytest.approx(270 / 360)
    for step in ("minhaty.second_year", PASSED, FILED):
        assert stage(found, step)["share_before"] != stage(found, step)["share_before"]


def test_what_follows_a_stage_that_nobody_measured_is_compared_with_nothing(told, year):
    found = told()
    assert stage(found, "minhaty.family_in_rnp")["state"] == "missing"
    assert stage(found, GATE)["share_before"] != stage(found, GATE)["share_before"]


def test_the_instalments_of_the_year_before_are_not_those_of_this_one(told, year):
    year.say(
        (PREFECTURE, ("2022-10-17", "2022-10-31"), 90), step="minhaty.first_instalment", unit="student", measure="flow"
    )
    assert stage(told(), "minhaty.first_instalment")["state"] == "missing"


def test_periods_that_follow_each_other_are_summed_and_those_that_overlap_are_not(told, year):
    asked = {"step": PASSED, "unit": "student", "measure": "flow"}
    year.say((PREFECTURE, ("2023-07-10", "2023-07-14"), 20), **asked)
    assert stage(told(), PASSED)["value"] == 500
    year.say((PREFECTURE, ("2023-06-01", "2023-07-14"), 505), **asked)
    assert stage(told(), PASSED)["value"] == 500


def test_on_the_last_day_no_pace_is_needed_and_after_it_the_year_is_over(told, year):
    last = told("2023-09-29")
    assert last.state == "last_day" and last.clock.needed_per_day != last.clock.needed_per_day
    assert (last.clock.days_left, last.clock.remaining) == (0, 210)
    closed = told("2023-10-20")
    assert closed.state == "closed" and closed.clock.days_left != closed.clock.days_left
    assert closed.clock.remaining == 210


def test_without_a_known_last_day_there_is_no_clock(reference_engine, year, now, day, tmp_path):
    text = SETTINGS.replace("closes = 2023-09-29\n", "")
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    load_reference(reference_engine, local=tmp_path)
    asked = {"programme": "minhaty", "territory": PREFECTURE, "cut": now(reference_engine), "scope": "MA"}
    found = course(reference_engine, on=day("2023-09-17"), **asked)
    assert found.state == "unannounced" and found.clock.remaining == 210
    for name in ("days_left", "working_days", "needed_per_day"):
        assert getattr(found.clock, name) != getattr(found.clock, name)


def test_more_registered_than_declared_leaves_nobody_and_no_pace(told, year):
    year.say((PREFECTURE, "2023-09-17", 490), step=GATE, unit="student")
    clock = told().clock
    assert (clock.remaining, clock.pace_state) == (0, "met")


def test_a_sum_over_some_of_the_children_is_no_population(told, book):
    book.sum((PREFECTURE, ("2023-06-01", "2023-06-26"), 100, 2, 6), step=PASSED, unit="student", measure="flow")
    found = told()
    assert found.clock.population_step == "" and stage(found, PASSED)["value"] == 100


def test_the_children_carry_what_remains_in_administrative_order(opened, book, now, day):
    for code, passed, gate in ((COMMUNE, 100, 60), (OTHER, 200, 110)):
        book.say((code, ("2023-06-01", "2023-06-26"), passed), step=PASSED, unit="student", measure="flow")
        book.say((code, "2023-09-17", gate), step=GATE, unit="student")
    asked = {"programme": "minhaty", "parent": PREFECTURE, "level": None, "on": day("2023-09-17"), "cut": now(opened)}
    frame = children(opened, scope="MA", **asked)
    assert frame["territory_code"].tolist()[0] == OTHER and len(frame) == 6
    mine = frame.set_index("territory_code")
    assert mine["remaining"].dropna().to_dict() == {OTHER: 90, COMMUNE: 40}
    assert mine.loc[OTHER, "needed_per_day"] == pytest.approx(90 / 8)
    assert (mine["state"] == "missing").sum() == 4
    # A reader of a commune is told of it alone.
    assert children(opened, scope=COMMUNE, **asked)["territory_code"].tolist() == [COMMUNE]


def test_a_school_with_a_few_pupils_left_is_withheld_and_one_more_with_it(opened, book, now, day, tmp_path):
    rows = "".join(f"09.273.L0{n},lycee,09.273,ثانوية {n},Lycée {n},09.273.01.15\n" for n in (1, 2, 3))
    (tmp_path / "chain.csv").write_text("code,kind,parent,name_ar,name_fr,covers\n" + rows, encoding="utf-8")
    load_reference(opened, local=tmp_path)
    for n, (passed, gate) in enumerate(((100, 95), (120, 60), (200, 90)), 1):
        book.say((f"09.273.L0{n}", ("2023-06-01", "2023-06-26"), passed), step=PASSED, unit="student", measure="flow")
        book.say((f"09.273.L0{n}", "2023-09-17", gate), step=GATE, unit="student")
    asked = {"programme": "minhaty", "on": day("2023-09-17"), "cut": now(opened), "scope": "MA"}
    frame = children(opened, parent=PREFECTURE, level="school", **asked).set_index("territory_code")
    assert frame["state"].to_dict() == {"09.273.L01": "withheld", "09.273.L02": "withheld", "09.273.L03": "shown"}
    assert frame["remaining"].dropna().to_dict() == {"09.273.L03": 110}
    assert frame.loc["09.273.L01", ["population", "registered", "filed"]].isna().all()
    # Asked for by itself it tells no more.
    found = course(opened, territory="09.273.L01", **asked)
    assert found.clock.remaining != found.clock.remaining and found.clock.registered != found.clock.registered
    assert found.stages.set_index("step").loc[GATE, "state"] == "withheld"


def test_a_reader_of_elsewhere_is_told_nothing(told, year):
    found = told(scope="02.411")
    assert set(found.stages["state"]) == {"withheld"} and found.clock.population_step == ""
    assert found.clock.registered != found.clock.registered


def test_with_the_published_figures_the_window_of_2025_has_a_clock_and_no_number(published, now, day):
    found = course(published, programme="minhaty", territory="MA", on=day("2025-08-01"), cut=now(published), scope="MA")
    assert (found.state, found.clock.days_left, found.clock.population_step) == ("open", 60, "")
    # What was filed for the year before is not of this window.
    assert stage(found, FILED)["state"] == "missing"
