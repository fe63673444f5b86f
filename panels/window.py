"""Window: the clock to the last day, the stages of the year, who is left where, and the dates that are known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel, SourceLine, rows_of
from panels.situation import host_of, on_date, source_line
from panels.targets import Cell

SHAPE = {"unknown": "○", "unannounced": "○", "ahead": "◇", "open": "●", "last_day": "◆", "closed": "■"}
"""Each state has a shape and a word of its own."""

RUNNING = ("ahead", "open")
UNDATED = ("unknown", "unannounced")


@dataclass(frozen=True)
class Bar:
    """A row with a bar: the cells of its table, the first one heading it, and the bar's length from 0 to 1; None: there
    is no number to draw. tone: own, elsewhere (what another body holds) or none."""

    cells: tuple[str | SourceLine | tuple, ...]
    length: float | None = None
    tone: str = "own"


def clock(found: Any, *, territory: str, on: int, locale: str) -> Panel:
    """The clock of `queries.window.Course`, in one sentence, with what is left, what is needed, who can act.

    `parts` as those of a `promise` panel: programme, verdict (the window's state), tone, shape, word, cells, sentences,
    needed (empty), promise (the dates of the window and who said them).
    """
    w = words(locale)
    one, left = found.window, found.clock
    cells = []
    if found.state in RUNNING:
        below = w("window.of_working_days", n=w.count("working_day", int(left.working_days)))
        cells.append(Cell(w("window.days_left"), w.number(int(left.days_left)), below))
    if not math.isnan(left.remaining):
        below = w("window.out_of", n=w.number(round(left.population)))
        cells.append(Cell(w("window.remaining"), w.number(round(left.remaining)), below))
    elif not math.isnan(left.population):
        below = w("targets.as_of", date=w.date(on_date(left.population_on)))
        cells.append(Cell(w("window.population"), w.number(round(left.population)), below))
    if not math.isnan(left.needed_per_day) and left.remaining > 0:
        needed = w.number(math.ceil(left.needed_per_day))
        cells.append(Cell(w("window.needed"), needed, w("targets.per_working_day")))
    if not math.isnan(left.recent_per_day) and found.state != "closed":
        recent = w.signed(round(left.recent_per_day)) if left.recent_per_day < 0 else _recent(left.recent_per_day, w)
        cells.append(Cell(w("window.recent"), recent, w("window.recent_weeks")))
    sentences = [text for text in (_dated(found, w), _pace(left, w), *_notes(found, w), *_hands(found, w)) if text]
    tone = "care" if found.state == "last_day" else "good" if found.state in RUNNING else "none"
    return Panel(
        subject="window",
        kind="promise",
        title=sentence(found, territory, w),
        frame=found.stages,
        sources=_sources(found.stages, w),
        data_dates=_dates(found.stages),
        notes=tuple(sentences),
        parts={
            "programme": found.programme,
            "verdict": found.state,
            "tone": tone,
            "shape": SHAPE[found.state],
            "word": w(f"window.state_{found.state}"),
            "cells": tuple(cells),
            "sentences": tuple(sentences),
            "needed": "",
            "promise": _said(one, w) if one.made else None,
        },
    )


def sentence(found: Any, territory: str, w: Words) -> str:
    """Where the window stands, in one sentence: sentence 7 of the house, in all its cases."""
    one, left = found.window, found.clock
    said = {"programme": w.name("programme", found.programme, field="short"), "place": w.in_territory(territory)}
    if one.closes is not None:
        said["deadline"] = w.date(on_date(one.closes))
    known = _known(found, w)
    if found.state in UNDATED:
        said["year"] = str(one.year)
        if "lacking" in known:
            return w("window.unknown_left", **said, **known)
        if known:
            return w("window.unknown_population", **said, **known)
        return w("window.unknown", programme=said["programme"], year=said["year"])
    if found.state in ("last_day", "closed"):
        if "lacking" in known:
            return w(f"window.{found.state}_left", **said, **known)
        return w(f"window.{found.state}", **said)
    said["days"] = w.count("day", int(left.days_left))
    if not known:
        return w("window.running_silent", **said)
    known["body"] = w.name("body", _body(found.stages, left.population_step))
    if "lacking" not in known:
        return w("window.running_population", **said, **known, stage=_gate(found, w))
    if not left.remaining:
        return w("window.running_met", **said, date=known["date"], stage=_gate(found, w))
    if not left.working_days or math.isnan(left.needed_per_day):
        return w("window.running_no_day", **said, **known)
    known["needed"] = w.count(_unit(found.stages, left.gate_step), math.ceil(left.needed_per_day))
    if w.locale != "ar":
        # There the number alone stands before "to register".
        known["needed"] = w.number(math.ceil(left.needed_per_day))
    return w("window.running_few" if left.remaining < 2 else "window.running", **said, **known)


def _known(found: Any, w: Words) -> dict[str, str]:
    """Who is left, how many and when; else of whom the window is; empty where nothing was declared."""
    left = found.clock
    if not left.population_step:
        return {}
    if math.isnan(left.remaining):
        things = w.things(left.population_step, _unit(found.stages, left.population_step))
        date = w.date(on_date(left.population_on))
        return {"things": things, "n": w.number(round(left.population)), "date": date}
    date = w.date(on_date(left.registered_on))
    return {"lacking": _lacking(found, w), "n": w.number(round(left.remaining)), "date": date}


def _lacking(found: Any, w: Words) -> str:
    """Who of the population is not registered, in the words of its definition where it has any."""
    step = found.clock.population_step
    try:
        return w.name("step", step, field="lacking")
    except KeyError:
        return w("window.lacking", things=w.things(step, _unit(found.stages, step)), stage=_gate(found, w))


def _gate(found: Any, w: Words) -> str:
    return w.name("step", found.clock.gate_step) if found.clock.gate_step else ""


def _of(stages: pd.DataFrame, step: str, column: str) -> Any:
    return stages.loc[stages["step"] == step, column].iloc[0]


def _unit(stages: pd.DataFrame, step: str) -> str:
    return _of(stages, step, "unit")


def _body(stages: pd.DataFrame, step: str) -> str:
    return _of(stages, step, "body")


def _recent(value: float, w: Words) -> str:
    """A recent pace in digits; one that is not zero is not printed as zero."""
    return w("targets.under", n=w.number(1)) if 0 < value < 0.5 else w.number(math.floor(value + 0.5))


def _dated(found: Any, w: Words) -> str:
    opens = found.window.opens
    if opens is None or found.state not in ("ahead", "unannounced"):
        return ""
    key = "window.opens_on" if found.state == "ahead" else "window.opened_on"
    return w(key, date=w.date(on_date(opens)))


def _pace(left: Any, w: Words) -> str:
    if left.pace_state == "recent_zero":
        return w("window.standstill")
    if left.pace_state != "running":
        return ""
    if left.times <= 1:
        return w("window.enough")
    return w("window.times", times=w.decimal(max(math.floor(left.times * 10 + 0.5) / 10, 1.1)))


def _notes(found: Any, w: Words) -> list[str]:
    """What a reader has to know of the population that is counted."""
    try:
        return [w.name("step", found.clock.population_step, field="note")] if found.clock.population_step else []
    except KeyError:
        return []


def _hands(found: Any, w: Words) -> list[str]:
    """Which stages the prefecture can move, and which are others'."""
    rows = [row for row in rows_of(found.stages) if row.role != "population"]
    mine = [w.name("step", row.step) for row in rows if row.can_move]
    others = [
        w("window.held_by", step=w.name("step", row.step), body=w.name("body", row.body))
        for row in rows
        if not row.can_move
    ]
    said = [w("window.can_move", steps=w.join(mine))] if mine else []
    return [*said, *([w("window.held", steps=w.join(others))] if others else [])]


def _said(one: Any, w: Words) -> SourceLine:
    """The dates of a window, and where they were read."""
    opens = w.date(on_date(one.opens))
    if one.closes is None:
        text = w("window.dates_open", opens=opens)
    else:
        text = w("window.dates_said", opens=opens, closes=w.date(on_date(one.closes)))
    if one.said:
        text = w("window.dates_office", dates=text, said=_who(one, w))
    return SourceLine(text, one.address)


def _who(one: Any, w: Words) -> str:
    return w("window.no_source") if one.said == "-" else one.said


def _sources(stages: pd.DataFrame, w: Words) -> tuple[SourceLine, ...]:
    lines = (
        source_line(row.source, row.address, row.basis, w)
        for row in rows_of(stages)
        if row.state == "shown" and row.source
    )
    return tuple(dict.fromkeys(lines))


def sources_of(frame: pd.DataFrame, w: Words) -> tuple[SourceLine, ...]:
    """Who says the figures of the rows of a frame, each once."""
    names = [name for name in dict.fromkeys(frame["source"]) if isinstance(name, str) and name]
    return tuple(source_line(name, "", "reported", w) for name in names)


def _dates(stages: pd.DataFrame) -> tuple[int, ...]:
    return tuple(sorted({int(day) for day in stages["on_date"].dropna()}))


def stages(found: Any, *, territory: str, locale: str) -> Panel:
    """The stages of the year with a bar each, the count, the share of the stage before, who can act, the date.

    kind "bars"; `parts`: head, rows (tuple of Bar), css.
    """
    w = words(locale)
    longest = float(found.stages["value"].max())
    rows = []
    for row in rows_of(found.stages):
        if row.state == "shown":
            count = w.count(row.unit, int(row.value)) if row.value else w.number(0)
            if row.basis == "summed" and row.reporting < row.expected:
                partial = w("reading.partial")
                count = w("window.held_by", step=count, body=partial)
            length = row.value / longest if longest else 0.0
        elif row.state == "missing":
            count, length = w("window.not_measured"), None
        else:
            count, length = w("targets.withheld" if row.state == "withheld" else f"state.{row.state}"), None
        body = w.name("body", row.body)
        who = w("window.prefecture", body=body) if row.can_move else body
        late = row.on_date is not None and row.late
        date = "" if row.on_date is None else w.date_short(on_date(row.on_date))
        rows.append(
            Bar(
                (
                    w.name("step", row.step),
                    (count, "" if length is not None else "tt-none"),
                    "" if row.share_before is None else w.share(row.share_before),
                    who,
                    (date, "tt-late-cell" if late else ""),
                ),
                length,
                "own" if row.can_move or row.role == "population" else "elsewhere",
            )
        )
    names = ("stage", "bar", "count", "share", "who", "date")
    return Panel(
        subject="window",
        kind="bars",
        title=most_wait(found.stages, territory, w),
        frame=found.stages,
        units=tuple(dict.fromkeys(found.stages["unit"])),
        sources=_sources(found.stages, w),
        data_dates=_dates(found.stages),
        notes=(w("window.stages_note"), w("window.hatched")),
        parts={"head": tuple(w(f"window.column_{n}") for n in names), "rows": tuple(rows), "css": "tt-window-stages"},
    )


def most_wait(stages: pd.DataFrame, territory: str, w: Words) -> str:
    """Between which two stages most are, in a sentence: among those that the prefecture can move, where there are."""
    place = w.in_territory(territory)
    shown = [row for row in rows_of(stages) if row.state == "shown"]
    if not shown:
        return w("window.stages_none", place=place)
    pairs = []
    for before, after in zip(rows_of(stages), rows_of(stages)[1:], strict=False):
        if after.share_before is not None and before.state == "shown" and before.unit == after.unit:
            pairs.append((before.value - after.value, before, after))
    mine = [pair for pair in pairs if pair[2].can_move and pair[0] > 0]
    most = max(mine or pairs, key=lambda pair: pair[0], default=(0, None, None))
    if most[0] <= 0:
        return w("window.stages_first", place=place)
    lost, before, after = most
    return w(
        "window.stages_lost" if mine else "window.stages_lost_elsewhere",
        before=w.name("step", before.step),
        after=w.name("step", after.step),
        n=w.count(after.unit, int(lost)),
        place=place,
    )


def children(
    frame: pd.DataFrame, *, parent: str, level: str, unit: str, by_remaining: bool, names_first: bool, locale: str
) -> Panel:
    """What is left in each child, with a bar; in administrative order, or the most first with `by_remaining`.

    frame: `queries.window.children`. names_first: the children with which to begin are named (the preparer's screen).
    """
    w = words(locale)
    shown = frame if not by_remaining else frame.sort_values("remaining", ascending=False, kind="stable")
    # Before anything of the registration is known, the bars say how many there are.
    drawn = "remaining" if frame["remaining"].notna().any() else "population"
    most = float(frame[drawn].max()) if frame[drawn].notna().any() else 0.0
    figures = ("population", "registered", "remaining", "needed_per_day", "filed")
    kept = [name for name in figures if frame[name].notna().any()]
    rows = []
    for row in rows_of(shown):
        cells = []
        for name in kept:
            value = getattr(row, name)
            if row.state == "withheld":
                cells.append((w("targets.withheld"), "tt-none"))
            elif value is None:
                cells.append("" if name == "needed_per_day" else (w("state.missing"), "tt-none"))
            else:
                cells.append(w.number(math.ceil(value)))
        date = "" if row.on_date is None else w.date_short(on_date(row.on_date))
        value = getattr(row, drawn)
        length = None if value is None or not most else value / most
        rows.append(Bar((w.territory(row.territory_code), *cells, date), length))
    kind = level if level in ("school", "annex") else "other"
    notes = []
    if drawn == "remaining" and most:
        notes = _first_half(frame, unit, level, w, named=names_first)
    names = ("territory", "bar", *kept, "date")
    title = "title" if drawn == "remaining" else "counted"
    return Panel(
        subject="window",
        kind="bars",
        title=w(f"window.children_{title}_{kind}", place=w.in_territory(parent)),
        frame=frame,
        units=(unit,),
        sources=sources_of(frame, w),
        data_dates=_dates(frame),
        notes=tuple(notes),
        parts={"head": tuple(w(f"window.column_{n}") for n in names), "rows": tuple(rows), "css": "tt-window-children"},
    )


def _first_half(frame: pd.DataFrame, unit: str, level: str, w: Words, *, named: bool) -> list[str]:
    """In how many children half of what is left is, and for the preparer in which."""
    left = frame[frame["remaining"] > 0].sort_values("remaining", ascending=False, kind="stable")
    if len(left) < 3:
        return []
    total = left["remaining"].sum()
    first = left[left["remaining"].cumsum() - left["remaining"] < total / 2]
    noun = {"school": "school", "annex": "annex", "district": "district", "commune": "commune"}.get(level)
    noun = noun or ("prefecture_or_province" if level == "prefecture" else "territorial_unit")
    said = [
        w(
            "window.half_in",
            n=w.count(unit, int(first["remaining"].sum())),
            k=w.count(noun, len(first)),
            m=w.number(len(frame)),
        )
    ]
    if named:
        said.append(w("window.first_of_all", names=w.join(map(w.territory, first["territory_code"].tolist()))))
    return said


def years(held: Sequence[Any], *, locale: str) -> Panel:
    """The dates that are known, by year, each with where it was read: `queries.window.windows`."""
    w = words(locale)
    rows = []
    for one in held:
        if one.said:
            source = SourceLine(w("window.by_office", said=_who(one, w)))
        elif one.address:
            source = SourceLine(host_of(one.address), one.address)
        else:
            source = SourceLine((one.note or {}).get(w.locale) or w("window.no_source"))
        closes = w("window.no_closing") if one.closes is None else w.date(on_date(one.closes))
        rows.append((str(one.year), w.date(on_date(one.opens)), closes, source))
    names = ("year", "opens", "closes", "source")
    return Panel(
        subject="window",
        kind="table",
        title=w("window.years_title") if rows else w("window.years_none"),
        frame=pd.DataFrame({"year": [one.year for one in held]}),
        parts={"head": tuple(w(f"window.column_{n}") for n in names), "rows": tuple(rows), "titled": True},
    )
