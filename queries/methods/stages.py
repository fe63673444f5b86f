"""Stages: how long files wait for a stage, which stage matters most, and what a gap is made of.

A file enters a stage in one week and passes it in another; who has entered and neither passed nor left still waits.
The tables hold counts, not files: for each cohort (those who entered the register in one month), how many entered the
stage in each week and how many passed it. Which of those who waited passed is not known, so each week's passes are
taken evenly from all of the cohort who wait in it. Since a cohort enters within a month, that moves a wait by a
fortnight at most, and not at all on average: the mean wait does not depend on who goes first.

Those who still wait are counted as waiting. With d(a) files that pass and l(a) that leave after `a` weeks and n(a)
still waiting then (all whose wait lasted `a` weeks or is known to be that long):

    still waiting   S(a) = (1 - (d(0) + l(0)) / n(0)) … (1 - (d(a) + l(a)) / n(a))
    passed          G(a) = S(-1) d(0) / n(0) + … + S(a - 1) d(a) / n(a),    S(-1) = 1

S is the product-limit estimate of Kaplan and Meier (Nonparametric estimation from incomplete observations, JASA 53,
1958, 457-481), G the cumulative incidence of passing of Aalen and Johansen (Scandinavian Journal of Statistics 5, 1978,
141-150). The median wait is the first `a` at which S(a) is at most one half; where S stays above it, fewer than half
have had an answer, and there is no median.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

HALF = 0.5
WITHIN = 12
"""Weeks after which stages of two prefectures are compared: about a quarter of a year."""

LEAST_PEERS = 5
"""Fewer comparable prefectures with data than this are no reference."""

RECENT = 4
"""The last complete weeks whose entries are taken to go on."""


@dataclass(frozen=True, eq=False)
class Waits:
    """The waits of one stage, in whole weeks: how many files passed, left, or still wait after 0, 1, 2… weeks.

    passed, left, waiting: float arrays of one length. recent: how many entered in each of the last weeks, on average.
    """

    passed: np.ndarray
    left: np.ndarray
    waiting: np.ndarray
    recent: float = 0.0

    @property
    def entered(self) -> float:
        """How many entered the stage."""
        return float(self.passed.sum() + self.left.sum() + self.waiting.sum())

    @property
    def passed_share(self) -> float:
        """The share of those who entered that has passed so far; NaN where nobody entered."""
        return float(self.passed.sum()) / self.entered if self.entered else np.nan

    @cached_property
    def _curves(self) -> tuple[np.ndarray, np.ndarray]:
        ended = self.passed + self.left
        at_risk = np.cumsum((ended + self.waiting)[::-1])[::-1]
        known = at_risk > 0
        hazard = np.divide(ended, at_risk, out=np.zeros_like(ended), where=known)
        passing = np.divide(self.passed, at_risk, out=np.zeros_like(ended), where=known)
        still = np.cumprod(1 - hazard)
        before = np.concatenate([[1.0], still[:-1]])
        return still, np.cumsum(before * passing)

    @property
    def still_waiting(self) -> np.ndarray:
        """S: the share that still waits after 0, 1, 2… weeks."""
        return self._curves[0]

    @property
    def passing(self) -> np.ndarray:
        """G: the share that has passed within 0, 1, 2… weeks."""
        return self._curves[1]

    @property
    def median(self) -> int | None:
        """The weeks within which half have had an answer; None where fewer than half have."""
        below = np.flatnonzero(self.still_waiting <= HALF + 1e-12)
        return int(below[0]) if below.size and self.entered else None

    def within(self, weeks: int = WITHIN) -> float:
        """The share that passes within so many weeks; NaN where nobody entered."""
        if not self.entered:
            return np.nan
        return float(self.passing[min(weeks, len(self.passing) - 1)])


def waits(entered: ArrayLike, passed: ArrayLike, left: ArrayLike | None = None) -> Waits:
    """The waits of a stage out of the weekly counts of its cohorts.

    entered, passed, left: one row a cohort, one column a week, up to the last week that all of them are known for. More
    who pass than wait cannot be told apart from a mistake: the surplus is not counted.
    Raises ValueError when the arrays differ in shape.
    """
    came = np.atleast_2d(np.asarray(entered, dtype=float))
    went = np.atleast_2d(np.asarray(passed, dtype=float))
    gone = np.zeros_like(came) if left is None else np.atleast_2d(np.asarray(left, dtype=float))
    if not came.shape == went.shape == gone.shape:
        raise ValueError("entered, passed and left have one row a cohort and one column a week")
    cohorts, weeks = came.shape
    # rest[c, a]: of cohort c, who has waited for `a` weeks.
    rest = np.zeros((cohorts, weeks))
    ended = np.zeros((2, weeks))
    for week in range(weeks):
        if week:
            rest[:, 1:] = rest[:, :-1]
            rest[:, 0] = 0.0
        rest[:, 0] += came[:, week]
        total = np.maximum(rest.sum(axis=1), 0.0)
        out = np.stack([went[:, week], gone[:, week]])
        asked = out.sum(axis=0)
        # In proportion, where more is said to end than waits.
        out = out * np.where(asked > total, np.divide(total, asked, out=np.ones_like(total), where=asked > 0), 1.0)
        share = np.divide(out, total, out=np.zeros_like(out), where=total > 0)
        ended += np.einsum("kc,ca->ka", share, rest)
        rest *= (1 - share.sum(axis=0))[:, None]
    recent = float(came[:, -RECENT:].sum()) / min(RECENT, weeks) if weeks else 0.0
    return Waits(ended[0], ended[1], np.maximum(rest.sum(axis=0), 0.0), recent)


def reference(peers: Sequence[Waits], *, least: int = LEAST_PEERS) -> np.ndarray | None:
    """The median, over comparable prefectures, of the share that passes within 0, 1, 2… weeks; None with too few."""
    known = [one.passing for one in peers if one.entered]
    if len(known) < least:
        return None
    longest = max(map(len, known))
    # A curve goes on as it ended: nothing is known to pass later.
    return np.median([_to_length(one, longest) for one in known], axis=0)


def _to_length(curve: np.ndarray, length: int) -> np.ndarray:
    """The curve, carried on at its last value."""
    return np.pad(curve, (0, max(length - len(curve), 0)), mode="edge")[: max(length, len(curve))]


@dataclass(frozen=True)
class Stage:
    """A stage of a chain: its waits, the reference (None: there is none), and how many of what it counts become one of
    what the next stage counts (1 where the unit stays)."""

    waits: Waits
    reference: np.ndarray | None = None
    turned_into: float = 1.0


def finished(stages: Sequence[Stage], *, weeks: int, lifted: int | None = None) -> float:
    """How many files more pass the last stage within so many weeks, in its unit.

    Each stage goes on as it has: of those that have waited for `a` weeks, (G(a + 1) - G(a)) / (1 - G(a)) pass in the
    next. Entries to the first stage go on as in the last RECENT weeks; who passes a stage enters the next in the same
    week. lifted: the place of a stage that is lifted to its reference: those that wait are brought, in the first week,
    to where those of the reference stand, and from then on pass as these do. A stage that is better than its reference
    is left as it is.
    """
    if not stages or weeks <= 0:
        return 0.0
    own = [stage.waits.passing for stage in stages]
    length = weeks + max(map(len, own)) + max((len(s.reference) for s in stages if s.reference is not None), default=0)
    state, rates, first, at_once = [], [], [], []
    for place, (stage, curve) in enumerate(zip(stages, own, strict=True)):
        there = _to_length(curve, length)
        goal = there
        if place == lifted and stage.reference is not None:
            goal = np.maximum(there, _to_length(stage.reference, length))
        state.append(np.pad(stage.waits.waiting, (0, length - len(stage.waits.waiting))))
        rates.append(_rates(goal, goal))
        at_once.append(float(goal[0]))
        # What waits now has passed as `there` says, and is to stand where `goal` says a week from now.
        first.append(_rates(there, goal))
    done = 0.0
    for week in range(weeks):
        coming = stages[0].waits.recent
        for place, stage in enumerate(stages):
            waiting = state[place]
            passes = waiting * (first if week == 0 else rates)[place]
            left = waiting - passes
            straight = coming * at_once[place]
            through = passes.sum() + straight
            state[place] = np.concatenate([[coming - straight], left[:-1]])
            coming = through * stage.turned_into
        done += coming
    return done


def _rates(now: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Of those that have waited for 0, 1, 2… weeks, having passed as `now` says, who passes in the next to stand at
    `goal` then."""
    then = np.concatenate([goal[1:], goal[-1:]])
    rest = 1 - now
    rates = np.divide(then - now, rest, out=np.zeros_like(now), where=rest > 1e-12)
    return np.clip(rates, 0.0, 1.0)


def gains(stages: Sequence[Stage], *, weeks: int) -> np.ndarray:
    """What lifting each stage alone to its reference adds to the files finished in time; NaN where it has none."""
    base = finished(stages, weeks=weeks)
    return np.array(
        [
            np.nan if stage.reference is None else max(finished(stages, weeks=weeks, lifted=place) - base, 0.0)
            for place, stage in enumerate(stages)
        ]
    )


LEAST_GAIN = 1.0
"""A stage that adds less than one file is none to speak of."""


def priority(stages: Sequence[Stage], *, weeks: int) -> int | None:
    """The place of the stage whose lift adds most finished files; None where no lift adds one, or none is known."""
    found = gains(stages, weeks=weeks)
    if not found.size or np.isnan(found).all():
        return None
    best = int(np.nanargmax(found))
    return best if found[best] >= LEAST_GAIN else None


@dataclass(frozen=True)
class Split:
    """A gap and the part of each stage in it: parts add up to the gap, logs to ln(own / other)."""

    gap: float
    parts: np.ndarray
    logs: np.ndarray


def split(own: Sequence[float], other: Sequence[float], *, entered: float = 1.0) -> Split | None:
    """The gap between two chains' finished files, split exactly over their stages.

    own, other: the share that passes each stage; F = entered x c_1 x … x c_k in both. Then

        ln(F_A / F_B) = sum of ln(c_iA / c_iB),        F_A - F_B = sum of L(F_A, F_B) ln(c_iA / c_iB),

    with the logarithmic mean L(x, y) = (x - y) / ln(x / y), L(x, x) = x: the additive decomposition of Ang (The LMDI
    approach to decomposition analysis, Energy Policy 33, 2005, 867-871), which leaves no rest and does not depend on
    the order of the stages. None where a share is zero or missing on either side: there is no split through a zero.
    """
    a, b = np.asarray(own, dtype=float), np.asarray(other, dtype=float)
    if a.shape != b.shape:
        raise ValueError("both chains have the same stages")
    if not a.size or not np.isfinite([a, b]).all() or (a <= 0).any() or (b <= 0).any() or entered <= 0:
        return None
    logs = np.log(a) - np.log(b)
    mine, theirs = entered * a.prod(), entered * b.prod()
    return Split(float(mine - theirs), logarithmic_mean(mine, theirs) * logs, logs)


def logarithmic_mean(x: float, y: float) -> float:
    """L(x, y) of two positive numbers."""
    ratio = np.log(x) - np.log(y)
    # Near 1 the quotient loses its digits: its series does not.
    if abs(ratio) < 1e-6:
        return float(np.sqrt(x * y) * (1 + ratio**2 / 24))
    return float((x - y) / ratio)


def nearest(population: ArrayLike, urban_share: ArrayLike, *, of: int, most: int = 10) -> np.ndarray:
    """The places of the prefectures most like one: nearest by log population and urban share, itself left out.

    Both are measured in their standard deviations over all, so that neither outweighs the other. Those without a
    population or a share are none.
    """
    people, urban = np.asarray(population, dtype=float), np.asarray(urban_share, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        features = np.stack([np.log(people), urban])
    known = np.isfinite(features).all(axis=0)
    if not known[of]:
        return np.empty(0, dtype=int)
    spread = features[:, known].std(axis=1)
    spread[spread == 0] = 1.0
    distance = np.square((features - features[:, [of]]) / spread[:, None]).sum(axis=0)
    distance[~known] = np.inf
    distance[of] = np.inf
    order = np.argsort(distance, kind="stable")
    return order[np.isfinite(distance[order])][:most]
