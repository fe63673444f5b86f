"""Levers on drawn tables: whose means count, what is estimated and said, and that no change is the forecast."""

import datetime as dt
import math

import pytest

from data.capacity import Said, set_means, undo_means
from data.forecasts import store
from data.loading import load_reference
from data.targets import Promise, set_targets
from queries.definitions import definitions
from queries.forecasts import due_series, foreseen
from queries.levers import indicators, means, offices, outlook, van_days, van_means
from queries.targets import progress

RSU = "rsu.registered_share"
PREFECTURE, COMMUNE, OTHER = "09.273", "09.273.01.15", "09.273.01.05"
ON = "2023-09-10"


@pytest.fixture
def say(reference_engine, day):
    """A function that says means of a territory; the number of the event."""

    def run(code=COMMUNE, on="2023-01-01", **values):
        said = [Said(code, name, day(on), value) for name, value in values.items()]
        return set_means(reference_engine, said, actor="preparer")

    return run


@pytest.fixture
def weekly(reference_engine, book):
    """36 weeks of the prefecture and two communes, growing by so many a week."""
    for code, pace in ((PREFECTURE, 400), (COMMUNE, 100), (OTHER, 300)):
        weeks = [(dt.date(2023, 1, 8) + dt.timedelta(weeks=w)).isoformat() for w in range(36)]
        book.say(*((code, d, 1000 + pace * at) for at, d in enumerate(weeks)))
    return book


@pytest.fixture
def promise(reference_engine, day, now):
    """A function that sets a target of the prefecture and makes the forecasts that are due."""

    def run(value=17_000, due="2023-12-31", codes=(PREFECTURE,)):
        said = [Promise(RSU, code, day(due), value, day("2023-01-01"), "assigned", "letter 12") for code in codes]
        set_targets(reference_engine, said, actor="preparer")
        counts = due_series(reference_engine, cut=now(reference_engine))
        store(reference_engine, foreseen(reference_engine, cut=now(reference_engine), counts=counts))

    return run


@pytest.fixture
def look(reference_engine, now, day):
    """A function that asks what means come to."""

    def run(code=PREFECTURE, on=ON, scope="MA", **change):
        asked = {"on": day(on), "cut": now(reference_engine), "scope": scope}
        return outlook(reference_engine, indicator=RSU, territory_code=code, change=change, **asked)

    return run


@pytest.fixture
def known_means(reference_engine, now, day):
    """A function that reads the means: {(territory, means): value}."""

    def run(code=PREFECTURE, on=ON, scope="MA", cut=None):
        cut = now(reference_engine) if cut is None else cut
        frame = means(reference_engine, territory_code=code, on=day(on), cut=cut, scope=scope)
        return {(row.territory_code, row.means): row.value for row in frame.itertuples()}

    return run


def test_the_newest_word_by_the_day_counts_as_known_at_the_cut(reference_engine, say, known_means, now):
    say(desk=2)
    first = now(reference_engine)
    say(on="2023-06-01", desk=4)
    undone = say(desk=3)
    assert known_means(on="2023-05-01") == {(COMMUNE, "desk"): 3}
    assert known_means(on="2023-06-01") == {(COMMUNE, "desk"): 4}
    assert known_means(cut=first) == {(COMMUNE, "desk"): 2}
    undo_means(reference_engine, undone, actor="preparer")
    assert known_means(on="2023-05-01") == {(COMMUNE, "desk"): 2}


def test_what_was_taken_back_gives_way_to_what_was_said_for_an_earlier_day(reference_engine, say, known_means):
    say(desk=2)
    later = say(on="2023-06-01", desk=4)
    undo_means(reference_engine, later, actor="preparer")
    assert known_means() == {(COMMUNE, "desk"): 2}


def test_annexes_count_before_communes_and_a_territorys_own_word_before_both(
    reference_engine, say, known_means, tmp_path
):
    text = "code,kind,parent,name_ar,name_fr,covers\n09.273.A01,annex,09.273,الأولى,Première,09.273.01.15\n"
    (tmp_path / "chain.csv").write_text(text, encoding="utf-8")
    load_reference(reference_engine, local=tmp_path)
    say(COMMUNE, desk=9)
    say("09.273.A01", desk=2)
    assert known_means() == {("09.273.A01", "desk"): 2}
    assert known_means(COMMUNE) == {(COMMUNE, "desk"): 9}
    say(PREFECTURE, desk=30)
    assert known_means() == {(PREFECTURE, "desk"): 30}


def test_a_reader_is_told_the_means_of_his_own_offices(say, known_means):
    say(COMMUNE, desk=2)
    say(OTHER, desk=3)
    assert known_means(scope=COMMUNE) == {(COMMUNE, "desk"): 2}
    assert known_means(scope="02.411") == {}


def test_nothing_changed_is_the_forecast_exactly(reference_engine, say, weekly, promise, look, now, day):
    say(desk=3, hours_a_week=40, files_an_hour=4)
    promise()
    found = look()
    asked = {"on": day(ON), "cut": now(reference_engine), "scope": "MA"}
    row = progress(reference_engine, territories=[PREFECTURE], **asked).iloc[0]
    assert found.ratio == 1 and found.told == found.after == row["reach_on"]
    assert found.path["median"].tolist() == found.course.ahead["median"].tolist()
    assert found.present == found.changed == 480


def test_more_means_bring_the_day_forward(say, weekly, promise, look):
    say(desk=3, hours_a_week=40, files_an_hour=4)
    promise()
    present, more, most = look(), look(hours_a_week=10), look(hours_a_week=20, files_an_hour=2)
    assert most.after < more.after < present.after
    assert more.ratio == pytest.approx(50 / 40)


def test_the_least_capacity_meets_the_date_and_each_lever_alone_is_told(say, weekly, promise, look):
    say(desk=3, staff=3, hours_a_week=40, files_an_hour=4)
    promise(due="2023-10-08")
    found = look()
    assert found.least > 1 and look(hours_a_week=found.alone["hours_a_week"]).after <= found.row["due"]
    assert look(hours_a_week=found.alone["hours_a_week"] - 1).ratio < found.least
    # Desks without staff at them bring nothing.
    assert found.alone["desk"] is None and found.alone["staff"] is None


def test_files_an_hour_are_estimated_from_the_best_weeks_where_no_office_says_them(say, weekly, look):
    say(desk=5, hours_a_week=40)
    found = look()
    assert found.best_week == 400 and found.estimated == pytest.approx(400 / 200)
    assert found.present == pytest.approx(400)
    say(files_an_hour=3)
    assert look().estimated is None


def test_without_means_the_forecast_stands_and_nothing_is_computed(weekly, promise, look):
    promise()
    found = look(hours_a_week=20)
    assert found.present is None and found.ratio == 1 and found.told == found.after
    assert found.least is not None


def test_on_an_empty_database_there_is_nothing_to_say(look):
    found = look()
    assert found.row is None or math.isnan(found.row["target"])
    assert found.ahead is None and found.means.empty and math.isnan(found.best_week)


def test_the_next_stage_is_that_of_the_same_register_in_the_same_unit(weekly, look, book):
    weeks = [(dt.date(2023, 6, 4) + dt.timedelta(weeks=w)).isoformat() for w in range(15)]
    book.say(*((PREFECTURE, d, 100 + 50 * at) for at, d in enumerate(weeks)), step="rsu.indexed")
    book.say(*((PREFECTURE, d, 100 + 50 * at) for at, d in enumerate(weeks)), step="amo_tadamon.covered")
    (one,) = look().following
    assert one.step == "rsu.indexed" and not one.can_move and one.recent_per_day == pytest.approx(200 / 18, rel=0.2)


def test_only_what_the_prefecture_can_move_has_levers(reference_engine, now):
    known = definitions(reference_engine, cut=now(reference_engine))
    found = indicators(known, list(known.indicators))
    assert RSU in found and "asd.paid_share" not in found and "amo_tadamon.covered_share" not in found


def test_van_days_go_where_the_largest_share_remains(reference_engine, say, weekly, promise, look, now, day):
    promise(value=12_000, codes=(COMMUNE, OTHER))
    say(desk=1, hours_a_week=40, files_an_hour=5, mobile_unit_days=4)
    days, a_day = van_means(look(), {"mobile_unit_days": 6})
    assert (days, a_day) == (10, 40)
    asked = {"on": day(ON), "cut": now(reference_engine), "scope": "MA", "indicator": RSU, "parent": PREFECTURE}
    frame = van_days(reference_engine, days=days, files_a_day=a_day, **asked)
    assert frame["days"].sum() == 10 and frame["files"].sum() == 400
    first = frame.iloc[0]
    assert first["territory_code"] == COMMUNE and first["share_after"] < first["share_left"]
    assert van_days(reference_engine, days=5, files_a_day=None, **asked).empty


def test_offices_say_what_they_know(reference_engine, say, now, day):
    say(desk=3, no_shows=10)
    frame = means(reference_engine, territory_code=COMMUNE, on=day(ON), cut=now(reference_engine), scope="MA")
    (office,) = offices(frame)
    assert (office.desk, office.no_shows, office.staff) == (3, 10, None)
