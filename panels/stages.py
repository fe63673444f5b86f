"""Stages: branches after the registers, passages of a chain, priority stage, refusals, bodies, movements."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from i18n import Words, words
from panels import Panel, SourceLine, rows_of
from panels.html import link, made_up
from panels.lengths import Row
from panels.situation import counted, on_date, source_line, source_name

COHORT, STOCKS = "cohort", "stocks"
SHOWN, WITHHELD, NOT_APPLICABLE = "shown", "withheld", "not_applicable"
WITHIN = 12
"""As `queries.methods.stages` has it; a test holds the two together."""


@dataclass(frozen=True)
class Node:
    """A step of a branch, every text ready. arrow: how one comes to it from the step before, empty for the first; tone:
    cohort, stocks, parallel or none. number, unit: the count; in `number` what stands in its place, if there is none.
    """

    step: str
    name: str
    state: str
    number: str
    unit: str = ""
    dateline: str = ""
    late: str = ""
    source: SourceLine | None = None
    arrow: str = ""
    tone: str = "none"


@dataclass(frozen=True)
class Strand:
    """Steps of which each follows the one before. after: the step that the first one follows, in words; or empty."""

    after: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Branch:
    """A programme's steps, in strands."""

    programme: str
    name: str
    strands: tuple[Strand, ...]


def branches(
    nodes: pd.DataFrame,
    frame: pd.DataFrame,
    *,
    registers: Sequence[str],
    programme: str,
    territory: str,
    threshold: int,
    locale: str,
) -> Panel:
    """The registers in one line, and below them each programme that hangs on them: parallel branches.

    nodes, frame: of `queries.stages.stages`. registers: the programmes that are registers. programme: the one that
    was chosen, which is shown even without a figure; the others without one are named in a note. threshold: the least
    count of a breakdown that is shown. `parts` holds trunk (Nodes) and branches (tuple of Branch).
    """
    w = words(locale)
    arrows = {row.to_step: row for row in rows_of(frame) if not row.skipped}
    leaps = {row.to_step: row for row in rows_of(frame) if row.skipped}
    trunk: list[Node] = []
    found: dict[str, list[Node]] = {}
    told, begun = {programme}, set()
    for row in rows_of(nodes):
        node = _node(row, arrows.get(row.step), leaps.get(row.step), threshold, w)
        if row.programme in registers:
            trunk.append(node)
        else:
            found.setdefault(row.programme, []).append(node)
        if row.state == SHOWN:
            told.add(row.programme)
        if row.state != NOT_APPLICABLE:
            begun.add(row.programme)
    lines, silent = [], []
    for key, mine in found.items():
        if not any(node.step in arrows for node in mine):
            continue
        if key in told:
            strands = _strands(mine, arrows, w)
            lines.append(Branch(key, w.name("programme", key, field="short"), strands))
        elif key in begun:
            silent.append(w.name("programme", key, field="short"))
    drawn = (*trunk, *(node for one in lines for strand in one.strands for node in strand.nodes))
    sources = dict.fromkeys(node.source for node in drawn if node.source)
    return Panel(
        subject="stages",
        kind="branches",
        title=_finding(frame, territory, bool((nodes["state"] == SHOWN).any()), w),
        frame=nodes,
        units=tuple(dict.fromkeys(nodes.loc[nodes["state"] == SHOWN, "unit"])),
        sources=tuple(sources),
        data_dates=tuple(sorted({int(day) for day in nodes["on_date"].dropna()})),
        notes=(
            *((w("stages.silent_note", names=w.join(silent)),) if silent else ()),
            w("stages.units_note"),
            w("stages.parallel_note"),
        ),
        parts={"trunk": tuple(trunk), "branches": tuple(lines)},
    )


def _strands(nodes: Sequence[Node], arrows: dict[str, Any], w: Words) -> tuple[Strand, ...]:
    """The steps of a programme: a new strand begins where a step does not follow the one before it."""
    found: list[tuple[str, list[Node]]] = []
    for node in nodes:
        start = arrows[node.step].from_step if node.step in arrows else ""
        if found and found[-1][1][-1].step == start:
            found[-1][1].append(node)
        else:
            found.append((w("stages.after", step=w.name("step", start)) if start else "", [node]))
    return tuple(Strand(after, tuple(mine)) for after, mine in found)


def _finding(frame: pd.DataFrame, territory: str, told: bool, w: Words) -> str:
    """The sentence over the branches: where half of the files wait longest, or what is known instead."""
    place = w.in_territory(territory)
    timed = frame[frame["median_weeks"].notna()]
    if len(timed) and timed["median_weeks"].max() > 0:
        longest = timed.loc[timed["median_weeks"].idxmax()]
        weeks = w.count("week", int(longest["median_weeks"]))
        return w("stages.finding_longest", place=place, stage=w.name("step", longest["to_step"]), weeks=weeks)
    if len(timed):
        return w("stages.finding_quick", place=place)
    if (frame["basis"] == COHORT).any():
        return w("stages.finding_half", place=place)
    if (frame["basis"] == STOCKS).any():
        return w("stages.finding_stocks", place=place)
    return w("stages.finding_unmeasured" if told else "stages.finding_none", place=place)


def _node(row: Any, passage: Any, leap: Any, threshold: int, w: Words) -> Node:
    arrow, tone = ("", "none") if passage is None else _arrow(passage, leap, w)
    name = w.name("step", row.step)
    if row.state != SHOWN:
        said = w(f"state.{row.state}", threshold=threshold) if row.state == WITHHELD else w(f"state.{row.state}")
        return Node(row.step, name, row.state, said, arrow=arrow, tone=tone)
    number, unit = w.parts(row.unit, int(row.value)) if row.value else (w.number(0), w(f"unit.{row.unit}"))
    return Node(
        row.step,
        name,
        row.state,
        number,
        unit,
        w("app.as_of", date=w.date_short(on_date(row.on_date))),
        w("reading.late") if row.late else "",
        source_line(row.source, row.address, row.basis, w),
        arrow,
        tone,
    )


def _arrow(row: Any, leap: Any, w: Words) -> tuple[str, str]:
    """How one comes to a step, in a few words, and the tone of it."""
    if row.basis == COHORT:
        return w("stages.arrow_cohort", share=w.share(row.passed_share)), "cohort"
    if row.basis == STOCKS:
        return w("stages.arrow_stocks", share=w.share(row.passed_share)), "stocks"
    if row.why == "parallel":
        return w("stages.why_parallel"), "parallel"
    if leap is not None:
        said = w("stages.arrow_leap", share=w.share(leap.passed_share), step=w.name("step", leap.from_step))
        return said, "stocks"
    return w("stages.arrow_none", why=why(row, w)), "none"


def why(row: Any, w: Words) -> str:
    """Why a passage is not measured."""
    if row.state in (WITHHELD, NOT_APPLICABLE):
        return w("stages.why_withheld") if row.state == WITHHELD else w("state.not_applicable")
    if row.why in ("units", "bridge"):
        return w(f"stages.why_{row.why}", before=w(f"unit.{row.from_unit}"), after=w(f"unit.{row.unit}"))
    if row.why == "dates":
        before, after = w.date_short(on_date(row.from_date)), w.date_short(on_date(row.on_date))
        return w("stages.why_dates", before=before, after=after)
    return w(f"stages.why_{row.why}")


def branches_html(panel: Panel, *, locale: str) -> str:
    """The branches as lists of steps, each with its arrow: read from the side that reading begins at."""
    w, parts = words(locale), panel.parts
    lines = "".join(
        f'<div class="tt-branch"><h3>{escape(one.name)}</h3>' + "".join(map(_strand, one.strands)) + "</div>"
        for one in parts["branches"]
    )
    notes = "".join(f"<span>{escape(note)}</span>" for note in panel.notes)
    sources = " · ".join(link(source) for source in panel.sources)
    return (
        f'<section class="tt-stages" dir="{w.direction}"><p class="tt-finding">{escape(panel.title)}</p>'
        f'{made_up(panel, w)}<div class="tt-branch tt-trunk">{_steps(parts["trunk"])}</div>{lines}'
        f'<div class="tt-footer">{sources}{notes}</div></section>'
    )


def _strand(strand: Strand) -> str:
    after = f'<div class="tt-label">{escape(strand.after)}</div>' if strand.after else ""
    return f'<div class="tt-strand">{after}{_steps(strand.nodes)}</div>'


def _steps(nodes: Sequence[Node]) -> str:
    items = []
    for node in nodes:
        arrow = f'<div class="tt-arrow tt-arrow-{escape(node.tone)}">{escape(node.arrow)}</div>' if node.arrow else ""
        late = f' <span class="tt-late">{escape(node.late)}</span>' if node.late else ""
        if node.state == SHOWN:
            said = (
                f'<div class="tt-number"><b>{escape(node.number)}</b> <span class="tt-unit">{escape(node.unit)}</span>'
            )
            said += f'</div><div class="tt-date">{escape(node.dateline)}{late}</div>'
        else:
            said = f'<div class="tt-absent">{escape(node.number)}</div>'
        items.append(
            f'<li>{arrow}<div class="tt-step"><div class="tt-label">{escape(node.name)}</div>{said}</div></li>'
        )
    return f'<ol class="tt-steps">{"".join(items)}</ol>'


def passages(frame: pd.DataFrame, *, programme: str, territory: str, threshold: int, locale: str) -> Panel:
    """The passages of a chain in a table: share passed, median wait, files waiting, oldest, and how it is known.

    frame: the rows of `queries.stages.stages` that belong to the chain.
    """
    w = words(locale)
    rows = []
    for row in rows_of(frame):
        rows.append(
            (
                _stage(row, w),
                w.name("body", row.body),
                _share(row, w),
                _median(row, w),
                _waiting(row, w),
                oldest_said(row, w),
                _basis(row, w),
            )
        )
    names = ("stage", "body", "share", "median", "waiting", "oldest", "basis")
    by_cohort = int((frame["basis"] == COHORT).sum())
    measured = int((frame["basis"] != "none").sum())
    said = {"programme": w.name("programme", programme, field="short"), "place": w.in_territory(territory)}
    if by_cohort:
        title = w("stages.passages_cohort", n=w.number(by_cohort), total=w.number(len(frame)), **said)
    else:
        title = w("stages.passages_stocks" if measured else "stages.passages_none", **said)
    return Panel(
        subject="stages",
        kind="table",
        title=title,
        frame=frame,
        units=tuple(dict.fromkeys(frame["unit"])),
        sources=_sources(frame["source"], w),
        data_dates=tuple(sorted({int(day) for day in frame["on_date"].dropna()})),
        notes=(w("stages.passages_note", weeks=w.count("week", 52)), *_partial_note(frame, w)),
        parts={
            "head": tuple(w(f"stages.column_{name}") for name in names),
            "rows": rows,
            "css": "tt-passages",
            "titled": True,
        },
    )


def _sources(names: Sequence[str], w: Words) -> tuple[SourceLine, ...]:
    """One source line for each source, in the order in which they speak."""
    return tuple(SourceLine(w("app.source", source=source_name(one, w))) for one in dict.fromkeys(names) if one)


def _partial_note(frame: pd.DataFrame, w: Words) -> tuple[str, ...]:
    return (w("stages.partial_note"),) if frame["partial"].astype(bool).any() else ()


def _stage(row: Any, w: Words) -> str:
    name = w.name("step", row.to_step)
    if row.skipped:
        return w("stages.from_step", stage=name, step=w.name("step", row.from_step))
    return name


def _share(row: Any, w: Words) -> str:
    if row.basis == COHORT:
        return w.share(row.passed_share)
    if row.basis == STOCKS:
        return w("stages.ratio_of_stocks", share=w.share(row.passed_share))
    return w("stages.not_measured")


def _median(row: Any, w: Words) -> str:
    if not row.waits:
        return w("state.not_applicable")
    if row.basis != COHORT:
        return w("stages.not_measured")
    if row.median_weeks is None:
        return w("stages.under_half")
    return weeks_said(row.median_weeks, w)


def weeks_said(weeks: float, w: Words) -> str:
    """A wait in whole weeks."""
    return w.count("week", int(weeks)) if weeks else w("stages.under_a_week")


def _waiting(row: Any, w: Words) -> str:
    if row.waiting is None:
        return w("state.not_applicable") if not row.waits else w("stages.not_measured")
    n = counted(row.from_unit, int(row.waiting), w)
    return w("stages.difference_of_stocks", n=n) if row.basis == STOCKS else n


def oldest_said(row: Any, w: Words) -> str:
    """The month of entry of whoever waits longest before a stage, or why it is not known."""
    if not row.waits:
        return w("state.not_applicable")
    if not row.oldest_month:
        return w("stages.not_measured") if row.basis != COHORT else w("stages.nobody_waits")
    return w("stages.since_month", month=w.month(month_of(row.oldest_month)))


def month_of(text: str) -> dt.date:
    year, month = text.split("-")[:2]
    return dt.date(int(year), int(month), 1)


def _basis(row: Any, w: Words) -> str:
    if row.basis in (COHORT, STOCKS):
        return w(f"stages.basis_{row.basis}")
    return why(row, w)


def cohorts(frame: pd.DataFrame, *, threshold: int, locale: str) -> Panel | None:
    """The passages month by month: who entered, who passed, who waits. frame: `cohorts` of `queries.stages.stages`."""
    if frame.empty:
        return None
    w = words(locale)
    rows = []
    for row in rows_of(frame):
        cells = (
            counted(row.unit, int(n), w) if n is not None else w("state.withheld", threshold=threshold)
            for n in (row.entered, row.passed, row.waiting)
        )
        rows.append((w.name("step", row.to_step), w.month(month_of(row.cohort)), *cells))
    names = ("stage", "month", "entered", "passed", "not_passed")
    return Panel(
        subject="stages",
        kind="table",
        title=w("stages.cohorts_title"),
        frame=frame,
        units=tuple(dict.fromkeys(frame["unit"])),
        parts={"head": tuple(w(f"stages.column_{name}") for name in names), "rows": rows},
    )


def priority(found: Any, frame: pd.DataFrame, *, territory: str, locale: str) -> Panel:
    """The priority stage in one sentence, and for each stage what its lift adds and its part in the gap.

    found: `queries.stages.Priority`. frame: the rows of its chain. `parts` as `panels.lengths` asks. Stages that
    another body holds wear another colour.
    """
    w = words(locale)
    gains = found.gains
    most = float(gains["gain"].max()) if gains["gain"].notna().any() else 0.0
    rows = []
    for row in rows_of(gains):
        rows.append(
            Row(
                (
                    w.name("step", row.step),
                    w.name("body", row.body),
                    _percent(row.own_share, w),
                    _percent(row.reference_share, w),
                    w("stages.not_measured") if row.part is None else w.signed(_half_up(row.part)),
                    w("stages.no_reference") if row.gain is None else counted(found.unit, int(row.gain), w),
                ),
                row.gain / most if row.gain and most else None,
                "own" if row.can_act else "elsewhere",
            )
        )
    names = ("stage", "body", "own_share", "reference_share", "part", "gain")
    deadline = w.date(on_date(found.due))
    weeks = w.count("week", WITHIN)
    notes = [
        w(f"stages.due_{found.due_kind}", deadline=deadline),
        w("stages.peers_note", n=w.count("prefecture_or_province", found.peers), weeks=weeks),
        w("stages.split_note") if found.gap == found.gap else w("stages.no_split_note"),
    ]
    free = frame.loc[~frame["waits"].astype(bool), "to_step"].tolist()
    if any(row.step in free for row in rows_of(gains)):
        notes.append(w("stages.share_note", stages=w.join(w.name("step", s) for s in gains["step"] if s in free)))
    if found.unmeasured:
        notes.append(w("stages.unmeasured_note", stages=w.join(w.name("step", step) for step in found.unmeasured)))
    return Panel(
        subject="stages",
        kind="lengths",
        title=priority_sentence(found, frame, territory, deadline, w),
        frame=gains,
        units=(found.unit,),
        sources=_sources(frame["source"], w),
        notes=tuple(notes),
        parts={
            "head": tuple(
                w(f"stages.column_{name}", **({"weeks": weeks} if name.endswith("_share") else {})) for name in names
            ),
            "rows": tuple(rows),
            "bar": w("stages.column_bar"),
            "legend": (("own", w("stages.tone_own")), ("elsewhere", w("stages.tone_elsewhere"))),
        },
    )


def _half_up(value: float) -> int:
    return int(np.floor(value + 0.5))


def _percent(share: float | None, w: Words) -> str:
    return w("stages.not_measured") if share is None else w.share(share)


def priority_sentence(found: Any, frame: pd.DataFrame, territory: str, deadline: str, w: Words) -> str:
    place = w.in_territory(territory)
    if not found.step:
        return w("stages.priority_none", place=place)
    stage = next(row for row in rows_of(frame) if row.to_step == found.step and not row.skipped)
    said = {
        "place": place,
        "stage": w.name("step", found.step),
        "gain": w.count(found.unit, int(found.gain)),
        "deadline": deadline,
    }
    if not stage.waits:
        shares = found.gains[found.gains["step"] == found.step].iloc[0]
        own, reference = w.percent_words(shares["own_share"]), w.percent_words(shares["reference_share"])
        return w("stages.priority_share", own=own, reference=reference, weeks=w.count("week", WITHIN), **said)
    if stage.median_weeks is None:
        wait = w("stages.wait_half")
    elif stage.median_weeks:
        wait = w("stages.wait_over", weeks=w.count("week", int(stage.median_weeks)))
    else:
        wait = w("stages.wait_under")
    waiting = w.number(int(stage.waiting))
    return w("stages.priority_waiting", body=w.name("body", stage.body), n=waiting, wait=wait, **said)


def unnamed(reason: str, *, territory: str, locale: str) -> str:
    """Why no priority stage is named."""
    w = words(locale)
    return w(f"stages.unnamed_{reason}", place=w.in_territory(territory))


def refusals(frame: pd.DataFrame, *, territory: str, threshold: int, measure: str, locale: str) -> Panel | None:
    """Why files were refused ("flow") or wait ("stock"): what the office can mend, and what it cannot.

    frame: `queries.refusals.refusals`. None where nobody tells reasons.
    """
    if frame.empty:
        return None
    w = words(locale)
    most = frame["value"].max()
    rows = []
    for row in rows_of(frame):
        shown = row.value is not None
        rows.append(
            Row(
                (
                    _named("reason", row.reason, w),
                    w("stages.mendable" if row.mendable else "stages.not_mendable"),
                    counted(row.unit, int(row.value), w) if shown else w("state.withheld", threshold=threshold),
                    w.share(row.share) if shown and row.share is not None else "",
                ),
                row.value / most if shown and most else None,
                "own" if row.mendable else "muted",
            )
        )
    shown = frame[frame["value"].notna()]
    mendable, total = float(shown.loc[shown["mendable"].astype(bool), "value"].sum()), float(shown["value"].sum())
    first, last = int(frame["from_date"].min()), int(frame["on_date"].max())
    said = {"place": w.in_territory(territory), "date": w.date(on_date(last))}
    said |= {"since": w.date(on_date(first))} if measure == "flow" else {}
    key = "refusals" if measure == "flow" else "reasons"
    if total:
        title = w(f"stages.{key}_title", share=w.percent_words(mendable / total), **said)
    else:
        title = w(f"stages.{key}_withheld", **said)
    return Panel(
        subject="stages",
        kind="lengths",
        title=title,
        frame=frame,
        units=tuple(dict.fromkeys(frame["unit"])),
        sources=_sources(frame["source"], w),
        data_dates=(last,),
        notes=(w("stages.refusals_note"), *_partial_note(frame, w)),
        parts={
            "head": tuple(w(f"stages.column_{name}") for name in ("reason", "mendable", "files", "of_shown")),
            "rows": tuple(rows),
            "bar": w("stages.column_bar"),
            "legend": (("own", w("stages.mendable")), ("muted", w("stages.not_mendable"))),
        },
    )


def _named(kind: str, key: str, w: Words) -> str:
    """The name of a reason or body; its id when it is no longer defined."""
    try:
        return w.name(kind, key)
    except KeyError:
        return key


def bodies(frame: pd.DataFrame, *, territory: str, on: int, locale: str) -> Panel | None:
    """Who is concerned: for each body the stages where files wait, how many and how long.

    frame: `queries.stages.bodies`. `parts["sheets"]` holds a panel of kind table for each body, by its id: what is sent
    to it before the meeting.
    """
    if frame.empty:
        return None
    w = words(locale)
    rows = [(w.name("body", row.body), *_held(row, w)) for row in rows_of(frame)]
    names = ("stage", "programme", "waiting", "median", "oldest")
    head = tuple(w(f"stages.column_{name}") for name in names)
    held = dict.fromkeys(frame["body"])
    sheets = {}
    for body in held:
        mine = frame[frame["body"] == body]
        sheets[body] = Panel(
            subject="stages",
            kind="table",
            title=w(
                "stages.sheet_title",
                body=w.name("body", body),
                place=w.in_territory(territory),
                date=w.date(on_date(on)),
            ),
            frame=mine,
            units=tuple(dict.fromkeys(mine["unit"])),
            notes=(w("stages.sheet_note"),),
            parts={"head": head, "rows": [_held(row, w) for row in rows_of(mine)], "badge": w("demo.badge")},
        )
    return Panel(
        subject="stages",
        kind="table",
        title=w("stages.bodies_title", place=w.in_territory(territory), n=w.number(len(held))),
        frame=frame,
        units=tuple(dict.fromkeys(frame["unit"])),
        notes=(w("stages.bodies_note"),),
        parts={
            "head": (w("stages.column_body"), *head),
            "rows": rows,
            "css": "tt-bodies",
            "titled": True,
            "sheets": sheets,
        },
    )


def _held(row: Any, w: Words) -> tuple[str, ...]:
    n = counted(row.unit, int(row.waiting), w)
    if row.basis == COHORT:
        median = w("stages.under_half") if row.median_weeks is None else weeks_said(row.median_weeks, w)
        month = row.oldest_month
        oldest = w("stages.since_month", month=w.month(month_of(month))) if month else w("stages.nobody_waits")
    else:
        n, median, oldest = w("stages.difference_of_stocks", n=n), w("stages.not_measured"), w("stages.not_measured")
    return w.name("step", row.to_step), w.name("programme", row.programme, field="short"), n, median, oldest


def movements(frame: pd.DataFrame, *, step: str, unit: str, territory: str, locale: str) -> Panel | None:
    """What a stock did from month to month: entries, exits, net. frame: `queries.movements.movements`.

    `parts` holds head and rows (the newest first), and for the drawing bars: (first day, last day, net a month, entries
    and exits a month or None, text).
    """
    if frame.empty:
        return None
    w = words(locale)
    rows, bars = [], []
    for row in rows_of(frame):
        span = w.period(on_date(row.from_date), on_date(row.on_date))
        months = max((row.on_date - row.from_date) / MONTH, 1e-9)
        net = _half_up(row.net_a_month)
        entries = None if row.entries is None else row.entries / months
        exits = None if row.exits is None else row.exits / months
        unknown = w("stages.not_told")
        rows.append(
            (
                span,
                counted(unit, int(row.value), w),
                unknown if row.entries is None else w.number(int(row.entries)),
                unknown if row.exits is None else w.number(int(row.exits)),
                w.signed(int(row.net)),
                w.signed(net),
            )
        )
        said = w("stages.movement_bar", net=w.signed(net), span=span)
        bars.append((on_date(row.from_date), on_date(row.on_date), row.net_a_month, entries, exits, said))
    last = frame.iloc[-1]
    things = w.of_things(step, unit)
    place, date = w.in_territory(territory), w.date(on_date(last["on_date"]))
    a_month = _half_up(last["net_a_month"])
    said = {"things": things, "place": place, "date": date, "n": w.short(int(last["value"]))}
    if abs(last["net_share"]) < FLAT:
        title = w("stages.movement_flat", **said)
    elif a_month > 0:
        title = w("stages.movement_up", change=w.count(unit, a_month), **said)
    else:
        title = w("stages.movement_down", change=w.count(unit, -a_month), **said)
    both = frame["entries"].notna().any() and frame["exits"].notna().any()
    return Panel(
        subject="stages",
        kind="movements",
        title=title,
        frame=frame,
        units=(unit,),
        data_dates=(int(last["on_date"]),),
        notes=() if both else (w("stages.movement_note"),),
        parts={
            "head": tuple(
                w(f"stages.column_{name}") for name in ("span", "stock", "entries", "exits", "net", "net_a_month")
            ),
            "rows": rows[::-1],
            "bars": tuple(bars),
            "names": {name: w(f"stages.column_{name}") for name in ("entries", "exits", "net_a_month")},
            "axis": w("stages.axis_a_month", unit=w(f"unit.{unit}.plural")),
        },
    )


MONTH = 365.25 / 12
FLAT = 0.005
"""A stock that moves by less than half a percent a month is flat."""
