"""Situation: where each programme stands in a few territories at a date.

Definitions. *Headline figure*: the numerator of the programme's headline indicator, as `queries.figures` picks it.
*Covered share*: that figure over the indicator's denominator, which is either a census count (the latest census
published at or before the day asked) or the figure of another step of the same unit and territory. No denominator, no
share; a sum over some of the children only has no share either, since its denominator counts all of them. Shares are
never capped. *Change over 30 days*: the figure less the last one 25 to 45 days before it.
"""

from collections.abc import Collection, Sequence
from functools import cache

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import census, quotation, series
from queries.cuts import Keeper, last_said, parameter, parameters
from queries.definitions import Definitions, definitions
from queries.figures import Figure, figures, is_partial, spoken
from queries.frames import of_rows, rows_of
from queries.territories import visible

READING_COLUMNS = [
    "programme",
    "indicator",
    "territory_code",
    "step",
    "unit",
    "measure",
    "source",
    "basis",
    "from_date",
    "on_date",
    "value",
    "reporting",
    "expected",
    "change",
    "change_since",
    "denominator",
    "denominator_kind",
    "denominator_year",
    "denominator_date",
    "covered_share",
    "late",
    "address",
    "note",
    "state",
]


def readings(
    engine: sa.Engine,
    *,
    territories: Sequence[str],
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
    programmes: Collection[str] | None = None,
    steps: Collection[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The headline of each programme in each territory, and every figure known there.

    programmes, steps: only those. A headline is read with its denominator: both have to be among the steps.

    The first frame has one row per programme, indicator (headline only) and territory, in the order of the
    programmes:

    programme, indicator, territory_code, step, unit, measure: what is counted, where
    value: the count, NaN unless state is shown; from_date, on_date: its days since 1970-01-01, NaN when there is none
    source, basis, reporting, expected, late, address, note: as in `queries.figures`
    change: value less the figure of `change_since` (day); NaN when there is none 25 to 45 days before
    denominator: count; denominator_kind: census or step; denominator_year: of the census; denominator_date: of the step
    covered_share: 0 to 1 and above, value over denominator
    state: shown, withheld, missing, or not_applicable when the step had not begun there by `on`

    The second frame is that of `queries.figures` for the same territories: all steps, units and sources.
    """
    known = known or definitions(engine, cut=cut)
    where = series.c.territory.in_(list(territories))
    if steps is not None:
        where = sa.and_(where, series.c.step.in_(sorted(steps)))
    found = figures(engine, where=where, on=on, cut=cut, scope=scope, known=known)
    wanted = [
        (programme["id"], known.indicators[programme["headline"]])
        for programme in known.ordered_programmes
        if programme.get("headline") in known.indicators and (programmes is None or programme["id"] in programmes)
    ]
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        bases = census_counts(connection, territories=territories, on=on)
    speaking = spoken(found)
    rows = [
        _reading(programme, indicator, code, on=on, known=known, speaking=speaking, bases=bases, seen=seen)
        for programme, indicator in wanted
        for code in territories
    ]
    return of_rows((row.values() for row in rows), READING_COLUMNS), found


def _reading(programme: str, indicator: dict, code: str, *, on, known, speaking, bases, seen) -> dict:
    step, unit = indicator["numerator"]["step"], indicator["numerator"]["unit"]
    row = dict.fromkeys(READING_COLUMNS, np.nan) | {
        "programme": programme,
        "indicator": indicator["id"],
        "territory_code": code,
        "step": step,
        "unit": unit,
        "measure": "stock",
        "source": "",
        "basis": "",
        "denominator_kind": "",
        "reporting": 0,
        "expected": 0,
        "late": False,
        "address": "",
        "note": "",
        "state": "missing" if has_begun(known, step=step, code=code, on=on) else "not_applicable",
    }
    figure = speaking.get((code, step, unit))
    if figure is None:
        if row["state"] == "missing" and seen is not None and code not in seen:
            # Nothing is known of what the reader may not see: not even that it is missing.
            row["state"] = "withheld"
        return row
    for name in ("measure", "source", "basis", "from_date", "on_date", "value", "reporting", "expected"):
        row[name] = getattr(figure, name)
    for name in ("late", "address", "note", "state"):
        row[name] = getattr(figure, name)
    if figure.state != "shown":
        return row
    if not np.isnan(figure.previous_value):
        row["change"] = figure.value - figure.previous_value
        row["change_since"] = figure.previous_date
    if not is_partial(figure):
        row |= denominator_of(indicator, code, speaking=speaking, bases=bases)
        if row["denominator"] > 0:
            row["covered_share"] = figure.value / row["denominator"]
    return row


def denominator_of(indicator: dict, code: str, *, speaking: dict, bases: dict) -> dict:
    """The denominator of an indicator in a territory: count, kind, and census year or date. Empty: there is none."""
    wanted = indicator.get("denominator") or {}
    if "census" in wanted:
        found = bases.get((code, wanted["census"]))
        if found:
            return {"denominator": found[1], "denominator_kind": "census", "denominator_year": found[0]}
    elif wanted:
        figure = speaking.get((code, wanted["step"], wanted["unit"]))
        if figure is not None and figure.state == "shown" and not is_partial(figure):
            return {"denominator": figure.value, "denominator_kind": "step", "denominator_date": figure.on_date}
    return {}


def census_counts(
    connection: sa.Connection, *, territories: Sequence[str], on: int
) -> dict[tuple[str, str], tuple[int, int]]:
    """(territory, unit) → (census year, count) of the latest census published at or before the day `on`."""
    found = connection.execute(_PUBLISHED, {"territories": list(territories), "on": on}).all()
    return {(code, unit): (year, value) for code, unit, year, value in found}


_PUBLISHED = (
    sa.select(census.c.territory, census.c.unit, census.c.year, census.c.value)
    .where(census.c.territory.in_(parameters("territories")), census.c.published_on <= parameter("on"))
    .order_by(census.c.year)
)


def has_begun(known: Definitions, *, step: str, code: str, on: int) -> bool:
    """Whether a step had begun by the day `on`: by its own start, its programme's, and its region's opening."""
    begun = [known.steps.get(step, {}).get("starts")]
    programme = known.programme_of(step) or {}
    begun.append(programme.get("starts"))
    begun += [
        o["on"] for o in programme.get("openings") or [] if code == o["region"] or code.startswith(o["region"] + ".")
    ]
    return all(day_of(start) <= on for start in begun if start)


def day_of(iso: str) -> int:
    """An ISO date as days since 1970-01-01."""
    return int(np.datetime64(iso, "D").astype(int))


def quotations(engine: sa.Engine, *, on: int, cut: int, territories: Sequence[str] | None = None) -> pd.DataFrame:
    """Printed statements that are quoted beside our figures and never computed with.

    One row per statement: id, territory_code, step, on_date (day), measure (share, count, amount, rate), value
    (a share in thousandths of a percent), unit (what is counted, or what the share is said to be of), address, note.
    `territories`: only those; None for all. Only statements made by the day `on` are returned.
    """
    asked = {"on": on, "cut": cut} | ({} if territories is None else {"territories": list(territories)})
    with engine.connect() as connection:
        rows = connection.execute(_quotations(everywhere=territories is None), asked).all()
    return of_rows(rows, QUOTATION_COLUMNS)


_printed: Keeper = Keeper(128)

QUOTATION_COLUMNS = ["id", "territory_code", "step", "on_date", "measure", "value", "unit", "address", "note"]


@cache
def _quotations(*, everywhere: bool) -> sa.Select:
    """The statement of `quotations`, with the parameters `on`, `cut` and perhaps `territories`."""
    last = (
        sa.select(quotation.c.id, sa.func.max(quotation.c.event).label("event"))
        .where(quotation.c.event <= parameter("cut"))
        .group_by(quotation.c.id)
        .subquery()
    )
    statement = (
        sa.select(
            quotation.c.id,
            quotation.c.territory,
            quotation.c.step,
            quotation.c.on_date,
            quotation.c.measure,
            quotation.c.value,
            quotation.c.unit,
            quotation.c.address,
            quotation.c.note,
        )
        .join(last, (quotation.c.id == last.c.id) & (quotation.c.event == last.c.event))
        .where(quotation.c.on_date <= parameter("on"), quotation.c.value.is_not(None))
        .order_by(quotation.c.on_date, quotation.c.id)
    )
    return statement if everywhere else statement.where(quotation.c.territory.in_(parameters("territories")))


def quoted(
    engine: sa.Engine,
    *,
    found: pd.DataFrame,
    on: int,
    cut: int,
    territories: Sequence[str],
    known: Definitions | None = None,
) -> pd.DataFrame:
    """The quotations of some territories, with the denominator that a printed share implies.

    found: the figures beside which the statements stand (`queries.figures`). One row per statement, as `quotations`,
    and implied_denominator: the figure among them of the same step and day, in the step's first unit, over the printed
    share; NaN where there is no such figure or the statement is no share. A figure that the territory reported comes
    before a sum, a public source before the office's, since a printed share was made with a printed count.
    """
    # What was printed comes with the reference files, not with counts.
    key = (tuple(territories), on, last_said(engine, cut=cut).everything)
    frame = _printed.get(engine, key)
    if frame is None:
        frame = quotations(engine, on=on, cut=cut, territories=territories)
        _printed.keep(engine, {key: frame})
    if frame.empty:
        return frame.assign(implied_denominator=np.empty(0))
    known = known or definitions(engine, cut=cut)
    first_unit = {step: body["units"][0] for step, body in known.steps.items()}
    nearest: dict[tuple, tuple[tuple, float]] = {}
    for figure in map(Figure._make, rows_of(found)):
        if figure.state != "shown" or is_partial(figure):
            continue
        key = (figure.territory_code, figure.step, figure.on_date, figure.unit)
        closed = figure.source not in known.public_sources
        order = (figure.basis == "summed", closed, known.source_rank.get(figure.source, 999))
        if key not in nearest or order < nearest[key][0]:
            nearest[key] = (order, figure.value)
    implied = []
    columns = (frame[name].tolist() for name in ("territory_code", "step", "on_date", "measure", "value"))
    for code, step, on_date, measure, value in zip(*columns, strict=True):
        same = nearest.get((code, step, on_date, first_unit.get(step, "")))
        usable = measure == "share" and same is not None and value
        implied.append(same[1] / (value / 100_000) if usable else np.nan)
    return frame.assign(implied_denominator=implied)
