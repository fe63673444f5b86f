"""Targets: where a count stands beside what was promised, what pace is needed, when it will be done, who can act."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from i18n import Raw, Words, words
from i18n.numbers import MILLION
from panels import Panel, SourceLine
from panels.events import recorded
from panels.situation import on_date, source_line

SHAPE = {
    "on_path": "●",
    "ahead": "▲",
    "watch": "◆",
    "below": "▼",
    "met": "✔",
    "expired": "■",
    "no_target": "○",
    "indicative": "◇",
    "no_figure": "–",
}
"""Each verdict has a shape and a word of its own: never colour alone."""

TONE = {"on_path": "good", "ahead": "good", "met": "good", "watch": "care", "below": "bad", "expired": "bad"}
"""The colour of a verdict; all others have none."""

ROUNDED = 100_000
"""A count that is a multiple of this was published rounded: a difference from it is rounded to a tenth of it."""

ENOUGH_HISTORY = 84
"""Days of history from which a date is expected: twelve weeks."""


ALARMING = ("watch", "below", "expired")
"""The verdicts beside which whoever holds the stage is named, where it is not the prefecture."""


@dataclass(frozen=True)
class Cell:
    """One number of a card: what it is, as it is printed, and what is said below it; said: words stand for a number."""

    label: str
    number: str
    below: str = ""
    said: bool = False


def tone_of(verdict: str, *, held_elsewhere: bool) -> str:
    """good, care, bad, elsewhere or none. What another body holds never wears the prefecture's red."""
    tone = TONE.get(verdict, "none")
    return "elsewhere" if tone == "bad" and held_elsewhere else tone


def card(row: Any, *, locale: str, with_probability: bool = False) -> Panel:
    """The card of one count beside its target: a row of `queries.targets.progress`.

    Title: where it stands beside its path, in a sentence. `parts`: programme, verdict, tone, shape, word, cells (tuple
    of Cell), sentences (what is needed, what is expected, what is doubted), promise (who set the target, with its
    address), needed (the sentence on the pace alone). with_probability: on the preparer's screen only.
    """
    w = words(locale)
    cells = []
    # Of the day of the figure beside it, as the title says it; where there is none, of the day that was asked for.
    dated = not math.isnan(row.actual) and not math.isnan(row.planned)
    level = row.planned if dated else row.planned_today
    if not math.isnan(level):
        below = w("targets.as_of", date=w.date(on_date(row.on_date))) if dated else ""
        cells.append(Cell(w("targets.planned_today"), w.short(round(level)), below))
    if not math.isnan(row.actual):
        below = w("targets.as_of", date=w.date(on_date(row.on_date)))
        cells.append(Cell(w("targets.actual"), w.short(round(row.actual)), below))
    if not math.isnan(row.recent_per_day):
        cells.append(Cell(w("targets.recent"), recent_said(row.recent_per_day, w), w("targets.per_working_day")))
    if not math.isnan(row.needed_per_day):
        cells.append(Cell(w("targets.needed"), w.number(math.ceil(row.needed_per_day)), w("targets.per_working_day")))
    expected = _expected(row, w)
    if expected is not None:
        cells.append(expected)
    needed = needed_sentence(row, w)
    sentences = [text for text in (needed, stage_sentence(row, w), outlook(row, w), doubt(row, w)) if text]
    if with_probability and not math.isnan(row.probability) and row.pace_state == "running":
        sentences.append(w("targets.probability", share=w.share(row.probability, decimals=0)))
    return Panel(
        subject="targets",
        kind="promise",
        title=position(row, w),
        frame=_of_row(row),
        units=(row.unit,),
        sources=(source_line(row.source, "", "reported", w),) if row.source else (),
        data_dates=() if math.isnan(row.on_date) else (int(row.on_date),),
        notes=tuple(sentences),
        parts={
            "programme": row.programme,
            "verdict": row.verdict,
            "tone": tone_of(row.verdict, held_elsewhere=bool(row.held_elsewhere)),
            "shape": SHAPE[row.verdict],
            "word": w(f"targets.verdict_{row.verdict}"),
            "cells": tuple(cells),
            "sentences": tuple(sentences),
            "needed": needed,
            "promise": promised(row, w),
        },
    )


def _of_row(row: Any) -> pd.DataFrame:
    if isinstance(row, pd.Series):
        return row.to_frame().T
    # As objects: fifty columns that each find out what they hold cost more than all the rest of a card.
    values = np.empty((1, len(row)), dtype=object)
    values[0, :] = row
    return pd.DataFrame(values, columns=_names(row._fields))


@cache
def _names(fields: tuple[str, ...]) -> pd.Index:
    return pd.Index(fields)


def position(row: Any, w: Words) -> str:
    """Where a count stands beside its path, in one sentence."""
    place = w.in_territory(row.territory_code)
    if row.state != "shown" or math.isnan(row.actual):
        return w("targets.no_figure", things=w.of_things(row.step, row.unit), place=place)
    head = _head(row, w)
    if math.isnan(row.target) or math.isnan(row.gap):
        return w("targets.only_count", head=head)
    if row.verdict == "met":
        said = {"head": head, "target": w.short(round(row.target))}
        if math.isnan(row.reach_on) or row.reach_on >= row.due:
            return w("targets.met", **said)
        return w("targets.met_early", **said, days=w.count("day", int(row.due - row.reach_on)))
    apart, millions = difference(row)
    beside = _beside(row, w)
    if not apart:
        return w("targets.equal_and", head=head, beside=beside) if beside else w("targets.equal", head=head)
    # What is ahead has more than was planned, or fewer where fewer are better.
    way = "more" if apart > 0 else "fewer" if row.gap > 0 else "less"
    said = {
        "head": head,
        "gap": w.count(row.unit, abs(apart), short=True, millions=millions),
        "planned": w.short(round(row.planned)),
    }
    return w(f"targets.{way}_and", **said, beside=beside) if beside else w(f"targets.{way}", **said)


def _head(row: Any, w: Words) -> str:
    """How many there are, where and when: the beginning of a sentence."""
    count = round(row.actual)
    few = count < 2
    # A number in millions stands before "of the things", one in digits before the things themselves.
    named = w.of_things if few or count >= MILLION else w.things
    return Raw(
        w(
            "targets.head_few" if few else "targets.head",
            things=named(row.step, row.unit),
            place=w.in_territory(row.territory_code),
            n=w.short(count),
            date=w.date(on_date(row.on_date)),
        )
    )


def difference(row: Any) -> tuple[int, bool]:
    """How many more there are than planned, to print, and whether it is said in millions however small it is.

    A published count that is rounded bears no more digits than it has; but a difference is not rounded away.
    """
    difference = row.actual - row.planned
    if row.actual >= ROUNDED and row.actual % ROUNDED == 0:
        step = ROUNDED // 10
        coarse = round(difference / step) * step
        if coarse:
            return coarse, row.actual >= MILLION
    return round(difference), False


def _beside(row: Any, w: Words) -> str:
    """Where a shortfall is going, and who holds the stage where it is not the prefecture; empty: nothing to say."""
    said = []
    if row.gap < 0 and row.direction == "stable" and not math.isnan(row.since):
        said.append(w("targets.stable", since=w.date(on_date(row.since))))
    elif row.gap < 0 and row.direction in ("closing", "widening"):
        said.append(w(f"targets.{row.direction}"))
    if row.held_elsewhere and row.verdict in ALARMING:
        said.append(w("targets.held_by", body=w.name("body", row.body)))
    if len(said) < 2:
        return Raw("".join(said))
    return Raw(w("targets.both", first=Raw(said[0]), second=Raw(said[1])))


def needed_sentence(row: Any, w: Words) -> str:
    """What pace is needed, in one sentence."""
    state = row.pace_state
    if math.isnan(row.target) or row.verdict in ("met", "no_figure"):
        return ""
    deadline = w.date(on_date(row.due))
    if state in ("deadline_passed", "no_days_left"):
        remaining = w.count(row.unit, math.ceil(row.remaining), short=True)
        return w(f"targets.{state}", deadline=deadline, remaining=remaining)
    if math.isnan(row.needed_per_day):
        return ""
    fewer = row.target < row.actual
    said = {
        "target": w.short(round(row.target)),
        "deadline": deadline,
        "act": w("targets.reduce") if fewer else w.name("step", row.step, field="act"),
        "needed": w.count(row.unit, math.ceil(row.needed_per_day)),
    }
    if state == "recent_backward" and fewer:
        return w("targets.needed_recent_upward", **said)
    if state in ("recent_zero", "recent_backward", "nothing_yet", "not_enough_history"):
        return w(f"targets.needed_{state}", **said)
    if state != "running":
        return ""
    recent = _nearest(row.recent_per_day)
    said["recent"] = w.count(row.unit, recent) if recent else w("targets.under", n=w.count(row.unit, 1))
    if row.times <= 1:
        return w("targets.needed_enough", **said)
    times = _times(row.times)
    if times == 2:
        return w("targets.needed_twice", **said)
    return w("targets.needed_times", **said, times=w.count("times", times))


def _nearest(value: float) -> int:
    """To the nearest whole number, halves up, as a recent pace is printed."""
    return math.floor(value + 0.5)


def recent_said(value: float, w: Words) -> str:
    """A recent pace in digits; one that is not zero is not printed as zero."""
    if 0 < value < 0.5:
        return w("targets.under", n=w.number(1))
    return w.number(_nearest(value))


def _times(value: float) -> float:
    """The needed pace over the recent one, to a tenth; what is not enough never prints as 1."""
    tenths = math.floor(value * 10 + 0.5) / 10
    return max(tenths, 1.1) if value > 1 else tenths


def stage_sentence(row: Any, w: Words) -> str:
    """The next stage of the path, and when it is expected; empty where the target itself is next."""
    if math.isnan(row.milestone) or row.verdict in ("met", "expired") or row.milestone <= row.actual:
        return ""
    said = {"n": w.short(round(row.milestone)), "due": w.date(on_date(row.milestone_due))}
    if math.isnan(row.foreseen_from):
        return w("targets.stage", **said)
    if math.isnan(row.milestone_on):
        return w("targets.stage_none", **said)
    said["day"] = w.date(on_date(row.milestone_on))
    between = _between(row.milestone_early, row.milestone_late, w)
    return w("targets.stage_on_between", **said, between=between) if between else w("targets.stage_on", **said)


def _between(early: float, late: float, w: Words) -> str:
    """The band of a date; empty where there is none."""
    if math.isnan(early):
        return ""
    high = w("targets.later") if math.isnan(late) else w.date_short(on_date(late))
    return w(
        "targets.between" if not math.isnan(late) else "targets.between_open",
        low=w.date_short(on_date(early)),
        high=high,
    )


def _expected(row: Any, w: Words) -> Cell | None:
    """The day on which the target is expected to be reached."""
    if math.isnan(row.foreseen_from) or row.pace_state not in ("running", "recent_zero", "recent_backward"):
        return None
    if math.isnan(row.reach_on):
        return Cell(w("targets.expected"), w(_undated(row)), said=True)
    return Cell(
        w("targets.expected"), w.date_short(on_date(row.reach_on)), _between(row.reach_early, row.reach_late, w)
    )


def outlook(row: Any, w: Words) -> str:
    """What is expected by the forecast, in one sentence."""
    if row.recomputing:
        return w("targets.recomputing")
    if row.pace_state != "running":
        return ""
    if math.isnan(row.foreseen_from):
        return w("targets.too_short")
    if math.isnan(row.reach_on):
        return w("targets.outlook_none" if _undated(row) == "targets.not_at_this_pace" else "targets.outlook_uncertain")
    return ""


POSSIBLE = 1 / 3
"""From this probability on a target without a date is said to be uncertain, not out of reach."""


def _undated(row: Any) -> str:
    """What stands in the place of a date that the figures cannot bear: the key of the words."""
    # Where the recent pace is enough and yet no date is told, it is expected to slow down: not that it is too slow.
    possible = row.times <= 1 or (not math.isnan(row.probability) and row.probability >= POSSIBLE)
    return "targets.uncertain" if possible else "targets.not_at_this_pace"


def doubt(row: Any, w: Words) -> str:
    if not row.doubted or math.isnan(row.reported):
        return ""
    return w("targets.doubted", n=w.number(round(row.reported)), date=w.date(on_date(row.reported_on)))


def promised(row: Any, w: Words) -> SourceLine | None:
    """Who set the target, how many by when; a link where it was published."""
    if math.isnan(row.target):
        return None
    text = w(
        f"targets.set_{row.set_by}",
        target=w.short(round(row.target)),
        deadline=w.date(on_date(row.due)),
    )
    return SourceLine(text, row.target_address or "")


LINES = ("actual", "incomplete", "planned", "ahead", "band", "doubted")
"""What a course is drawn of, in the order of its legend."""


def course(found: Any, *, indicator: str, territory: str, step: str, unit: str, on: int, locale: str) -> Panel:
    """The count, its planned path under it, what is expected of it, and the day of the view: `queries.targets.Course`.

    `parts`: actual, incomplete (of the last weeks, when they are not over: left out of the pace), doubted, planned,
    ahead (tuples of (date, …)), today, said (the day of the view in words), unit, names (of the lines, for the legend).
    """
    w = words(locale)
    believed, complete = (found.actual[name].astype(bool) for name in ("believed", "complete"))
    title = w(
        "targets.course_title" if found.row is not None else "targets.course_title_bare",
        things=w.of_things(step, unit),
        place=w.in_territory(territory),
    )

    def points(frame: pd.DataFrame, *names: str) -> tuple:
        return tuple(zip(map(on_date, frame["on_date"]), *(frame[name].tolist() for name in names), strict=True))

    return Panel(
        subject="targets",
        kind="course",
        title=title,
        frame=found.actual,
        units=(unit,),
        data_dates=tuple(sorted({int(day) for day in found.actual["on_date"]}))[-1:],
        parts={
            "actual": points(found.actual[believed & complete], "value"),
            "incomplete": points(found.actual[believed & ~complete], "value"),
            "doubted": points(found.actual[~believed], "value"),
            "planned": points(found.planned, "planned"),
            "ahead": points(found.ahead, "median", "low", "high"),
            "today": on_date(on),
            "said": w.date(on_date(on)),
            "unit": w(f"unit.{unit}.plural"),
            "names": {name: w(f"targets.line_{name}") for name in LINES},
        },
    )


@dataclass(frozen=True)
class Bar:
    """One territory's part of the gap: part in units, as printed, and its length as a share of the longest."""

    territory_code: str
    name: str
    text: str
    part: float
    length: float


def children(frame: pd.DataFrame, *, parent: str, indicator: str, locale: str) -> Panel:
    """The table of the children of a territory: verdict, count, planned, needed, recent, ×, date; administrative order.

    frame: `queries.targets.children`. The last row, where there is one, is what no child's figure explains.
    """
    w = words(locale)
    rows = []
    for row in frame.itertuples(index=False):
        if row.territory_code in ("", "other"):
            continue
        tone = tone_of(row.verdict, held_elsewhere=bool(row.held_elsewhere))
        word = f"{SHAPE[row.verdict]} {w(f'targets.verdict_{row.verdict}')}"
        rows.append(
            (
                w.territory(row.territory_code),
                (word, f"tt-tone-{tone}"),
                _figure(row, w),
                _number(row.planned, w),
                # As it is carried, so that the table and the bars below it say the same.
                _signed(row.gap if math.isnan(row.gap_part) else row.gap_part, w),
                _number(row.needed_per_day, w, up=True),
                "" if math.isnan(row.recent_per_day) else recent_said(row.recent_per_day, w),
                "" if math.isnan(row.times) else w("targets.times", times=w.decimal(_times(row.times))),
                _date(row, w),
            )
        )
    names = ("territory", "verdict", "actual", "planned", "gap", "needed", "recent", "times", "date")
    # Without a target half of the columns would be empty.
    kept = [at for at in range(len(names)) if any(row[at] for row in rows)]
    unit = frame["unit"].iloc[0] if len(frame) else "person"
    return Panel(
        subject="targets",
        kind="table",
        title=w("targets.children_title", name=w.name("indicator", indicator), place=w.in_territory(parent)),
        frame=frame,
        units=(unit,),
        parts={
            "head": tuple(w(f"targets.column_{names[at]}") for at in kept),
            "rows": tuple(tuple(row[at] for at in kept) for row in rows),
            "css": "tt-promises",
        },
    )


def _figure(row: Any, w: Words) -> str:
    if row.state == "withheld":
        return w("targets.withheld")
    if row.state == "not_applicable":
        return w("state.not_applicable")
    return w("state.missing") if math.isnan(row.actual) else w.number(round(row.actual))


def _number(value: float, w: Words, *, up: bool = False) -> str:
    if math.isnan(value):
        return ""
    return w.number(math.ceil(value) if up else round(value))


def _signed(value: float, w: Words) -> str:
    return "" if math.isnan(value) else w.signed(round(value))


def _date(row: Any, w: Words) -> str:
    # A share is met too, though the verdict on it is always that it is but a mark.
    if row.pace_state == "met":
        return w("targets.verdict_met")
    if math.isnan(row.foreseen_from):
        return ""
    if row.pace_state not in ("running", "recent_zero", "recent_backward"):
        return ""
    return w(_undated(row)) if math.isnan(row.reach_on) else w.date_short(on_date(row.reach_on))


def carried(frame: pd.DataFrame, *, parent: str, indicator: str, locale: str) -> Panel | None:
    """Who carries the gap, in units that add up exactly to the territory's own; None where no child's part is known.

    frame: `queries.targets.children`. In administrative order. `parts`: bars (tuple of Bar), whole (the gap, a count).
    """
    w = words(locale)
    known = frame[frame["gap_part"].notna()]
    rest = known["territory_code"].isin(["", "other"])
    # Without the row of the rest the gap itself is not known; with that row alone nobody carries it.
    if not rest.any() or rest.all():
        return None
    unit = known["unit"].iloc[0]
    longest = float(known["gap_part"].abs().max()) or 1.0
    bars = []
    for row in known.itertuples(index=False):
        if row.territory_code in ("", "other"):
            if row.gap_part == 0:
                continue
            name = w("targets.other" if row.territory_code else "targets.not_attributable")
        else:
            name = w.territory(row.territory_code)
        text = w.signed(round(row.gap_part))
        bars.append(Bar(row.territory_code, name, text, float(row.gap_part), abs(row.gap_part) / longest))
    whole = round(float(known["gap_part"].sum()))
    key = "targets.carried_more" if whole >= 0 else "targets.carried_less"
    title = w(key, gap=w.count(unit, abs(whole)), place=w.in_territory(parent))
    return Panel(
        subject="targets",
        kind="carried",
        title=title if whole else w("targets.carried_none", place=w.in_territory(parent)),
        frame=known,
        units=(unit,),
        notes=(w("targets.carried_note"),),
        parts={"bars": tuple(bars), "indicator": indicator, "whole": whole},
    )


def alerts(frame: pd.DataFrame, *, locale: str) -> Panel:
    """What is worth a word today: what, where, which figure, since when, who can act.

    frame: `queries.targets.alerts`.
    """
    w = words(locale)
    rows = []
    for row in frame.itertuples(index=False):
        what = w.name("delivery", row.delivery) if row.delivery else w.name("step", row.step)
        rows.append(
            (
                w(f"targets.alert_{row.kind}"),
                what,
                w.territory(row.territory_code) if row.territory_code else "",
                _alarm(row, w),
                "" if math.isnan(row.since) else w.date(on_date(row.since)),
                w.name("body", row.body) if row.body else "",
            )
        )
    title = w("targets.alerts_title", n=w.number(len(rows))) if rows else w("targets.alerts_none")
    names = ("alert", "what", "territory", "figure", "since", "body")
    return Panel(
        subject="targets",
        kind="table",
        title=title,
        frame=frame,
        parts={"head": tuple(w(f"targets.column_{name}") for name in names), "rows": tuple(rows)},
    )


def _alarm(row: Any, w: Words) -> str:
    value = "" if math.isnan(row.value) else w.number(round(row.value))
    other = "" if math.isnan(row.other) else w.number(round(row.other))
    if row.kind == "late_source" and not row.delivery:
        return w("targets.alarm_late_figure", days=w.count("day", round(row.value)))
    if row.kind == "late_source":
        return w("targets.alarm_late_delivery", value=value, other=other)
    return w(f"targets.alarm_{row.kind}", value=value, other=other)


def history(frame: pd.DataFrame, *, locale: str) -> Panel:
    """Everything that was said of targets, the newest first. frame: `queries.targets.all_targets`."""
    w = words(locale)
    rows = [
        (
            w.name("indicator", row.indicator),
            w.territory(row.territory_code),
            w("targets.withdrawn") if math.isnan(row.value) else w.number(round(row.value)),
            w.date_short(on_date(row.due)),
            w(f"targets.by_{row.set_by}"),
            SourceLine(_said_by(row.source, w), row.address),
            _course_of(row, w),
            recorded(row.recorded_at, w),
            w("targets.in_force") if row.current else w("targets.superseded"),
        )
        for row in frame.itertuples(index=False)
    ]
    names = ("indicator", "territory", "target", "due", "set_by", "source", "path", "recorded", "status")
    return Panel(
        subject="targets",
        kind="table",
        title=w("targets.history_title"),
        frame=frame,
        parts={"head": tuple(w(f"targets.column_{name}") for name in names), "rows": tuple(rows)},
    )


def _course_of(row: Any, w: Words) -> str:
    """The path of a target: its kind, its start, its stages."""
    if math.isnan(row.value):
        return ""
    said = w("targets.path_from", path=w(f"targets.path_{row.path}"), starts=w.date_short(on_date(row.starts)))
    if not row.milestones:
        return said
    stages = (
        w("targets.milestone_of", day=w.date_short(on_date(day)), n=w.number(count)) for day, count in row.milestones
    )
    return w("targets.path_stages", path=Raw(said), stages=Raw(w.join(stages)))


def _said_by(source: str, w: Words) -> str:
    try:
        return w.name("source", source)
    except KeyError:
        return source


def judged(frame: pd.DataFrame, *, locale: str) -> Panel:
    """How good earlier forecasts have been, by count and horizon. frame: `queries.forecasts.judged`."""
    w = words(locale)
    rows = [
        (
            w.name("indicator", row.indicator),
            w.count("day", int(row.horizon)),
            w.number(int(row.n)),
            w.share(row.median_error),
            w.share(row.inside_share, decimals=0),
            w.share(row.bias),
        )
        for row in frame.itertuples(index=False)
    ]
    names = ("indicator", "horizon", "forecasts", "error", "inside", "bias")
    return Panel(
        subject="targets",
        kind="table",
        title=w("targets.judged_title") if rows else w("targets.judged_none"),
        frame=frame,
        notes=(w("targets.judged_note"),),
        parts={"head": tuple(w(f"targets.column_{name}") for name in names), "rows": tuple(rows)},
    )


def rules(thresholds: Mapping[str, float], *, locale: str) -> Panel:
    """The rule of the verdicts, one row each, and below it (`notes`) those of the pace and of what is expected.

    thresholds: by name, shares of 1 and whole numbers, as the methods have them; every number of the texts is one of
    them, so that words and code cannot disagree.
    """
    w = words(locale)
    said = {name: _threshold(name, value, w) for name, value in thresholds.items()}
    rows = [
        (
            (f"{SHAPE[code]} {w(f'targets.verdict_{code}')}", f"tt-tone-{TONE.get(code, 'none')}"),
            w(f"targets.rule_{code}", **said),
        )
        for code in SHAPE
    ]
    return Panel(
        subject="targets",
        kind="table",
        title=w("targets.rules_title"),
        frame=pd.DataFrame({"verdict": list(SHAPE)}),
        notes=tuple(w(f"targets.rule_of_{name}", **said) for name in RULES),
        parts={
            "head": (w("targets.column_verdict"), w("targets.column_rule")),
            "rows": tuple(rows),
            "css": "tt-rules",
        },
    )


def _threshold(name: str, value: float, w: Words) -> str:
    if name in LENGTHS:
        return w.count(LENGTHS[name], int(value))
    return w.percent_words(value, decimals=0 if value >= 0.01 else 1)


LENGTHS = {"weeks": "week", "oldest": "day"}
"""The thresholds that are lengths of time, and in what; the others are shares."""

RULES = ("steady", "probability", "elsewhere", "needed", "recent", "direction", "belief")
"""What the Method page says of the pace and of forecasts, in its order."""


def legend(codes: Iterable[str], *, locale: str) -> tuple[tuple[str, str], ...]:
    """(shape, word) of the verdicts in use, in the order of their gravity."""
    w = words(locale)
    used = set(codes)
    return tuple((SHAPE[code], w(f"targets.verdict_{code}")) for code in SHAPE if code in used)


def verdict_map(frame: pd.DataFrame, *, parent: str, indicator: str, boundaries: str, show: str, locale: str) -> Panel:
    """The children by verdict (the preparer's screen), or by the needed pace beside the recent one (`show` "need").

    frame: `queries.targets.children`. `parts`: groups (tuple of (key, text, codes)), boundaries, names, texts.
    """
    w = words(locale)
    mine = [row for row in frame.itertuples(index=False) if row.territory_code not in ("", "other")]
    keys = [(_need(row) if show == "need" else row.verdict) for row in mine]
    order = NEEDS if show == "need" else tuple(SHAPE)
    groups = []
    for key in order:
        codes = tuple(row.territory_code for row, mine_key in zip(mine, keys, strict=True) if mine_key == key)
        if codes:
            text = w(f"targets.need_{key}") if show == "need" else f"{SHAPE[key]} {w(f'targets.verdict_{key}')}"
            groups.append((key, text, codes))
    texts = {row.territory_code: position(row, w) for row in mine}
    return Panel(
        subject="targets",
        kind="verdicts",
        title=w(f"targets.map_{show}", name=w.name("indicator", indicator), place=w.in_territory(parent)),
        frame=frame,
        parts={
            "groups": tuple(groups),
            "boundaries": boundaries,
            "texts": texts,
            "names": {row.territory_code: w.territory(row.territory_code) for row in mine},
            "elsewhere": any(bool(row.held_elsewhere) for row in mine),
        },
    )


NEEDS = ("met", "enough", "up_to_two", "over_two", "no_pace", "none")
"""The needed pace beside the recent one, from none to no figure."""


def _need(row: Any) -> str:
    if row.pace_state == "met":
        return "met"
    if not math.isnan(row.times):
        return "enough" if row.times <= 1 else "up_to_two" if row.times <= 2 else "over_two"
    return "no_pace" if not math.isnan(row.needed_per_day) and not math.isnan(row.actual) else "none"
