"""The forecast: faults of the reports do not carry on, the band is in order, and no date is promised lightly."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.methods.forecast import believed, forecast, reach_date, reach_probability

SIZE = 100_000.0
FIRST = np.datetime64("2023-01-02")
WEEKDAYS = np.array([1.3, 1.2, 1.1, 1.2, 1.1, 0.9, 0.2])


def rollout(days: int, *, middle: float = 100, slope: float = 22, end: float = 0.8, delay: float = 0):
    """A smooth S-curve with weekdays, reported every day, up to the given day."""
    t = np.arange(days)
    pace = np.exp(-(t - middle - delay) / slope)
    added = end * SIZE * pace / slope / (1 + pace) ** 2 * WEEKDAYS[t % 7]
    return FIRST + t, np.round(np.cumsum(added))


def others(days: int, number: int = 8, **shape) -> dict:
    """A panel of rollouts that lie some days apart."""
    return {str(n): (*rollout(days, delay=3.0 * n - 9, end=0.7 + 0.02 * n, **shape), SIZE) for n in range(number)}


def weekly(dates, counts, every: int = 7):
    """The same counts, reported once a week, the last day included."""
    return dates[::-1][::every][::-1], counts[::-1][::every][::-1]


# ---------------------------------------------------------------------------------------------------- what is believed


def test_a_series_without_faults_is_believed_as_it_is():
    dates, counts = rollout(120)
    days, values = believed(dates, counts)
    assert (days == dates).all()
    assert (values == counts).all()


def test_of_two_reports_of_one_day_the_last_is_valid():
    dates, counts = rollout(90)
    days, values = believed(np.insert(dates, 50, dates[50]), np.insert(counts, 50, 0.0))
    assert (days == dates).all()
    assert (values == counts).all()


@pytest.mark.parametrize("factor", [2.0, 0.5, 0.0])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_spike_or_a_dip_that_is_undone_is_bridged(factor, length):
    dates, counts = rollout(120)
    wrong = counts.copy()
    wrong[80 : 80 + length] *= factor
    days, values = believed(dates, wrong)
    assert (days == dates).all()
    assert np.abs(values - counts).max() < 0.02 * SIZE


@pytest.mark.parametrize("factor", [2.0, 0.5, 0.0])
def test_a_last_report_that_leaps_or_falls_is_left_out_and_can_be_told_from_the_dates(factor):
    dates, counts = rollout(110)
    wrong = counts.copy()
    wrong[-1] *= factor
    days, values = believed(dates, wrong)
    assert days[-1] == dates[-2]
    assert values[-1] == counts[-2]


def test_a_fall_that_four_reports_confirm_is_a_correction_and_scales_what_came_before():
    dates, counts = rollout(120)
    corrected = counts.copy()
    corrected[:100] *= 1.25
    days, values = believed(dates, corrected)
    assert (days == dates).all()
    assert values[-20:] == pytest.approx(counts[-20:])
    assert values[:97] == pytest.approx(counts[:97], rel=0.05)


def test_a_small_correction_on_the_last_day_is_believed():
    dates, counts = rollout(120)
    counts[-1] = 0.99 * counts[-2]
    assert believed(dates, counts)[1][-1] == counts[-1]


def test_a_stock_of_files_entered_in_one_day_counts_but_makes_no_pace():
    dates, counts = rollout(130)
    jumped = counts.copy()
    jumped[-5:] += 0.08 * SIZE
    after, before = (forecast(dates, c, SIZE, 30)[0] - c[-1] for c in (jumped, counts))
    assert jumped[-1] == believed(dates, jumped)[1][-1]
    assert after[-1] <= 1.2 * before[-1]


# ------------------------------------------------------------------------------------------------------ planted faults


def doubled_last(dates, counts):
    return dates, np.append(counts[:-1], 2 * counts[-1])


def halved_last(dates, counts):
    return dates, np.append(counts[:-1], counts[-1] / 2)


def fallen_last(dates, counts):
    return dates, np.append(counts[:-1], 0.93 * counts[-1])


def doubled_before(dates, counts):
    return dates, np.where(np.arange(len(counts)) == len(counts) - 9, 2 * counts, counts)


def fallen_before(dates, counts):
    return dates, np.where(np.arange(len(counts)) == len(counts) - 9, 0.6 * counts, counts)


def without_a_week(dates, counts):
    return np.delete(dates, slice(-20, -13)), np.delete(counts, slice(-20, -13))


def without_the_last_week(dates, counts):
    return dates[:-7], counts[:-7]


FAULTS = [
    doubled_last,
    halved_last,
    fallen_last,
    doubled_before,
    fallen_before,
    without_a_week,
    without_the_last_week,
]


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("until", [70, 85, 100, 120, 150, 200])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_moves_a_forecast_of_thirty_days_by_less_than_two_percent_of_the_ceiling(fault, until, alone):
    series = {code: (dates, counts) for code, (dates, counts, _) in others(until, slope=30).items()}
    wrong = {code: fault(*one) for code, one in series.items()}
    panel, wrong_panel = (None if alone else {c: (*one, SIZE) for c, one in rows.items()} for rows in (series, wrong))
    clean = forecast(*series["3"], SIZE, 30, panel)[0][-1]
    late = int((series["3"][0][-1] - wrong["3"][0][-1]).astype(int))
    planted = forecast(*wrong["3"], SIZE, 30 + late, wrong_panel)[0][-1]
    assert abs(planted - clean) < 0.02 * SIZE


def test_a_doubled_last_day_announces_no_target_that_the_clean_series_does_not():
    dates, counts = rollout(100)
    assert reach_date(dates, counts, SIZE, 0.9 * SIZE)[1] is None
    assert reach_date(*doubled_last(dates, counts), SIZE, 0.9 * SIZE)[1] is None


# ------------------------------------------------------------------------------------------------------------ the path


def test_a_rollout_that_slows_down_is_not_carried_on_at_its_recent_pace():
    dates, counts = rollout(135)
    plain = counts[-1] + (counts[-1] - counts[-29]) / 28 * 60
    true = rollout(195)[1][-1]
    median = forecast(dates, counts, SIZE, 60)[0][-1]
    assert abs(median - true) < 0.5 * abs(plain - true)


def test_a_rollout_that_gathers_speed_is_expected_above_its_recent_pace():
    dates, counts = rollout(70)
    plain = counts[-1] + (counts[-1] - counts[-29]) / 28 * 30
    assert forecast(dates, counts, SIZE, 30)[0][-1] > plain


def steady(share: float, days: int = 100):
    """A count that has grown by as much each day, up to a share of the reference population."""
    return FIRST + np.arange(days), np.round(np.linspace(0, share * SIZE, days))


def test_a_steady_count_is_expected_to_gather_speed_at_its_start_and_to_slow_down_later():
    for share, faster in ((0.01, True), (0.05, True), (0.45, False), (0.7, False)):
        dates, counts = steady(share)
        plain = (counts[-1] - counts[-29]) / 28 * 30
        assert bool(forecast(dates, counts, SIZE, 30)[0][-1] - counts[-1] > plain) is faster


def test_less_than_expected_is_rarer_at_the_start_than_later():
    below = {}
    for share in (0.2, 0.6):
        dates, counts = steady(share)
        median, low, _ = forecast(dates, counts, SIZE, 30)
        below[share] = (median[-1] - low[-1]) / (median[-1] - counts[-1])
    assert below[0.2] < below[0.6]


def test_what_slows_the_others_down_is_expected_to_slow_this_one():
    t = np.arange(120)
    steady = np.round(300.0 * t)
    slowing = np.round(np.cumsum(np.where(t < 92, 300, 300 * np.exp(-(t - 92) / 12))))
    dates = FIRST + t
    panel = {str(n): (dates, slowing, SIZE) for n in range(9)} | {"own": (dates, steady, SIZE)}
    assert forecast(dates, steady, SIZE, 30, panel)[0][-1] < forecast(dates, steady, SIZE, 30)[0][-1]


def test_a_panel_whose_forecasts_have_been_far_off_widens_the_band():
    dates, counts = rollout(120)
    rng = np.random.default_rng(1)
    restless = {}
    for n in range(12):
        added = np.diff(counts, prepend=0) * np.repeat(np.exp(rng.normal(0, 1.5, 18)), 7)[:120]
        restless[str(n)] = (dates, np.cumsum(added), SIZE)
    calm = {str(n): (dates, counts * (0.9 + 0.01 * n), SIZE) for n in range(12)}
    width = {}
    for name, panel in (("calm", calm), ("restless", restless)):
        median, low, high = forecast(dates, counts, SIZE, 30, panel | {"own": (dates, counts, SIZE)})
        width[name] = (median[-1] - low[-1]) / (median[-1] - counts[-1])
    assert width["restless"] > width["calm"]


def test_daily_and_weekly_reports_of_one_rollout_lead_to_about_the_same_forecast():
    dates, counts = rollout(120)
    assert forecast(*weekly(dates, counts), SIZE, 30)[0][-1] == pytest.approx(
        forecast(dates, counts, SIZE, 30)[0][-1], abs=0.02 * SIZE
    )


def test_a_count_that_has_stood_still_for_long_is_expected_to_go_on_so_but_may_move():
    dates, counts = rollout(200)
    median, low, high = forecast(np.append(dates, dates[-1] + 90), np.append(counts, counts[-1]), SIZE, 30)
    assert median[-1] - counts[-1] < 0.005 * SIZE
    assert high[-1] > median[-1]


@pytest.mark.parametrize("size", [0.0, -5.0, math.nan, math.inf])
def test_without_a_reference_population_the_last_believed_count_is_repeated(size):
    dates, counts = rollout(100)
    for path in forecast(dates, counts, size, 20):
        assert (path == counts[-1]).all()
    assert reach_date(dates, counts, size, counts[-1] + 1) == (None, None, None)
    assert math.isnan(reach_probability(dates, counts, size, counts[-1] + 1, dates[-1] + 30))


def test_above_its_reference_population_a_count_is_expected_to_stay():
    dates, counts = rollout(150)
    for path in forecast(dates, counts, counts[-1] / 1.2, 30):
        assert (path == counts[-1]).all()


def test_two_reports_are_enough_for_a_forecast():
    median, low, high = forecast(FIRST + np.array([0, 10]), np.array([100.0, 600.0]), SIZE, 14)
    assert 600 < median[-1] < 2_000
    assert low[-1] < median[-1] < high[-1]


def test_no_report_at_all_has_an_empty_answer():
    none = np.array([], dtype="datetime64[D]"), np.array([])
    assert all((path == 0).all() for path in forecast(*none, SIZE, 5))
    assert reach_date(*none, SIZE, 10) == (None, None, None)
    assert math.isnan(reach_probability(*none, SIZE, 10, FIRST))


# ------------------------------------------------------------------------------------------------------------- the day


@pytest.mark.parametrize("panel", [None, others(100)])
def test_the_day_is_the_one_on_which_the_forecast_gets_there(panel):
    dates, counts = rollout(100)
    level = counts[-1] + 0.1 * SIZE
    paths = forecast(dates, counts, SIZE, 120, panel)
    early, date, late = reach_date(dates, counts, SIZE, level, panel)
    for told, path in zip((date, late, early), paths, strict=True):
        assert told == dates[-1] + 1 + int(np.argmax(path >= level))
    assert early <= date <= late


def test_a_level_that_the_data_cannot_bear_has_no_day():
    dates, counts = rollout(170)
    assert reach_date(dates, counts, SIZE, 0.95 * SIZE)[1:] == (None, None)


def test_a_level_above_everything_has_no_day():
    dates, counts = rollout(100)
    assert reach_date(dates, counts, SIZE, 1.01 * SIZE) == (None, None, None)


def test_a_level_that_was_reached_has_the_day_of_the_report_that_did():
    dates, counts = rollout(100)
    assert reach_date(dates, counts, SIZE, counts[60]) == (dates[60],) * 3


# ----------------------------------------------------------------------------------------------------- the probability


def test_on_the_day_of_the_median_the_probability_is_about_a_half():
    dates, counts = rollout(100)
    level = counts[-1] + 0.1 * SIZE
    early, date, late = reach_date(dates, counts, SIZE, level)
    for day, share in ((early, 0.1), (date, 0.5), (late, 0.9)):
        before, on = (reach_probability(dates, counts, SIZE, level, by) for by in (day - 1, day))
        assert before < share + 1e-6
        assert on >= share - 1e-6


def test_below_twelve_weeks_of_history_no_probability_is_told():
    dates, counts = rollout(84)
    assert math.isnan(reach_probability(dates, counts, SIZE, SIZE / 2, dates[-1] + 60))
    dates, counts = rollout(85)
    assert 0 <= reach_probability(dates, counts, SIZE, SIZE / 2, dates[-1] + 60) <= 1


def test_the_probability_of_a_past_day_is_whether_it_was_so():
    dates, counts = rollout(120)
    assert reach_probability(dates, counts, SIZE, counts[100], dates[100]) == 1
    assert reach_probability(dates, counts, SIZE, counts[100], dates[99]) == 0
    assert reach_probability(dates, counts, SIZE, counts[100], dates[-1] + 30) == 1


def test_the_probability_rises_with_the_days_and_falls_with_the_level():
    dates, counts = rollout(110)
    by_day = [reach_probability(dates, counts, SIZE, 0.7 * SIZE, dates[-1] + n) for n in range(1, 100, 7)]
    by_level = [
        reach_probability(dates, counts, SIZE, share * SIZE, dates[-1] + 40) for share in np.linspace(0.5, 1, 20)
    ]
    assert (np.diff(by_day) >= -1e-9).all()
    assert (np.diff(by_level) <= 1e-9).all()
    assert reach_probability(dates, counts, SIZE, 1.2 * SIZE, dates[-1] + 40) == 0


# ---------------------------------------------------------------------------------------------------------- properties

REPORTS = st.lists(
    st.tuples(st.integers(0, 45), st.floats(-0.5, 3, allow_nan=False), st.sampled_from([1.0] * 8 + [0.0, 0.5, 2.0])),
    min_size=2,
    max_size=60,
)
SIZES = st.one_of(st.floats(0.1, 1e7), st.sampled_from([0.0, math.nan, 1.0, 1e-9]))


def raw(reports, scale: float = 1000.0):
    """Dates that may repeat, counts that may fall, leap and stand still."""
    gaps, steps, factors = (np.array(column) for column in zip(*reports, strict=True))
    return FIRST + np.cumsum(gaps), np.maximum(np.cumsum(scale * steps), 0) * factors


def panel_of(series, size):
    dates, counts = series
    mine = {"own": (dates, counts, size), "short": (dates[-2:], counts[-2:], size), "none": (dates, 0 * counts, size)}
    return mine | {str(n): (dates, counts * n / 7, size) for n in range(1, 8)}


@settings(deadline=None)
@given(REPORTS, SIZES, st.integers(0, 130), st.booleans())
def test_low_median_and_high_are_finite_in_order_never_fall_and_keep_below_the_cap(reports, size, horizon, with_panel):
    dates, counts = raw(reports)
    panel = panel_of((dates, counts), size) if with_panel else None
    median, low, high = forecast(dates, counts, size, horizon, panel)
    last = believed(dates, counts)[1][-1]
    for path in (median, low, high):
        assert path.shape == (horizon,)
        assert np.isfinite(path).all()
        assert (np.diff(path) >= -1e-9 * max(last, 1)).all()
        assert (path >= last).all()
        assert (path <= max(0.0 if math.isnan(size) else size, last)).all()
    assert (low <= median).all()
    assert (median <= high).all()


@settings(deadline=None)
@given(REPORTS, SIZES)
def test_the_same_question_has_the_same_answer_and_leaves_what_it_was_given_alone(reports, size):
    dates, counts = raw(reports)
    panel = panel_of((dates, counts), size)
    kept = {code: (d.copy(), c.copy(), s) for code, (d, c, s) in panel.items()}
    for array in (dates, counts, *(part for one in panel.values() for part in one[:2])):
        array.flags.writeable = False
    once, again = (np.array(forecast(dates, counts, size, 40, panel)) for _ in range(2))
    assert (once == again).all()
    assert (once == np.array(forecast(dates, counts, size, 40, kept))).all()
    for code, (d, c, _) in kept.items():
        assert (panel[code][0] == d).all()
        assert (panel[code][1] == c).all()


@settings(deadline=None)
@given(REPORTS)
def test_believed_reports_ascend_never_fall_and_are_among_the_days_reported(reports):
    dates, counts = raw(reports)
    days, values = believed(dates, counts)
    assert len(days) == len(values) > 0
    assert (np.diff(days).astype(int) > 0).all()
    assert (np.diff(values) >= 0).all()
    assert np.isin(days, dates).all()
    assert np.isfinite(values).all()


@settings(deadline=None)
@given(REPORTS, SIZES, st.floats(0, 2), st.booleans())
def test_the_days_are_in_order_and_within_120_days(reports, size, share, with_panel):
    dates, counts = raw(reports)
    panel = panel_of((dates, counts), size) if with_panel else None
    early, date, late = reach_date(dates, counts, size, share * 10_000, panel)
    told = [day for day in (early, date, late) if day is not None]
    assert told == sorted(told)
    assert all(day <= dates[-1] + 120 for day in told)
    # What is late is also told as the day, and what is the day also as early.
    assert not (date is None and late is not None)
    assert not (early is None and date is not None)
    chance = reach_probability(dates, counts, size, share * 10_000, dates[-1] + 120, panel)
    assert math.isnan(chance) or 0 <= chance <= 1
    if date is not None and not math.isnan(chance):
        assert chance >= 0.5


def test_a_panel_of_thousands_is_looked_at_in_part_and_kept_apart_from_others_of_the_same_size():
    dates, counts = rollout(100)
    steady = 350.0 * np.arange(100)
    many = {str(n): (dates, counts, SIZE) for n in range(2_000)}
    other = {str(n): (dates, steady, SIZE) for n in range(2_000)}
    first, second = (forecast(dates, counts, SIZE, 30, panel)[0][-1] for panel in (many, other))
    assert first != second
    assert forecast(dates, counts, SIZE, 30, many)[0][-1] == first
