import numpy as np
import pytest

from bench.stages import found
from queries.methods import stages as method


def test_those_who_still_wait_are_counted_as_waiting():
    # Ten came in week 0: five passed a week later, two after three weeks. Ten came in week 2, and none has passed.
    came = [[10, 0, 0, 0], [0, 0, 10, 0]]
    went = [[0, 5, 0, 2], [0, 0, 0, 0]]
    found = method.waits(came, went)
    assert found.passed.tolist() == [0, 5, 0, 2] and found.waiting.tolist() == [0, 10, 0, 3]
    # S(1) = 1 - 5/20, S(3) = S(1) (1 - 2/5): half have had an answer within three weeks. Of the seven who passed, half
    # did within one.
    assert found.still_waiting.tolist() == pytest.approx([1, 0.75, 0.75, 0.45])
    assert found.median == 3
    assert found.passing.tolist() == pytest.approx([0, 0.25, 0.25, 0.55])
    assert found.passed_share == 7 / 20


def test_where_fewer_than_half_have_passed_there_is_no_median():
    found = method.waits([[100, 0, 0, 0]], [[0, 20, 10, 0]])
    assert found.median is None and found.within(12) == pytest.approx(0.3)


def test_who_leaves_waits_no_more_and_has_not_passed():
    found = method.waits([[100, 0, 0]], [[0, 30, 0]], [[0, 30, 0]])
    assert found.median == 1
    assert found.passing.tolist() == pytest.approx([0, 0.3, 0.3]) and found.waiting.sum() == pytest.approx(40)


def test_passes_of_a_week_are_taken_evenly_from_all_who_wait():
    found = method.waits([[10, 10, 0]], [[0, 0, 10]])
    assert found.passed.tolist() == [0, 5, 5] and found.waiting.tolist() == [0, 5, 5]


def test_more_who_pass_than_wait_are_not_counted():
    found = method.waits([[10, 0]], [[12, 3]])
    assert found.passed.sum() == pytest.approx(10) and found.waiting.sum() == pytest.approx(0)
    assert found.passed_share == pytest.approx(1)


def test_nothing_entered_has_neither_share_nor_median():
    found = method.waits([[0, 0]], [[0, 0]])
    assert found.median is None and np.isnan(found.passed_share) and np.isnan(found.within())


def test_arrays_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="one row a cohort"):
        method.waits([[1, 2]], [[1, 2, 3]])


def test_fewer_than_five_comparable_prefectures_are_no_reference():
    one = method.waits([[10, 0]], [[5, 2]])
    nothing = method.waits([[0, 0]], [[0, 0]])
    assert method.reference([one] * 4) is None
    assert method.reference([one] * 4 + [nothing]) is None
    assert method.reference([one] * 5).tolist() == pytest.approx([0.5, 0.7])


def passing_after(weeks, *, share, entries, fixed, cohort=4):
    """The waits of a stage that a share passes after exactly so many weeks; and who passes it, week by week.

    A cohort is who came in four weeks."""
    of = np.arange(weeks) // cohort
    came = np.zeros((of.max() + 1, weeks))
    came[of, np.arange(weeks)] = entries
    went = np.zeros_like(came)
    went[:, fixed:] = share * came[:, : weeks - fixed]
    return method.waits(came, went), went.sum(axis=0)


def test_the_lowest_share_of_today_is_not_the_stage_that_matters():
    # The first stage takes six weeks everywhere, and more come each week: today's shares make it look the worst.
    weeks = 40
    entries = 100 * 1.08 ** np.arange(weeks)
    slow, through = passing_after(weeks, share=1.0, entries=entries, fixed=6)
    poor, _ = passing_after(weeks, share=0.75, entries=through, fixed=1)
    good, _ = passing_after(weeks, share=0.95, entries=through, fixed=1)
    assert slow.passed_share < poor.passed_share and slow.waiting.sum() > poor.waiting.sum()
    stages = [
        method.Stage(slow, method.reference([slow] * 5)),
        method.Stage(poor, method.reference([good] * 5)),
    ]
    gains = method.gains(stages, weeks=26)
    assert gains[0] == pytest.approx(0, abs=1e-6) and gains[1] > 100
    assert method.priority(stages, weeks=26) == 1


def test_what_is_better_than_the_reference_is_not_lifted():
    weeks = 30
    good, _ = passing_after(weeks, share=0.9, entries=np.full(weeks, 50.0), fixed=1)
    poor, _ = passing_after(weeks, share=0.5, entries=np.full(weeks, 50.0), fixed=1)
    stages = [method.Stage(good, method.reference([poor] * 5))]
    assert method.gains(stages, weeks=10).tolist() == [0] and method.priority(stages, weeks=10) is None


def test_a_gain_is_counted_in_the_unit_of_the_last_stage():
    weeks = 30
    poor, through = passing_after(weeks, share=0.5, entries=np.full(weeks, 60.0), fixed=1)
    good, _ = passing_after(weeks, share=0.9, entries=np.full(weeks, 60.0), fixed=1)
    last, _ = passing_after(weeks, share=1.0, entries=through, fixed=0)
    lifted = method.reference([good] * 5)

    def gain(turned_into):
        stages = [method.Stage(poor, lifted, turned_into), method.Stage(last)]
        return method.gains(stages, weeks=10)[0]

    assert gain(1.0) > 0 and gain(0.5) == pytest.approx(gain(1.0) / 2)


def test_what_is_finished_goes_on_as_it_has():
    # A hundred come a week and nine in ten pass a week later: in ten weeks nine hundred. That the counts do not say
    # who it is that passes costs one in a hundred.
    weeks = 30
    stage, _ = passing_after(weeks, share=0.9, entries=np.full(weeks, 100.0), fixed=1)
    assert method.finished([method.Stage(stage)], weeks=10) == pytest.approx(900, rel=0.01)


def test_without_weeks_left_nothing_is_finished():
    stage, _ = passing_after(20, share=0.9, entries=np.full(20, 100.0), fixed=1)
    assert method.finished([method.Stage(stage)], weeks=0) == 0


@pytest.mark.parametrize("seed", range(20))
def test_a_gap_is_split_without_a_rest(seed):
    rng = np.random.default_rng(seed)
    own, other = rng.uniform(1e-3, 1, (2, rng.integers(1, 8)))
    entered = float(rng.uniform(1, 1e6))
    parts = method.split(own, other, entered=entered)
    mine, theirs = entered * own.prod(), entered * other.prod()
    assert abs(parts.logs.sum() - np.log(mine / theirs)) < 1e-9
    assert parts.gap == pytest.approx(mine - theirs, abs=1e-9 * entered)
    assert abs(parts.parts.sum() - parts.gap) < 1e-9 * max(entered, 1)


def test_a_split_does_not_depend_on_the_order_of_the_stages():
    own, other = [0.9, 0.5, 0.7], [0.8, 0.6, 0.75]
    straight, turned = method.split(own, other), method.split(own[::-1], other[::-1])
    assert straight.parts.tolist() == pytest.approx(turned.parts[::-1].tolist())


@pytest.mark.parametrize("own", [[0.5, 0.0], [0.5, np.nan]])
def test_there_is_no_split_through_a_zero_or_through_what_is_missing(own):
    assert method.split(own, [0.5, 0.5]) is None
    assert method.split([0.5, 0.5], own) is None


def test_equal_chains_have_no_gap():
    parts = method.split([0.5, 0.3], [0.5, 0.3], entered=1000)
    assert parts.gap == 0 and parts.parts.tolist() == [0, 0]


def test_the_logarithmic_mean_lies_between_the_two_and_joins_smoothly():
    assert method.logarithmic_mean(4, 9) == pytest.approx(5 / np.log(9 / 4))
    assert method.logarithmic_mean(5, 5) == 5
    assert method.logarithmic_mean(5, 5 * (1 + 1e-6)) == pytest.approx(method.logarithmic_mean(5, 5 * (1 + 1.1e-6)))


def test_a_planted_bottleneck_is_found():
    named, lowest = found(40)
    assert named >= 38
    assert lowest < named


def test_the_nearest_are_alike_in_size_and_in_how_urban_they_are():
    people = [100_000, 110_000, 1_000_000, 105_000, 0]
    urban = [0.5, 0.5, 0.5, 0.95, 0.5]
    assert method.nearest(people, urban, of=0, most=2).tolist() == [1, 3]
    assert 4 not in method.nearest(people, urban, of=0)
    assert method.nearest(people, urban, of=4).size == 0
