"""Slides of an agenda's other subjects: the stage that files wait at, a transition, a window, moves, actions, branches.

Each is made of what its query answers and of the sentences that its page has; `panels.deck` has the pieces.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from i18n import Words
from panels import levers as say_levers
from panels import rows_of
from panels import stages as say_stages
from panels import transition as say_transition
from panels import window as say_window
from panels.actions import dirhams, service_name
from panels.branches import count_said
from panels.deck import LONGEST_TITLE, Measure, Place, Told, cell, made, nothing, number_of, pace_of
from panels.noted import Noted, length, noted
from panels.situation import counted, on_date, source_line
from panels.slide import Figure, Number, Slide, Table

MOST_ROWS = 12
"""Rows of a table that a wall holds; those that come after are counted in a line."""


def fitted(*titles: str) -> tuple[str, tuple[str, ...]]:
    """The first of some titles that a wall holds, else the last; and the first, where another one stands for it."""
    for title in titles:
        if length(title) <= LONGEST_TITLE:
            return title, () if title is titles[0] else (titles[0],)
    return titles[-1], () if len(titles) == 1 else (titles[0],)


def who_acts(body: str, can_act: bool, w: Words) -> str:
    """Who can act on a stage, in a sentence."""
    name = w.name("body", body) if body else ""
    if not name:
        return ""
    return w("deck.acts_here" if can_act else "deck.acts", body=name)


# --------------------------------------------------------------------------------------------------------------- stages


def stages(
    found: Any,
    told: Told,
    place: Place,
    *,
    territory: str,
    programme: str,
    before: str = "",
    holder: tuple[str, bool] = ("", False),
) -> Slide:
    """The chain of a programme with the stage that matters most: `queries.stages.Stages`.

    before: the step that is short of its path, when this is the cause of it: only stages up to it can be. holder: who
    holds that step, and whether the prefecture can act on it; said where no stage can be named.
    """
    w = noted(told.locale)
    every = [row for row in rows_of(found.frame) if row.to_step in found.chain and not row.skipped]
    upto = [row.to_step for row in every]
    if before:
        upto = _way(before, every)
    chosen, gain = _chosen(found, every, upto)
    nodes, figures = _nodes(found, every, territory, told, w)
    passages, measures = [], []
    for row in every:
        waits = not nothing(row.waiting)
        text = counted(row.from_unit, int(row.waiting), w) if waits else _unmeasured(row, w)
        passages.append(
            {
                "name": w.name("step", row.to_step),
                "body": w.name("body", row.body) if row.body else "",
                "waiting": float(row.waiting) if waits else None,
                "text": text,
                "oldest": say_stages.month_of(row.oldest_month).isoformat() if row.oldest_month else "",
                "oldest_text": say_stages.oldest_said(row, w),
                "priority": row is chosen,
                "held_elsewhere": not row.can_act,
            }
        )
        if waits:
            day = told.on if nothing(row.on_date) else int(row.on_date)
            figures.append(
                Figure(f"waiting.{row.to_step}", territory, day, float(row.waiting), text, row.from_unit or row.unit)
            )
    title, lines, numbers = _stage_title(found, chosen, gain, before, territory, programme, w)
    body, can_act = holder if chosen is None else (chosen.body, chosen.can_act)
    lines = (*lines, who_acts(body, can_act, w))
    if found.priority is not None:
        measures.append(Measure("gain", float(found.priority.gain), int(found.priority.due), found.priority.unit))
    if chosen is not None and not nothing(chosen.median_weeks):
        measures.append(Measure("median_weeks", float(chosen.median_weeks), told.on, "week"))
    shown = [row for row in every if row.source]
    return made(
        told,
        place,
        w,
        kind="chain" if nodes else "text",
        title=title,
        territory=territory,
        numbers=numbers,
        chart={"nodes": nodes, "passages": passages} if nodes else {},
        table=_stage_table(every, w),
        lines=tuple(line for line in lines if line),
        notes=(w("stages.units_note"),),
        figures=figures,
        measures=measures,
        sources=[source_line(name, "", "reported", w) for name in dict.fromkeys(row.source for row in shown)],
        dates=[row.on_date for row in shown if not nothing(row.on_date)],
    )


def _way(step: str, rows: Sequence[Any]) -> list[str]:
    """The stages on the way to a step, itself with them."""
    starts = {row.to_step: row.from_step for row in rows}
    line: list[str] = []
    while step in starts and step not in line:
        line.append(step)
        step = starts[step]
    return line


def _chosen(found: Any, rows: Sequence[Any], upto: Sequence[str]) -> tuple[Any, float]:
    """The stage that matters most among those that may be the cause, and what its lift adds (NaN: not known): the
    priority stage, else the one among them whose lift adds most, else that at which most wait."""
    by_step = {row.to_step: row for row in rows}
    first = found.priority
    if first is not None:
        gains = {row.step: row.gain for row in rows_of(first.gains) if not nothing(row.gain) and row.gain >= 1}
        among = [step for step in gains if step in upto and step in by_step]
        if first.step in among:
            return by_step[first.step], float(first.gain)
        if among:
            step = max(among, key=lambda one: gains[one])
            return by_step[step], float(gains[step])
    waiting = [row for row in rows if row.to_step in upto and not nothing(row.waiting) and row.waiting > 0]
    most = max(waiting, key=lambda row: row.waiting, default=None)
    # Files and persons are not compared: with two units nobody can say where most wait.
    if most is not None and len({row.from_unit for row in waiting}) > 1:
        return None, math.nan
    return most, math.nan


def _stage_title(
    found: Any, chosen: Any, gain: float, before: str, territory: str, programme: str, w: Noted
) -> tuple[str, tuple[str, ...], list[Number]]:
    """What is said of the chain, and its numbers: who waits, half of them how long, what a lift adds."""
    where = w.in_territory(territory)
    unnamed = "" if found.priority is not None or not found.why else w(f"stages.unnamed_{found.why}", place=where)
    if chosen is None:
        if before:
            return w("deck.cause_unknown", place=where, step=w.name("step", before)), (unnamed,), []
        named = w.name("programme", programme, field="short")
        known = (found.frame["basis"] != "none").any()
        title = w("deck.stages_unnamed" if known else "deck.stages_none", programme=named, place=where)
        return title, (unnamed,), []
    stage = w.name("step", chosen.to_step)
    body = w.name("body", chosen.body) if chosen.body else ""
    numbers = []
    if not nothing(chosen.waiting):
        numbers.append(number_of(w("deck.waiting"), chosen.waiting, w, unit=chosen.from_unit))
    if not nothing(chosen.median_weeks):
        text = say_stages.weeks_said(chosen.median_weeks, w)
        numbers.append(Number(w("deck.half_wait"), text, "", float(chosen.median_weeks)))
    if not math.isnan(gain):
        deadline = w.date(on_date(found.priority.due))
        label = w("deck.gain_before", deadline=deadline)
        numbers.append(number_of(label, math.floor(gain), w, unit=found.priority.unit))
        full = ""
        if chosen.to_step == found.priority.step:
            full = say_stages.priority_sentence(found.priority, found.frame, territory, deadline, w)
        title, _ = fitted(
            *((w("deck.priority", place=where, stage=stage, body=body),) if body else ()),
            w("deck.priority_bare", place=where, stage=stage),
        )
        return title, (full,), numbers
    n = counted(chosen.from_unit, int(chosen.waiting), w)
    title, _ = fitted(
        *((w("deck.most_wait", place=where, stage=stage, n=n, body=body),) if body else ()),
        w("deck.most_wait_bare", stage=stage, n=n),
    )
    # Of stocks alone the difference is known, not who waits nor for how long.
    by_stocks = w("deck.by_stocks") if chosen.basis == say_stages.STOCKS else ""
    return title, (by_stocks, unnamed), numbers


def _nodes(
    found: Any, rows: Sequence[Any], territory: str, told: Told, w: Words
) -> tuple[list[dict[str, Any]], list[Figure]]:
    steps = list(dict.fromkeys(step for row in rows for step in (row.from_step, row.to_step)))
    by_step = {node.step: node for node in rows_of(found.nodes)}
    nodes, figures = [], []
    for step in steps:
        node = by_step.get(step)
        if node is None:
            continue
        shown = node.state == "shown" and not nothing(node.value)
        text = counted(node.unit, int(node.value), w) if shown else cell(None, node.state, told.threshold, w)
        value = float(node.value) if shown else None
        nodes.append({"step": step, "name": w.name("step", step), "value": value, "text": text, "state": node.state})
        day = told.on if nothing(node.on_date) else int(node.on_date)
        figures.append(Figure(step, territory, day, value, text, node.unit, node.state))
    return nodes, figures


def _unmeasured(row: Any, w: Words) -> str:
    return w("stages.not_measured") if row.waits else w("state.not_applicable")


def _stage_table(rows: Sequence[Any], w: Words) -> Table:
    cells = []
    for row in rows:
        if row.basis == say_stages.COHORT:
            share = w.share(row.passed_share)
        elif row.basis == say_stages.STOCKS:
            share = w("stages.ratio_of_stocks", share=w.share(row.passed_share))
        else:
            share = w("stages.not_measured")
        waiting = _unmeasured(row, w) if nothing(row.waiting) else counted(row.from_unit, int(row.waiting), w)
        if row.basis == say_stages.STOCKS and not nothing(row.waiting):
            waiting = w("stages.difference_of_stocks", n=waiting)
        median = w("stages.not_measured")
        if not row.waits:
            median = w("state.not_applicable")
        elif row.basis == say_stages.COHORT:
            under = nothing(row.median_weeks)
            median = w("stages.under_half") if under else say_stages.weeks_said(row.median_weeks, w)
        body = w.name("body", row.body) if row.body else ""
        cells.append((w.name("step", row.to_step), body, share, median, waiting))
    names = ("stage", "body", "share", "median", "waiting")
    return Table(tuple(w(f"stages.column_{name}") for name in names), tuple(cells), (2, 3, 4)) if cells else Table()


# ----------------------------------------------------------------------------------------------------------- transition


def transition(
    frame: pd.DataFrame, left: Any, told: Told, place: Place, *, territory: str, programme: str, former_on: int
) -> Slide:
    """What became of those of the programme that ended: `queries.transition.parts` and the row of `remaining`."""
    w = noted(told.locale)
    unit = frame["unit"].iloc[0] if len(frame) else "person"
    rows, figures = [], []
    old = _old(frame, w)
    new = w.name("programme", programme, field="short")
    # What lies between two thresholds is for whoever prepares, never on the wall.
    for row in (one for one in rows_of(frame) if one.part != "band"):
        shown = row.state == "shown"
        text = counted(row.unit, int(row.value), w) if shown else cell(None, row.state, told.threshold, w)
        name = w(f"transition.part_{row.part}", old=old, new=new)
        rows.append(_bare_bar(row.step, name, row.value if shown else None, text, row.state))
        day = told.on if nothing(row.on_date) else int(row.on_date)
        figures.append(Figure(row.step, territory, day, row.value if shown else None, text, row.unit, row.state))
    full = say_transition.finding(left, programme, frame, former_on, territory, w)
    titles, numbers = [full], []
    measures = _left_measures(left, unit)
    if left.state == "shown":
        remaining = counted(unit, int(left.remaining), w)
        date = w.date(on_date(left.remaining_date))
        titles.append(
            w("transition.finding_remaining", place=w.in_territory(territory), remaining=remaining, date=date)
        )
        if left.confirmed is not None:
            numbers.append(number_of(w("transition.part_confirmed"), left.confirmed, w, unit=unit))
        numbers.append(number_of(w("transition.part_waiting"), left.remaining, w, unit=unit))
        if left.needed_per_day is not None:
            numbers.append(pace_of(w("targets.needed"), left.needed_per_day, w))
        elif left.confirmed_share is not None:
            text = w.share(left.confirmed_share)
            numbers.append(Number(w("deck.confirmed_share"), text, "", float(left.confirmed_share)))
    title, lines = fitted(*titles)
    notes = []
    if left.former is None:
        notes.append(w("transition.no_former_note", old=old, date=w.date(on_date(former_on))))
    if left.remaining_basis == "derived":
        notes.append(w("transition.derived_note"))
    sources = dict.fromkeys(
        source_line(row.source, "", row.basis, w) for row in rows_of(frame) if row.state == "shown" and row.source
    )
    names = (w("deck.column_part"), w("stages.column_files"))
    return made(
        told,
        place,
        w,
        kind="bars" if any(row["value"] is not None for row in rows) else "text",
        title=title,
        territory=territory,
        numbers=numbers,
        chart=_bare_chart(rows, w(f"unit.{unit}.plural")),
        table=Table(names, tuple((row["name"], row["text"]) for row in rows), (1,)),
        lines=(*lines, *say_transition.pace(left, unit, w)),
        notes=notes,
        figures=figures,
        measures=measures,
        sources=sources,
        dates=frame["on_date"].dropna().tolist(),
    )


def _left_measures(left: Any, unit: str) -> list[Measure]:
    day = 0 if nothing(left.remaining_date) else int(left.remaining_date)
    names = ("remaining", "confirmed", "former", "needed_per_day", "per_day")
    found = [Measure(n, float(v), day, unit) for n in names if (v := getattr(left, n)) is not None]
    shares = ("confirmed_share", "remaining_share")
    return found + [Measure(n, float(v), day, "share") for n in shares if (v := getattr(left, n)) is not None]


def _old(frame: pd.DataFrame, w: Words) -> str:
    former = frame.loc[frame["part"] == "former", "step"]
    return w.name("programme", former.iloc[0].partition(".")[0], field="short") if len(former) else ""


def _bare_bar(code: str, name: str, value: float | None, text: str, state: str) -> dict[str, Any]:
    """A bar that is compared with nothing: no path, no verdict, no colour."""
    row = {"code": code, "name": name, "value": None if nothing(value) else float(value), "text": text}
    return row | {"planned": None, "planned_text": "", "state": state, "tone": "none", "shape": "", "word": ""}


def _bare_chart(rows: Sequence[Mapping[str, Any]], unit: str, *, share: bool = False) -> dict[str, Any]:
    most = max((row["value"] for row in rows if row["value"] is not None), default=0.0)
    return {"unit": unit, "share": share, "most": most, "rows": list(rows)}


def reasons(
    frame: pd.DataFrame, body: str, can_act: bool, told: Told, place: Place, *, territory: str, step: str
) -> Slide:
    """Why files wait: `queries.refusals.refusals` of what waits, and who can act. Without reasons, the stage alone."""
    w = noted(told.locale)
    where = w.in_territory(territory)
    acts = who_acts(body, can_act, w)
    if frame.empty:
        title = w("deck.waits_at", place=where, stage=w.name("step", step))
        lines = (acts, w("transition.reasons_none", place=where))
        return made(told, place, w, kind="text", title=title, territory=territory, lines=tuple(filter(None, lines)))
    rows, figures, cells = [], [], []
    for row in rows_of(frame):
        shown = row.value is not None
        text = counted(row.unit, int(row.value), w) if shown else w("state.withheld", threshold=told.threshold)
        name = _reason(row.reason, w)
        rows.append(_bare_bar(row.reason, name, row.value, text, row.state))
        mend = w("stages.mendable" if row.mendable else "stages.not_mendable")
        share = w.share(row.share) if shown and not nothing(row.share) else ""
        cells.append((name, mend, text, share))
        figures.append(
            Figure(f"reason.{row.reason}", territory, int(row.on_date), row.value, text, row.unit, row.state)
        )
    shown = frame[frame["value"].notna()]
    mendable = float(shown.loc[shown["mendable"].astype(bool), "value"].sum())
    total = float(shown["value"].sum())
    date = w.date(on_date(frame["on_date"].max()))
    if total:
        title = w("stages.reasons_title", place=where, date=date, share=w.percent_words(mendable / total))
    else:
        title = w("stages.reasons_withheld", place=where, date=date)
    short, lines = fitted(title, w("deck.waits_at", place=where, stage=w.name("step", step)))
    names = ("reason", "mendable", "files", "of_shown")
    return made(
        told,
        place,
        w,
        kind="bars",
        title=short,
        territory=territory,
        chart=_bare_chart(rows, w(f"unit.{frame['unit'].iloc[0]}.plural")),
        table=Table(tuple(w(f"stages.column_{n}") for n in names), tuple(cells), (2, 3)),
        lines=tuple(line for line in (*lines, acts) if line),
        figures=figures,
        measures=[Measure("mendable_share", mendable / total, int(frame["on_date"].max()), "share")] if total else (),
        sources=[source_line(name, "", "reported", w) for name in dict.fromkeys(frame["source"]) if name],
        dates=frame["on_date"].tolist(),
    )


def _reason(reason: str, w: Words) -> str:
    try:
        return w.name("reason", reason)
    except KeyError:
        return reason


def left_below(
    frame: pd.DataFrame,
    told: Told,
    place: Place,
    *,
    territory: str,
    what: str,
    unit: str,
    whole: float,
    day: str,
) -> Slide | None:
    """What remains in each child, in administrative order; None where it is known of none.

    frame: territory_code, remaining, state, source and the column `day`. whole: what remains in the territory itself,
    NaN where that is not known.
    """
    known = frame[(frame["state"] == "shown") & frame["remaining"].notna()]
    if known.empty:
        return None
    w = noted(told.locale)
    rows, figures = [], []
    for row in rows_of(frame):
        state = row.state if row.state != "shown" or row.remaining is not None else "missing"
        text = cell(row.remaining, state, told.threshold, w)
        name = w.territory(row.territory_code)
        rows.append(_bare_bar(row.territory_code, name, row.remaining, text, state))
        on = told.on if getattr(row, day) is None else int(getattr(row, day))
        figures.append(Figure(what, row.territory_code, on, row.remaining, text, unit, state))
    said = {"place": w.in_territory(territory), "known": w.number(len(known)), "total": w.number(len(frame))}
    if math.isnan(whole):
        title = w("deck.left_below", **said)
    else:
        title = w("deck.left_whole", n=counted(unit, round(whole), w), **said)
    head = (w("targets.column_territory"), w("deck.column_left"))
    return made(
        told,
        place,
        w,
        kind="bars",
        title=title,
        territory=territory,
        chart=_bare_chart(rows, w(f"unit.{unit}.plural")),
        table=Table(head, tuple((row["name"], row["text"]) for row in rows), (1,)),
        figures=figures,
        measures=[Measure("known", len(known), told.on), Measure("children", len(frame), told.on)]
        + [Measure(what, whole, told.on, unit)],
        sources=[source_line(name, "", "reported", w) for name in dict.fromkeys(frame["source"]) if name],
        dates=known[day].dropna().tolist(),
    )


def left_in(row: Any, told: Told, place: Place, *, what: str, unit: str, whole: str, day: str) -> Slide:
    """What remains in one child: a row of the frame of `left_below`. whole: the column of what it is a part of."""
    w = noted(told.locale)
    where = w.in_territory(row.territory_code)
    state = row.state if row.state != "shown" or not nothing(row.remaining) else "missing"
    text = cell(row.remaining, state, told.threshold, w)
    on = told.on if nothing(getattr(row, day)) else int(getattr(row, day))
    numbers = []
    measures = [
        Measure(name, float(getattr(row, name)), on, unit) for name in (whole, "needed_per_day") if _has(row, name)
    ]
    if state == "shown":
        measures.insert(0, Measure(what, float(row.remaining), on, unit))
        said = counted(unit, round(row.remaining), w)
        title = w("deck.left_in", place=where, n=said, date=w.date(on_date(on)))
        numbers.append(number_of(w("deck.column_left"), row.remaining, w, unit=unit))
        if not nothing(getattr(row, whole)):
            numbers.append(number_of(w(f"deck.whole_{whole}"), getattr(row, whole), w, unit=unit))
        needed = getattr(row, "needed_per_day", None)
        if not nothing(needed):
            numbers.append(pace_of(w("targets.needed"), needed, w))
    else:
        title = w("deck.left_unknown", place=where, state=text)
    figure = Figure(what, row.territory_code, on, row.remaining if state == "shown" else None, text, unit, state)
    return made(
        told,
        place,
        w,
        kind="text",
        title=title,
        territory=row.territory_code,
        numbers=numbers,
        figures=(figure,),
        measures=measures,
        sources=(source_line(row.source, "", "reported", w),) if row.source else (),
        dates=() if nothing(getattr(row, day)) else (on,),
    )


def _has(row: Any, name: str) -> bool:
    return not nothing(getattr(row, name, None))


# --------------------------------------------------------------------------------------------------------------- window


def window(found: Any, told: Told, place: Place, *, territory: str) -> Slide:
    """The clock of a window and its stages: `queries.window.Course`. At most three numbers: days, who is left, pace."""
    w = noted(told.locale)
    left = found.clock
    full = say_window.sentence(found, territory, w)
    titles = [full]
    programme = w.name("programme", found.programme, field="short")
    if found.state in say_window.RUNNING:
        deadline = w.date(on_date(found.window.closes))
        said = {"programme": programme, "days": w.count("day", int(left.days_left)), "deadline": deadline}
        if not math.isnan(left.remaining) and left.remaining >= 1:
            unit, n = _students(found), round(left.remaining)
            titles.append(w("deck.window_left", **said, n=w.count(unit, n) if unit else w.number(n)))
        titles.append(w("deck.window_days", **said))
    elif found.window.closes is not None:
        key = "window.last_day" if found.state == "last_day" else "window.closed"
        deadline = w.date(on_date(found.window.closes))
        titles.append(w(key, programme=programme, deadline=deadline, place=w.in_territory(territory)))
    else:
        titles.append(w("window.unknown", programme=programme, year=str(found.window.year)))
    title, lines = fitted(*titles)
    numbers = []
    if found.state in say_window.RUNNING:
        below = w("window.of_working_days", n=w.count("working_day", int(left.working_days)))
        numbers.append(Number(w("window.days_left"), w.number(int(left.days_left)), below, float(left.days_left)))
    unit = _students(found)
    if not math.isnan(left.remaining):
        numbers.append(number_of(w("window.remaining"), left.remaining, w, unit=unit))
    elif not math.isnan(left.population):
        numbers.append(number_of(w("window.population"), left.population, w, unit=unit))
    if not math.isnan(left.needed_per_day) and left.remaining > 0:
        numbers.append(pace_of(w("window.needed"), left.needed_per_day, w))
    rows, figures = _window_rows(found, told, territory, w)
    shown = any(row["value"] is not None for row in rows)
    tone = _window_tone(found)
    word = w(f"window.state_{found.state}")
    measures = [
        Measure(name, value, int(left.registered_on) if not math.isnan(left.registered_on) else told.on, of)
        for name, value, of in (
            ("remaining", left.remaining, unit),
            ("population", left.population, unit),
            ("needed_per_day", left.needed_per_day, unit),
            ("recent_per_day", left.recent_per_day, unit),
            ("days_left", left.days_left, "day"),
            ("working_days", left.working_days, "working_day"),
        )
    ]
    return made(
        told,
        place,
        w,
        kind="bars" if shown else "text",
        title=title,
        territory=territory,
        numbers=numbers,
        verdict={"verdict": found.state, "tone": tone, "shape": say_window.SHAPE[found.state], "word": word},
        chart=_bare_chart(rows, w(f"unit.{unit}.plural")) if shown else {},
        table=_window_table(rows, found, w) if shown else Table(),
        lines=lines,
        notes=(w("window.stages_note"),) if shown else (),
        figures=figures,
        measures=measures,
        sources=say_window.sources_of(found.stages[found.stages["state"] == "shown"], w),
        dates=found.stages["on_date"].dropna().tolist(),
    )


def _window_tone(found: Any) -> str:
    """Open is good as long as the recent pace is enough; who would not be through in time calls for care."""
    if found.state not in (*say_window.RUNNING, "last_day"):
        return "none"
    left = found.clock
    slow = left.remaining > 0 and not (left.pace_state == "running" and left.times <= 1)
    return "care" if slow or found.state == "last_day" else "good"


def _students(found: Any) -> str:
    """The unit of those that a window is for."""
    mine = found.stages[found.stages["role"].isin(["population", "gate"])]
    rows = mine if len(mine) else found.stages
    return rows["unit"].iloc[0] if len(rows) else "person"


def _window_rows(found: Any, told: Told, territory: str, w: Words) -> tuple[list[dict[str, Any]], list[Figure]]:
    rows, figures = [], []
    for row in rows_of(found.stages):
        shown = row.state == "shown"
        text = counted(row.unit, int(row.value), w) if shown else cell(None, row.state, told.threshold, w)
        if row.state == "missing":
            text = w("window.not_measured")
        rows.append(_bare_bar(row.step, w.name("step", row.step), row.value if shown else None, text, row.state))
        day = told.on if nothing(row.on_date) else int(row.on_date)
        figures.append(Figure(row.step, territory, day, row.value if shown else None, text, row.unit, row.state))
    return rows, figures


def _window_table(rows: Sequence[Mapping[str, Any]], found: Any, w: Words) -> Table:
    cells = []
    for drawn, row in zip(rows, rows_of(found.stages), strict=True):
        body = w.name("body", row.body) if row.body else ""
        who = w("window.prefecture", body=body) if row.can_move else body
        share = "" if nothing(row.share_before) else w.share(row.share_before)
        cells.append((drawn["name"], drawn["text"], share, who))
    return Table(tuple(w(f"window.column_{n}") for n in ("stage", "count", "share", "who")), tuple(cells), (1, 2))


def window_cause(found: Any, told: Told, place: Place, *, territory: str) -> Slide | None:
    """The stage of a window where most wait; None where no two of its stages can be compared."""
    w = noted(told.locale)
    rows = rows_of(found.stages)
    passages, figures, mine = [], [], []
    for before, after in zip(rows, rows[1:], strict=False):
        known = after.share_before is not None and before.state == "shown" and before.unit == after.unit
        waiting = max(before.value - after.value, 0.0) if known else None
        text = counted(after.unit, int(waiting), w) if known else w("window.not_measured")
        passages.append(
            {
                "name": w.name("step", after.step),
                "body": w.name("body", after.body) if after.body else "",
                "waiting": waiting,
                "text": text,
                "priority": False,
                "held_elsewhere": not after.can_move,
            }
        )
        if known:
            mine.append((len(passages) - 1, waiting, after))
            figures.append(Figure(f"waiting.{after.step}", territory, int(after.on_date), waiting, text, after.unit))
    movable = [one for one in mine if one[2].can_move and one[1] > 0] or [one for one in mine if one[1] > 0]
    if not movable:
        return None
    at, waiting, after = max(movable, key=lambda one: one[1])
    passages[at]["priority"] = True
    drawn, shown = _window_rows(found, told, territory, w)
    nodes = [
        {"step": row["code"], "name": row["name"], "value": row["value"], "text": row["text"], "state": row["state"]}
        for row in drawn
    ]
    title, lines = fitted(
        say_window.most_wait(found.stages, territory, w),
        w("deck.most_wait_bare", stage=w.name("step", after.step), n=counted(after.unit, int(waiting), w)),
    )
    return made(
        told,
        place,
        w,
        kind="chain",
        title=title,
        territory=territory,
        numbers=[number_of(w("deck.waiting"), waiting, w, unit=after.unit)],
        chart={"nodes": nodes, "passages": passages},
        lines=tuple(line for line in (*lines, who_acts(after.body, bool(after.can_move), w)) if line),
        figures=[*shown, *figures],
        sources=say_window.sources_of(found.stages[found.stages["state"] == "shown"], w),
        dates=found.stages["on_date"].dropna().tolist(),
    )


# ------------------------------------------------------------------------------------------------------ moves and means


def options(frame: pd.DataFrame, found: Any, told: Told, place: Place, *, territory: str) -> Slide | None:
    """What the office can do, each move alone with what it adds and when the target is reached; None without any.

    frame: `queries.moves.moves` of `found`, a `queries.levers.Outlook`.
    """
    if frame.empty:
        return None
    w = noted(told.locale)
    row = found.row
    target, deadline = w.short(round(row["target"])), w.date(on_date(row["due"]))
    meeting = int(frame["meets"].astype(bool).sum())
    said = {"place": w.in_territory(territory), "target": target, "deadline": deadline}
    cells, figures = [], []
    for one in rows_of(frame):
        change = w(f"levers.alone_{one.lever}", n=w.number(int(one.change)))
        gain = counted(found.unit, int(one.gain), w)
        by = w.date(on_date(one.by))
        day = w("levers.uncertain") if nothing(one.reach_on) else w.date(on_date(one.reach_on))
        cells.append((change, w("deck.more_by", gain=gain, day=by), day))
        figures.append(Figure(f"gain.{one.lever}", territory, int(one.by), float(one.gain), gain, found.unit))
        figures.append(Figure(f"change.{one.lever}", territory, told.on, float(one.change), w.number(int(one.change))))
    said |= {"n": w.number(meeting), "total": w.number(len(frame))}
    key = "deck.options_meet" if meeting else "deck.options_none"
    title, _ = fitted(w(key, **said), w(f"{key}_short", **said))
    # What the least is of is a capacity in files: outside, no count that was not rounded.
    lines = () if told.outside else tuple(say_levers.least(found, w)[:1])
    head = tuple(w(f"deck.column_{name}") for name in ("move", "gain", "reach"))
    return made(
        told,
        place,
        w,
        kind="table",
        title=title,
        territory=territory,
        table=Table(head, tuple(cells), (1,)),
        lines=lines,
        notes=(w("levers.assumption"),),
        figures=figures,
        measures=[Measure("target", float(row["target"]), int(row["due"]), found.unit)],
        sources=(source_line(row["source"], "", "reported", w),) if row["source"] else (),
        dates=() if found.origin is None else (found.origin,),
    )


def actions(frame: pd.DataFrame, told: Told, place: Place, *, territory: str, since: int | None) -> Slide:
    """What the office did since the last meeting and what is planned: `queries.actions.actions`, with what it cost."""
    w = noted(told.locale)
    done, planned, cells = 0, 0, []
    for one in rows_of(frame):
        ahead = one.from_date > told.on
        done, planned = done + (not ahead), planned + ahead
        cells.append(
            (
                w("deck.action_planned" if ahead else "deck.action_done"),
                w(f"actions.kind_{one.kind}"),
                w.territory(one.territory_code),
                w.period(on_date(one.from_date), on_date(one.to_date)),
                service_name(one.service, w) if one.service else "",
                w("actions.cost_unknown") if one.cost is None else dirhams(one.cost, w),
            )
        )
    where = w.in_territory(territory)
    if not cells:
        title = w("deck.actions_none", place=where)
    elif since is None:
        title = w("deck.actions", place=where, n=w.number(done), m=w.number(planned))
    else:
        date = w.date(on_date(since))
        title = w("deck.actions_since", place=where, n=w.number(done), m=w.number(planned), date=date)
    lines = []
    known = frame[frame["cost"].notna()]
    if len(known):
        total = dirhams(float(known["cost"].sum()), w)
        lines.append(w("deck.actions_cost", cost=total))
    if len(cells) > MOST_ROWS:
        lines.append(w("deck.more_rows", n=w.number(len(cells) - MOST_ROWS)))
    head = ("state", "kind", "where", "when", "service", "cost")
    words_of = {"state": "deck.column_state"}
    return made(
        told,
        place,
        w,
        kind="table" if cells else "text",
        title=title,
        territory=territory,
        table=Table(tuple(w(words_of.get(n, f"actions.column_{n}")) for n in head), tuple(cells[-MOST_ROWS:]), (5,))
        if cells
        else Table(),
        lines=lines,
        notes=(w("deck.actions_note"),) if cells else (),
        dates=frame["from_date"].tolist(),
    )


def branches(frame: pd.DataFrame, told: Told, place: Place, *, territories: Sequence[str]) -> Slide:
    """Each programme of each branch by its own unit, here and in the kingdom: `queries.branches.standing`."""
    w = noted(told.locale)
    cells, figures, known = [], [], set()
    for (branch, programme, _), mine in frame.groupby(["branch", "programme", "unit"], sort=False):
        by_place = {row.territory_code: row for row in rows_of(mine)}
        said = []
        for code in territories:
            row = by_place[code]
            found = count_said(row, w)
            text = found if isinstance(found, str) else found[0]
            said.append(text)
            value = row.value if row.state == "shown" else None
            day = told.on if nothing(row.on_date) else int(row.on_date)
            figures.append(Figure(row.step, code, day, value, text, row.unit, row.state))
            if row.state == "shown" and code == territories[0]:
                known.add(programme)
        speaking = next((by_place[code] for code in territories if by_place[code].state == "shown"), None)
        date = "" if speaking is None else w.date_short(on_date(speaking.on_date))
        cells.append((w(f"branches.branch_{branch}"), w.name("programme", programme, field="short"), *said, date))
    total = frame["programme"].nunique()
    where = w.in_territory(territories[0])
    title = w("deck.branches", place=where, n=w.number(len(known)), total=w.number(total))
    head = (w("deck.column_branch"), w("branches.column_programme"))
    head += (*(w.territory(code) for code in territories), w("branches.column_date"))
    shown = frame[frame["state"] == "shown"]
    return made(
        told,
        place,
        w,
        kind="table" if cells else "text",
        title=title if cells else w("deck.branches_none", place=where),
        territory=territories[0],
        table=Table(head, tuple(cells), tuple(range(2, 2 + len(territories)))) if cells else Table(),
        notes=(w("branches.not_added"),),
        figures=figures,
        sources=[source_line(name, "", "reported", w) for name in dict.fromkeys(shown["source"]) if name],
        dates=shown["on_date"].dropna().tolist(),
    )


def in_words(item: Any, title: str, told: Told, place: Place, *, territory: str) -> Slide:
    """An item of which there is nothing but its words, and whose matter it is."""
    w = noted(told.locale)
    lines = [w("deck.matter_of", service=service_name(item.service, w))] if item.service else []
    short = title if length(title) <= LONGEST_TITLE else w("deck.item_words")
    return made(
        told,
        place,
        w,
        kind="text",
        title=short,
        territory=territory,
        lines=tuple(lines) if short == title else (title, *lines),
    )
