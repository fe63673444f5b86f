"""Figures: every count known of one territory, with what other sources say."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from i18n import words
from panels import Panel, SourceLine
from panels.situation import counted, flagged, on_date, source_line, step_name, whole_or_partial


def figures(
    found: pd.DataFrame,
    known,
    *,
    territory: str,
    locale: str,
    remarked: Mapping[tuple[str, str, str, int], str] = MappingProxyType({}),
) -> Panel:
    """All figures of a territory, one row per count, source and basis, those that speak first.

    found: `queries.figures` for the territory. known: definitions, for the order of programmes and steps; counts of
    steps that are no longer defined are left out. remarked: what is said beside a figure that is the subject of a
    remark (`panels.remarks.beside`). `parts` holds `head` and `rows`, as `panels.html.rows_html` asks.
    """
    w = words(locale)
    order = {step: i for i, step in enumerate(known.steps)}
    ordered = found.assign(
        _order=found["step"].map(order).fillna(999), _later=~found["speaks"].astype(bool)
    ).sort_values(["_order", "step", "unit", "_later", "on_date"], kind="stable")
    rows = []
    for f in ordered.itertuples(index=False):
        if f.step not in known.steps:
            continue
        if f.state == "shown":
            number = whole_or_partial(f, counted(f.unit, int(f.value), w), w)
        else:
            threshold = {"threshold": w.number(known.small_cell)} if f.state == "withheld" else {}
            number = w(f"state.{f.state}", **threshold)
        dated = w.date(on_date(f.on_date))
        if f.measure == "flow":
            dated = w("reading.period", since=w.date(on_date(f.from_date)), date=dated)
        line = source_line(f.source, f.address, f.basis, w)
        remark = w("reading.to_confirm") if flagged(f.note) else ""
        if not f.speaks:
            remark = w("reading.other_statement") if not remark else f"{w('reading.other_statement')} · {remark}"
        said = remarked.get((f.territory_code, f.step, f.unit, int(f.on_date)))
        remark = " · ".join(filter(None, (remark, said)))
        rows.append(
            (
                step_name(f.step, w),
                number,
                dated,
                line if isinstance(line, SourceLine) else SourceLine(line),
                remark,
            )
        )
    return Panel(
        subject="figures",
        kind="table",
        title=w("situation.all_figures", place=w.in_territory(territory)),
        frame=found,
        units=tuple(dict.fromkeys(found["unit"])),
        parts={
            "head": tuple(w(f"situation.column_{c}") for c in ("step", "count", "date", "source", "note")),
            "rows": rows,
        },
    )
