"""Slides of counts beside their path: the cover, where a count stands, where its gap is, each territory by itself.

Every maker is given frames and `Told`, and hands back a slide in which everything is worded and every number listed.
The slides of the other subjects are made in `panels.agenda`, of the same pieces.
"""

import datetime as dt
import math
from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pandas as pd

from i18n import Raw, Words, isolated
from panels import SourceLine, rows_of
from panels.actions import marks_of
from panels.meetings import chair
from panels.noted import DIRECTIONS, Noted, Said, is_printed, length, noted
from panels.situation import on_date, source_line
from panels.slide import MOST_NUMBERS, OUTSIDE, Figure, Number, Slide, Source, Table, panel_id
from panels.targets import (
    SHAPE,
    difference,
    doubt,
    needed_sentence,
    outlook,
    position,
    promised,
    recent_said,
    stage_sentence,
    tone_of,
)

LONGEST_TITLE = 140
"""Characters of a title that two lines of a wall hold; what is longer is said in `lines`."""

MOST_BARS = 14
"""Children that are drawn as bars; more of them are a map, where they have boundaries."""

POINTS, POINTS_BELOW = 53, 27
"""Points of a path on the presenter's way, and in a drill-down: what a wall can tell apart."""

TICKS = 5
REST = ("", "other")
"""The codes of the row of a gap that no child's figure explains, as `queries.targets` has them."""

ON_A_MAP = ("region", "prefecture", "commune", "arrondissement")

WITHOUT_COUNTS = ("cover", "words", "actions")
"""Subjects of which no count is said: nothing was rounded."""

NOT_COUNTED = ("times", "share")
"""What is never written as a bare number."""

SHARES = (1.0, 0.9, 0.75, 0.5)
"""Where the tints of a map begin, as shares of the level that was programmed."""


@dataclass(frozen=True)
class Told:
    """What all slides of a deck share. on: the day of the meeting; threshold: the least count of a breakdown that is
    shown; asked: what of the canonical key is the same for all (audience, cut, scope)."""

    locale: str
    audience: str
    on: int
    threshold: int
    demonstration: bool = False
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outside(self) -> bool:
        """Whether counts were rounded for readers outside."""
        return self.audience == OUTSIDE


@dataclass(frozen=True)
class Place:
    """Where a slide stands. key, subject: its own; item: of the agenda; parent: of what it is a drill-down (empty:
    it is on the way); asked: what the canonical key says besides (indicator, definition, territory, breakdown)."""

    key: str
    subject: str
    item: str = ""
    parent: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """A number that sentences of a slide may say: what it is called among the figures, its value, day and unit."""

    what: str
    value: float
    on: int
    unit: str = ""
    territory: str = ""


def made(
    told: Told,
    place: Place,
    w: Noted,
    *,
    kind: str,
    title: str,
    territory: str,
    figures: Iterable[Figure] = (),
    measures: Iterable[Measure] = (),
    notes: Iterable[str] = (),
    on: int | None = None,
    sources: Iterable[SourceLine | None] = (),
    numbers: Sequence[Number] = (),
    dates: Iterable[float] = (),
    lines: Sequence[str] = (),
    **more: Any,
) -> Slide:
    """A slide, with every number that its words wrote among its figures, and its panel's id.

    A title that no wall holds leaves out the place, which the slide has anyway, and stands whole in the first line.

    figures: those that are drawn or stand in a table, with their territory; measures: what the numbers of its sentences
    are called. Of what the words wrote only what is printed is kept.
    """
    day = told.on if on is None else on
    if told.outside and place.subject not in WITHOUT_COUNTS:
        notes = (*notes, w("deck.rounded"))
    days = tuple(sorted({int(one) for one in dates if one is not None and not math.isnan(one)}))
    asked = {
        **told.asked,
        "subject": place.subject,
        "territory": territory,
        "on": told.on,
        "dates": list(days),
        **place.asked,
    }
    short = title if length(title) <= LONGEST_TITLE else _without_place(title, territory, w)
    if short != title:
        lines = (title, *(line for line in lines if line != title))
    slide = Slide(
        key=place.key,
        subject=place.subject,
        kind=kind,
        title=short,
        lines=tuple(lines),
        item=place.item,
        parent=place.parent,
        territory=territory,
        on_date=told.on,
        numbers=tuple(numbers)[:MOST_NUMBERS],
        notes=tuple(dict.fromkeys(note for note in notes if note)),
        sources=tuple(dict.fromkeys(Source(s.text, s.address) for s in sources if s is not None)),
        dates=days,
        asked=asked,
        panel=panel_id(asked),
        audience=told.audience,
        demonstration=told.demonstration,
        **more,
    )
    return replace(slide, figures=_figures(slide, w.said, tuple(figures), tuple(measures), day))


def _without_place(title: str, code: str, w: Words) -> str:
    """A title without the words that say where."""
    where = w.in_territory(code)
    return title.replace(f" {isolated(where) if w.rtl else where}", "", 1)


def texts_of(slide: Slide) -> Iterator[str]:
    """Every text that may be printed of a slide, without its sources."""
    yield slide.title
    for number in slide.numbers:
        yield from (number.label, number.text, number.unit)
    if slide.verdict:
        yield slide.verdict["word"]
    yield from _texts(slide.chart)
    yield from slide.table.head
    for row in slide.table.rows:
        yield from row
    yield from slide.lines
    yield from slide.notes


_CODES = frozenset(
    ["code", "date", "group", "kind", "key", "level", "oldest", "parent", "shape", "state", "step", "tone", "until"]
)
"""What a chart holds in codes: nobody reads it."""


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for name, inner in part.items():
            if name not in _CODES and name != "dates":
                yield from _texts(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from _texts(inner)


def _figures(
    slide: Slide, said: Sequence[Said], drawn: tuple[Figure, ...], measures: tuple[Measure, ...], day: int
) -> tuple[Figure, ...]:
    """The figures that are drawn, then those that the words wrote besides, each once."""
    found = list(dict.fromkeys(drawn))
    listed = {one.text for one in found}
    texts = [DIRECTIONS.sub("", text) for text in texts_of(slide) if any(map(str.isalnum, text))]
    whole = "\n".join(texts)
    for one in dict.fromkeys(said):
        bare = DIRECTIONS.sub("", one.text)
        if one.text in listed or bare not in whole or not is_printed(bare, among=(whole,)):
            continue
        listed.add(one.text)
        what = _called(one, measures)
        found.append(
            Figure(
                what.what if what else one.unit or "number",
                (what.territory if what else "") or slide.territory,
                what.on if what else day,
                one.value,
                one.text,
                (what.unit if what else "") or one.unit,
            )
        )
    return tuple(found)


def _called(said: Said, measures: Iterable[Measure]) -> Measure | None:
    """The measure that a number which was written is of."""
    for one in measures:
        if math.isnan(one.value) or said.unit not in ("", one.unit) or (not said.unit and one.unit in NOT_COUNTED):
            continue
        ways = (one.value, math.floor(one.value), math.ceil(one.value), math.floor(one.value + 0.5))
        if any(abs(abs(said.value) - abs(way)) < 1e-9 for way in ways):
            return one
    return None


# --------------------------------------------------------------------------------------------------------------- pieces


def nothing(value: Any) -> bool:
    """Whether there is no number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def number_of(label: str, value: float, w: Words, *, unit: str) -> Number:
    """A headline count with its noun, in the form that goes with it; large ones as they are said. Where the language
    says a number in the noun («تلميذين»), all of it is the number."""
    count = round(value)
    text, noun = w.parts(unit, count) if count else (w.number(0), w(f"unit.{unit}"))
    return Number(label, text, noun, float(count))


def pace_of(label: str, value: float, w: Words) -> Number:
    """A headline pace that is needed: a working day, rounded up."""
    count = math.ceil(value)
    return Number(label, w.short(count), w("targets.per_working_day"), float(count))


def cell(value: float | None, state: str, threshold: int, w: Words) -> str:
    """A count as a cell prints it; what stands in its place where there is none: zero, withheld, missing, not
    applicable are four things."""
    if state == "withheld":
        return w("state.withheld", threshold=threshold)
    if state == "not_applicable":
        return w("state.not_applicable")
    return w("state.missing") if nothing(value) else w.number(round(value))


def at(step: str, code: str, w: Words, *, named: bool = False) -> str:
    """A step and a place, as a title begins. named: the place by its bare name, which is shorter."""
    if named:
        return Raw(w("deck.step_of", step=w.name("step", step), name=w.territory(code)))
    return Raw(w("deck.step_in", step=w.name("step", step), place=w.in_territory(code)))


def scale(most: float, w: Words) -> list[dict[str, Any]]:
    """Round marks from zero to what holds `most`."""
    if most <= 0:
        return [{"value": 0, "text": w.number(0)}]
    rough = most / 4
    power = 10 ** math.floor(math.log10(rough))
    step = max(next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough - 1e-9), 1)
    step = math.ceil(step)
    marks = range(0, math.ceil(most / step - 1e-9) * step + 1, step)
    return [{"value": mark, "text": w.short(mark)} for mark in marks]


def scale_figures(marks: Sequence[Mapping[str, Any]], territory: str, day: int) -> list[Figure]:
    """The marks of an axis as figures: whoever reads a document back meets them too."""
    return [Figure("scale", territory, day, float(one["value"]), one["text"]) for one in marks]


def ticks(first: dt.date, last: dt.date, w: Words) -> list[dict[str, str]]:
    """A few days of an axis of time, the first and the last with them."""
    days = (last - first).days
    if days <= 0:
        return [{"date": last.isoformat(), "text": w.date_short(last)}]
    count = min(TICKS, days + 1)
    found = [first + dt.timedelta(days=round(days * n / (count - 1))) for n in range(count)]
    return [{"date": day.isoformat(), "text": w.date_short(day)} for day in found]


def thinned(points: list, *, most: int) -> list:
    """At most so many points of a history, evenly taken, the first and the last one with them."""
    if len(points) <= most:
        return points
    last = len(points) - 1
    return [points[at] for at in sorted({last - round(last * n / (most - 1)) for n in range(most)})]


def standings(frame: pd.DataFrame) -> list[Any]:
    """The rows of `queries.targets.children` with NaN where there is no number, as the sentences on targets want them.

    `itertuples` walks each of fifty columns by itself: for a dozen rows it takes ten times as long.
    """
    row = _standing(tuple(frame.columns))
    return [row._make(values) for values in frame.to_numpy(dtype=object).tolist()]


@cache
def _standing(columns: tuple[str, ...]) -> Any:
    return namedtuple("Standing", columns)


# ----------------------------------------------------------------------------------------------------------------- pace


def title_of(row: Any, w: Words) -> tuple[str, tuple[str, ...]]:
    """Where a count stands beside its path, short enough for a wall, and the whole sentence where it is not."""
    if row.state in ("withheld", "not_applicable"):
        # Not to be had is one thing; not to be shown, or not begun, are two others.
        return _short(row, w, named=False, dated=True), ()
    whole = position(row, w)
    if length(whole) <= LONGEST_TITLE:
        return whole, ()
    for named, dated in ((False, True), (True, True), (True, False)):
        short = _short(row, w, named=named, dated=dated)
        if length(short) <= LONGEST_TITLE:
            break
    return short, (whole,)


def _short(row: Any, w: Words, *, named: bool, dated: bool) -> str:
    """dated: with the day of the figure, which its headline number says too."""
    where = at(row.step, row.territory_code, w, named=named)
    if row.state != "shown" or math.isnan(row.actual):
        states = {"withheld": "deck.pace_withheld", "not_applicable": "deck.pace_not_begun"}
        return w(states.get(row.state, "deck.pace_none"), where=where)
    date = w.date(on_date(row.on_date))
    if math.isnan(row.target) or math.isnan(row.gap):
        n = w.short(round(row.actual))
        return (
            w("deck.pace_count", where=where, n=n, date=date) if dated else w("deck.pace_count_bare", where=where, n=n)
        )
    if row.verdict == "met":
        return w("deck.pace_met", where=where, target=w.short(round(row.target)), date=date)
    gap, millions = difference(row)
    if not gap:
        return w("deck.pace_equal", where=where, date=date)
    said = w.count(row.unit, abs(gap), short=True, millions=millions)
    key = "deck.pace_more" if gap > 0 else "deck.pace_less"
    return w(key, where=where, gap=said, date=date) if dated else w(f"{key}_bare", where=where, gap=said)


def measures_of(row: Any) -> tuple[Measure, ...]:
    """What the sentences on a row of `queries.targets.progress` may say."""
    day = row.on_date if not nothing(row.on_date) else math.nan
    known = int(day) if not math.isnan(day) else 0
    names = {
        row.step: row.actual,
        "planned": row.planned,
        "planned_today": row.planned_today,
        "gap": row.gap,
        "target": row.target,
        "remaining": row.remaining,
        "needed_per_day": row.needed_per_day,
        "recent_per_day": row.recent_per_day,
        "reported": row.reported,
        "milestone": row.milestone,
    }
    due = int(row.due) if not nothing(row.due) else known
    days = {"target": due, "remaining": due}
    return (
        *(Measure(what, value, days.get(what, known), row.unit, row.territory_code) for what, value in names.items()),
        Measure("times", row.times, known, "times", row.territory_code),
    )


@dataclass(frozen=True)
class Under:
    """What stands under a path: actions (a frame of `queries.actions.beside`), the day of the meeting before, and what
    that meeting recommended on this figure: (number, due)."""

    actions: pd.DataFrame | None = None
    meeting: int | None = None
    recommended: tuple[tuple[int, int], ...] = ()


def _marks(under: Under, w: Words) -> list[dict[str, str]]:
    found = [] if under.actions is None else marks_of(under.actions, w)
    if under.meeting is None:
        return found
    day = on_date(under.meeting)
    text = w("deck.mark_meeting", date=day)
    found.append({"date": day.isoformat(), "until": day.isoformat(), "text": text, "kind": "meeting"})
    for number, due in under.recommended:
        text = w("deck.mark_recommendation", n=w.number(number))
        until = max(on_date(due), day).isoformat()
        found.append({"date": day.isoformat(), "until": until, "text": text, "kind": "recommendation"})
    return found


def pace(row: Any, course: Any, told: Told, place: Place, *, under: Under | None = None) -> Slide:
    """Where a count stands beside its path: a row of `queries.targets.progress`, its `Course` (None: no history).

    At most three numbers: where it stands, what the path says of that day, what pace is needed. under:
    what is marked under the path; kept is what lies within it.
    """
    w = noted(told.locale)
    title, lines = title_of(row, w)
    numbers = []
    shown = row.state == "shown" and not math.isnan(row.actual)
    if shown:
        label = w("deck.actual_on", date=w.date(on_date(row.on_date)))
        numbers.append(number_of(label, row.actual, w, unit=row.unit))
    # Of the day of the figure beside it: the difference of the two is the gap that the title says.
    level, day = (row.planned, row.on_date) if shown and not math.isnan(row.planned) else (row.planned_today, told.on)
    if not math.isnan(level):
        label = w("deck.planned_on", date=w.date(on_date(day)))
        numbers.append(number_of(label, level, w, unit=row.unit))
    if shown and not math.isnan(row.needed_per_day):
        numbers.append(pace_of(w("targets.needed"), row.needed_per_day, w))
    elif shown and math.isnan(row.target) and not math.isnan(row.recent_per_day):
        text = recent_said(row.recent_per_day, w)
        unit = w("targets.per_working_day")
        numbers.append(Number(w("targets.recent"), text, unit, float(math.floor(row.recent_per_day + 0.5))))
    lines = (*lines, needed_sentence(row, w), stage_sentence(row, w), _outlook(row, w), doubt(row, w))
    said = promised(row, w)
    chart, drawn = _path_chart(row, course, told, place, under or Under(), w)
    figures = [] if shown else [_without(row, told, w)]
    return made(
        told,
        place,
        w,
        kind="path" if chart else "text",
        title=title,
        territory=row.territory_code,
        numbers=numbers,
        verdict=verdict_of(row, w),
        chart=chart,
        lines=tuple(line for line in lines if line),
        notes=(*_doubts(row, w), "" if said is None else said.text),
        figures=[*drawn, *figures],
        measures=measures_of(row),
        on=int(row.on_date) if shown else None,
        sources=[
            source_line(row.source, "", "reported", w) if row.source else None,
            said if said is not None and said.address else None,
        ],
        dates=(row.on_date,),
    )


def _outlook(row: Any, w: Words) -> str:
    """That the target is not expected in time, or that no day can be told, where a forecast of these figures says so:
    that one is being made is true of a moment only, and a slide is for good."""
    return "" if row.recomputing or math.isnan(row.foreseen_from) else outlook(row, w)


def verdict_of(row: Any, w: Words) -> dict[str, str]:
    """The verdict of a row by colour, shape and word."""
    return {
        "verdict": row.verdict,
        "tone": tone_of(row.verdict, held_elsewhere=bool(row.held_elsewhere)),
        "shape": SHAPE[row.verdict],
        "word": w(f"targets.verdict_{row.verdict}"),
    }


def _without(row: Any, told: Told, w: Words) -> Figure:
    """The figure of a count that is not shown."""
    text = cell(None, row.state, told.threshold, w)
    return Figure(row.step, row.territory_code, told.on, None, text, row.unit, row.state)


def _doubts(row: Any, w: Words) -> Iterator[str]:
    """What a reader has to know of a figure: that it is old, or a sum over some only."""
    if row.state != "shown":
        return
    if row.late:
        yield w("deck.late", date=w.date(on_date(row.reported_on if not nothing(row.reported_on) else row.on_date)))
    if row.expected and row.reporting < row.expected:
        yield w("deck.partial", n=w.number(int(row.reporting)), total=w.number(int(row.expected)))


def _path_chart(
    row: Any, course: Any, told: Told, place: Place, under: Under, w: Words
) -> tuple[dict[str, Any], list[Figure]]:
    """The chart of a path and the figures that stand in it; empty where there is no history."""
    if course is None or not len(course.actual):
        return {}, []
    every = zip(*(course.actual[name].tolist() for name in ("on_date", "value", "believed")), strict=True)
    points = [(int(day), round(value)) for day, value, believed in every if believed]
    points = thinned(points, most=POINTS_BELOW if place.parent else POINTS)
    if not points:
        return {}, []
    days, values = [day for day, _ in points], [value for _, value in points]
    labels = [w.number(value) for value in values]
    figures = [
        Figure(row.step, row.territory_code, day, float(value), text, row.unit)
        for day, value, text in zip(days, values, labels, strict=True)
    ]
    planned = [
        {"date": on_date(point.on_date).isoformat(), "value": float(point.planned)} for point in rows_of(course.planned)
    ]
    target = None
    if not nothing(row.target):
        text = w.short(round(row.target))
        target = {"date": on_date(row.due).isoformat(), "value": float(row.target), "text": text}
        figures.append(Figure("target", row.territory_code, int(row.due), float(round(row.target)), text, row.unit))
    # No further ahead than the path itself leads.
    until = max(days[-1], int(row.due) if target else days[-1])
    band = [
        {"date": on_date(point.on_date).isoformat(), "low": float(point.low), "high": float(point.high)}
        for point in rows_of(course.ahead)
        if point.on_date <= until
    ]
    most = max([*values, *(p["value"] for p in planned), *(b["high"] for b in band), row.target if target else 0])
    first = on_date(min([days[0], *(int(day) for day in course.planned["on_date"])]))
    axis = scale(most, w)
    chart = {
        "unit": w(f"unit.{row.unit}.plural"),
        "dates": [on_date(day).isoformat() for day in days],
        "values": values,
        "labels": labels,
        "planned": planned,
        "target": target,
        "band": band if len(band) > 1 else [],
        "marks": [
            m for m in _marks(under, w) if first.isoformat() <= m["until"] and m["date"] <= on_date(told.on).isoformat()
        ],
        "ticks": ticks(first, on_date(until), w),
        "scale": axis,
    }
    return chart, [*figures, *scale_figures(axis, row.territory_code, told.on)]


# ------------------------------------------------------------------------------------------------------------------ gap


def gap(frame: pd.DataFrame, over: Any, told: Told, place: Place, *, level: str) -> Slide | None:
    """Where the gap of a count is: its children beside their paths, in administrative order; None where no path of any
    of them is known.

    frame: `queries.targets.children` of the territory of `over`, its own row of `progress`. Bars up to MOST_BARS
    children, else a map where their level has boundaries.
    """
    below = [row for row in standings(frame) if row.territory_code not in REST]
    if not any(not math.isnan(row.gap) for row in below):
        return None
    w = noted(told.locale)
    judged = [row for row in below if not math.isnan(row.gap)]
    reached = sum(row.gap >= 0 for row in judged)
    indicative = all(row.verdict in ("indicative", "no_target") for row in judged)
    title = _gap_title("gap_indicative" if indicative else "gap_title", over, reached, len(below), w)
    figures = [figure for row in below for figure in _of_child(row, told, w)]
    table, rest = _gap_table(frame, over, told, w)
    silent = len(below) - len(judged)
    lines = [_carried(frame, over, w)]
    if silent:
        lines.append(w("deck.gap_silent", n=w.number(silent), total=w.number(len(below))))
    notes = [w("deck.gap_note")]
    if any(row.verdict == "indicative" for row in below):
        notes.append(w("deck.indicative_note"))
    if any(row.held_elsewhere for row in below):
        notes.append(w("targets.held_by", body=w.name("body", over.body)))
    on_a_map = len(below) > MOST_BARS and level in ON_A_MAP
    chart = _map_chart(below, over, told, level, w) if on_a_map else _bars_chart(below, told, w)
    return made(
        told,
        place,
        w,
        kind="map" if on_a_map else "bars",
        title=title,
        territory=over.territory_code,
        verdict=verdict_of(over, w),
        chart=chart,
        table=table,
        lines=tuple(line for line in lines if line),
        notes=notes,
        figures=[*figures, *rest],
        measures=[
            Measure("reached", reached, told.on),
            Measure("children", len(below), told.on),
            Measure("silent", silent, told.on),
            *measures_of(over),
        ],
        sources=[source_line(name, "", "reported", w) for name in dict.fromkeys(frame["source"]) if name],
        dates=[row.on_date for row in below],
    )


def _gap_title(key: str, over: Any, reached: int, total: int, w: Words) -> str:
    for named in (False, True):
        where = at(over.step, over.territory_code, w, named=named)
        said = w(f"deck.{key}", where=where, n=w.number(reached), total=w.number(total))
        if length(said) <= LONGEST_TITLE:
            break
    return said


def _carried(frame: pd.DataFrame, over: Any, w: Words) -> str:
    """What the parts add up to; empty where that is not known."""
    whole = round(float(frame["gap_part"].sum())) if frame["territory_code"].isin(REST).any() else 0
    if not whole:
        return ""
    key = "targets.carried_more" if whole > 0 else "targets.carried_less"
    return w(key, gap=w.count(over.unit, abs(whole)), place=w.in_territory(over.territory_code))


def _of_child(row: Any, told: Told, w: Words) -> Iterator[Figure]:
    """The figures of a child: how many there are, how many were programmed for that day, and the part of the gap."""
    day = told.on if math.isnan(row.on_date) else int(row.on_date)
    code, unit = row.territory_code, row.unit
    known = row.state == "shown" and not math.isnan(row.actual)
    state = "shown" if known else "missing" if row.state == "shown" else row.state
    value = float(round(row.actual)) if known else None
    text = cell(value, row.state, told.threshold, w)
    yield Figure(row.step, code, day, value, text, unit, state)
    if not math.isnan(row.planned):
        yield Figure("planned", code, day, float(round(row.planned)), w.number(round(row.planned)), unit)
    part = part_of(row)
    if not math.isnan(part):
        yield Figure("gap", code, day, float(round(part)), w.signed(round(part)), unit)


def part_of(row: Any) -> float:
    """The part of the gap of a child, as it is carried: so that what is printed adds up."""
    return row.gap if math.isnan(row.gap_part) else row.gap_part


def _gap_table(frame: pd.DataFrame, over: Any, told: Told, w: Words) -> tuple[Table, list[Figure]]:
    """The children in rows, and below them what is told of no child."""
    rows, figures = [], []
    for row in standings(frame):
        part = part_of(row)
        signed = "" if math.isnan(part) else w.signed(round(part))
        if row.territory_code in REST:
            if not math.isnan(part) and round(part):
                name = w("targets.other" if row.territory_code else "targets.not_attributable")
                rows.append((name, "", "", "", signed))
                day = told.on if math.isnan(over.on_date) else int(over.on_date)
                figures.append(Figure("gap", over.territory_code, day, float(round(part)), signed, over.unit))
            continue
        word = f"{SHAPE[row.verdict]} {w(f'targets.verdict_{row.verdict}')}"
        planned = "" if math.isnan(row.planned) else w.number(round(row.planned))
        value = None if math.isnan(row.actual) else row.actual
        rows.append((w.territory(row.territory_code), word, cell(value, row.state, told.threshold, w), planned, signed))
    head = tuple(w(f"targets.column_{name}") for name in ("territory", "verdict", "actual", "planned", "gap"))
    return Table(head, tuple(rows), (2, 3, 4)), figures


def _bars_chart(below: Sequence[Any], told: Told, w: Words) -> dict[str, Any]:
    rows = []
    for row in below:
        known = row.state == "shown" and not math.isnan(row.actual)
        bare = row.state == "shown" and not known
        rows.append(
            {
                "code": row.territory_code,
                "name": w.territory(row.territory_code),
                "value": float(round(row.actual)) if known else None,
                "text": cell(row.actual if known else None, row.state, told.threshold, w),
                "planned": None if math.isnan(row.planned) else float(round(row.planned)),
                "planned_text": "" if math.isnan(row.planned) else w.number(round(row.planned)),
                "state": "missing" if bare else row.state,
                "tone": tone_of(row.verdict, held_elsewhere=bool(row.held_elsewhere)),
                "shape": SHAPE[row.verdict],
                "word": w(f"targets.verdict_{row.verdict}"),
            }
        )
    most = max((value for row in rows for value in (row["value"], row["planned"]) if value is not None), default=0.0)
    return {"unit": w(f"unit.{below[0].unit}.plural"), "share": False, "most": most, "rows": rows}


def _map_chart(below: Sequence[Any], over: Any, told: Told, level: str, w: Words) -> dict[str, Any]:
    """The children tinted by how much of what was programmed there is: no verdict, and nobody comes first."""
    places, used = [], set()
    for row in below:
        key = _band(row)
        used.add(key)
        value = None if math.isnan(row.actual) else row.actual
        places.append(
            {
                "code": row.territory_code,
                "name": w.territory(row.territory_code),
                "group": key,
                "text": cell(value, row.state, told.threshold, w),
            }
        )
    groups = []
    for place in range(len(SHARES) + 1):
        if f"band{place}" not in used:
            continue
        if not place:
            text = w("deck.band_reached")
        elif place == len(SHARES):
            text = w("deck.band_under", high=w.share(SHARES[-1], decimals=0))
        else:
            text = w("deck.band", low=w.share(SHARES[place], decimals=0), high=w.share(SHARES[place - 1], decimals=0))
        tint = len(SHARES) - place
        groups.append({"key": f"band{place}", "text": text, "tint": tint, "state": "shown", "tone": "none"})
    for state in ("no_path", "withheld", "missing", "not_applicable"):
        if state in used:
            key = "deck.band_no_path" if state == "no_path" else f"state.{state}"
            text = w(key, threshold=told.threshold) if state == "withheld" else w(key)
            groups.append({"key": state, "text": text, "tint": None, "state": state, "tone": "none"})
    return {
        "parent": over.territory_code,
        "level": level,
        "unit": w(f"unit.{over.unit}.plural"),
        "groups": groups,
        "territories": places,
    }


def _band(row: Any) -> str:
    if row.state != "shown":
        return row.state
    if math.isnan(row.actual):
        return "missing"
    if math.isnan(row.gap) or not row.planned:
        return "band0" if row.gap >= 0 else "no_path"
    # Where fewer are better, what is ahead has reached it.
    share = 1.0 if row.gap >= 0 else row.actual / row.planned if row.actual < row.planned else SHARES[1]
    place = next((place for place, least in enumerate(SHARES) if share >= least), len(SHARES))
    return f"band{max(place, 1)}" if row.gap < 0 else "band0"


# ---------------------------------------------------------------------------------------------------------------- cover


def cover(meeting: Any, titles: Sequence[tuple[str, bool]], told: Told, place: Place) -> Slide:
    """The first slide of a sitting: what it is, where, when, and its agenda; titles: of its items, and whether each is
    urgent."""
    w = noted(told.locale)
    title = w(f"deck.cover_{meeting.kind}", date=w.date(on_date(meeting.on_date)))
    lines = [w.place(meeting.territory)]
    if meeting.chair:
        lines.append(w("deck.chaired", chair=chair(meeting.chair, w)))
    if meeting.place:
        lines.append(meeting.place)
    lines += [w("deck.urgent", title=text) if urgent else text for text, urgent in titles]
    chart = {"lines": lines}
    return made(told, place, w, kind="cover", title=title, territory=meeting.territory, chart=chart)


def item_title(item: Any, w: Words) -> str:
    """What an item of an agenda is called: in the office's words, else by what it is about."""
    said = item.called(w.locale)
    if said:
        return said
    try:
        if item.subject == "pace" and item.indicator:
            return w.name("indicator", item.indicator)
        if item.programme:
            return w(f"deck.item_{item.subject}_of", programme=w.name("programme", item.programme, field="short"))
    except KeyError:
        # It was on the agenda, and is no longer defined.
        pass
    return w(f"deck.item_{item.subject}")
