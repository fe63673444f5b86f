"""Branches: one table a branch, each programme by its own unit; who is in several; projects beside the gaps."""

import math
from typing import Any

import pandas as pd

from i18n import Raw, Words, words
from i18n.numbers import MILLION
from panels import Panel, SourceLine, rows_of
from panels.actions import dirhams
from panels.situation import flagged, on_date, source_line
from panels.window import Bar, sources_of


def branch(frame: pd.DataFrame, *, name: str, territories: tuple[str, ...], locale: str) -> Panel:
    """One branch: its programmes with their mechanism, and their count here and in the kingdom, each with its source.

    frame: the rows of `queries.branches.standing` of this branch. territories: those of the columns, the chosen first.
    """
    w = words(locale)
    rows, sources = [], []
    for (programme, _), mine in frame.groupby(["programme", "unit"], sort=False):
        by_place = {row.territory_code: row for row in rows_of(mine)}
        first = rows_of(mine)[0]
        called = w.name("programme", programme, field="short")
        cells = [w("branches.memo", programme=called) if first.kind == "memo" else called]
        cells.append(w(f"branches.mechanism_{first.mechanism}"))
        cells += [count_said(by_place[code], w) for code in territories]
        speaking = next((by_place[c] for c in territories if by_place[c].state == "shown"), None)
        cells += [_date(speaking, w), _source(speaking, w)]
        rows.append(tuple(cells))
        sources += [_source(speaking, w)] if speaking is not None else []
    head = [w("branches.column_programme"), w("branches.column_mechanism")]
    head += [w.territory(code) for code in territories]
    head += [w("branches.column_date"), w("branches.column_source")]
    return Panel(
        subject="branches",
        kind="table",
        title=_sentence(frame, name, territories, w),
        frame=frame,
        units=tuple(dict.fromkeys(frame["unit"])),
        sources=tuple(dict.fromkeys(line for line in sources if isinstance(line, SourceLine))),
        data_dates=tuple(sorted({int(day) for day in frame["on_date"].dropna()})),
        notes=(w("branches.not_added"),),
        parts={"head": tuple(head), "rows": tuple(rows), "css": "tt-branch", "titled": True},
    )


def called(name: str, w: Words) -> str:
    """A branch, and when the framework law planned it."""
    text = w(f"branches.branch_{name}")
    return f"{text} ({w(f'branches.calendar_{name}')})" if f"branches.calendar_{name}" in w else text


def _sentence(frame: pd.DataFrame, name: str, territories: tuple[str, ...], w: Words) -> str:
    """What is known of the branch, by the first of its programmes that has a figure, in one sentence."""
    for code in territories:
        for row in rows_of(frame[frame["territory_code"] == code]):
            if row.state == "shown" and not _is_partial(row):
                return w("branches.sentence", branch=called(name, w), head=Raw(_head(row, w)))
    return w("branches.silent", branch=called(name, w))


def _is_partial(row: Any) -> bool:
    return row.basis == "summed" and row.reporting < row.expected


def _head(row: Any, w: Words) -> str:
    """How many there are, where and when, as a clause."""
    count = int(row.value)
    few = count < 2
    # A number in millions stands before "of the things", one in digits before the things themselves.
    things = (w.of_things if few or count >= MILLION else w.things)(row.step, row.unit)
    said = {"things": things, "place": w.in_territory(row.territory_code), "n": w.short(count)}
    if row.measure == "flow":
        return w("branches.head_flow", **said, period=w.period(on_date(row.from_date), on_date(row.on_date)))
    return w("targets.head_few" if few else "targets.head", **said, date=w.date(on_date(row.on_date)))


def count_said(row: Any, w: Words) -> str | tuple:
    if row.state != "shown":
        return (w("targets.withheld" if row.state == "withheld" else f"state.{row.state}"), "tt-none")
    count = w.count(row.unit, int(row.value), short=True) if row.value else w.number(0)
    return w("branches.partial", count=count) if _is_partial(row) else count


def _date(row: Any, w: Words) -> str | tuple:
    if row is None:
        return ""
    if row.measure == "flow":
        return w.period(on_date(row.from_date), on_date(row.on_date))
    date = w.date_short(on_date(row.on_date))
    return (date, "tt-late-cell") if row.late else date


def _source(row: Any, w: Words) -> str | SourceLine:
    return "" if row is None or not row.source else source_line(row.source, row.address, row.basis, w)


def overlaps(frame: pd.DataFrame, *, locale: str) -> Panel:
    """Who is in several programmes at once, where a source says so. frame: `queries.branches.overlaps`."""
    w = words(locale)
    rows, notes = [], []
    for row in rows_of(frame):
        of = ""
        if row.of_value is not None:
            count = w.count(row.unit, int(row.of_value), short=True)
            of = w("branches.of_dated", count=count, date=w.date_short(on_date(row.of_date)))
        rows.append(
            (
                w.name("step", row.step),
                w.count(row.unit, int(row.value), short=True),
                of,
                w.date(on_date(row.on_date)),
                source_line(row.source, row.address, row.basis, w),
            )
        )
        if flagged(row.note):
            notes.append(w("reading.to_confirm"))
    names = ("overlap", "number", "of", "date", "source")
    return Panel(
        subject="branches",
        kind="table",
        title=_twice(rows_of(frame)[0], w) if rows else w("branches.overlap_none"),
        frame=frame,
        units=tuple(dict.fromkeys(frame["unit"])) if rows else (),
        sources=tuple(dict.fromkeys(row[-1] for row in rows)),
        data_dates=tuple(sorted({int(day) for day in frame["on_date"]})) if rows else (),
        notes=tuple(dict.fromkeys(notes)),
        parts={"head": tuple(w(f"branches.column_{n}") for n in names), "rows": tuple(rows), "titled": True},
    )


def _twice(row: Any, w: Words) -> str:
    count = int(row.value)
    named = w.of_things if w.locale == "fr" and count >= MILLION else w.things
    said = {"things": named(row.step, row.unit), "date": w.date(on_date(row.on_date)), "n": w.short(count)}
    said["place"] = w.in_territory(row.territory_code)
    if row.of_value is None:
        return w("branches.overlap_alone", **said)
    of = w.count(row.unit, int(row.of_value), short=True)
    return w("branches.overlap_title", **said, of=of, of_date=w.date(on_date(row.of_date)))


def gaps(frame: pd.DataFrame, *, parent: str, indicator: str, level: str, locale: str) -> Panel:
    """What is left in each child, and the projects that are listed there, in administrative order.

    frame: `queries.branches.convergence`. kind "bars"; the bar is what is left to the target, where there is one.
    """
    w = words(locale)
    promised = bool(frame["remaining"].notna().any())
    drawn = "remaining" if promised else "actual"
    most = float(frame[drawn].max()) if frame[drawn].notna().any() else 0.0
    rows = []
    for row in rows_of(frame):
        shown = row.state == "shown" and row.actual is not None
        absent = (w("targets.withheld" if row.state == "withheld" else "state.missing"), "tt-none")
        if row.state == "not_applicable":
            absent = (w("state.not_applicable"), "tt-none")
        cells = [w.territory(row.territory_code), w.number(round(row.actual)) if shown else absent]
        if promised:
            cells.append(w.signed(round(row.gap)) if row.gap is not None else "")
            cells.append(w.number(math.ceil(max(row.remaining, 0))) if row.remaining is not None else "")
        cells += [w.number(row.projects), _amount(row, w), w.join(row.programmes)]
        value = getattr(row, drawn)
        rows.append(Bar(tuple(cells), None if value is None or not most else max(value, 0) / most))
    names = ["territory", "bar", "actual", *(("gap", "remaining") if promised else ())]
    names += ["projects", "amount", "programmes"]
    return Panel(
        subject="branches",
        kind="bars",
        title=_beside(frame, parent, level, w),
        frame=frame,
        units=tuple(dict.fromkeys(frame["unit"])),
        sources=sources_of(frame, w),
        data_dates=tuple(sorted({int(day) for day in frame["on_date"].dropna()})),
        notes=(w.name("indicator", indicator), w("branches.bars_remaining" if promised else "branches.bars_actual")),
        parts={
            "head": tuple(w(f"branches.column_{n}") for n in names),
            "rows": tuple(rows),
            "css": "tt-window-children tt-convergence",
        },
    )


def _beside(frame: pd.DataFrame, parent: str, level: str, w: Words) -> str:
    """How many children are short of their path, and how many of these have no project, in one sentence."""
    place = w.in_territory(parent)
    listed = int(frame["projects"].sum())
    if not frame["gap"].notna().any():
        return w("branches.gaps_unknown", place=place, n=w.number(listed))
    short = frame[frame["gap"] < 0]
    if short.empty:
        return w("branches.gaps_none", place=place, n=w.number(listed))
    noun = {"commune": "commune", "annex": "annex", "school": "school", "district": "district"}.get(level)
    noun = noun or ("prefecture_or_province" if level == "prefecture" else "territorial_unit")
    without = int((short["projects"] == 0).sum())
    key = "branches.gaps_without" if without else "branches.gaps_with"
    said = {"k": w.count(noun, len(short)), "place": place}
    return w(key, **said, **({"j": w.count(noun, without)} if without else {}))


def _amount(row: Any, w: Words) -> str:
    if not row.projects:
        return ""
    if row.without_amount == row.projects:
        return w("branches.amount_unknown")
    amount = dirhams(row.amount, w)
    if row.without_amount:
        return w("branches.amount_partly", amount=amount, n=w.count("project", row.without_amount))
    return amount


def projects(frame: pd.DataFrame, *, place: str, locale: str) -> Panel:
    """The projects that are listed, in administrative order. frame: `queries.branches.projects`."""
    w = words(locale)
    rows = []
    for row in rows_of(frame):
        source = SourceLine(row.source, row.source if row.source.startswith("http") else "")
        rows.append(
            (
                row.programme,
                row.title,
                w.territory(row.territory_code),
                w.date(on_date(row.on_date)),
                w("branches.amount_unknown") if row.amount is None else dirhams(row.amount, w),
                "" if row.beneficiaries is None else w.number(int(row.beneficiaries)),
                source,
            )
        )
    names = ("scheme", "title", "where", "date", "amount", "beneficiaries", "source")
    title = w("branches.listed_none", place=w.in_territory(place))
    if rows:
        known = dirhams(float(frame["amount"].sum()), w)
        title = w("branches.listed", place=w.in_territory(place), n=w.number(len(rows)), amount=known)
    return Panel(
        subject="branches",
        kind="table",
        title=title,
        frame=frame,
        units=("person",),
        data_dates=tuple(sorted({int(day) for day in frame["on_date"]})) if rows else (),
        parts={"head": tuple(w(f"branches.column_{n}") for n in names), "rows": tuple(rows), "titled": True},
    )


def choices(frame: pd.DataFrame, *, locale: str) -> dict[str, str]:
    """The projects that may be taken off the list: id → how a list names it."""
    w = words(locale)
    return {
        row.id: f"{row.programme} · {row.title} · {w.territory(row.territory_code)} · {w.date(on_date(row.on_date))}"
        for row in rows_of(frame)
    }
