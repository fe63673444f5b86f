"""The verdict: every input has one word, the word never contradicts the gap, and one event moves nothing."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.methods import verdict as method
from queries.methods.path import Plan
from queries.methods.verdict import (
    ADOPTED,
    AHEAD,
    ANNOUNCED,
    ARITHMETICAL,
    BELOW,
    CODES,
    EXPIRED,
    INDICATIVE,
    MET,
    NO_FIGURE,
    NO_TARGET,
    ON_PATH,
    SET_BY,
    WATCH,
    Verdict,
    is_alert,
    steady,
    verdict,
)

NONE = float("nan")
PLAN = Plan(start=100, due=200, target=1000)
FALL = Plan(start=100, due=200, base=1000, target=0)


def day(text):
    return int(np.datetime64(text, "D").astype(int))


def code(actual, *, on=150, plan=PLAN, **choices):
    return verdict(actual, plan=plan, on=on, **choices).code


def test_in_mid_may_2023_the_register_was_ahead_of_its_path_by_0_27_million():
    plan = Plan(start=day("2022-11-17"), due=day("2023-12-31"), target=3_500_000)
    found = verdict(1_800_000, plan=plan, on=day("2023-05-15"), set_by=ANNOUNCED)
    assert found.code == AHEAD
    assert round(float(found.gap) / 1e6, 2) == 0.27
    assert found.tone == "good"


def test_the_path_alone_decides_without_a_probability():
    # 500 is promised; a tenth of it is 50; a twentieth of the way is 50 too.
    assert [code(actual) for actual in (551, 550, 500, 499, 450, 449, 0)] == [
        AHEAD,
        ON_PATH,
        ON_PATH,
        WATCH,
        WATCH,
        BELOW,
        BELOW,
    ]


def test_an_improbable_date_lowers_the_word_by_one():
    assert code(600, probability=0.2) == WATCH
    assert code(500, probability=0.2) == WATCH
    assert code(499, probability=0.2) == BELOW


def test_a_probable_date_softens_a_shortfall_and_never_hides_it():
    assert code(100, probability=0.9) == WATCH
    assert code(499, probability=0.9) == WATCH
    assert code(600, probability=0.9) == AHEAD


def test_between_the_two_the_path_decides():
    assert [code(actual, probability=0.5) for actual in (600, 500, 480, 400)] == [AHEAD, ON_PATH, WATCH, BELOW]


def test_a_probability_of_less_than_twelve_weeks_of_history_is_not_used():
    assert code(500, probability=0.1, history_weeks=11) == ON_PATH
    assert code(500, probability=0.1, history_weeks=12) == WATCH


def test_a_probability_that_is_missing_is_none():
    assert code(500, probability=NONE) == code(500, probability=None) == ON_PATH


def test_on_the_start_day_and_before_it_a_count_at_its_base_is_on_path():
    assert [code(0, on=on) for on in (0, 99, 100)] == [ON_PATH] * 3
    assert code(60, on=100) == AHEAD


def test_in_the_first_days_a_small_shortfall_is_not_below():
    # Ten are promised and none came: all of what was promised, a hundredth of the way.
    assert code(0, on=101) == WATCH
    assert code(0, on=102) == BELOW


def test_on_the_due_date_a_target_is_not_expired_and_the_day_after_it_is():
    assert code(999, on=200) == WATCH
    assert code(500, on=200) == BELOW
    assert code(1000, on=200) == MET
    assert code(999, on=201) == EXPIRED


def test_a_target_reached_is_met_before_and_after_its_date():
    assert code(1000, on=110) == code(1500, on=150) == code(1000, on=900) == MET


def test_a_target_lowered_below_the_count_is_met():
    assert code(700) == AHEAD
    assert code(700, plan=Plan(start=100, due=200, target=650)) == MET


def test_a_target_met_and_lost_again_follows_its_path():
    assert code(990, on=199) == ON_PATH
    assert code(990, on=201) == EXPIRED


def test_where_less_is_better_the_word_turns_round():
    assert [code(actual, plan=FALL, higher_is_better=False) for actual in (400, 500, 540, 600, 0)] == [
        AHEAD,
        ON_PATH,
        WATCH,
        BELOW,
        MET,
    ]


def test_a_target_that_nobody_set_is_a_mark_without_colour_whatever_the_count():
    for actual, on in ((0, 150), (2000, 150), (0, 900), (None, 150)):
        found = verdict(actual, plan=PLAN, on=on, set_by=ARITHMETICAL)
        assert (found.code, found.tone) == (INDICATIVE, "none")


def test_targets_that_somebody_set_are_judged():
    assert {code(500, set_by=who) for who in (method.ASSIGNED, ADOPTED, ANNOUNCED)} == {ON_PATH}


def test_without_a_target_there_is_no_verdict():
    assert verdict(500, plan=None, on=150) == Verdict(code=NO_TARGET)
    assert verdict(500, plan=None, on=150).tone == "none"


@pytest.mark.parametrize("actual", [None, NONE])
@pytest.mark.parametrize("on", [50, 150, 900])
def test_without_a_figure_nothing_is_said_even_after_the_date(actual, on):
    found = verdict(actual, plan=PLAN, on=on)
    assert (found.code, found.gap, found.tone) == (NO_FIGURE, None, "none")


@pytest.mark.parametrize(("actual", "on"), [(0, 150), (999, 201)])
def test_a_stage_that_another_body_holds_never_wears_the_red_of_the_prefecture(actual, on):
    ours = verdict(actual, plan=PLAN, on=on)
    theirs = verdict(actual, plan=PLAN, on=on, held_elsewhere=True)
    assert (ours.tone, theirs.tone) == ("bad", "elsewhere")
    assert (ours.code, ours.gap) == (theirs.code, theirs.gap)
    assert theirs.held_elsewhere


def test_what_goes_well_elsewhere_keeps_its_colour():
    assert verdict(600, plan=PLAN, on=150, held_elsewhere=True).tone == "good"


@pytest.mark.parametrize("wrong", [{"set_by": "somebody"}, {"probability": 1.1}, {"probability": -0.1}])
def test_what_is_no_author_and_no_probability_is_refused(wrong):
    with pytest.raises(ValueError, match=r"set_by|probability"):
        verdict(500, plan=PLAN, on=150, **wrong)


PLANS = st.builds(
    lambda start, length, base, target: Plan(start=start, due=start + length, base=base, target=target),
    st.integers(0, 300),
    st.integers(0, 300),
    st.integers(0, 2000),
    st.integers(0, 2000),
)


@given(
    actual=st.none() | st.just(NONE) | st.integers(0, 3000) | st.floats(0, 3000),
    plan=st.none() | PLANS,
    on=st.integers(-50, 700),
    set_by=st.sampled_from(SET_BY),
    higher_is_better=st.booleans(),
    probability=st.none() | st.just(NONE) | st.floats(0, 1),
    history_weeks=st.none() | st.integers(0, 100),
    held_elsewhere=st.booleans(),
)
def test_every_input_has_one_verdict_that_does_not_contradict_its_gap(**choices):
    found = verdict(choices.pop("actual"), **choices)
    assert found.code in CODES
    if found.code in (ON_PATH, AHEAD):
        assert found.gap >= 0
    if found.code == BELOW:
        assert found.gap < 0
    if found.code in (EXPIRED, MET, WATCH):
        assert isinstance(found.gap, Fraction)
    if found.code == EXPIRED:
        assert found.gap < 0
        assert choices["on"] > choices["plan"].due
    assert found.tone != "bad" or not choices["held_elsewhere"]
    assert (choices["plan"] is None) == (found.code == NO_TARGET)


@given(st.lists(st.integers(0, 1200), min_size=2, max_size=10), st.integers(100, 200), st.none() | st.floats(0, 1))
def test_more_never_makes_the_verdict_worse(counts, on, probability):
    order = [MET, AHEAD, ON_PATH, WATCH, BELOW]
    places = [order.index(code(actual, on=on, probability=probability)) for actual in sorted(counts)]
    assert all(later <= earlier for earlier, later in pairwise(places))


def test_one_event_out_of_line_moves_nothing():
    assert steady([ON_PATH, ON_PATH], BELOW) == ON_PATH
    assert steady([ON_PATH, BELOW], ON_PATH) == ON_PATH


def test_two_events_in_a_row_move_the_verdict():
    assert steady([ON_PATH, BELOW], BELOW) == BELOW
    assert steady([BELOW, ON_PATH], AHEAD) == ON_PATH


def test_two_events_that_agree_on_the_direction_move_as_far_as_the_milder():
    assert steady([ON_PATH, WATCH], BELOW) == WATCH
    assert steady([ON_PATH, BELOW], WATCH) == WATCH


def test_a_verdict_that_swings_at_each_event_stays_where_it_stood():
    assert steady([ON_PATH, BELOW] * 5, ON_PATH) == ON_PATH
    assert steady([WATCH, BELOW] * 5, WATCH) == WATCH


def test_the_first_verdict_and_facts_are_shown_at_once():
    assert steady([], BELOW) == BELOW
    assert steady([ON_PATH], MET) == MET
    assert steady([WATCH], EXPIRED) == EXPIRED
    assert steady([NO_TARGET], BELOW) == BELOW
    assert steady([BELOW, NO_FIGURE], WATCH) == WATCH


def test_an_unknown_verdict_is_refused():
    with pytest.raises(ValueError, match="verdict"):
        steady([ON_PATH], "red")


def test_an_alert_needs_two_events_in_a_row_or_a_date_that_is_past():
    assert not is_alert([], BELOW)
    assert not is_alert([BELOW, ON_PATH], BELOW)
    assert not is_alert([BELOW], WATCH)
    assert is_alert([ON_PATH, BELOW], BELOW)
    assert is_alert([], EXPIRED)


@given(st.lists(st.sampled_from([AHEAD, ON_PATH, WATCH, BELOW]), min_size=1, max_size=12))
def test_what_is_shown_changes_only_toward_what_two_events_in_a_row_say(codes):
    order = [AHEAD, ON_PATH, WATCH, BELOW]
    shown = [order.index(steady(codes[:at], codes[at])) for at in range(len(codes))]
    raw = [order.index(one) for one in codes]
    for at in range(1, len(codes)):
        moved = shown[at] - shown[at - 1]
        if moved:
            assert all((one - shown[at - 1]) * moved > 0 for one in raw[at - 1 : at + 1])
