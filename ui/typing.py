"""Typing by hand on a page: a grid of dates by territories, what it would change, one event, and the way back.

A grid is read at the cut at which its first cell was typed, and stays there until it is stored: what others store
meanwhile does not slip under somebody's hands, and is told before anything is written over it. What was typed is kept
in the session, so that neither a change of language nor a look at another page loses it.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

import findings
from data.catalogue import catalogue
from data.importer import Problem, Report, Territories, TypedCell, take_typed, withdraw
from i18n.problems import sentence
from ui import accesses, cache, show
from ui.choices import FIRST_DAY, Choices, asked, choose, put
from ui.engine import today
from ui.sources import DELIVERY, LEVELS
from ui.viewer import Viewer

SOURCE = "office"
"""Whose figures are typed where no delivery says it."""

ANY = "any"
"""In the place of a delivery: a count that none of them brings."""

WEEK = "week"
"""The choice in the address: the last day that the grid shows."""

WEEKS = {"daily": 1, "weekly": 6, "monthly": 26, "quarterly": 53}
"""Weeks that a grid shows, by how often figures come."""

MOST_LINES, MOST_HEIGHT = 30, 900
DATE_WIDTH, MOST_DATES = 110, 5
"""The width of a date in pixels, and how many stand beside the names: of more, names or figures would be cut off."""

_GRIDS, _SAVED, _REPORT = "_typed_grids", "_typed_saved", "_typed_report"


@dataclass(frozen=True)
class Asked:
    """Which grid is open. delivery: an id, empty for any other count; first, last: days, both shown."""

    delivery: str
    step: str
    unit: str
    level: str
    source: str
    territory: str
    first: dt.date
    last: dt.date
    demonstration: bool


@dataclass
class Draft:
    """What was typed on a grid and not yet stored: cells by (code, day), None where one was cleared; the cut that it is
    read at. generation: goes up when the grid has to forget what was typed in it."""

    cells: dict[tuple[str, int], int | None]
    opened: int
    seed: dict[tuple[str, int], int | None]
    generation: int = 0


def typing(chosen: Choices, who: Viewer) -> None:
    """The grid, what it would change, and the entries that can be taken back."""
    _undo_last(chosen, who)
    found = _asked(chosen)
    if found is not None:
        _grid(found, chosen, who)
    _earlier(chosen, who)


def _asked(chosen: Choices) -> Asked | None:
    """The choices of the grid; None where there is nothing that may be typed."""
    w = chosen.words
    facts = show.answer("typed", chosen).facts
    blocks = {block["id"]: block for block in facts["deliveries"]}
    counts = facts["counts"]
    with st.container(key="typing-choices"):
        first, second, third = st.columns([5, 4, 3], vertical_alignment="bottom")
        with first:
            delivery = choose(
                w("sources.which"),
                DELIVERY,
                [*blocks, ANY],
                default=next(iter(blocks), ANY),
                spell=lambda key: (
                    findings.delivery_name(blocks[key], locale=w.locale) if key in blocks else w("typing.any_count")
                ),
                key="typing-delivery",
            )
        block = blocks.get(delivery)
        if block:
            counts = [(c["step"], c["unit"]) for c in block["counts"]]
        offered = {f"{step}:{unit}": (step, unit) for step, unit in counts}
        headline = next((f"{s}:{u}" for s, u in cache.headline_counts(chosen.view) if f"{s}:{u}" in offered), "")
        count = headline or next(iter(offered), "")
        if len(offered) > 1:
            with second:
                count = choose(
                    w("typing.count"),
                    "grid_count",
                    list(offered),
                    default=count,
                    spell=lambda key: w.things(*offered[key]),
                )
        with third:
            level = block["level"] if block else _level(chosen)
    if count not in offered:
        return None
    step, unit = offered[count]
    first_day, last_day = _span(chosen, block)
    found = Asked(
        delivery=delivery if block else "",
        step=step,
        unit=unit,
        level=level,
        source=block["source"] if block else SOURCE,
        territory=chosen.territory,
        first=first_day,
        last=last_day,
        demonstration=chosen.view.demonstration,
    )
    panel = _read(found, chosen.view.cut, chosen)
    if panel is not None and len(panel.parts["dates"]) > MOST_DATES:
        # A count that comes every day in a delivery that comes every week.
        first_day = FIRST_DAY + dt.timedelta(days=panel.parts["dates"][-MOST_DATES][0])
        found = replace(found, first=first_day)
    _week(found, chosen)
    return found


def _level(chosen: Choices) -> str:
    w = chosen.words
    levels = set(cache.places(chosen.view).levels.values())
    default = "annex" if "annex" in levels else "commune"
    return choose(
        w("sources.level"), "grid_level", LEVELS, default=default, spell=lambda level: w(f"forms.level_{level}")
    )


def _span(chosen: Choices, block: dict | None) -> tuple[dt.date, dt.date]:
    """The first and the last day that are asked for."""
    now = today(demonstration=chosen.view.demonstration)
    day = chosen.words.parse_date(asked(WEEK)[:40]) if asked(WEEK) else None
    day = min(day or chosen.on, now)
    weeks = WEEKS[block["periodicity"]] if block else 1
    return day - dt.timedelta(days=7 * weeks - 1), day


def _week(found: Asked, chosen: Choices) -> None:
    """The days of the grid, and the buttons that go a week back or on."""
    w = chosen.words
    now = today(demonstration=chosen.view.demonstration)
    before, after = (found.last + dt.timedelta(days=step) for step in (-7, 7))
    with st.container(key="typing-week", horizontal=True, vertical_alignment="center", gap="small"):
        st.button(w("typing.week_before"), key="week-before", on_click=put, args=(WEEK, before.isoformat()))
        st.html(f'<span class="tt-here">{w.period(found.first, found.last)}</span>', width="content")
        st.button(
            w("typing.week_after"),
            key="week-after",
            disabled=found.last >= now,
            on_click=put,
            args=(WEEK, min(after, now).isoformat()),
        )


def _drafts() -> dict[Asked, Draft]:
    return st.session_state.setdefault(_GRIDS, {})


def _grid(found: Asked, chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    draft = _drafts().setdefault(found, Draft({}, chosen.view.cut, {}))
    if not draft.cells and not st.session_state.get(_key(found, draft), {}).get("edited_rows"):
        draft.opened = chosen.view.cut
    panel = _read(found, draft.opened, chosen)
    within = findings.writable(chosen.view.engine, scope=who.scope)
    if panel is None or not panel.parts["rows"]:
        _nobody(found, chosen)
        return
    if not panel.parts["dates"]:
        st.info(w("forms.no_dates"))
        return
    st.header(panel.title, anchor=False)
    writable = [within is None or code in within for code, _ in panel.parts["rows"]]
    if not any(writable):
        show.empty(w("typing.not_yours"), w("typing.not_yours_next"))
        return
    typed = _edit(panel, found, draft, chosen)
    draft.cells = typed
    changes, totals = findings.typed_changes(panel, typed, locale=w.locale)
    show.table(totals, chosen)
    if draft.opened < chosen.view.cut and typed:
        st.caption(w("typing.opened", n=chosen.view.cut - draft.opened))
    _tell_emptied(changes, panel, chosen)
    _report(panel, found, draft, changes, chosen, who)
    if changes.parts["cells"]:
        with st.container(key="typing-changes", border=True):
            st.header(changes.title, anchor=False)
            show.table(changes, chosen)
            with st.container(key="typing-do", horizontal=True, gap="small"):
                if st.button(w("typing.store"), key="typing-store", type="primary"):
                    _store(found, draft, changes, chosen, who, over_others=False)
                if st.button(w("typing.forget"), key="typing-forget"):
                    _forget(found)
                    st.rerun()
    else:
        st.caption(w("typing.nothing_changed"))


def _key(found: Asked, draft: Draft) -> str:
    """The key of the grid's widget."""
    return f"grid-{hash(found) & 0xFFFFFFFF:x}-{draft.generation}"


def _read(found: Asked, cut: int, chosen: Choices) -> Any | None:
    """The grid as known at a cut; None when the count is not this reader's to see."""
    answer = cache.answer(
        "grid",
        replace(chosen.view, cut=cut),
        delivery=found.delivery,
        step=found.step,
        unit=found.unit,
        level=found.level,
        source=found.source,
        territory=found.territory,
        first=(found.first - FIRST_DAY).days,
        last=(found.last - FIRST_DAY).days,
    )
    return answer.panels[0] if answer.panels else None


def _nobody(found: Asked, chosen: Choices) -> None:
    """No territory of that level: what can be done instead."""
    w = chosen.words
    show.empty(
        w("forms.no_offices", level=w(f"forms.level_{found.level}")),
        w("typing.no_offices_next" if found.level in ("annex", "school") else "typing.no_communes_next"),
    )
    if found.level in ("annex", "school") and not found.delivery:
        st.button(w("typing.by_commune"), key="by-commune", on_click=put, args=("grid_level", "commune"))


def _edit(panel: Any, found: Asked, draft: Draft, chosen: Choices) -> dict[tuple[str, int], int | None]:
    """The grid itself; the cells that differ from what is known."""
    w = chosen.words
    rows, dates, known = panel.parts["rows"], panel.parts["dates"], panel.parts["values"]
    key = _key(found, draft)
    if key not in st.session_state:
        # The page was left and opened again: what was typed goes into the cells from the start.
        draft.seed = dict(draft.cells)
    start = {cell: value for cell, (value, _) in known.items()} | draft.seed
    columns = {str(day): pd.array([start.get((code, day)) for code, _ in rows], dtype="Int64") for day, *_ in dates}
    frame = pd.DataFrame({"name": [name for _, name in rows], **columns})
    # The grid of the browser runs left to right in every language.
    order = [*reversed(columns), "name"] if w.rtl else ["name", *columns]
    config: dict[str, Any] = {
        str(day): st.column_config.NumberColumn(
            short, min_value=0, step=1, format="%d", alignment="center", width=DATE_WIDTH
        )
        for day, short, _ in dates
    }
    # As wide as the longest name: it must not be cut off.
    config["name"] = st.column_config.TextColumn(
        w(f"forms.level_{found.level}"), disabled=True, alignment="right" if w.rtl else "left"
    )
    with st.container(key="typing-grid"):
        edited = st.data_editor(
            frame,
            hide_index=True,
            column_order=order,
            column_config=config,
            key=key,
            # The grid's own word for an empty cell is English.
            placeholder="–",
            height="content" if len(rows) <= MOST_LINES else MOST_HEIGHT,
            alt=panel.title,
        )
    typed = {}
    for place, (code, _) in enumerate(rows):
        for day, *_ in dates:
            value = edited[str(day)].iloc[place]
            now = None if pd.isna(value) else int(value)
            if now != known.get((code, day), (None, 0))[0]:
                typed[code, day] = now
    return typed


def _tell_emptied(changes: Any, panel: Any, chosen: Choices) -> None:
    """A figure is taken back with the event that said it, never by leaving a cell empty."""
    w = chosen.words
    names, days = dict(panel.parts["rows"]), {day: said for day, _, said in panel.parts["dates"]}
    for code, day, number in changes.parts["emptied"]:
        st.warning(w("typing.emptied", place=names[code], date=days[day], number=str(number)))


def _store(found: Asked, draft: Draft, changes: Any, chosen: Choices, who: Viewer, *, over_others: bool) -> None:
    w, view = chosen.words, chosen.view
    cells = [
        TypedCell(code, found.step, found.unit, FIRST_DAY + dt.timedelta(days=day), str(value))
        for code, day, value in changes.parts["cells"]
    ]
    report = take_typed(
        view.engine,
        cells,
        source=found.source,
        label=w("typing.label", date=w.date_short(found.last)),
        actor=who.role,
        today=today(demonstration=view.demonstration),
        catalogue=catalogue(view.folder),
        territories=Territories.load(view.folder),
        within=findings.writable(view.engine, scope=who.scope),
        opened=draft.opened,
        over_others=over_others,
    )
    if report.event is None:
        st.session_state[_REPORT] = (found, report, cells)
    else:
        accesses.handed_in(report.event, chosen, who)
        st.session_state[_SAVED] = (report.event, report.accepted, view.demonstration)
        _forget(found)
    st.rerun()


def _forget(found: Asked) -> None:
    """The grid as the tables have it: what was typed goes."""
    draft = _drafts()[found]
    draft.cells, draft.seed, draft.generation = {}, {}, draft.generation + 1
    st.session_state.pop(_REPORT, None)


def _report(panel: Any, found: Asked, draft: Draft, changes: Any, chosen: Choices, who: Viewer) -> None:
    """What kept the cells from being stored, cell by cell; figures of others may be written over knowingly."""
    w = chosen.words
    of, report, cells = st.session_state.get(_REPORT, (None, Report(file=""), ()))
    if of != found:
        return
    now = {(code, day) for code, day, _ in changes.parts["cells"]}
    if {(cell.territory, (cell.on_date - FIRST_DAY).days) for cell in cells} != now:
        # Something was typed since: what was said is no longer of these cells.
        st.session_state.pop(_REPORT, None)
        return
    names = dict(panel.parts["rows"])
    for problem in report.problems:
        said, mend = sentence(problem, w)
        cell = cells[(problem.line or 1) - 1]
        st.error(w("typing.at_cell", place=names[cell.territory], date=cell.on_date, problem=f"{said} {mend}"))
    if report.problems and all(problem.code == "typed_meanwhile" for problem in report.problems):
        latest = _read(found, chosen.view.cut, chosen)
        theirs, _ = findings.typed_changes(latest, {key: draft.cells[key] for key in now}, locale=w.locale)
        st.markdown(w("typing.meanwhile"))
        show.table(theirs, chosen)
        if st.button(w("typing.store_over"), key="typing-store-over"):
            _store(found, draft, changes, chosen, who, over_others=True)


def _undo_last(chosen: Choices, who: Viewer) -> None:
    """What was just stored, with the way back."""
    w = chosen.words
    number, figures, made_up = st.session_state.get(_SAVED, (None, 0, False))
    if number is None or made_up != chosen.view.demonstration:
        return
    with st.container(key="typing-saved", horizontal=True, vertical_alignment="center", gap="small"):
        st.success(w("typing.stored", number=str(number), figures=figures))
        if st.button(w("typing.undo"), key="typing-undo"):
            _take_back(number, chosen, who)


def _take_back(number: int, chosen: Choices, who: Viewer) -> None:
    w, view = chosen.words, chosen.view
    answer = withdraw(
        view.engine,
        number,
        actor=who.role,
        catalogue=catalogue(view.folder),
        territories=Territories.load(view.folder),
    )
    if isinstance(answer, Problem):
        st.error(" ".join(sentence(answer, w)))
        return
    accesses.withdrawn(number, answer, chosen, who)
    st.session_state.pop(_SAVED, None)
    st.session_state["_typed_undone"] = w("importer.withdrawn", event=number, by=answer)
    st.rerun()


def _earlier(chosen: Choices, who: Viewer) -> None:
    """The last entries typed by hand that this viewer may take back."""
    w = chosen.words
    if said := st.session_state.pop("_typed_undone", ""):
        st.success(said)
    typed = show.answer("typed", chosen).facts["typed"]
    if not typed:
        return
    with st.expander(w("typing.earlier")):
        number = st.selectbox(
            w("typing.which"),
            list(typed),
            index=None,
            placeholder=w("typing.which"),
            format_func=typed.get,
            key=f"typing-earlier-{chosen.view.cut}",
        )
        if number is not None and st.button(w("typing.undo"), key="typing-undo-earlier"):
            _take_back(number, chosen, who)
