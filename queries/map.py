"""Map: one indicator in each child of a territory at a date. Shares and denominators as in `queries.situation`."""

from functools import lru_cache
from math import nan

import pandas as pd
import sqlalchemy as sa

from data.schema import census, series
from queries.cuts import parameter
from queries.definitions import Definitions, definitions
from queries.figures import figures, is_partial, spoken
from queries.frames import of_rows
from queries.situation import denominator_of, has_begun
from queries.territories import children, level_of, members, visible

COLUMNS = [
    "territory_code",
    "value",
    "denominator",
    "covered_share",
    "denominator_kind",
    "denominator_year",
    "denominator_date",
    "on_date",
    "from_date",
    "source",
    "basis",
    "reporting",
    "expected",
    "late",
    "address",
    "state",
]


def by_child(
    engine: sa.Engine,
    *,
    parent: str,
    indicator: str,
    on: int,
    cut: int,
    scope: str,
    level: str | None = None,
    known: Definitions | None = None,
) -> pd.DataFrame:
    """The indicator in every child of `parent`, in administrative order.

    One row per child (75 prefectures and provinces for the kingdom, communes for a prefecture; `level` asks for
    another, such as all communes of the kingdom):

    territory_code; value: the numerator's count, NaN unless shown; denominator, covered_share, denominator_kind,
    denominator_year, denominator_date, on_date, from_date, source, basis, reporting, expected, late, address: as in
    `queries.situation`; state: shown, withheld, missing, or not_applicable when the step had not begun there.
    Raises KeyError when the indicator is not defined at `cut`, or not in `known` where that is given.
    """
    known = known or definitions(engine, cut=cut)
    definition = known.indicators[indicator]
    step, unit = definition["numerator"]["step"], definition["numerator"]["unit"]
    wanted = definition.get("denominator") or {}
    with engine.connect() as connection:
        codes = children(connection, of=parent, level=level)
        seen = visible(connection, scope=scope)
        if not codes:
            return pd.DataFrame(columns=COLUMNS)
        kind = level_of(connection, codes[0]) or ""
        bases = _census(connection, parent=parent, level=kind, unit=wanted.get("census", ""), on=on)
    inside = series.c.territory.in_(members(of=parent, level=kind))
    counted = sa.and_(inside, series.c.step == step, series.c.unit == unit)
    if "step" in wanted:
        other = sa.and_(inside, series.c.step == wanted["step"], series.c.unit == wanted["unit"])
        counted = sa.or_(counted, other)
    figure = spoken(figures(engine, where=counted, on=on, cut=cut, scope=scope, known=known, with_change=False))
    begun = {region: has_begun(known, step=step, code=region, on=on) for region in {code[:2] for code in codes}}
    rows = []
    unknown = dict.fromkeys(COLUMNS, nan) | {"denominator_kind": ""}
    for code in codes:
        mine = figure.get((code, step, unit))
        row = unknown | {"territory_code": code}
        row |= denominator_of(definition, code, speaking=figure, bases=bases)
        if mine is None:
            row["state"] = "missing" if begun[code[:2]] else "not_applicable"
            if seen is not None and row["state"] == "missing" and code not in seen:
                # Nothing is known of what the reader may not see: not even that it is missing.
                row["state"] = "withheld"
        else:
            row |= {name: getattr(mine, name) for name in _OF_THE_FIGURE}
            if mine.state == "shown" and not is_partial(mine) and row["denominator"] > 0:
                row["covered_share"] = mine.value / row["denominator"]
        rows.append(tuple(row.values()))
    return of_rows(rows, COLUMNS, floats=("value", "denominator", "covered_share"))


_OF_THE_FIGURE = (
    "value",
    "on_date",
    "from_date",
    "source",
    "basis",
    "reporting",
    "expected",
    "late",
    "address",
    "state",
)


def _census(
    connection: sa.Connection, *, parent: str, level: str, unit: str, on: int
) -> dict[tuple[str, str], tuple[int, int]]:
    """(territory, unit) → (census year, count) of every child, as `queries.situation.census_counts`."""
    found = connection.execute(_published(parent, level), {"unit": unit, "on": on}).all()
    return {(code, unit): (year, value) for code, year, value in found}


@lru_cache(maxsize=1024)
def _published(parent: str, level: str) -> sa.Select:
    """The counts of `_census`, oldest first, with the parameters `unit` and `on`."""
    inside = census.c.territory.in_(members(of=parent, level=level))
    return (
        sa.select(census.c.territory, census.c.year, census.c.value)
        .where(inside, census.c.unit == sa.bindparam("unit"), census.c.published_on <= parameter("on"))
        .order_by(census.c.year)
    )
