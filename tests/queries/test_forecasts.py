"""Forecasts: made for what an event touched and no more, kept with their cut, read as of a day, judged by what came."""

import json
import math

import numpy as np
import pytest
import sqlalchemy as sa

from data.forecasts import store
from data.schema import forecast
from data.targets import Promise, set_targets
from queries import forecasts
from queries.forecasts import BACK, EVERY, KEPT, STEPS, Kept, due_series, foreseen, judged, newest, open_cuts, stored
from queries.territories import children

RSU = "rsu.registered_share"
STEP, UNIT = "rsu.registered", "household"
PREFECTURE = "09.273"


@pytest.fixture
def codes(reference_engine):
    """The codes of the communes of the prefecture, in administrative order."""
    with reference_engine.connect() as connection:
        return children(connection, of=PREFECTURE)


@pytest.fixture
def promise(reference_engine, day):
    """A function that sets a target; its event."""

    def run(territory=PREFECTURE, value=5000, due="2023-12-31", indicator=RSU, starts="2023-01-02", milestones=()):
        one = Promise(
            indicator=indicator,
            territory=territory,
            due=day(due),
            value=value,
            starts=day(starts),
            set_by="assigned",
            source="letter 12",
            path="milestones" if milestones else "linear",
            milestones=tuple((day(date), count) for date, count in milestones),
        )
        return set_targets(reference_engine, [one], actor="preparer")

    return run


@pytest.fixture
def make(reference_engine, now):
    """A function that makes and keeps what is due at a cut; the codes that were due."""

    def run(cut=None):
        cut = cut or now(reference_engine)
        counts = due_series(reference_engine, cut=cut)
        store(reference_engine, foreseen(reference_engine, cut=cut, counts=counts))
        return [code for code, _, _ in counts]

    return run


@pytest.fixture
def read(reference_engine, now, day):
    """A function that reads the kept forecasts of one territory, the newest first."""

    def run(on, territory=PREFECTURE, cut=None, scope="MA"):
        found = stored(
            reference_engine,
            territories=[territory],
            counts={(STEP, UNIT)},
            on=day(on),
            cut=cut or now(reference_engine),
            scope=scope,
        )
        return found.get((territory, STEP, UNIT), [])

    return run


def weekly(first, values, territory=PREFECTURE):
    start = np.datetime64(first)
    return [(territory, str(start + 7 * at), int(value)) for at, value in enumerate(values)]


def grown(weeks, per_week=120, start=500):
    """A count that grows by as many each week."""
    return [start + per_week * week for week in range(weeks)]


def test_only_what_an_event_touched_is_due_again(book, promise, make, codes):
    promise()
    book.say(*(row for code in codes for row in weekly("2023-03-06", grown(20), code)))
    book.sum(*((PREFECTURE, date, 6 * value, 6, 6) for _, date, value in weekly("2023-03-06", grown(20))))
    assert make() == sorted([PREFECTURE, *codes])
    assert make() == []
    number = book.say((codes[0], "2023-07-24", 3000))
    book.sum((PREFECTURE, "2023-07-24", 18_000, 6, 6), event=number)
    assert make() == [PREFECTURE, codes[0]]


def test_a_figure_taken_back_is_due_too(book, promise, make):
    promise()
    book.say(*weekly("2023-03-06", grown(20)))
    make()
    book.say((PREFECTURE, "2023-07-17", None))
    assert make() == [PREFECTURE]


def test_a_step_of_which_nothing_is_promised_is_never_due(book, make):
    book.say(*weekly("2023-03-06", grown(20)), step="asd.paid")
    assert make() == []


def test_a_target_that_is_set_or_changed_is_due_where_it_was_set(book, promise, make, codes):
    promise()
    book.say(*(row for code in codes for row in weekly("2023-03-06", grown(20), code)))
    make()
    promise(codes[2], value=4000)
    assert make() == [codes[2]]


def test_a_forecast_keeps_every_seventh_day_the_last_report_and_the_dates_that_were_asked(
    book, promise, make, reference_engine, day
):
    promise(value=3300, milestones=[("2023-10-31", 3100)])
    cut = book.say(*weekly("2023-03-06", grown(20)))
    make()
    with reference_engine.connect() as connection:
        row = connection.execute(sa.select(forecast)).one()
    assert row.event == cut
    assert (row.territory, row.step, row.unit) == (PREFECTURE, STEP, UNIT)
    assert row.origin == day("2023-07-17")
    assert (row.value, row.believed, row.history) == (2780, 2780, 133)
    body = json.loads(row.body)
    assert body["every"] == EVERY == 7
    for name in ("median", "low", "high"):
        assert len(body[name]) == STEPS
        assert all(isinstance(value, int) for value in body[name])
    assert all(
        low <= median <= high for low, median, high in zip(body["low"], body["median"], body["high"], strict=True)
    )
    assert [(level, by) for level, by, *_ in body["reach"]] == [
        (3100, day("2023-10-31")),
        (3300, day("2023-12-31")),
    ]
    assert body["target"] == [day("2023-12-31"), 3300]
    assert body["verdict"]


def test_the_reference_population_is_the_census_known_on_the_last_day_reported(book, promise, make, reference_engine):
    promise(due="2026-12-31")
    book.say(*weekly("2023-03-06", grown(20)))
    make()
    book.say(*weekly("2026-03-02", grown(20, start=4000)))
    make()
    with reference_engine.connect() as connection:
        bodies = connection.execute(sa.select(forecast.c.body).order_by(forecast.c.event)).scalars().all()
        counts = connection.execute(
            sa.text("SELECT value FROM census WHERE territory = :code AND unit = 'household' ORDER BY year"),
            {"code": PREFECTURE},
        ).scalars()
        assert [json.loads(body)["denominator"] for body in bodies] == list(counts)


def test_without_census_and_target_a_row_says_that_nothing_is_foreseen(book, promise, make, reference_engine, codes):
    promise("MA", value=500, indicator="minhaty.accepted_share")
    book.say(*weekly("2023-03-06", grown(20), codes[0]), step="minhaty.accepted", unit="application")
    book.say(*weekly("2023-03-06", grown(20), "MA"), step="minhaty.accepted", unit="application")
    assert make() == [codes[0], "MA"]
    assert make() == []
    with reference_engine.connect() as connection:
        bodies = dict(connection.execute(sa.select(forecast.c.territory, forecast.c.body)).all())
    assert "median" not in json.loads(bodies[codes[0]])
    assert json.loads(bodies["MA"])["denominator"] == 500


def test_of_a_single_report_nothing_is_foreseen(book, promise, make, read):
    promise()
    book.say((PREFECTURE, "2023-07-17", 2780))
    make()
    made = read("2023-08-01")[0]
    assert (made.value, made.median, made.reach) == (2780, (), ())
    book.say((PREFECTURE, "2023-07-24", 2900))
    make()
    assert len(read("2023-08-01")[0].median) == STEPS


def test_a_doubled_day_is_kept_as_reported_and_as_believed(book, promise, make, read):
    promise()
    book.say(*weekly("2023-03-06", [*grown(20), 6000]))
    make()
    made = read("2023-08-01")[0]
    assert (made.value, made.believed) == (6000, 2780)


def test_a_planted_fault_moves_the_forecast_of_thirty_days_by_less_than_two_in_a_hundred(book, promise, make, read):
    promise()
    clean = grown(24, per_week=600)
    book.say(*weekly("2023-02-06", clean))
    make()
    base = read("2023-08-01")[0].median[4]
    for fault in ([*clean[:-1], 2 * clean[-1]], [*clean[:-1], clean[-1] // 2]):
        book.say(*weekly("2023-02-06", fault))
        make()
        made = read("2023-08-01")[0]
        assert abs(made.median[4] - base) < 0.02 * 124_340
    book.say(*weekly("2023-02-06", clean))
    book.say((PREFECTURE, "2023-07-10", None))
    make()
    assert abs(read("2023-08-01")[0].median[4] - base) < 0.02 * 124_340


def test_the_newest_forecasts_of_a_cut_are_read_and_none_that_rests_on_later_reports(book, promise, make, read, day):
    promise()
    first = book.say(*weekly("2023-03-06", grown(20)))
    make()
    for week in range(KEPT + 2):
        book.say((PREFECTURE, str(np.datetime64("2023-07-24") + 7 * week), 3000 + 100 * week))
        make()
    made = read("2023-12-01")
    assert len(made) == KEPT
    assert [one.event for one in made] == sorted((one.event for one in made), reverse=True)
    assert read("2023-12-01", cut=first)[0].origin == day("2023-07-17")
    assert read("2023-07-20")[0].origin == day("2023-07-17")
    assert read("2023-06-20") == []


def test_forecasts_of_others_and_of_totals_that_would_tell_one_are_not_read(book, promise, make, read):
    promise()
    book.say(*weekly("2023-03-06", grown(20)))
    book.say(*weekly("2023-03-06", grown(20), "09.001"))
    make()
    assert read("2023-08-01", "09.001")
    assert read("2023-08-01", "09.001", scope=PREFECTURE) == []
    assert read("2023-08-01", scope=PREFECTURE)


def test_a_level_that_was_not_asked_is_read_off_the_kept_path():
    made = Kept(1, 1000, 100.0, 100.0, 200, "office", (110, 120, 130), (100, 105, 110), (130, 160, 190))
    assert made.reached(115)[:2] == (1004, 1011)
    assert math.isnan(made.reached(115)[2])
    assert made.reached(100) == (1000, 1000, 1000)
    assert all(math.isnan(one) for one in made.reached(500))
    assert math.isnan(made.probability(115, 1020))


def test_no_date_is_told_beyond_120_days():
    made = Kept(1, 1000, 100.0, 100.0, 200, "office", tuple(range(101, 127)), (), ())
    assert made.reached(117) == pytest.approx((math.nan, 1119, math.nan), nan_ok=True)
    assert math.isnan(made.reached(118)[1])


def test_what_is_kept_first_stays(book, promise, reference_engine, now):
    promise()
    book.say(*weekly("2023-03-06", grown(20)))
    cut = now(reference_engine)
    rows = foreseen(reference_engine, cut=cut, counts=due_series(reference_engine, cut=cut))
    assert store(reference_engine, rows) == 1
    assert store(reference_engine, [row | {"believed": 1} for row in rows]) == 0
    assert store(reference_engine, [row | {"event": cut - 1} for row in rows]) == 0
    assert newest(reference_engine) == (cut, 1)


def test_before_the_first_forecasts_those_of_the_last_files_are_made_up_for(book, promise, reference_engine, now):
    promise()
    for week in range(BACK + 5):
        book.say((PREFECTURE, str(np.datetime64("2023-03-06") + 7 * week), 100 * week))
    cut = now(reference_engine)
    assert open_cuts(reference_engine, cut=cut) == list(range(cut - BACK, cut + 1))
    store(
        reference_engine,
        foreseen(reference_engine, cut=cut, counts=due_series(reference_engine, cut=cut)),
    )
    assert open_cuts(reference_engine, cut=cut) == [cut]


def test_forecasts_are_compared_with_what_came(book, promise, make, reference_engine, now, day):
    promise(value=20_000)
    values = grown(40, per_week=300)
    book.say(*weekly("2023-01-02", values[:20]))
    make()
    assert judged(reference_engine, cut=now(reference_engine), scope="MA").empty
    for week in range(20, 40):
        book.say((PREFECTURE, str(np.datetime64("2023-01-02") + 7 * week), values[week]))
        make()
    found = judged(reference_engine, cut=now(reference_engine), scope="MA")
    assert found["horizon"].tolist() == [14, 28, 56]
    assert found["n"].tolist() == [19, 17, 13]
    assert set(found["indicator"]) == {RSU}
    assert (found["median_error"] < 0.1).all()
    assert (found["inside_share"] > 0.5).all()
    assert (found["bias"].abs() <= 0.1).all()
    assert found["first"].tolist() == [day("2023-05-15")] * 3
    assert judged(reference_engine, cut=now(reference_engine), scope="09.001").empty


def test_a_bias_upwards_is_above_zero(book, promise, make, reference_engine, now):
    promise(value=20_000)
    book.say(*weekly("2023-01-02", grown(20, per_week=300)))
    make()
    stands = grown(20, per_week=300)[-1]
    book.say(*((PREFECTURE, str(np.datetime64("2023-05-22") + 7 * week), stands + 1 + week) for week in range(4)))
    make()
    found = judged(reference_engine, cut=now(reference_engine), scope="MA")
    assert found["bias"].tolist() == sorted(found["bias"].tolist())
    assert found["bias"].iloc[0] > 0


def test_those_of_one_prefecture_are_foreseen_beside_each_other(reference_engine, codes):
    with reference_engine.connect() as connection:
        places = {code: (parent, level) for code, parent, level in connection.execute(forecasts._PLACES)}
    groups = forecasts._groups(places)
    assert {groups[code] for code in codes} == {("commune", PREFECTURE)}
    assert groups["MA"] == groups["09"] == groups[PREFECTURE] == ("prefecture", "")
    assert len(forecasts._members(groups, places, groups["MA"])) == 75
    assert set(forecasts._members(groups, places, groups[codes[0]])) == set(codes)
