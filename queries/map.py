"""Map: one indicator in each child of a territory at a date. Shares and denominators as in `queries.situation`."""

import pandas as pd
import sqlalchemy as sa

from data.schema import census, series, territory
from queries.definitions import definitions
from queries.figures import figures, spoken
from queries.situation import has_begun
from queries.territories import children, members, visible

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
    engine: sa.Engine, *, parent: str, indicator: str, on: int, cut: int, scope: str, level: str | None = None
) -> pd.DataFrame:
    """The indicator in every child of `parent`, in administrative order.

    One row per child (75 prefectures and provinces for the kingdom, communes for a prefecture; `level` asks for
    another, such as all communes of the kingdom):

    territory_code; value: the numerator's count, NaN unless shown; denominator, covered_share, denominator_kind,
    denominator_year, denominator_date, on_date, from_date, source, basis, reporting, expected, late, address: as in
    `queries.situation`; state: shown, withheld, missing, or not_applicable when the step had not begun there.
    Raises KeyError when the indicator is not defined at `cut`.
    """
    known = definitions(engine, cut=cut)
    definition = known.indicators[indicator]
    step, unit = definition["numerator"]["step"], definition["numerator"]["unit"]
    wanted = definition.get("denominator") or {}
    with engine.connect() as connection:
        codes = children(connection, of=parent, level=level)
        seen = visible(connection, scope=scope)
        if not codes:
            return pd.DataFrame(columns=COLUMNS)
        kind = connection.execute(sa.select(territory.c.level).where(territory.c.code == codes[0])).scalar_one()
        inside = series.c.territory.in_(members(of=parent, level=kind))
        bases = _census(connection, parent=parent, level=kind, unit=wanted.get("census", ""), on=on)
    counted = sa.and_(inside, series.c.step == step, series.c.unit == unit)
    if "step" in wanted:
        other = sa.and_(inside, series.c.step == wanted["step"], series.c.unit == wanted["unit"])
        counted = sa.or_(counted, other)
    found = figures(engine, where=counted, on=on, cut=cut, scope=scope, known=known, with_change=False)
    found = spoken(found)
    numerator = found[(found["step"] == step) & (found["unit"] == unit)].set_index("territory_code")
    frame = pd.DataFrame({"territory_code": list(codes)})
    kept = ["value", "on_date", "from_date", "source", "basis", "reporting", "expected", "late", "address", "state"]
    frame = frame.join(numerator[kept], on="territory_code")
    if "step" in wanted:
        below = found[(found["step"] == wanted["step"]) & (found["unit"] == wanted["unit"])]
        below = below[~_partial(below)].set_index("territory_code")
        frame["denominator"] = frame["territory_code"].map(below["value"].astype(float))
        frame["denominator_date"] = frame["territory_code"].map(below["on_date"])
        frame["denominator_kind"], frame["denominator_year"] = "step", float("nan")
    else:
        frame["denominator"] = frame["territory_code"].map({k: v[1] for k, v in bases.items()}).astype(float)
        frame["denominator_year"] = frame["territory_code"].map({k: v[0] for k, v in bases.items()})
        frame["denominator_kind"], frame["denominator_date"] = "census" if wanted else "", float("nan")
    frame["value"] = frame["value"].astype(float)
    comparable = (frame["state"] == "shown") & (frame["denominator"] > 0) & ~_partial(frame)
    frame["covered_share"] = (frame["value"] / frame["denominator"]).where(comparable)
    begun = {region: has_begun(known, step=step, code=region, on=on) for region in {code[:2] for code in codes}}
    silent = frame["state"].isna()
    frame.loc[silent, "state"] = [
        "missing" if begun[code[:2]] else "not_applicable" for code in frame.loc[silent, "territory_code"]
    ]
    if seen is not None:
        # Nothing is known of what the reader may not see: not even that it is missing.
        unknown = (frame["state"] == "missing") & ~frame["territory_code"].isin(seen)
        frame.loc[unknown, "state"] = "withheld"
    return frame[COLUMNS]


def _partial(frame: pd.DataFrame) -> pd.Series:
    return (frame["basis"] == "summed") & (frame["reporting"] < frame["expected"])


def _census(connection: sa.Connection, *, parent: str, level: str, unit: str, on: int) -> dict[str, tuple[int, int]]:
    statement = (
        sa.select(census.c.territory, census.c.year, census.c.value)
        .where(
            census.c.territory.in_(members(of=parent, level=level)), census.c.unit == unit, census.c.published_on <= on
        )
        .order_by(census.c.year)
    )
    return {code: (year, value) for code, year, value in connection.execute(statement)}
