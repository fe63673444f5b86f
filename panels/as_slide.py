"""A panel of a page as a slide, so that it leaves the house drawn by the same hand as what was frozen for a meeting."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from i18n import Words, words
from panels import Panel, SourceLine
from panels.measure import printable
from panels.situation import source_name
from panels.slide import Figure, Number, Slide, Source, Table, panel_id

_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))
_KINGDOM = "MA"
_BELOW = {2: "prefecture", 6: "commune", 11: "arrondissement"}
"""The level of the children of a territory by the length of its code, where the view does not say it."""

_NUMBER_SIGNS = set("0123456789\u202f\u00a0.,%+\u2212- ")
MOST_TICKS = 5


def offered(panel: Panel | None) -> bool:
    """Whether a panel can leave the house as a slide."""
    return panel is not None and panel.kind in _MADE


def as_slide(panel: Panel, *, locale: str, asked: Mapping[str, Any]) -> Slide:
    """The slide of a panel of a page.

    asked: what the view asked for, codes and numbers: territory, on, cut, and whatever else tells this panel from
    another; level, where it is not that which the territory has. Raises KeyError for a kind that is not offered.
    """
    w = words(locale)
    kind, made = _MADE[panel.kind](panel, asked, w)
    audience = panel.audience
    key = {"subject": panel.subject, "kind": panel.kind, "audience": audience, **asked}
    return Slide(
        key=f"{panel.subject}/{panel.kind}",
        subject=panel.subject,
        kind=kind,
        title=panel.title,
        territory=str(asked.get("territory", "")),
        on_date=int(asked.get("on", 0)),
        notes=tuple(note for note in panel.notes if kind != "map" or note not in _of_map(w)),
        sources=_sources(panel, w),
        dates=tuple(panel.data_dates) or _dates(panel),
        asked=key,
        panel=panel_id(key),
        audience=audience,
        demonstration=panel.demonstration,
        **made,
    )


def _of_map(w: Words) -> tuple[str, str]:
    """What a drawn map says itself, in the picture."""
    return w("map.indicative"), w("map.credit")


def _sources(panel: Panel, w: Words) -> tuple[Source, ...]:
    """Where the figures of a panel come from: as it says, else as its frame does. On a page its neighbour may have said
    it; what is taken away stands alone."""
    if panel.sources:
        return tuple(Source(_bare(one.text, w), one.address) for one in panel.sources)
    named = panel.frame.get("source", ())
    return tuple(Source(source_name(one, w)) for one in dict.fromkeys(named) if isinstance(one, str) and one)


def _dates(panel: Panel) -> tuple[int, ...]:
    days = panel.frame.get("on_date", ())
    return tuple(sorted({int(day) for day in days if day == day and day is not None}))


def _bare(text: str, w: Words) -> str:
    """A source without the word before it: whoever prints the slide writes it once, before all of them."""
    before = w("app.source", source="").translate(_ISOLATES).rstrip()
    plain = text.translate(_ISOLATES)
    return plain.removeprefix(before).strip() if plain.startswith(before) else text


def _text(cell: Any) -> str:
    """A cell as it is printed: a source line's words, a cell's words without the class that it wears."""
    said = cell[0] if isinstance(cell, tuple) else cell
    return printable(said.text if isinstance(said, SourceLine) else str(said))


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    cells = tuple(tuple(_text(cell) for cell in row) for row in rows)
    numeric = []
    for at in range(1, len(head)):
        texts = [row[at].translate(_ISOLATES).strip() for row in cells if at < len(row)]
        if any(text and text[-1] in "0123456789%" and set(text) <= _NUMBER_SIGNS for text in texts):
            numeric.append(at)
    return Table(tuple(head), cells, tuple(numeric))


def _as_table(panel: Panel, asked: Mapping, w: Words) -> tuple[str, dict]:
    return "table", {"table": _table(panel.parts["head"], panel.parts["rows"])}


def _as_lengths(panel: Panel, asked: Mapping, w: Words) -> tuple[str, dict]:
    """Rows with bars beside them: the bars repeat a number of the row, and paper has the numbers."""
    rows, head = panel.parts["rows"], list(panel.parts["head"])
    if rows and len(head) == len(rows[0].cells) + 1:
        del head[1]
    return "table", {"table": _table(head, [row.cells for row in rows])}


def _as_carried(panel: Panel, asked: Mapping, w: Words) -> tuple[str, dict]:
    bars = panel.parts["bars"]
    chart = {
        "unit": "",
        "share": False,
        "most": max((one.part for one in bars), default=0) or 0,
        "rows": [
            {
                "code": one.territory_code,
                "name": one.name,
                "value": one.part,
                "text": one.text,
                "planned": None,
                "planned_text": "",
                "state": "shown",
                "tone": "good" if one.part >= 0 else "care",
                "shape": "",
                "word": "",
            }
            for one in bars
        ],
    }
    on, place = int(asked.get("on", 0)), str(asked.get("territory", ""))
    figures = tuple(Figure("gap", one.territory_code or place, on, one.part, one.text, _unit(panel)) for one in bars)
    head = (w("map.column_territory"), w("targets.column_gap"))
    table = Table(head, tuple((one.name, one.text) for one in bars), (1,))
    return "bars", {"chart": chart, "figures": figures, "table": table}


def _as_course(panel: Panel, asked: Mapping, w: Words) -> tuple[str, dict]:
    parts = panel.parts
    actual = [(day, value) for day, value in parts["actual"] if not math.isnan(value)]
    planned = list(parts["planned"])
    ahead = list(parts["ahead"])
    days = sorted({day for day, *_ in (*actual, *planned, *ahead)})
    top = max([value for _, value in (*actual, *planned)] + [high for *_, high in ahead], default=0)
    steps = [days[round(i * (len(days) - 1) / (MOST_TICKS - 1))] for i in range(MOST_TICKS)] if days else []
    chart = {
        "unit": parts["unit"],
        "dates": [day.isoformat() for day, _ in actual],
        "values": [value for _, value in actual],
        "labels": [w.number(round(value)) for _, value in actual],
        "planned": [{"date": day.isoformat(), "value": value} for day, value in planned],
        "target": None,
        "band": [{"date": day.isoformat(), "low": low, "high": high} for day, _, low, high in ahead],
        "marks": [],
        "ticks": [{"date": day.isoformat(), "text": w.date_short(day)} for day in dict.fromkeys(steps)],
        "scale": [{"value": value, "text": w.short(value)} for value in dict.fromkeys((0, round(top)))],
    }
    figures = ()
    if actual:
        day, value = actual[-1]
        said = w.number(round(value))
        number = Number(w("targets.actual"), said, parts["unit"], value)
        on = day.toordinal() - 719_163
        figures = (Figure("actual", str(asked.get("territory", "")), on, value, said, _unit(panel)),)
        return "path", {"chart": chart, "figures": figures, "numbers": (number,)}
    return "path", {"chart": chart}


def _as_map(panel: Panel, asked: Mapping, w: Words) -> tuple[str, dict]:
    parts = panel.parts
    used = len(parts["breaks"])
    groups = []
    for key, text in parts["legend"]:
        tint = int(key.removeprefix("tint-")) if key.startswith("tint-") else None
        groups.append(
            {"key": key, "text": text, "tint": tint, "state": "shown" if tint is not None else key, "tone": "none"}
        )
    share = parts["show"] == "share"
    rows = parts["rows"]
    unit = _unit(panel)
    chart = {
        "parent": asked.get("territory", _KINGDOM),
        "level": _level(asked, [row.territory_code for row in rows]) if parts["boundaries"] else "",
        "unit": parts["denominator"] if share and parts["denominator"] else parts["unit"],
        "groups": groups,
        "territories": [
            {
                "code": row.territory_code,
                "name": row.name,
                "group": f"tint-{row.tint}" if row.tint is not None and used else row.state,
                "text": (row.share if share else row.count) if row.tint is not None or row.state == "zero" else "",
            }
            for row in rows
        ],
    }
    head = [w("map.column_territory"), parts["unit"], w("map.column_share"), w("map.column_date")]
    table = Table(tuple(head), tuple((r.name, r.count, r.share, r.dateline) for r in rows), (1, 2))
    on = int(asked.get("on", 0))
    figures = tuple(
        Figure(
            str(asked.get("indicator", "")),
            row.territory_code,
            on,
            None if math.isnan(row.value) or row.state in ("withheld", "missing", "not_applicable") else row.value,
            row.count,
            unit,
            "shown" if row.state == "zero" else row.state,
        )
        for row in rows
    )
    return "map", {"chart": chart, "table": table, "figures": figures}


def _as_verdicts(panel: Panel, asked: Mapping, w: Words) -> tuple[str, dict]:
    parts = panel.parts
    elsewhere = parts["elsewhere"]
    groups = [
        {
            "key": key,
            "text": printable(text),
            "tint": None,
            "state": "shown",
            "tone": "elsewhere" if elsewhere and key in ("below", "expired") else "none",
        }
        for key, text, _ in parts["groups"]
    ]
    placed = [(code, key, text) for key, text, codes in parts["groups"] for code in codes]
    # Administrative order, and not that of the groups: a list by verdict is a ranking.
    placed.sort()
    chart = {
        "parent": asked.get("territory", _KINGDOM),
        "level": _level(asked, [code for code, _, _ in placed]),
        "unit": "",
        "groups": groups,
        "territories": [
            {"code": code, "name": parts["names"][code], "group": key, "text": ""} for code, key, _ in placed
        ],
    }
    head = (w("map.column_territory"), w("targets.column_verdict"))
    table = Table(head, tuple((parts["names"][code], printable(text)) for code, _, text in placed))
    return "map", {"chart": chart, "table": table}


def _as_parts(panel: Panel, asked: Mapping, w: Words) -> tuple[str, dict]:
    """The parts of a transition: a row each, and the sentences on pace and date below."""
    head = (w("workbook.what"), w("workbook.value"), w("workbook.unit"), w("map.column_date"))
    rows = [(one.name, one.number, one.unit, one.dateline) for one in panel.parts["parts"]]
    return "table", {"table": _table(head, rows), "lines": tuple(panel.parts["sentences"])}


def _unit(panel: Panel) -> str:
    return panel.units[0] if panel.units else ""


def _level(asked: Mapping, codes: Sequence[str]) -> str:
    """The level of the territories: as the view says, else the one that has boundaries below their parent."""
    if asked.get("level"):
        return str(asked["level"])
    parent = str(asked.get("territory", _KINGDOM))
    if parent == _KINGDOM:
        return "commune" if codes and len(codes[0]) > 6 else "prefecture"
    return _BELOW.get(len(parent), "commune")


_MADE = {
    "table": _as_table,
    "movements": _as_table,
    "lengths": _as_lengths,
    "bars": _as_lengths,
    "carried": _as_carried,
    "course": _as_course,
    "map": _as_map,
    "verdicts": _as_verdicts,
    "transition": _as_parts,
}
