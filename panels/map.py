"""Map: one indicator over the children of a territory, drawn four ways where there is no number to draw."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from i18n import words
from panels import Panel, SourceLine
from panels.situation import counted_noun, on_date, source_line

CLASSES = 5
"""How many tints a reader can tell apart on a washed-out projector."""

ZERO, MISSING, WITHHELD, NOT_APPLICABLE = "zero", "missing", "withheld", "not_applicable"


@dataclass(frozen=True)
class Row:
    """One territory of the map and of the table beside it, every text ready.

    state: shown, zero, missing, withheld or not_applicable; tint: 0 to CLASSES-1 where state is shown, else None. A sum
    over some of the children is drawn as missing: it is said in `count`, and is no total. value, covered_share: the
    numbers behind the texts, NaN when there is none.
    """

    territory_code: str
    name: str
    state: str
    tint: int | None
    count: str
    share: str
    dateline: str
    value: float
    covered_share: float
    late: bool


def territories_map(
    frame: pd.DataFrame,
    *,
    parent: str,
    indicator: dict,
    show: str,
    level: str,
    boundaries: str,
    on: int,
    locale: str,
    demonstration: bool = False,
    threshold: int = 10,
) -> Panel:
    """The map of one indicator over the children of `parent`.

    frame: `queries.map.by_child`. show: "count" or "share". level: that of the children. boundaries: the address of the
    layer, empty where there is none to draw. threshold: the least count of a breakdown that is shown. `parts` holds
    `rows` (tuple of Row, administrative order), `breaks` (the lower bounds of the tints in use, ascending), `legend`
    (tuple of (key, text)), `show`, `boundaries`, `unit` and `denominator` (in words).
    """
    w = words(locale)
    unit = indicator["numerator"]["unit"]
    shown = (frame["state"] == "shown").to_numpy()
    measured = frame["value" if show == "count" else "covered_share"].to_numpy(dtype=float)
    partial = ((frame["basis"] == "summed") & (frame["reporting"] < frame["expected"])).to_numpy()
    drawn = shown & ~np.isnan(measured) & ~partial
    spell = (lambda v: w.short(round(v))) if show == "count" else (lambda v: w.share(v))
    held = measured[drawn & (measured > 0)]
    breaks = told_apart(class_breaks(held), held, spell)
    rows = tuple(
        _row(item, value, is_drawn, breaks, unit, threshold, w)
        for item, value, is_drawn in zip(frame.itertuples(index=False), measured, drawn, strict=True)
    )
    ranges = [(spell(low), spell(high)) for low, high in _ranges(breaks, held)]
    legend = [
        # Two ends that print alike are one: nobody reads "from 35 % to 35 %".
        (f"tint-{i}", w("map.from_to", low=low, high=high) if high != low else low)
        for i, (low, high) in enumerate(ranges)
    ]
    present = {r.state for r in rows}
    legend += [
        (s, w(f"map.legend_{s}", threshold=w.number(threshold)) if s == WITHHELD else w(f"map.legend_{s}"))
        for s in (ZERO, MISSING, WITHHELD, NOT_APPLICABLE)
        if s in present
    ]
    known, total = int(drawn.sum()), len(frame)
    noun = counted_noun(level)
    # A map of counts is no map of a rate, whatever the indicator is called.
    name = w("map.count_of", things=w.of_things(indicator["numerator"]["step"], unit))
    name = w.name("indicator", indicator["id"]) if show == "share" else name
    if known:
        title = w(
            "map.title",
            name=name,
            place=w.in_territory(parent),
            n=w.number(known),
            m=w.count(noun, total),
            date=w.date(on_date(on)),
        )
    else:
        title = w("map.title_none", name=name, place=w.in_territory(parent), date=w.date(on_date(on)))
    sources = [
        source_line(r.source, "", r.basis, w)
        for r in frame[drawn].drop_duplicates(["source", "basis"]).itertuples(index=False)
    ]
    return Panel(
        subject="map",
        kind="map",
        title=title,
        frame=frame,
        units=(unit,),
        sources=tuple(dict.fromkeys(sources)),
        data_dates=tuple(sorted({int(d) for d in frame.loc[drawn, "on_date"]})),
        # Of boundaries that are not drawn nothing has to be said.
        notes=(w("map.indicative"), w("map.credit")) if boundaries else (),
        demonstration=demonstration,
        parts={
            "rows": rows,
            "breaks": breaks,
            "legend": tuple(legend),
            "show": show,
            "boundaries": boundaries,
            "unit": w(f"unit.{unit}.plural"),
            "denominator": _denominator(frame, indicator, w),
            "texts": {r.territory_code: r.count if show == "count" else r.share for r in rows if r.tint is not None},
        },
    )


def _denominator(frame: pd.DataFrame, indicator: dict, w) -> str:
    wanted = indicator.get("denominator")
    if not wanted:
        return ""
    if "census" in wanted:
        years = frame["denominator_year"].dropna()
        return w(f"reading.of_census_{wanted['census']}", year=str(int(years.max()))) if len(years) else ""
    return w.name("indicator", indicator["id"], field="denominator_name")


def _row(item, measured: float, drawn: bool, breaks: tuple[float, ...], unit: str, threshold: int, w) -> Row:
    state, tint = item.state, None
    if drawn:
        state = ZERO if measured == 0 else "shown"
        tint = None if measured == 0 else tint_of(measured, breaks)
    elif state == "shown":
        state = MISSING  # a count without a denominator has no share to draw
    if item.state == "shown":
        count = w.number(int(item.value))
        if item.basis == "summed" and item.reporting < item.expected:
            count = w("map.partial", n=count, reporting=w.number(item.reporting), expected=w.number(item.expected))
        dated = w.date_short(on_date(item.on_date))
    else:
        count = {
            WITHHELD: w("state.withheld", threshold=w.number(threshold)),
            MISSING: w("state.missing"),
            NOT_APPLICABLE: w("state.not_applicable"),
        }[item.state]
        dated = ""
    share = "" if math.isnan(item.covered_share) else w.share(item.covered_share)
    return Row(
        territory_code=item.territory_code,
        name=w.territory(item.territory_code),
        state=state,
        tint=tint,
        count=count,
        share=share,
        dateline=dated,
        value=item.value,
        covered_share=item.covered_share,
        late=item.late is True or item.late == 1,
    )


def class_breaks(values: np.ndarray) -> tuple[float, ...]:
    """Lower bounds of at most CLASSES tints with about as many territories each, rounded to two digits; ascending.

    Each tint holds at least one of the values.
    """
    values = np.unique(values)
    if len(values) <= CLASSES:
        return tuple(float(v) for v in values)
    cuts = np.quantile(values, np.linspace(0, 1, CLASSES + 1)[:-1])
    rounded = [float(values[0])] + [_two_digits(c) for c in cuts[1:]]
    breaks = sorted({v for v in rounded if v <= values[-1]})
    # Rounding may put two bounds so near each other that nothing lies between: such a tint would be legend only.
    held = np.unique(np.searchsorted(breaks, values, side="right") - 1)
    return tuple(breaks[i] for i in held)


def told_apart(breaks: tuple[float, ...], values: np.ndarray, spell: Callable[[float], str]) -> tuple[float, ...]:
    """The breaks where values begin to print otherwise: one that parts values which print alike (two tints of «50 %»
    would have no reading) goes up to the next value that does not, and falls away where there is none."""
    values = np.unique(values)
    begins = [at == 0 or spell(value) != spell(values[at - 1]) for at, value in enumerate(values)]
    found = list(breaks[:1])
    for least in breaks[1:]:
        first = int(np.searchsorted(values, least))
        at = next((place for place in range(first, len(values)) if begins[place]), None)
        if at is not None:
            moved = least if at == first else float(values[at])
            found += [moved] if moved > found[-1] else []
    # Two breaks between which nothing lies any more are one.
    held = np.unique(np.searchsorted(found, values, side="right") - 1)
    return tuple(found[at] for at in held)


def _two_digits(value: float) -> float:
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return round(round(value / step) * step, 12)


def tint_of(value: float, breaks: tuple[float, ...]) -> int:
    """The tint of a value: the last whose lower bound is not above it."""
    return max(int(np.searchsorted(breaks, value, side="right")) - 1, 0)


def _ranges(breaks: tuple[float, ...], values: np.ndarray) -> list[tuple[float, float]]:
    """The lowest and highest value that each tint really holds."""
    tints = np.maximum(np.searchsorted(breaks, values, side="right") - 1, 0)
    return [(float(values[tints == i].min()), float(values[tints == i].max())) for i in range(len(breaks))]


def table_order(rows: tuple[Row, ...], order: str) -> tuple[Row, ...]:
    """The rows as the reader asked: administrative order, by count or by share, the unknown last."""
    if order == "administrative":
        return rows
    key = (lambda r: r.value) if order == "count" else (lambda r: r.covered_share)
    return tuple(sorted(rows, key=lambda r: (math.isnan(key(r)), -key(r) if not math.isnan(key(r)) else 0)))


__all__ = ["Row", "SourceLine", "class_breaks", "table_order", "territories_map", "tint_of"]
