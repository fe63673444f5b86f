"""The data behind a panel as a workbook: real numbers and dates on the first sheet, what they mean on the second.

What is withheld is a word and no number. There is no formula, whatever a name begins with. What a number counts stands
in the head of its column or in a column beside it: a number in a cell has lost the word that was printed after it.
"""

import datetime as dt
from collections.abc import Callable, Sequence

from exports.cells import Reading, with_units
from exports.named import named, unit_named
from exports.sheets import Amount, Cell, Form, Month, Sheets
from i18n import Words, words
from panels.slide import OUTSIDE, Slide

_FIRST_DAY = dt.date(1970, 1, 1)
_WIDEST = 520.0
"""Points: definitions are sentences, and have most of a page."""

Grid = tuple[str, Sequence[str], Sequence[Sequence[Cell]]]
"""The name of a sheet, its heads, its rows."""


def workbook(slide: Slide, *, locale: str) -> bytes:
    """The workbook of a slide or of a panel made into one, as bytes of an XLSX file; the same slide, the same bytes.

    First sheet: its table, else what its chart is drawn from, else its figures. Second: definitions, notes, sources,
    dates. Then what else there is of the three.
    """
    w = words(locale)
    code = w("picture.panel", id=slide.panel) if slide.panel else ""
    rounded = [(w("picture.rounded"), "small")] if slide.audience == OUTSIDE else []
    fiction = w("demo.badge") if slide.demonstration else ""
    over = [(slide.title, "title"), *([(fiction, "notice")] if fiction else []), *rounded]
    made = Sheets(w, title=slide.title, notice=fiction, foot=slide.panel)
    first, *others = _grids(slide, w)
    made.add(Form(*first, over=[*over, *([(code, "small")] if code else [])]))
    made.add(_meant(slide, w, fiction))
    for one in others:
        made.add(Form(*one, over=over))
    return made.bytes()


def _grids(slide: Slide, w: Words) -> list[Grid]:
    """What there is to hand out of the table, the chart and the figures."""
    read = Reading(w, slide.figures, outside=slide.audience == OUTSIDE)
    found: list[Grid] = []
    if slide.table.rows:
        numeric = set(slide.table.numeric)
        rows = [[read(cell, at in numeric) for at, cell in enumerate(row)] for row in slide.table.rows]
        found.append((w("workbook.data"), *with_units(slide.table.head, rows, w)))
    if slide.kind in _CHARTS and slide.chart:
        drawn = [one for one in _CHARTS[slide.kind](slide, read, w) if one[2]]
        found += [(name, *with_units(head, rows, w)) for name, head, rows in drawn]
    head, rows = _figures(slide, read, w)
    if rows:
        found.append((w("workbook.figures"), head, rows))
    if not found:
        found.append((w("workbook.data"), slide.table.head, [[line] for line in slide.lines]))
    return found


def _meant(slide: Slide, w: Words, fiction: str) -> Form:
    """The sheet of definitions, sources and dates."""
    rows: list[tuple[str, Cell]] = [(w("workbook.kind_of_data"), fiction)] if fiction else []
    rows += meaning(slide, w)
    noted = {0: fiction} if fiction else {}
    head = (w("workbook.asked"), w("workbook.answered"))
    return Form(w("workbook.meaning"), head, rows, notices=noted, widest=_WIDEST, sentences=True)


def _bars(slide: Slide, read: Reading, w: Words) -> list[Grid]:
    chart = slide.chart
    # Not each bar is a place: stages, parts and reasons are drawn alike, and their own names are no help to anybody.
    places = all(_is_place(row["code"], w) for row in chart["rows"])
    several = len({one.unit for one in slide.figures if one.what in {row["code"] for row in chart["rows"]}}) > 1
    planned = any(row.get("planned") is not None for row in chart["rows"])
    worded = any(row.get("word") for row in chart["rows"])
    head = [w("map.column_territory"), w("workbook.code")] if places else [w("workbook.what")]
    head.append(w("workbook.value") if several or not chart.get("unit") else chart["unit"])
    head += [w("targets.column_planned")] * planned + [w("targets.column_verdict")] * worded
    units = {one.what: one.unit for one in slide.figures}
    rows = []
    for row in chart["rows"]:
        cells: list[Cell] = [row["name"], row["code"]] if places else [row["name"]]
        cells.append(read.told(row["value"], row["text"], units.get(row["code"], "")))
        cells += [read.told(row.get("planned"), row.get("planned_text", ""))] * planned
        rows.append(cells + [row.get("word", "")] * worded)
    return [(w("workbook.chart"), head, rows)]


def _path(slide: Slide, read: Reading, w: Words) -> list[Grid]:
    chart = slide.chart
    actual = {
        day: read.told(value, text)
        for day, value, text in zip(chart["dates"], chart["values"], chart["labels"], strict=True)
    }
    planned = {one["date"]: read.told(one["value"], "") for one in chart.get("planned", ())}
    aimed = {target["date"]: read.told(target["value"], "")} if (target := chart.get("target")) else {}
    head = [w("workbook.date"), chart.get("unit", ""), w("targets.column_planned")]
    head += [w("targets.column_target")] * bool(aimed)
    columns = [actual, planned, aimed][: len(head) - 1]
    rows = [
        [dt.date.fromisoformat(day), *(column.get(day, "") for column in columns)]
        for day in sorted({*actual, *planned, *aimed})
    ]
    marks = [
        [dt.date.fromisoformat(one["date"]), dt.date.fromisoformat(one.get("until") or one["date"]), one["text"]]
        for one in chart.get("marks", ())
    ]
    return [
        (w("workbook.chart"), head, rows),
        (w("workbook.marks"), (w("workbook.date"), w("workbook.until"), w("workbook.what")), marks),
    ]


def _map(slide: Slide, read: Reading, w: Words) -> list[Grid]:
    groups = {one["key"]: one["text"] for one in slide.chart.get("groups", ())}
    rows = [
        [one["name"], one["code"], read(one["text"], True), groups.get(one["group"], "")]
        for one in slide.chart.get("territories", ())
    ]
    head = (w("map.column_territory"), w("workbook.code"), slide.chart.get("unit", ""), w("workbook.group"))
    return [(w("workbook.chart"), head, rows)]


def _chain(slide: Slide, read: Reading, w: Words) -> list[Grid]:
    """The stages, a row each: how many reached it, how many wait before it, since when, and with whom."""
    nodes = {one["name"]: one for one in slide.chart.get("nodes", ())}
    passages = {one["name"]: one for one in slide.chart.get("passages", ())}
    units = {one.what: one.unit for one in slide.figures}
    steps = {one["name"]: one["step"] for one in nodes.values()}
    dated = any(one.get("oldest") for one in passages.values())
    head = [w("workbook.stage"), w("workbook.value"), w("workbook.waiting_before")]
    head += [w("workbook.oldest")] * dated + [w("workbook.body")]
    rows = []
    for name in dict.fromkeys([*nodes, *passages]):
        node, before = nodes.get(name), passages.get(name, {})
        step = steps.get(name, "")
        cells: list[Cell] = [name, read.told(node["value"], node["text"], units.get(step, "")) if node else ""]
        cells.append(read.told(before.get("waiting"), before.get("text", ""), units.get(f"waiting.{step}", "")))
        if dated:
            month = before.get("oldest")
            cells.append(Month(dt.date.fromisoformat(month)) if month else before.get("oldest_text", ""))
        rows.append([*cells, before.get("body", "")])
    return [(w("workbook.chart"), head, rows)]


_CHARTS: dict[str, Callable[[Slide, Reading, Words], list[Grid]]] = {
    "bars": _bars,
    "path": _path,
    "map": _map,
    "chain": _chain,
}


def _figures(slide: Slide, read: Reading, w: Words) -> tuple[Sequence[str], list[list[Cell]]]:
    """Every figure that has words of its own: what it is, where, of which day, how much and of what."""
    names = ("what", "territory", "code", "date", "value", "unit")
    rows: list[list[Cell]] = []
    for one in slide.figures:
        if not (what := named(one, w, numbers=slide.numbers)):
            continue
        day = _FIRST_DAY + dt.timedelta(days=one.on_date) if one.on_date else ""
        told = read.told(one.value, one.text, one.unit)
        row = [what, _place(one.territory, w), one.territory, day, told, unit_named(one.unit, w)]
        if row not in rows:
            rows.append(row)
    return [w(f"workbook.{name}") for name in names], rows


def _is_place(code: str, w: Words) -> bool:
    try:
        return bool(w.territory(code))
    except KeyError:
        return False


def _place(code: str, w: Words) -> str:
    try:
        return w.territory(code) if code else ""
    except KeyError:
        return code


def meaning(slide: Slide, w: Words) -> list[tuple[str, Cell]]:
    """What the figures of a slide mean and where they come from: (what is asked, what is answered)."""
    rows: list[tuple[str, Cell]] = []
    if slide.panel:
        rows.append((w("workbook.panel"), slide.panel))
    if slide.territory:
        rows.append((w("workbook.territory"), _place(slide.territory, w)))
    if slide.on_date:
        rows.append((w("workbook.on"), _FIRST_DAY + dt.timedelta(days=slide.on_date)))
    rows.append((w("workbook.audience"), w(f"workbook.audience_{slide.audience}")))
    if isinstance(slide.asked.get("cut"), int):
        rows.append((w("workbook.cut"), Amount(slide.asked["cut"])))
    asked = [slide.asked[key] for key in ("indicator", "step") if isinstance(slide.asked.get(key), str)]
    for what in dict.fromkeys([*asked, *(one.what for one in slide.figures)]):
        rows += _definition(what, slide, w)
    rows += [(w("workbook.note"), note) for note in slide.notes]
    for source in slide.sources:
        rows.append((w("workbook.source"), source.text))
        if source.address:
            rows.append((w("workbook.address"), source.address))
    rows += [(w("workbook.data_date"), _FIRST_DAY + dt.timedelta(days=day)) for day in sorted(set(slide.dates))]
    return rows


def _definition(what: str, slide: Slide, w: Words) -> list[tuple[str, Cell]]:
    """What an indicator or a step is; nothing for a measure, whose name says it."""
    found: list[tuple[str, Cell]] = []
    for field in ("name", "denominator_name", "caveat"):
        try:
            key = "workbook.indicator" if field == "name" else f"method.{field.removesuffix('_name')}"
            found.append((w(key), w.name("indicator", what, field=field)))
        except KeyError:
            continue
    try:
        step = w.name("step", what)
    except KeyError:
        return found
    counted = []
    for unit in dict.fromkeys(one.unit for one in slide.figures if one.what == what):
        try:
            counted.append(w.things(what, unit))
        except KeyError:
            continue
    said = w("letters.number", label=step, text=w.join(counted)) if counted else step
    found.append((w("workbook.step"), said))
    return found
