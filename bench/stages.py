"""`python -m bench.stages [CHAINS]`: how often a bottleneck planted in a simulated chain is named.

Each chain has three to five stages; eleven prefectures differ a little in how many pass a stage and how long it takes.
In one of them one stage is made worse: fewer pass, or they pass later. Files come in month by month, are told in whole
counts by week, and the stage is looked for in the counts alone.
"""

import sys

import numpy as np

from queries.methods import stages as method

WEEKS, DEADLINE = 44, 26
"""Weeks that were told, and weeks that are left."""

MONTH = 4.345
PEERS = 10


def told(shares, lags, *, entries: np.ndarray, rng: np.random.Generator) -> list[method.Waits]:
    """The waits of each stage as the weekly counts of monthly cohorts tell them.

    shares, lags: of each stage, who ever passes, and the mean weeks until he does: half of them fixed, then a geometric
    wait.
    """
    weeks = len(entries)
    cohorts = (np.arange(weeks) / MONTH).astype(int)
    came = np.zeros((cohorts.max() + 1, weeks), dtype=np.int64)
    came[cohorts, np.arange(weeks)] = entries
    found = []
    for share, lag in zip(shares, lags, strict=True):
        went = np.zeros_like(came)
        fixed = int(lag / 2)
        chance = 1 / (1 + lag - fixed)
        for cohort, week in zip(*np.nonzero(came), strict=True):
            passing = rng.binomial(came[cohort, week], share)
            at = week + fixed + rng.geometric(chance, passing) - 1
            np.add.at(went[cohort], at[at < weeks], 1)
        found.append(method.waits(came, went))
        came = went
    return found


def planted(seed: int) -> tuple[list[method.Stage], int]:
    """A chain with a bottleneck in it, and its place."""
    rng = np.random.default_rng(seed)
    stages = int(rng.integers(3, 6))
    shares, lags = rng.uniform(0.55, 0.97, stages), rng.uniform(0.5, 4, stages)
    growth = rng.uniform(0.99, 1.03)
    place = int(rng.integers(stages))
    chains = []
    for prefecture in range(PEERS + 1):
        own_shares = np.clip(shares * rng.normal(1, 0.03, stages), 0.05, 0.99)
        own_lags = lags * np.exp(rng.normal(0, 0.08, stages))
        if prefecture == 0:
            if rng.random() < 0.5:
                own_shares[place] *= rng.uniform(0.5, 0.72)
            else:
                own_lags[place] = 4 + own_lags[place] * rng.uniform(2.5, 4)
        entries = rng.poisson(rng.uniform(250, 900) * growth ** np.arange(WEEKS))
        chains.append(told(own_shares, own_lags, entries=entries, rng=rng))
    references = [method.reference([chain[at] for chain in chains[1:]]) for at in range(stages)]
    return [method.Stage(one, reference) for one, reference in zip(chains[0], references, strict=True)], place


def found(chains: int, *, first: int = 0) -> tuple[int, int]:
    """In how many of so many chains the planted stage is named, and in how many the shortest bar of today would do."""
    named = lowest = 0
    for seed in range(first, first + chains):
        stages, place = planted(seed)
        named += method.priority(stages, weeks=DEADLINE) == place
        lowest += int(np.argmin([stage.waits.passed_share for stage in stages])) == place
    return named, lowest


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    named, lowest = found(asked)
    print(f"{asked} chains: {named / asked:.1%} named; the lowest share passed today names {lowest / asked:.1%}")
    sys.exit(0 if named >= 0.95 * asked else 1)
