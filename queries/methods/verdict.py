"""The verdict: one word on a target, from the count against its path today and the probability of its date.

The rule, in order; "ahead" and "short" are taken in the direction in which the count is to go, the distance is how far
the target lies from its base, and what was promised is how much of that the path asks for by today:

1. no target: `no_target`. An arithmetical target is only a mark to compare with: `indicative`, without colour, whatever
   the count.
2. no figure: `no_figure`.
3. the target is reached or passed: `met`, also after the due date, also when it was lowered below the count.
4. the day is after the due date: `expired`. On the due date itself it is not.
5. at the path or above it: `watch` when the date is improbable (below UNLIKELY); else `ahead` when the lead is more
   than AHEAD_BY of the distance; else `on_path`.
6. short of the path, by any amount: `watch` when the date is probable (LIKELY or more), `below` when it is improbable.
   In between, or without a probability: `below` when the shortfall is more than BELOW_BY of what was promised and
   more than FLOOR of the distance, else `watch`.

So the word never contradicts the sentence beside it: what is short of its path is never `on_path`, what is not short is
never `below`. On the start day and before it nothing is promised yet, and a count at its base is `on_path`. Without
twelve weeks of history there is no probability and the path alone decides.

Thresholds are ours: no text sets them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from queries.methods.calendar import as_days
from queries.methods.pace import gap
from queries.methods.path import Number, Plan, exact, planned

ON_PATH, AHEAD, WATCH, BELOW = "on_path", "ahead", "watch", "below"
MET, EXPIRED, NO_TARGET, INDICATIVE, NO_FIGURE = "met", "expired", "no_target", "indicative", "no_figure"
CODES = (ON_PATH, AHEAD, WATCH, BELOW, MET, EXPIRED, NO_TARGET, INDICATIVE, NO_FIGURE)

ASSIGNED, ADOPTED, ANNOUNCED, ARITHMETICAL = "assigned", "adopted", "announced", "arithmetical"
SET_BY = (ASSIGNED, ADOPTED, ANNOUNCED, ARITHMETICAL)
"""Who set a target: a letter, a meeting, a public announcement, or nobody: a split by arithmetic."""

AHEAD_BY = Fraction(1, 20)
"""Ahead: a lead of more than this share of the target's distance. Mid-May 2023 stood at 0.27 of 3.5 million: 7.7 %."""

BELOW_BY = Fraction(1, 10)
"""Below: a shortfall of more than this share of what was promised by today."""

FLOOR = Fraction(1, 100)
"""And of more than this share of the distance: in the first days a tenth of what was promised is next to nothing."""

LIKELY = Fraction(2, 3)
"""A date is probable from this probability on."""

UNLIKELY = Fraction(1, 3)
"""A date is improbable below this probability."""

WEEKS_FOR_PROBABILITY = 12
"""Below so many weeks of history a probability is not used."""

GOOD, CARE, BAD, ELSEWHERE, NONE = "good", "care", "bad", "elsewhere", "none"
_TONES = {ON_PATH: GOOD, AHEAD: GOOD, MET: GOOD, WATCH: CARE, BELOW: BAD, EXPIRED: BAD}

ALARMING = frozenset({BELOW, EXPIRED})
"""The verdicts that are worth an alert."""

_GRAVITY = (AHEAD, ON_PATH, WATCH, BELOW)
"""The verdicts that a figure can tip from one to the next. The others are facts."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """code: one of CODES. gap: exact, ahead from 0, short below 0; None without a target or a figure.

    held_elsewhere: another body holds the stage, so that the sentence names it and `tone` is never `bad`.
    """

    code: str
    gap: Fraction | None = None
    held_elsewhere: bool = False

    @property
    def tone(self) -> str:
        """What the colour says: good, care, bad, elsewhere (never the prefecture's red) or none."""
        tone = _TONES.get(self.code, NONE)
        return ELSEWHERE if tone == BAD and self.held_elsewhere else tone


def verdict(
    actual: Number | None,
    *,
    plan: Plan | None,
    on: int,
    set_by: str = ASSIGNED,
    higher_is_better: bool = True,
    probability: float | None = None,
    history_weeks: int | None = None,
    held_elsewhere: bool = False,
) -> Verdict:
    """The verdict on a count, by the rule above.

    actual: the last figure believed, None or NaN when there is none. plan: the target and its path; None without a
    target. on: the day asked. set_by: one of SET_BY. probability: that the target is reached by its date, 0 to 1; None
    or NaN when there is none. history_weeks: how many weeks of figures it rests on, when the caller leaves it to this
    rule whether they are enough. Raises ValueError for an unknown `set_by` and for a probability outside 0 and 1.
    """
    if set_by not in SET_BY:
        raise ValueError(f"a target is set_by one of {', '.join(SET_BY)}, not {set_by}")
    chance = exact(probability)
    if chance is not None and not 0 <= chance <= 1:
        raise ValueError(f"a probability lies within 0 and 1, not at {probability}")
    if history_weeks is not None and history_weeks < WEEKS_FOR_PROBABILITY:
        chance = None
    if plan is None:
        return Verdict(code=NO_TARGET, held_elsewhere=held_elsewhere)
    there = exact(actual)
    today = planned(plan, on=on)
    lead = gap(there, planned=today, higher_is_better=higher_is_better)
    if set_by == ARITHMETICAL:
        code = INDICATIVE
    elif there is None:
        code = NO_FIGURE
    elif gap(there, planned=plan.target, higher_is_better=higher_is_better) >= 0:
        code = MET
    elif int(as_days(on)) > plan.due:
        code = EXPIRED
    else:
        code = _running(lead, promised=abs(today - plan.base), distance=abs(plan.target - plan.base), chance=chance)
    return Verdict(code=code, gap=lead, held_elsewhere=held_elsewhere)


def _running(lead: Fraction, *, promised: Fraction, distance: Fraction, chance: Fraction | None) -> str:
    """The verdict while the target is neither reached nor due."""
    improbable = chance is not None and chance < UNLIKELY
    if lead >= 0:
        if improbable:
            return WATCH
        return AHEAD if lead > AHEAD_BY * distance else ON_PATH
    if improbable:
        return BELOW
    if chance is not None and chance >= LIKELY:
        return WATCH
    return BELOW if -lead > BELOW_BY * promised and -lead > FLOOR * distance else WATCH


def steady(previous_codes: Sequence[str], code: str) -> str:
    """The verdict to show after events whose own verdicts were `previous_codes`, oldest first, and now `code`.

    A verdict moves when two events in a row say so: what is shown is the middle one of what was shown, the last code
    and this one, by gravity (ahead, on_path, watch, below); so a single event out of line moves nothing, and two that
    agree on the direction move as far as the milder of them. Facts (met, expired, no target, indicative, no figure)
    are shown at once, and so is what follows them. Raises ValueError for an unknown code.
    """
    unknown = [one for one in (*previous_codes, code) if one not in CODES]
    if unknown:
        raise ValueError(f"a verdict is one of {', '.join(CODES)}, not {unknown[0]}")
    shown = last = None
    for one in (*previous_codes, code):
        weighed = (shown, last, one)
        movable = all(each in _GRAVITY for each in weighed)
        shown = sorted(weighed, key=_GRAVITY.index)[1] if movable else one
        last = one
    return shown


def is_alert(previous_codes: Sequence[str], code: str) -> bool:
    """Whether a target is worth an alert: its date is past, or two events in a row were alarming."""
    return code == EXPIRED or (code in ALARMING and bool(previous_codes) and previous_codes[-1] in ALARMING)
